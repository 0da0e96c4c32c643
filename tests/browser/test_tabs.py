"""A long page is read in parts: each holds on two screens, has an address, is reached by the keyboard and printed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from data.calendar.school import school_year
from data.clock import today_in_paris
from data.store import Store
from tests.browser.conftest import serve
from tests.browser.steps import SLOW, open_part, visit, whole
from tests.pages.conftest import add_forecasts
from ui.kit.blocks import EVERYTHING

PAGES = (
    "Gaspillage", "Séances du comité", "Déploiement", "Équipement", "Portefeuille des pilotes", "Effet du pilote",
    "Qualité des prévisions",
)  # fmt: skip
TWO_SCREENS = 1600  # pixels of content, on a screen of 1280 × 800
# “Tout” has all the parts of a page at once: each is as high as what stands above them all, and its own.
HEIGHTS = """() => {
    const block = document.querySelector('[data-testid=stMainBlockContainer]'), edges = block.getBoundingClientRect();
    const style = getComputedStyle(block), names = [...block.querySelectorAll('.part-name')];
    const tops = names.map((name) => name.getBoundingClientRect().top);
    const first = edges.top + parseFloat(style.paddingTop), last = edges.bottom - parseFloat(style.paddingBottom);
    return names.map((name, place) => [name.textContent, tops[0] - first + (tops[place + 1] ?? last) - tops[place]]);
}"""
WIDER = "(m => m.scrollWidth > m.clientWidth)(document.querySelector('[data-testid=stMain]'))"


@pytest.fixture(scope="module")
def server(demo_of_today: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the application on the demonstration with forecasts, so that every part has all it shows."""
    store = Store(Path(shutil.copy(demo_of_today, tmp_path_factory.mktemp("tabs") / "store.duckdb")))
    add_forecasts(store)
    store.close()
    with serve(store.path, ANTIGASPI_AUTO_REFRESH="0") as address:
        yield address


def test_every_part_of_every_page_holds_on_two_screens(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    seen, too_high = set(), {}
    for title in PAGES:
        visit(page, title)
        choices = page.get_by_role("radiogroup", name="Partie de la page").get_by_role("radio").count()
        open_part(page, EVERYTHING)
        expect(page.locator(".part-name")).to_have_count(choices - 1, timeout=SLOW)
        whole(page)
        page.wait_for_timeout(300)  # nothing tells that the charts have taken their width
        for name, height in page.evaluate(HEIGHTS):
            seen.add((title, name))
            if height > TWO_SCREENS:
                too_high[title, name] = height
        assert not page.evaluate(WIDER), title
    assert len(seen) > 30
    assert not too_high


def test_a_part_is_chosen_by_the_keyboard_named_by_the_address_and_printed_under_its_name(page: Page) -> None:
    visit(page, "Déploiement")
    page.get_by_role("radio", name="Avancement").press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="Écoles")).to_be_checked(timeout=SLOW)
    whole(page)
    expect(page.locator(".card")).to_have_count(12)
    expect(page.get_by_test_id("stPlotlyChart")).to_have_count(0)
    assert "volet=%C3%89coles" in page.evaluate("location.search")
    page.reload()
    expect(page.locator(".card")).to_have_count(12, timeout=SLOW)
    whole(page)
    expect(page.locator(".part-name")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".part-name")).to_have_text("Écoles")
    expect(page.locator(".part-name")).to_be_visible()
    expect(page.get_by_role("radio", name="Carte")).to_be_hidden()
    page.emulate_media(media="screen")
    # Another page begins with its own first part.
    visit(page, "Effet du pilote")
    expect(page.get_by_role("radio", name="L’effet")).to_be_checked()


def test_a_click_on_a_canteen_opens_it_and_another_leads_back(page: Page) -> None:
    visit(page, "Gaspillage")
    # In a year that is over canteens stand out; in one that begins it may be that none does yet.
    page.goto(f"{page.url.split('?')[0]}?annee={school_year(today_in_paris() - timedelta(days=365))}")
    expect(page.get_by_role("heading", level=1, name="Gaspillage")).to_be_visible(timeout=SLOW)
    whole(page)
    place = page.get_by_role("combobox", name="Lieu")
    for _ in range(2):
        page.locator(".st-key-chart_cantines .bars .point path").first.click(position={"x": 12, "y": 12}, force=True)
        expect(page.get_by_role("heading", name="Quels jours")).to_be_visible(timeout=SLOW)
        whole(page)
        name = place.input_value()
        assert name != "Toutes les cantines" and "lieu=" in page.evaluate("location.search")
        page.get_by_role("button", name="Revenir à toutes les cantines").click()
        expect(place).to_have_value("Toutes les cantines", timeout=SLOW)
        whole(page)
    page.locator(".st-key-tableau_cantines summary").click()
    grid = page.locator(".st-key-tableau_cantines").get_by_test_id("stDataFrame").first
    expect(grid).to_be_visible(timeout=SLOW)
    whole(page)
    grid.click(position={"x": 60, "y": 50})
    expect(place).not_to_have_value("Toutes les cantines", timeout=SLOW)
