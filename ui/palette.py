"""Every colour, by role: those of the pages, light and dark, and those of the charts."""

from __future__ import annotations

# Pages: role → colour on light, colour on dark. Texts keep 7:1 on both grounds, edges of fields 3:1.
PAGE = {
    "ink": ("#1c2b33", "#e6edf0"),
    "soft": ("#3d4f58", "#c3d0d6"),  # a lead, a date
    "muted": ("#44525a", "#b3c1c8"),  # a note, small print
    "ground": ("#ffffff", "#11191d"),
    "raised": ("#f2f6f7", "#1b262b"),  # the menu, heads of tables
    "line": ("#c9d4d8", "#3a4950"),  # between blocks: decoration
    "edge": ("#72858e", "#7f939c"),  # of what one can act on
    "accent": ("#0a5972", "#7cc4de"),
    "on-accent": ("#ffffff", "#0c1a20"),
    "measured": ("#0b5a92", "#67bbf5"),  # the one figure
    "alert": ("#8a1010", "#ffb4ab"),
    "alert-ground": ("#fdecea", "#3b1512"),
    "doubt": ("#5c3200", "#ffc994"),
    "doubt-ground": ("#fff6e0", "#33260f"),
    "good": ("#00543f", "#7fd8bb"),
    "good-ground": ("#eef8f4", "#10281f"),
    "news": ("#0b3d66", "#a9d3f5"),
    "news-ground": ("#eaf3fb", "#12283a"),
}

# Charts: the Okabe–Ito palette, darker where a contrast of 3:1 with white needs it. A series never differs by colour
# alone: also by place, pattern, dash or label. On a dark page, style.css inverts their lightness and keeps their hue;
# paper shows them as they are here.
_BLUE, _ORANGE, _GREEN, _PURPLE, _GREY = "#0c6aab", "#b8520a", "#00785a", "#7b3871", "#6b7780"
_LIGHT_BLUE, _PALE = "#4f95c4", "#c9d1d5"

INK, GRID, QUIET, PAPER = "#1c2b33", "#dde3e6", "#5c6870", "#ffffff"  # text, grid, secondary lines, behind a text
MEASURED, REFERENCE, GOAL = _BLUE, _PALE, _GREEN
SERVED, FORECAST, PLAN, ADVISED = INK, _BLUE, _ORANGE, _GREEN  # meals
BAND = "rgba(12, 106, 171, 0.2)"  # the interval around a forecast
SURPLUS, SHORTAGE, NET = _LIGHT_BLUE, _ORANGE, INK
EXCEPTIONAL = INK  # told by its mark
MORE, LESS = _LIGHT_BLUE, _ORANGE  # a term that raises a forecast, or lowers it
LOSSES = {"leftovers": _BLUE, "unserved": _LIGHT_BLUE, "preparation": _GREY}
PILOT, COMPARISON = _BLUE, _ORANGE
EXPECTED, UNDER_WAY, DONE, BLOCKED = _PALE, _ORANGE, _BLUE, _ORANGE
LATE = "#a3123a"
HOLLOW, HATCH = "rgba(0, 0, 0, 0)", "rgba(255, 255, 255, 0.45)"  # the inside of a bar; the lines over one
AREA = "rgba(107, 119, 128, 0.08)"  # of a map
PILOT_STAGES = {
    "idée": _GREY, "prototype": _PURPLE, "test": _ORANGE, "bilan": _LIGHT_BLUE, "généralisé": _GREEN, "arrêté": INK,
}  # fmt: skip
# Colours of series without a role, in order.
SERIES = (_BLUE, _GREEN, _ORANGE, _PURPLE, _GREY)
# A scale, from a small to a large share.
SEQUENTIAL = ["#f3f7fa", "#c5dcea", "#86b6d3", "#3f86b3", "#0b5f99", "#063a60"]
OTHER = SEQUENTIAL[0]
# Behind the text of a cell, which has the colour of the page: a veil over light and over dark.
NOTHING_KNOWN, PARTLY_KNOWN = "rgba(232, 119, 34, 0.42)", "rgba(232, 119, 34, 0.22)"


def variables() -> str:
    """Return the colours of the pages as CSS variables; paper has the light ones, whatever the screen."""
    light, dark = ("".join(f"--{role}:{colours[theme]};" for role, colours in PAGE.items()) for theme in range(2))
    return f":root{{color-scheme:light dark;{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
