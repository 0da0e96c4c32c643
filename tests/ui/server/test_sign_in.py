"""What we add to Streamlit's sign-in, alone: cookies under TLS, a recent sign-in asked of the provider."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.datastructures import MutableHeaders

from ui.access import Visit
from ui.server import sign_in


@pytest.mark.parametrize(
    ("origin", "expected"),
    [("https://antigaspi.ville.fr", b"a=1; Path=/; Secure"), ("http://localhost:8501", b"a=1; Path=/")],
)
def test_cookies_are_kept_to_tls_where_the_public_address_has_it(
    monkeypatch: pytest.MonkeyPatch, origin: str, expected: bytes
) -> None:
    monkeypatch.setattr(sign_in.access, "sign_in_configured", lambda: True)
    monkeypatch.setattr(sign_in, "public_origin", lambda: origin)
    assert sign_in.secured(b"a=1; Path=/") == expected
    assert sign_in.secured(expected) == expected


@pytest.mark.parametrize(("again", "prompt"), [(False, "select_account"), (True, "login")])
def test_whoever_comes_back_is_asked_who_they_are_once_more(again: bool, prompt: str) -> None:
    headers = MutableHeaders({"location": "https://connexion.ville.fr/authorize?prompt=select_account&state=x"})
    sign_in._ask_for_a_recent_sign_in(headers, again=again)
    asked = parse_qs(urlsplit(headers["location"]).query)
    assert asked == {"prompt": [prompt], "state": ["x"], "max_age": ["43200"]}


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"host": "antigaspi.ville.fr", "origin": "https://antigaspi.ville.fr"}, True),
        ({"host": "antigaspi.ville.fr"}, True),
        ({"host": "antigaspi.ville.fr", "origin": "http://antigaspi.ville.fr"}, False),
        ({"host": "antigaspi.ville.fr", "origin": "https://ailleurs.example"}, False),
        ({"host": "antigaspi.ville.fr", "origin": "null"}, False),
        ({"host": "ailleurs.example"}, False),
        ({}, False),
    ],
    ids=str,
)
def test_a_page_of_another_origin_is_refused(
    monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], ours: bool
) -> None:
    monkeypatch.setattr(sign_in, "public_origin", lambda: "https://antigaspi.ville.fr")
    monkeypatch.setattr(sign_in, "is_host_allowed", lambda host: host == "antigaspi.ville.fr")
    assert sign_in.comes_from_public_address(Visit(headers)) is ours
