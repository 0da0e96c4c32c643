"""What one does on any page: wait until it is whole, go to another, read it, take its picture."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Error, Page, expect

from tests.conftest import PROJECT

SCREENSHOTS = PROJECT / "var" / "screenshots"
README_IMAGES = PROJECT / "docs" / "images"
AGAIN, SLOW, VERY_SLOW = 5_000, 30_000, 180_000
IDLE = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
# The store of a test lies in a folder that no reader of the guide has.
WITHOUT_TEMPORARY_PLACES = r"""() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let text; (text = texts.nextNode()); )
        text.data = text.data.replace(/\/\S+\/store\./, '/srv/antigaspi/antigaspi.')
}"""


def opened(page: Page) -> None:
    """Wait until the first page is whole: the home leads to it, and would answer a click in its place."""
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=SLOW)
    whole(page)


def whole(page: Page) -> None:
    """Wait until the page is drawn to its end, and what it was before is gone."""
    expect(page.locator(IDLE)).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=SLOW)


def visit(page: Page, title: str) -> None:
    """Go to a page by the menu."""
    whole(page)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible(timeout=SLOW)
    whole(page)


def open_part(page: Page, name: str) -> None:
    """Open a part of a page, by its name."""
    page.get_by_role("radio", name=name, exact=True).click()
    expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked(timeout=SLOW)
    whole(page)


def settled(page: Page) -> None:
    """Wait until the page Déposer un fichier is whole, with its one field."""
    expect(page.get_by_text("Refusé\u00a0: dans chacune de ces lignes")).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("stFileUploaderDropzoneInput")).to_have_count(1, timeout=SLOW)
    whole(page)


def hand_over(page: Page, file: Path) -> None:
    """Give a file to the page's field, and again if the page was drawn anew just then and lost it."""
    waiting = page.get_by_text("Un ou plusieurs fichiers, 50")
    for _ in range(3):
        settled(page)
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
        with suppress(AssertionError):
            expect(waiting).to_have_count(0, timeout=15_000)
            return


def choose(page: Page, label: str, value: str, exact: bool = True) -> None:
    """Choose a value in a list, and again if the page was drawn anew just then and closed it."""
    field = page.get_by_role("combobox", name=re.compile(label)).first
    chosen = value if exact else re.compile(re.escape(value))
    for _ in range(5):
        whole(page)
        with suppress(Error, AssertionError):
            field.click(timeout=AGAIN)
            field.fill(value, timeout=AGAIN)
            page.get_by_role("option", name=value, exact=exact).first.click(timeout=AGAIN)
            expect(field).to_have_value(chosen, timeout=AGAIN)
            return
    expect(field).to_have_value(chosen, timeout=AGAIN)


def spaced(text: str) -> str:
    """Return a text with plain spaces, as a reader sees it."""
    return re.sub(r"[\u00a0\u202f]", " ", text)


# The pictures of the guide, by the address of their page, as its readers hold it: width and height.
GUIDE_PICTURES = {
    "synthese": (1280, 800),
    "seances": (1280, 900),
    "ma_cantine": (390, 844),
    "saisie": (390, 844),
    "depot": (1280, 800),
    "semaine": (1280, 800),
    "production": (1280, 900),
    "deploiement": (1280, 900),
    "reglages": (1280, 900),
}


def guide_picture(page: Page, path: str) -> None:
    """Take the picture of a page that the guide shows, when the pictures are renewed."""
    if os.environ.get("ANTIGASPI_RENEW_IMAGES") != "1" or path not in GUIDE_PICTURES:
        return
    width, height = GUIDE_PICTURES[path]
    page.set_viewport_size({"width": width, "height": height})
    whole(page)
    page.wait_for_timeout(1000)  # nothing tells that the charts have taken their new width
    page.evaluate(WITHOUT_TEMPORARY_PLACES)
    page.screenshot(path=README_IMAGES / "guide" / f"{path}.png")
    page.set_viewport_size({"width": 1280, "height": 900})


def picture(page: Page, name: str, height: int = 900) -> None:
    """Take the page at both widths; the README's picture is renewed on demand."""
    whole(page)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for width in (768, 1280):
        page.set_viewport_size({"width": width, "height": height})
        page.get_by_role("heading", level=1).scroll_into_view_if_needed()
        page.wait_for_timeout(500)  # nothing tells that the charts have taken their new width
        page.screenshot(path=SCREENSHOTS / f"{name}_{width}.png")
    # Only the page of the demonstration: the others show the figures of a real city.
    if os.environ.get("ANTIGASPI_RENEW_IMAGES") == "1" and name == "synthese":
        page.screenshot(path=README_IMAGES / f"{name}.png")
    page.set_viewport_size({"width": 1280, "height": 900})
