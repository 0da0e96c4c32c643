"""By the keyboard and with a screen reader: what is said, where the focus goes, what a list finds."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import serve
from tests.browser.steps import SLOW, settled, visit, whole

FOCUS = "() => document.activeElement === document.body ? '' : document.activeElement.textContent.trim()"
RAW = re.compile(r"\d{4}-\d\d-\d\d|\d\.\d|None|nan|NaT")


@pytest.fixture(scope="module")
def server(demo_of_today: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = Path(shutil.copy(demo_of_today, tmp_path_factory.mktemp("keyboard") / "store.duckdb"))
    with serve(path, ANTIGASPI_AUTO_REFRESH="0") as address:
        yield address


def test_a_list_finds_a_name_typed_without_its_accents(page: Page) -> None:
    visit(page, "Gaspillage")
    place = page.get_by_role("combobox", name="Lieu")
    for typed in ("vez", "véz", "VEZ"):
        place.fill(typed)
        expect(page.get_by_role("option", name="Vézère", exact=True)).to_be_visible(timeout=SLOW)
    place.press("Escape")


def test_a_value_out_of_range_says_so_in_french_at_its_field(page: Page) -> None:
    visit(page, "Généralisation")
    number = page.get_by_test_id("stNumberInputField").first
    number.fill("99999")
    number.press("Tab")
    expect(page.get_by_role("alert").filter(has_text="Ce nombre doit être entre 1 et 500.")).to_be_visible(timeout=SLOW)


def test_the_focus_follows_a_file_to_its_report_and_its_recording(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "journal.csv"
    file.write_text("site_nom;site_type;date;prevision;reel\nVézère;M/E;05/11/2026;120;118\n", encoding="utf-8")
    visit(page, "Déposer un fichier")
    settled(page)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choisir un fichier").press("Enter")
    chooser.value.set_files(file)
    save = page.get_by_role("button", name="Enregistrer ces données")
    expect(save).to_be_visible(timeout=SLOW)
    remove = page.get_by_role("button", name="Retirer journal.csv")
    box = remove.bounding_box()
    assert box and box["width"] >= 24 and box["height"] >= 24
    page.wait_for_function(FOCUS, timeout=SLOW)
    save.press("Enter")
    expect(page.get_by_text("Enregistré").first).to_be_visible(timeout=SLOW)
    whole(page)
    page.wait_for_function(FOCUS, timeout=SLOW)


def test_why_a_figure_is_what_it_is_opens_and_closes_by_the_keyboard_and_leads_to_the_glossary(page: Page) -> None:
    visit(page, "Ma cantine")
    why = page.get_by_role("button", name="Pourquoi ces chiffres").first
    meaning = page.get_by_text("Repas servis en plus de ce qui était prévu").first
    why.press("Enter")
    expect(meaning).to_be_visible(timeout=SLOW)
    page.keyboard.press("Escape")
    expect(meaning).to_be_hidden()
    expect(why).to_be_focused()
    why.press("Enter")
    page.get_by_role("link", name="Voir le glossaire").first.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Glossaire")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("textbox", name="Chercher un mot")).to_have_value("Repas en trop", timeout=SLOW)


def test_what_is_no_error_interrupts_nobody_and_a_grid_is_read_in_french(page: Page) -> None:
    visit(page, "Données disponibles")
    whole(page)
    assert page.get_by_role("note").filter(has_text="Données de démonstration").count() == 1
    assert page.get_by_role("alert").count() == 0
    expect(page.locator("canvas [role=grid]").first).to_be_attached(timeout=SLOW)
    page.wait_for_timeout(300)  # nothing tells that its cells are written
    cells = page.locator("canvas [role=gridcell]").all_text_contents()
    assert cells and not [cell for cell in cells if RAW.fullmatch(cell) or RAW.search(cell)]
    assert page.locator("canvas table:not([aria-label])").count() == 0
