"""L’essentiel holds on one screen of 1280 × 800 and on one sheet, and is as wide as any smaller screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.geometry import faults_at
from tests.browser.steps import SLOW, visit, whole

PARTS = (
    ".dates", ".print-page", ".main-figure", "[data-testid=stPlotlyChart]", ".st-key-essentiel_depuis",
    ".st-key-essentiel_decider", ".st-key-essentiel_alertes", ".strip", ".foot",
)  # fmt: skip


@pytest.fixture
def essential(page: Page) -> Page:
    page.set_viewport_size({"width": 1280, "height": 800})
    visit(page, "Synthèse")
    expect(page.locator(".foot")).to_be_visible(timeout=SLOW)
    expect(page.locator("[data-testid=stPlotlyChart] .main-svg").first).to_be_visible(timeout=SLOW)
    page.wait_for_timeout(500)  # nothing tells that the chart has taken its width
    return page


def test_all_of_it_is_seen_without_scrolling_under_the_banner_and_prints_on_one_sheet(essential: Page) -> None:
    expect(essential.get_by_text("Données de démonstration")).to_be_visible()
    for part in PARTS:
        box = essential.locator(part).first.bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= 800, (part, box)
        assert box["x"] >= 0 and box["x"] + box["width"] <= 1280, (part, box)
    assert essential.locator(".strip li").count() == 12
    assert essential.locator(".st-key-essentiel_decider a").count() == 3
    for margin in ("0", "1cm"):
        pdf = essential.pdf(format="A4", margin=dict.fromkeys(("top", "right", "bottom", "left"), margin))  # type: ignore[arg-type]
        assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1


def test_nothing_is_cut_nor_scrolls_sideways(essential: Page) -> None:
    for width in (1280, 768, 390):
        assert not faults_at(essential, width), width


def test_print_prints_and_every_former_figure_is_one_click_away(essential: Page) -> None:
    essential.evaluate("() => { window.print = () => { window.printed = (window.printed || 0) + 1; }; }")
    essential.get_by_role("button", name="Imprimer").click()
    assert essential.evaluate("window.printed") == 1
    essential.get_by_text("Tous les chiffres", exact=True).click()
    expect(essential.get_by_test_id("stMetric")).to_have_count(8, timeout=SLOW)
    whole(essential)
    expect(essential.get_by_text("D’où viennent les repères")).to_be_visible()
