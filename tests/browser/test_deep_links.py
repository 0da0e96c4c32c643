"""Every page answers at its own address, and shows no trace of another language or of an error."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from data.store import Store
from tests.browser.accessibility.axe import ours
from tests.browser.conftest import errors_of, one_time_address, serve
from tests.browser.geometry import NARROWEST, faults_at, follows_the_browser_and_prints_light
from tests.browser.steps import SLOW, guide_picture, open_part, visit, whole
from tests.pages.conftest import add_forecasts

PAGES = {
    "synthese": "Synthèse",
    "gaspillage": "Gaspillage",
    "seances": "Séances du comité",
    "deploiement": "Déploiement",
    "equipement": "Équipement",
    "generalisation": "Généralisation",
    "portefeuille": "Portefeuille des pilotes",
    "effet": "Effet du pilote",
    "donnees": "Données disponibles",
    "journal": "Journal des actions",
    "comptes": "Comptes et accès",
    "reglages": "Réglages",
    "saisie": "Saisir un service",
    "ma_cantine": "Ma cantine",
    "depot": "Déposer un fichier",
    "semaine": "Semaine de la cuisine",
    "production": "Production",
    "qualite_previsions": "Qualité des prévisions",
    "guide": "Guide",
    "glossaire": "Glossaire",
    "accessibilite": "Accessibilité",
}
SHEET = 718  # pixels: A4 between its usual margins
SMALLEST_NOTE = 0.8  # of 14 pixels: a note keeps 8 points on paper
DRAWN = "chart => [getComputedStyle(chart).zoom, chart.querySelector('.main-svg').clientWidth]"
# What a screen reader says, and what stands in empty fields.
NAMES = """() => ['aria-label', 'title', 'placeholder', 'alt'].flatMap((name) =>
    [...document.querySelectorAll(`[${name}]`)].map((one) => one.getAttribute(name)))"""
ENGLISH_NAMES = re.compile(
    r"\b(open|close|select|clear|search|choose|remove|help|sidebar|loading|show|hide|upload|increment|decrement|view"
    r"|fullscreen|running|skip|next|previous|scroll|file|menu of|app)\b",
    re.IGNORECASE,
)
ENGLISH = [
    "(required)",
    "Page not found",
    "Traceback",
    "Error",
    "Select",
    "View ",
    "dd/mm",
    "No results",
    "Choose an option",
    "Choose options",
]


CITY_IS_THE_SUM = """
UPDATE forecasts SET point = point * places, lower = lower * places, upper = upper * places
FROM (SELECT count(*) AS places FROM canteens)
WHERE canteen IS NULL AND target NOT LIKE '%per_meal'
"""


@pytest.fixture(scope="module")
def server(demo_of_today: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the application on the demonstration with forecasts, so that every page has all it shows."""
    store = Store(Path(shutil.copy(demo_of_today, tmp_path_factory.mktemp("links") / "store.duckdb")))
    add_forecasts(store)
    with store.write("test", "city", {}) as cursor:
        cursor.execute(CITY_IS_THE_SUM)  # these pages are pictures of the guide
    store.close()
    # These forecasts are not a model's; computing them has its own journey.
    with serve(store.path, ANTIGASPI_AUTO_REFRESH="0") as address:
        yield address


def test_the_first_visitor_since_the_start_may_come_by_the_address_of_a_page(browser: Browser, tmp_path: Path) -> None:
    with serve(tmp_path / "store.duckdb") as address, browser.new_context() as context:
        visitor = context.new_page()
        visitor.goto(one_time_address(address).replace("/?", "/deploiement?"))
        expect(visitor.get_by_role("heading", level=1, name="Déploiement")).to_be_visible(timeout=SLOW)
        whole(visitor)
        expect(visitor.get_by_role("dialog")).to_have_count(0)
        expect(visitor.get_by_text("Page not found")).to_have_count(0)


def test_every_page_of_the_menu_answers_at_its_address_in_french_and_axe_finds_nothing_serious(
    server: str, visitor: Page
) -> None:
    links = visitor.get_by_test_id("stSidebarNav").get_by_role("link")
    errors = errors_of(visitor)
    # An icon's name comes before the title.
    menu = {link.inner_text().split("\n")[-1]: link.get_attribute("href") for link in links.all()}
    assert menu == {title: f"{server}/{path}" for path, title in PAGES.items()}
    for path, title in PAGES.items():
        visitor.goto(f"{server}/{path}")
        expect(visitor.get_by_role("heading", level=1, name=title)).to_be_visible(timeout=SLOW)
        whole(visitor)
        expect(visitor.get_by_text("Page not found")).to_have_count(0)
        expect(visitor.get_by_test_id("stException")).to_have_count(0)
        text = visitor.get_by_test_id("stMain").inner_text()
        for word in ENGLISH:
            assert word not in text, f"{title}: {word}"
        assert visitor.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{title} is too wide"
        guide_picture(visitor, path)
        assert not ours(visitor), title
        assert not [name for name in visitor.evaluate(NAMES) if ENGLISH_NAMES.search(name)], title
        assert not faults_at(visitor, NARROWEST), title
    # By its address, Streamlit first looks for what it needs beside the page.
    assert not [error for error in errors if "404 (Not Found)" not in error]


