"""Every page and each of its parts, at every width, light and dark: ANTIGASPI_GEOMETRY=all, about ten minutes.

Every day, `test_deep_links` looks at each page at the narrowest width.
"""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page

from tests.browser.geometry import faults
from tests.browser.steps import visit, whole
from tests.browser.test_deep_links import PAGES, server  # noqa: F401  the same store, with forecasts

# 640 pixels are a screen of 1280 at 200 %.
WIDTHS, THEMES = (1280, 768, 640, 390, 320), ("light", "dark")
PARTS = "[data-testid=stMain] :is([class*=st-key-volet] button, [class*=st-key-essentiel_vue] button)"


@pytest.mark.skipif(os.environ.get("ANTIGASPI_GEOMETRY") != "all", reason="ten minutes: ANTIGASPI_GEOMETRY=all")
def test_no_text_is_cut_or_covered_and_no_page_scrolls_sideways(visitor: Page) -> None:
    found: list[str] = []
    for title in PAGES.values():
        visit(visitor, title)
        parts = visitor.locator(PARTS)
        found += at_every_width(visitor, title)
        for part in range(1, parts.count()):
            parts.nth(part).click()
            whole(visitor)
            found += at_every_width(visitor, f"{title}, {parts.nth(part).inner_text()}")
    assert not found, "\n".join(found)


def at_every_width(page: Page, name: str) -> list[str]:
    found = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{name}, {width}, {theme}: {fault}" for fault in faults(page)]
        page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    return found
