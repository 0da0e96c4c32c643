"""Who gets in: the decision alone, without a browser."""

from __future__ import annotations

from typing import Any

import pytest

from ui.access import LOCAL_USER, ROLES, Refusal, User, decide_local, decide_signed_in

NOW = 1_800_000_000.0
ACCOUNTS = {"ana@ville.fr": "cantine", "max@ville.fr": "mission"}


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "LOCALHOST", "localhost"])
def test_a_browser_on_this_machine_gets_in(host: str) -> None:
    assert decide_local({"Host": host, "Origin": "http://localhost:8501"}, None) == decide_local({"Host": host}, None)
    assert decide_local({"Host": host}, None) == User(LOCAL_USER, "mission", local=True)


@pytest.mark.parametrize(
    ("headers", "remote_ip"),
    [
        ({"Host": "antigaspi.ville.fr"}, None),
        ({"Host": "192.168.1.10:8501"}, None),
        ({"Host": "localhost.evil.example"}, None),
        ({"Host": "localhost:8501@evil.example"}, None),
        ({"Host": ""}, None),
        ({"User-Agent": "no host"}, None),
        ({"Host": "localhost:8501", "X-Forwarded-For": "10.0.0.8"}, None),
        ({"Host": "localhost:8501", "x-forwarded-host": "antigaspi.ville.fr"}, None),
        ({"Host": "localhost:8501", "Forwarded": "for=10.0.0.8"}, None),
        ({"Host": "localhost:8501", "X-Real-IP": "10.0.0.8"}, None),
        ({"Host": "127.0.0.1:8501", "Origin": "https://antigaspi.ville.fr"}, None),
        ({"Host": "127.0.0.1:8501", "Origin": "null"}, None),
        ({"Host": "localhost:8501"}, "10.0.0.8"),
    ],
)
def test_anyone_else_is_refused_while_no_sign_in_is_configured(headers: dict[str, str], remote_ip: str | None) -> None:
    assert isinstance(decide_local(headers, remote_ip), Refusal)


def claims(**changed: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"is_logged_in": True, "email": "Ana@Ville.fr ", "iat": NOW - 3600, **changed}


def test_an_active_account_gets_its_role() -> None:
    assert decide_signed_in(claims(), ACCOUNTS, NOW) == User("ana@ville.fr", "cantine")


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ({"is_logged_in": False}, True),
        ({"iat": NOW - 13 * 3600}, True),
        ({"iat": None}, True),
        ({"auth_time": NOW - 13 * 3600}, True),
        ({"email": "inconnu@ville.fr"}, False),
        ({"email": None}, False),
        ({"email_verified": False}, False),
    ],
)
def test_everyone_else_is_told_why_and_whether_to_sign_in_again(changed: dict[str, Any], again: bool) -> None:
    decision = decide_signed_in(claims(**changed), ACCOUNTS, NOW)
    assert isinstance(decision, Refusal)
    assert decision.can_sign_in is again


def test_a_role_that_no_longer_exists_opens_nothing() -> None:
    assert isinstance(decide_signed_in(claims(), {"ana@ville.fr": "directeur"}, NOW), Refusal)


def test_the_mission_opens_every_page_and_the_others_only_theirs() -> None:
    for role in ROLES:
        assert User("x", role).may(("cantine",)) is (role in ("cantine", "mission"))