def test_an_unknown_address_says_so_in_french_and_leads_back_on_a_phone_whose_menu_is_folded(
    visitor: Page, server: str
) -> None:
    visitor.set_viewport_size({"width": 390, "height": 844})
    for address in ("nimporte", "Prévisions", "home"):
        visitor.goto(f"{server}/{address}")
        expect(visitor.get_by_role("heading", level=1, name="Page introuvable")).to_be_visible(timeout=SLOW)
        whole(visitor)
        expect(visitor.get_by_role("dialog")).to_have_count(0)
        # Outside of the screen, its links would still be stops of the keyboard.
        expect(visitor.get_by_test_id("stSidebarNav")).to_be_hidden()
    visitor.get_by_role("link", name="Aller à l’accueil").click()
    expect(visitor.get_by_role("heading", level=1, name="Synthèse")).to_be_visible(timeout=SLOW)
    whole(visitor)
    expect(visitor.get_by_role("dialog")).to_have_count(0)


def test_what_streamlit_offers_answers_or_advises_in_english_is_not_seen(page: Page) -> None:
    visit(page, "Généralisation")
    for kind, test_id in (("stSelectbox", "stSelectboxVirtualDropdown"), ("stMultiSelect", "stMultiSelectDropdown")):
        field = page.get_by_test_id(kind).get_by_role("combobox").first
        field.click()
        field.fill("zzzz")
        nothing = page.get_by_test_id(test_id).locator('[role="option"]')
        expect(nothing).to_have_count(1, timeout=SLOW)
        assert nothing.evaluate("option => getComputedStyle(option, '::after').content") == '"Aucun résultat"'
        assert "No results" not in page.locator("body").inner_text()
        field.press("Escape")
    stages = page.get_by_test_id("stMultiSelect").get_by_role("combobox").first
    stages.click()
    stages.fill("t")
    expect(page.get_by_test_id("stMultiSelectDropdown").locator('[role="option"]').first).to_be_visible(timeout=SLOW)
    assert "Select" not in page.locator("body").inner_text()
    page.keyboard.press("Escape")
    number = page.get_by_test_id("stNumberInput").locator("input").first
    number.fill("9")
    advice = page.get_by_test_id("InputInstructions").filter(has_text="Press Enter")
    expect(advice).to_have_count(1, timeout=SLOW)
    expect(advice).to_be_hidden()


def test_pages_print_whole_with_their_titles_and_a_word_without_end_does_not_widen_them(page: Page) -> None:
    follows_the_browser_and_prints_light(page)
    page.get_by_text("Tous les chiffres", exact=True).click()
    expect(page.get_by_text("Qu’est-ce qui a changé")).to_be_visible(timeout=SLOW)
    whole(page)
    a_title_is_printed_on_the_sheet_of_what_it_announces(page)
    page.emulate_media(media="screen")
    visit(page, "Équipement")
    open_part(page, "Écoles et métiers")
    a_phone_and_paper_show_every_column(page)
    visit(page, "Déploiement")
    open_part(page, "Tout")
    the_rollout_prints_on_a_sheet_whole(page)
    page.emulate_media(media="screen")
    a_word_without_end_does_not_widen_the_page(page)


def a_title_is_printed_on_the_sheet_of_what_it_announces(page: Page) -> None:
    page.emulate_media(media="print")
    title = page.get_by_test_id("stHeading").filter(has_text="Qu’est-ce qui a changé").locator("xpath=..")
    for element in (title, title.locator("xpath=following-sibling::*[1]")):
        assert element.evaluate("element => getComputedStyle(element).breakAfter") == "avoid"


def a_phone_and_paper_show_every_column(page: Page) -> None:
    grid, text = page.get_by_test_id("stDataFrame").first, page.locator(".sheet.as-text").first
    expect(grid).to_be_visible()
    expect(text).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 900})
    expect(grid).to_be_hidden()
    expect(text.locator("td").last).to_have_attribute("data-title", "Formés")
    for table in page.locator(".sheet:visible").all():
        assert table.evaluate("table => table.scrollWidth <= table.clientWidth")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(media="print")
    expect(grid).to_be_hidden()
    expect(text.locator("tr").last).to_be_visible()
    page.emulate_media(media="screen")


def the_rollout_prints_on_a_sheet_whole(page: Page) -> None:
    box = page.locator(".st-key-jalons")
    hidden = "box => [box, box.parentElement].some(one => one.scrollHeight > one.clientHeight + 1)"
    assert box.evaluate(hidden), "no row is hidden on the screen: this test proves nothing"
    page.emulate_media(media="print")
    assert not box.evaluate(hidden)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    zoom = float(page.get_by_test_id("stMainBlockContainer").evaluate("block => getComputedStyle(block).zoom"))
    assert zoom >= SMALLEST_NOTE
    for chart in page.get_by_test_id("stPlotlyChart").all():
        shrunk, width = chart.evaluate(DRAWN)
        assert zoom * float(shrunk) * width <= SHEET


def a_word_without_end_does_not_widen_the_page(page: Page) -> None:
    page.set_viewport_size({"width": 768, "height": 900})
    for place in (".takeaway", ".sentences li", ".card dd", ".note"):
        page.locator(place).first.evaluate("(place, word) => { place.textContent = word }", "x" * 400)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth <= main.clientWidth")
