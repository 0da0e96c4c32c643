"""axe-core on every page of each role, light and dark, wide and narrow, with and without data.

It takes ten minutes: with ANTIGASPI_ACCESSIBILITY=all. Every day `test_deep_links` reads each page once.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from data.access.rights import ROLES
from data.store import Store
from tests.browser.accessibility.axe import FRAMEWORK, findings, ours
from tests.browser.conftest import one_time_address, serve
from tests.browser.steps import SLOW, choose, open_part, opened, visit, whole
from tests.conftest import PROJECT
from tests.pages.conftest import add_forecasts
from ui.access import ROLE_TITLES

ALL = os.environ.get("ANTIGASPI_ACCESSIBILITY") == "all"
OPENED = 3
SIZES = ((1280, 900), (390, 844))


@pytest.fixture(scope="module", params=["démonstration", "base vide"])
def address(
    request: pytest.FixtureRequest, demo_of_today: Path, blank: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    empty = request.param == "base vide"
    path = Path(shutil.copy(blank if empty else demo_of_today, tmp_path_factory.mktemp("axe") / "store.duckdb"))
    if not empty:
        store = Store(path)
        add_forecasts(store)
        store.close()
    with serve(path, ANTIGASPI_AUTO_REFRESH="0") as served:
        yield served


@pytest.mark.skipif(not ALL, reason="ten minutes: ANTIGASPI_ACCESSIBILITY=all")
@pytest.mark.parametrize("role", ROLES)
def test_axe_finds_nothing_serious_of_ours_whatever_the_role_the_theme_and_the_width(
    browser: Browser, address: str, role: str
) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR") as context:
        page = context.new_page()
        page.goto(one_time_address(address))
        opened(page)
        if role != "mission":
            take_role(page, role)
        names = [name.split("\n")[-1] for name in page.get_by_test_id("stSidebarNavLink").all_inner_texts()]
        found = {}
        for name in names:
            visit(page, name)
            found |= everywhere(page, name)
    assert not found


def take_role(page: Page, role: str) -> None:
    """Become another role, on a page that each of them has; a manager has a canteen."""
    visit(page, "Guide")
    choose(page, "Essayer un rôle", ROLE_TITLES[role])
    menu = page.get_by_test_id("stSidebarNav")
    expect(menu.get_by_role("link", name="Données disponibles")).to_have_count(0, timeout=SLOW)
    whole(page)
    canteens = page.get_by_test_id("stSidebar").get_by_role("combobox", name="Ses cantines")
    if canteens.count() and page.locator(".st-key-demonstration").count():  # an empty store has none
        canteens.click()
        canteens.fill("vezere")
        page.get_by_role("option", name="Vézère", exact=True).click()
        page.keyboard.press("Escape")
        whole(page)


def everywhere(page: Page, name: str) -> dict[str, list[str]]:
    """Return what is found on a page, by theme and width, with whatever opens opened."""
    if page.get_by_test_id("stMain").get_by_role("radio", name="Tout", exact=True).count():
        open_part(page, "Tout")
    # The first of a page and its tables; what one opens leaves this list.
    closed = page.get_by_test_id("stMain").locator("details:not([open]) > summary").filter(visible=True)
    for _ in range(min(closed.count(), OPENED)):
        closed.first.click(timeout=SLOW)
        whole(page)
    found = {}
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(400)  # nothing tells that the page has taken its new width
            if bad := ours(page):
                found[f"{name}, {theme}, {width}"] = sorted({f"{one['rule']}: {one['target'][:160]}" for one in bad})
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    return found


def test_what_belongs_to_the_framework_is_told_to_people() -> None:
    statement = (PROJECT / "docs" / "accessibilite.md").read_text(encoding="utf-8")
    assert [rule for rule in FRAMEWORK if f"`{rule}`" not in statement] == []
    assert re.search(r"axe-core 4\.\d+", statement)


def test_what_axe_finds_is_found(browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content("<main><h1>Page</h1><button></button><p style='color:#aaa'>pâle</p></main>")
        assert {one["rule"] for one in findings(page)} >= {"button-name", "color-contrast"}
        assert {one["rule"] for one in ours(page)} >= {"button-name", "color-contrast"}
