"""What browsers download once: the code of the pages, compressed, and kept for as long as it cannot change."""

from __future__ import annotations

import gzip
import json

import brotli
import pytest

from ui.server import answers, code, headers

PLOTLY = next(path for path in code._files() if path.startswith("/static/js/PlotlyChart."))


def asked(path: str, **sent: str) -> tuple[int, dict[str, str], bytes]:
    """Return the status, the headers and the bytes of an answer, as they travel."""
    sent = {"Accept-Encoding": "identity"} | sent
    raw = [(name.lower().encode(), value.encode()) for name, value in sent.items()]
    answer = code._response({"type": "http", "method": "GET", "path": path, "headers": raw})
    return answer.status_code, dict(answer.headers), bytes(answer.body)


def test_the_code_of_charts_weighs_a_quarter_and_is_the_same_code() -> None:
    plain = asked(PLOTLY)[2]
    _, told, by_brotli = asked(PLOTLY, **{"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert (told["content-encoding"], told["vary"]) == ("br", "accept-encoding")
    assert brotli.decompress(by_brotli) == plain
    _, told, by_gzip = asked(PLOTLY, **{"Accept-Encoding": "gzip;q=0.8, br;q=0"})
    assert told["content-encoding"] == "gzip"
    assert gzip.decompress(by_gzip) == plain
    assert len(by_brotli) < len(by_gzip) < 0.31 * len(plain)


def test_a_browser_keeps_the_code_of_streamlit_for_a_year() -> None:
    assert asked(PLOTLY)[1]["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", sorted(code.OWN))
def test_a_browser_asks_whether_our_own_files_changed(path: str) -> None:
    status, told, content = asked(path)
    assert (status, told["cache-control"]) == (200, "no-cache")
    assert content
    assert asked(path, **{"If-None-Match": told["etag"]})[::2] == (304, b"")


def test_fonts_and_images_are_compressed_already() -> None:
    font = next(path for path in code._files() if path.endswith(".woff2"))
    _, told, _ = asked(font, **{"Accept-Encoding": "br"})
    assert "content-encoding" not in told
    assert told["content-type"] == "font/woff2"


@pytest.mark.parametrize("path", ["/static/../../config.py", "/static/js/nulle.js", "/static/", "/antigaspi/page.css"])
def test_no_address_leads_to_another_file(path: str) -> None:
    assert not code.exists(path)


def test_the_application_can_be_put_among_those_of_a_phone() -> None:
    _, told, content = asked("/manifest.webmanifest")
    manifest = json.loads(content)
    assert told["content-type"] == "application/manifest+json"
    assert (manifest["lang"], manifest["short_name"], manifest["start_url"]) == ("fr", "Antigaspi", "/")
    for icon in manifest["icons"]:
        status, told, image = asked(icon["src"])
        assert (status, told["content-type"]) == (200, icon["type"])
        if icon["type"] == "image/png":
            width = int.from_bytes(image[16:20], "big")
            assert icon["sizes"] == f"{width}x{width}"


def test_our_page_loads_all_that_streamlit_needs_and_only_that() -> None:
    page = answers._application()._copies[""].decode()
    assert page.count("<script ") == 3
    assert page.index("/antigaspi/page.js") < page.index('type="module"'), "it says where the server is, before"
    addresses = [part.split('"')[0] for part in page.split('src="')[1:] + page.split('href="')[1:]]
    assert len(addresses) > 20
    assert not [path for path in addresses if not code.exists(path)]


def test_only_the_tile_server_of_the_city_is_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTIGASPI_TILES_URL", "https://tuiles.ville.fr/{z}/{x}/{y}.png")
    policy = headers.application_policy("antigaspi.ville.fr")
    assert "img-src 'self' data: blob: https://tuiles.ville.fr;" in policy
    stream = "ws://antigaspi.ville.fr wss://antigaspi.ville.fr"
    assert f"connect-src 'self' {stream} https://tuiles.ville.fr;" in policy
    assert "worker-src blob:;" in policy


def test_a_crafted_host_opens_nothing() -> None:
    policy = headers.application_policy("localhost:1; script-src *")
    assert "connect-src 'self';" in policy
    assert "script-src *" not in policy


def test_accents_no_longer_count_in_the_one_search_of_lists() -> None:
    changed = {
        path: len(code.SMALL.findall(file.read_bytes()))
        for path, file in code._files().items()
        if code._without_accents(file.read_bytes()) != file.read_bytes()
    }
    assert list(changed.values()) == [4], "a new version of Streamlit compares texts in another way"


def test_a_name_is_found_in_a_list_as_a_keyboard_types_it() -> None:
    changed = code._without_accents(b"FILTER_MODE_FUZZY;a=b.toLowerCase();")
    assert b'.replace(/\\u0153/g,"oe")' in changed and changed.startswith(
        b"FILTER_MODE_FUZZY;a=b.toLowerCase().normalize"
    )
