"""What cannot be taken is refused on the page, with what to do, and leaves nothing behind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import serve
from tests.browser.steps import SLOW, hand_over, settled, visit


@pytest.fixture(scope="module")
def server(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the application on an empty store."""
    with serve(Path(shutil.copy(blank, tmp_path_factory.mktemp("refusals") / "store.duckdb"))) as address:
        yield address


def test_a_refused_file_says_what_to_do_and_leaves_nothing_behind(page: Page, tmp_path: Path) -> None:
    visit(page, "Déposer un fichier")
    for name, content, reason in [
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(40), "c’est une image PNG"),
        ("entete.csv", b"site_nom;site_type;date;prevision;reel\n", "ne contient que son en-tête"),
        ("inconnu.csv", b"nom;valeur\na;1\n", "ne sont pas reconnus"),
    ]:
        (tmp_path / name).write_bytes(content)
        hand_over(page, tmp_path / name)
        expect(page.get_by_text("Ce fichier est refusé").first).to_be_visible(timeout=SLOW)
        expect(page.get_by_text(reason)).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Aucun fichier n’a encore été déposé.")).to_be_visible()


def test_what_the_browser_and_the_server_answer_to_a_file_is_told_in_french(page: Page, tmp_path: Path) -> None:
    visit(page, "Déposer un fichier")
    with (tmp_path / "journal.csv").open("wb") as file:
        file.truncate(51 * 2**20)
    settled(page)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(tmp_path / "journal.csv")
    expect(page.get_by_text("dépasse 50\u00a0Mo")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("must be")).to_have_count(0)
    for status, french in ((413, "Trop de fichiers à la fois"), (403, "Le fichier n’a pas été reçu")):
        page.evaluate(
            "text => document.querySelector('h1').parentElement.append(text)",
            f"AxiosError: Request failed with status code {status}",
        )
        expect(page.get_by_text(french)).to_be_visible(timeout=SLOW)
