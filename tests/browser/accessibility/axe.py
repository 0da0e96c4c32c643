"""What axe-core says of a page, without what belongs to the framework."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from playwright.sync_api import Page

# Rules of WCAG 2.0 to 2.2 at A and AA, which RGAA 4.1 asks, and the good practices that axe adds.
RUN = """() => axe.run(document, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
}).then((result) => result.violations.flatMap((found) => found.nodes.map((node) => ({
    rule: found.id, impact: node.impact, target: node.target.flat().join(' '), html: node.html.slice(0, 200),
    why: [...node.any, ...node.all, ...node.none].map((check) => check.message).join(' / '),
}))))"""


@cache
def _code() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def findings(page: Page) -> list[dict[str, str]]:
    """Return what axe-core finds on a page, in its own words."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_code())
    found: list[dict[str, str]] = page.evaluate(RUN)
    return found


# What belongs to the framework, and why we leave it: the page « Accessibilité » lists the same rules.
FRAMEWORK = {
    # The zone where files are dropped is out of the tab order and has a name; its button, beside it, does all of it.
    "presentation-role-conflict": "la zone de dépôt de fichiers",
}


def ours(page: Page) -> list[dict[str, str]]:
    """Return what axe-core finds serious or critical on a page, but what belongs to the framework."""
    found = [one for one in findings(page) if one["rule"] not in FRAMEWORK]
    return [one for one in found if one["impact"] in ("critical", "serious")]
