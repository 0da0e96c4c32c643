"""The map of the test schools."""

from __future__ import annotations

import math
import os
import textwrap
from collections.abc import Iterator
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui.kept import drawn_once
from ui.kit import chart, formats
from ui.tiles import TILES_SETTING

TILES_SOURCE_SETTING = "ANTIGASPI_TILES_SOURCE"
NAME_LINE = 10  # letters on one line of the name of a district
# The sides of an area, in the order they are tried: their axis, their direction, what a name is held by there.
SIDES = (
    ("longitude", 1, {"xanchor": "left"}), ("longitude", -1, {"xanchor": "right"}),
    ("latitude", 1, {"yanchor": "bottom"}), ("latitude", -1, {"yanchor": "top"}),
)  # fmt: skip
HALO = ", ".join([f"0 0 2px {chart.PAPER}"] * 4)
ROOM = 0.15  # of the city, looked at around a name
# Situation → its name, its colour, its symbol on the map, and as a list writes it.
SITUATIONS = {
    "bloquée": ("Raccordement bloqué", chart.BLOCKED, "x", "✖"),
    "équipée": ("Équipée", chart.DONE, "circle", "●"),
    "en chemin": ("Pas encore équipée", chart.QUIET, "diamond", "◆"),
}


def school_map(places: pd.DataFrame, city: pd.DataFrame) -> go.Figure:
    """Draw the schools at their place, north up, one symbol per situation; as dots over tiles if the city names them.

    `places` has columns school, district, latitude, longitude, situation (a key of SITUATIONS), tip (its tooltip) and
    number (its name in the list beside). `city`: the canteens of the city, which draw its districts.
    """
    return _over_tiles(places, tiles()) if tiles() else _bare(places, city)


def tiles() -> str:
    """Return the address of the tiles under the map; "" without any, and the map then draws numbers and districts."""
    return os.environ.get(TILES_SETTING, "")


@drawn_once
def _bare(places: pd.DataFrame, city: pd.DataFrame) -> go.Figure:
    fig = chart.base(height=480)
    _districts(fig, city)
    for schools, symbol, options in _by_situation(places):
        fig.add_scatter(
            x=schools["longitude"], y=schools["latitude"], mode="markers+text",
            marker={"symbol": symbol, "size": 14, "line": {"color": "white", "width": 1}},
            text=[f"<b>{number}</b>" for number in schools["number"]], cliponaxis=False,
            # A number that stands over the dots of other canteens stays legible.
            textfont={"size": 14, "color": chart.INK, "shadow": HALO},
            # Numbered from the north: neighbours have their number on another side.
            textposition=["middle right" if number % 2 else "middle left" for number in schools["number"]],
            **options,
        )  # fmt: skip
    # One degree of longitude is shorter than one of latitude, all the more towards the north.
    stretch = 1 / math.cos(math.radians(float(places["latitude"].mean())))
    drawn = pd.concat([places, city])
    fig.update_xaxes(visible=False, constrain="domain", range=_range(drawn["longitude"], 0.45))
    fig.update_yaxes(
        visible=False, constrain="domain", scaleanchor="x", scaleratio=stretch, range=_range(drawn["latitude"], 0.2)
    )
    return fig


def _by_situation(places: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, str, dict[str, Any]]]:
    """Yield the schools of each situation, their symbol, and the options that their traces share."""
    for situation, (name, colour, symbol, _) in SITUATIONS.items():
        schools = places[places["situation"] == situation]
        options = {"name": name, "marker_color": colour, "hovertemplate": "%{customdata}<extra></extra>"}
        yield schools, symbol, options | {"customdata": [formats.in_chart(tip) for tip in schools["tip"]]}


def _range(values: pd.Series, margin: float) -> list[float]:
    """Return the axis around values, with a share of it as room for the names."""
    room = margin * max(float(values.max() - values.min()), 0.005)
    return [float(values.min()) - room, float(values.max()) + room]


def _districts(fig: go.Figure, city: pd.DataFrame) -> None:
    """Draw each district as the smallest area around its canteens, these as dots, and its name on its freest side."""
    for district, canteens in city.dropna(subset="district").groupby("district"):
        edge = hull(list(canteens[["longitude", "latitude"]].itertuples(index=False, name=None)))
        longitudes, latitudes = zip(*[*edge, edge[0]], strict=True)
        fig.add_scatter(
            x=longitudes, y=latitudes, mode="lines", fill="toself", fillcolor=chart.AREA,
            line={"color": chart.QUIET, "width": 1}, hoverinfo="skip", showlegend=False,
        )  # fmt: skip
        lines = textwrap.wrap(str(district), NAME_LINE)
        fig.add_annotation(
            **_freest_side(canteens, city), showarrow=False, font={"color": chart.QUIET, "size": 14},
            text="<br>".join(f"<i>{formats.in_chart(line)}</i>" for line in lines),
        )  # fmt: skip
    fig.add_scatter(
        x=city["longitude"], y=city["latitude"], mode="markers", name="Autre cantine", hoverinfo="skip",
        marker={"symbol": "circle", "size": 4, "color": chart.QUIET},
    )  # fmt: skip


def _freest_side(canteens: pd.DataFrame, city: pd.DataFrame) -> dict[str, Any]:
    """Return the place of a name beside an area, at its end with fewest canteens of the city around."""
    sides: list[tuple[int, dict[str, Any]]] = []
    for axis, sign, anchor in SIDES:
        end = canteens.sort_values(axis, ascending=sign < 0).iloc[0]
        spans = {name: ROOM * float(city[name].max() - city[name].min()) for name in ("longitude", "latitude")}
        beyond = end[["longitude", "latitude"]].astype(float)
        beyond[axis] += sign * spans[axis]
        away = [(city[name] - beyond[name]).abs() / max(span, 1e-6) for name, span in spans.items()]
        sides.append((int((away[0] + away[1] < 1.5).sum()), {"x": end["longitude"], "y": end["latitude"], **anchor}))
    return min(sides, key=lambda side: side[0])[1]


def hull(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the corners of the smallest convex area around points, by Andrew’s monotone chain."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    return [*_chain(ordered)[:-1], *_chain(ordered[::-1])[:-1]]


def _chain(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    kept: list[tuple[float, float]] = []
    for point in points:
        while len(kept) > 1 and _turn(kept[-2], kept[-1], point) <= 0:
            kept.pop()
        kept.append(point)
    return kept


def _turn(first: tuple[float, float], middle: tuple[float, float], last: tuple[float, float]) -> float:
    return (middle[0] - first[0]) * (last[1] - first[1]) - (middle[1] - first[1]) * (last[0] - first[0])


def _over_tiles(places: pd.DataFrame, source: str) -> go.Figure:
    fig = chart.base(height=520)
    for schools, _, options in _by_situation(places):
        fig.add_scattermap(
            lat=schools["latitude"], lon=schools["longitude"], mode="markers", marker={"size": 14}, **options
        )
    layer = {
        "sourcetype": "raster",
        "source": [source],
        "below": "traces",
        "sourceattribution": formats.in_chart(os.environ.get(TILES_SOURCE_SETTING, "")),
    }
    centre = {"lat": float(places["latitude"].mean()), "lon": float(places["longitude"].mean())}
    blank = {"version": 8, "sources": {}, "layers": []}
    fig.update_layout(map={"style": blank, "layers": [layer], "center": centre, "zoom": 11})
    return fig
