"""Texts and marks stay readable on light and dark, to colour-blind people, and on a black and white print."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from ui import palette

LIGHT, DARK = 0, 1
GROUNDS = ("ground", "raised")
NOTICES = ("alert", "doubt", "good", "news")
STYLE = PROJECT / "ui" / "kit" / "style.css"
CSS = [*PROJECT.glob("ui/**/*.css"), *PROJECT.glob("ui/server/files/*.html")]
# Streamlit's option → our role, in [theme.light] and [theme.dark].
OPTIONS = {
    "primaryColor": "accent", "backgroundColor": "ground", "secondaryBackgroundColor": "raised", "textColor": "ink",
    "linkColor": "accent", "borderColor": "edge", "dataframeBorderColor": "line", "redTextColor": "alert",
    "redBackgroundColor": "alert-ground", "yellowTextColor": "doubt", "yellowBackgroundColor": "doubt-ground",
    "greenTextColor": "good", "greenBackgroundColor": "good-ground", "blueTextColor": "news",
    "blueBackgroundColor": "news-ground",
}  # fmt: skip
# Colours of one chart, that must be told apart.
TOGETHER = {
    "meals": (palette.SERVED, palette.FORECAST, palette.PLAN, palette.ADVISED),
    "waste": (palette.SURPLUS, palette.SHORTAGE, palette.NET, palette.GOAL),
    "losses": tuple(palette.LOSSES.values()),
    "stages of a school": (palette.EXPECTED, palette.UNDER_WAY, palette.DONE, palette.LATE),
    "stages of a pilot": tuple(palette.PILOT_STAGES.values()),
    "pilot and comparison": (palette.PILOT, palette.COMPARISON),
    "series": palette.SERIES,
}
# Those that fill an area, where neither dash nor marker helps: grey print keeps them apart, or a pattern does.
AREAS = {
    "surplus and shortage": (palette.SURPLUS, palette.SHORTAGE),
    "measure and reference": (palette.MEASURED, palette.REFERENCE),
    "stages of a school": (palette.EXPECTED, palette.DONE),
    "losses without a pattern": (palette.LOSSES["leftovers"], palette.INK),
}
NO_MARKS = ("GRID", "OTHER", "PAPER")
MARKS = {
    name: value
    for name, value in vars(palette).items()
    if isinstance(value, str) and value.startswith("#") and name not in NO_MARKS
}
OUTLINED = {palette.EXPECTED}  # pale: its bar has an outline
# How colours look to people without one kind of cone, on linear light (Machado, Oliveira and Fernandes, 2009).
SIGHTS: dict[str, Sequence[Sequence[float]]] = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
}
TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
WHITE = (0.9505, 1.0, 1.089)
# CSS `hue-rotate(180deg)`, on the channels as they are written.
HUE_TURNED = ((-0.574, 1.43, 0.144), (0.426, 0.43, 0.144), (0.426, 1.43, -0.856))


def channels(colour: str) -> list[float]:
    return [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]


def times(matrix: Sequence[Sequence[float]], vector: Sequence[float]) -> list[float]:
    return [min(1.0, max(0.0, sum(a * b for a, b in zip(row, vector, strict=True)))) for row in matrix]


def linear(colour: str) -> list[float]:
    return [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels(colour)]


def contrast(one: str, other: str) -> float:
    lights = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in map(linear, (one, other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def on_dark(colour: str) -> str:
    """Return a colour of a chart as a dark page shows it: the filter of style.css."""
    turned = times(HUE_TURNED, [1 - one for one in channels(colour)])
    return "#" + "".join(f"{round(255 * one):02x}" for one in turned)


def lab(colour: str, sight: str = "usual") -> list[float]:
    xyz = times(TO_XYZ, times(SIGHTS[sight], linear(colour)))
    x, y, z = (
        light ** (1 / 3) if light > 0.008856 else 7.787 * light + 16 / 116
        for light in (one / most for one, most in zip(xyz, WHITE, strict=True))
    )
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


def distance(one: str, other: str, sight: str) -> float:
    return sum((a - b) ** 2 for a, b in zip(lab(one, sight), lab(other, sight), strict=True)) ** 0.5


def as_is(colour: str) -> str:
    return colour


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_text_is_readable_on_every_ground(theme: int) -> None:
    page = {role: colours[theme] for role, colours in palette.PAGE.items()}
    for ground in GROUNDS:
        for role in ("ink", "soft", "muted"):
            assert contrast(page[role], page[ground]) >= 7, (role, ground)
        assert contrast(page["accent"], page[ground]) >= 4.5
        assert contrast(page["edge"], page[ground]) >= 3
    for notice in NOTICES:
        assert contrast(page[notice], page[f"{notice}-ground"]) >= 7, notice
        assert contrast(page[notice], page["ground"]) >= 7, notice
    assert contrast(page["on-accent"], page["accent"]) >= 7
    assert contrast(page["measured"], page["ground"]) >= 7


def thinned(colour: str, ground: str, share: float) -> str:
    mixed = (share * a + (1 - share) * b for a, b in zip(channels(colour), channels(ground), strict=True))
    return "#" + "".join(f"{round(255 * one):02x}" for one in mixed)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_what_stands_in_a_cell_of_a_matrix_is_readable(theme: int) -> None:
    tints = re.findall(r"var\(--([\w-]+)\) (\d+)%, transparent", STYLE.read_text(encoding="utf-8"))
    assert tints
    page = {role: colours[theme] for role, colours in palette.PAGE.items()}
    for role, percent in tints:
        assert contrast(page["ink"], thinned(page[role], page["ground"], int(percent) / 100)) >= 7, (role, percent)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("veil", [palette.PARTLY_KNOWN, palette.NOTHING_KNOWN])
def test_what_stands_in_a_veiled_cell_of_a_grid_is_readable(veil: str, theme: int) -> None:
    *colour, share = map(float, re.findall(r"[\d.]+", veil))
    page = {role: colours[theme] for role, colours in palette.PAGE.items()}
    veiled = thinned("#" + "".join(f"{round(one):02x}" for one in colour), page["ground"], share)
    assert contrast(page["ink"], veiled) >= 4.5
    assert contrast(page["ground"], veiled) >= 1.1


@pytest.mark.parametrize("shown", [as_is, on_dark])
def test_every_mark_of_a_chart_is_seen(shown: Callable[[str], str]) -> None:
    ground = palette.PAGE["ground"][DARK if shown is on_dark else LIGHT]
    for role, colour in MARKS.items():
        if colour not in OUTLINED:
            assert contrast(shown(colour), ground) >= 3, role
    assert contrast(shown(palette.INK), ground) >= 7
    for written in (palette.QUIET, palette.GOAL, palette.MEASURED):
        assert contrast(shown(written), ground) >= 4.5, written


@pytest.mark.parametrize("shown", [as_is, on_dark])
@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("chart", TOGETHER)
def test_the_colours_of_a_chart_are_told_apart(chart: str, sight: str, shown: Callable[[str], str]) -> None:
    for one, other in combinations(map(shown, TOGETHER[chart]), 2):
        assert distance(one, other, sight) >= 12, (one, other)


@pytest.mark.parametrize("areas", AREAS)
def test_a_grey_print_keeps_the_areas_apart(areas: str) -> None:
    one, other = AREAS[areas]
    assert abs(lab(one)[0] - lab(other)[0]) >= 10


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_streamlit_has_the_colours_of_the_palette_and_follows_the_browser(theme: str) -> None:
    options = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    assert "base" not in options
    place = DARK if theme == "dark" else LIGHT
    assert options[theme] == {option: palette.PAGE[role][place] for option, role in OPTIONS.items()}


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_a_style_sheet_writes_no_colour_and_no_size_of_its_own(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s\"}])|rgba?\(|(?<=[ :])(?:white|black)(?=[;\s])", text)
    assert set(re.findall(r"var\(--(?!size-|st-|on-paper)([\w-]+)", text)) <= palette.PAGE.keys()
    if path.suffix == ".css":
        sizes = re.sub(r"--size-[\w]+: [\d.]+rem;", "", text)
        assert not re.findall(r"font-size: [^;}]*\d[\d.]*(?:px|rem|em)", sizes)
