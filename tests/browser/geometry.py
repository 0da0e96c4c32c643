"""Where the things of a page stand, at any width, light or dark, and on paper."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from ui import palette

NARROWEST = 320
FAULTS = Path(__file__).with_name("geometry.js").read_text(encoding="utf-8")
# Fields whose choices are names that others gave, of any length; the list shows them whole.
NAMED_BY_OTHERS = tuple(f"cut in field {label}:" for label in ("Dépôt", "Point de service"))
COLOURS = """() => [getComputedStyle(document.querySelector('.stApp')).backgroundColor,
    getComputedStyle(document.querySelector('h1')).color, getComputedStyle(document.querySelector('.dates')).color,
    getComputedStyle(document.querySelector('.js-plotly-plot')).filter]"""


def faults(page: Page) -> list[str]:
    """Return what is cut, covered or too wide, once the page has its width: nothing tells when its charts have."""
    page.wait_for_timeout(300)
    found: list[str] = []
    for _ in range(10):
        found = [fault for fault in page.evaluate(FAULTS) if not fault.startswith(NAMED_BY_OTHERS)]
        if not found:
            break
        page.wait_for_timeout(300)
    return found


def faults_at(page: Page, width: int) -> list[str]:
    """Return what is wrong at a width; the page then has its usual one again."""
    page.set_viewport_size({"width": width, "height": 900})
    found = faults(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


def follows_the_browser_and_prints_light(page: Page) -> None:
    """Check that Synthèse, already open, is light or dark as the browser asks at that moment, and light on paper."""
    page.locator(".js-plotly-plot").first.wait_for()
    light = [_written("ground", 0), _written("ink", 0), _written("soft", 0), "none"]
    dark = [_written("ground", 1), _written("ink", 1), _written("soft", 1), "invert(1) hue-rotate(180deg)"]
    paper = [_written("ground", 0), _written("ink", 0), _written("ink", 0), "none"]
    for media, theme, colours in (("screen", "dark", dark), ("print", "dark", paper), ("screen", "light", light)):
        page.emulate_media(media=media, color_scheme=theme)  # type: ignore[arg-type]
        for _ in range(30):  # Streamlit draws the page anew
            if page.evaluate(COLOURS) == colours:
                break
            page.wait_for_timeout(100)
        assert page.evaluate(COLOURS) == colours, (media, theme)


def _written(role: str, theme: int) -> str:
    """Return a colour of the palette as a browser writes it."""
    red, green, blue = (int(palette.PAGE[role][theme][place : place + 2], 16) for place in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"
