"""Charts of the steering: the matrix of the risks, the map of the schools."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui.kit import chart, formats
from ui.kit.formats import school_name
from ui.kit.tiles import TILES_SETTING

PROBABILITIES, IMPACTS = ("faible", "moyenne", "forte"), ("faible", "moyen", "fort")
TILES_SOURCE_SETTING = "ANTIGASPI_TILES_SOURCE"
SITUATIONS = {
    "bloquée": ("Raccordement bloqué", chart.BLOCKED, "x"),
    "équipée": ("Équipée", chart.DONE, "circle"),
    "en chemin": ("Pas encore équipée", chart.QUIET, "diamond"),
}


def risk_matrix(risks: pd.DataFrame) -> go.Figure:
    """Draw how many risks stand at each probability (rows) and impact (columns); an empty cell has none."""
    counts = risks.groupby(["probability_rank", "impact_rank"]).size()
    cells = [[int(counts.get((row, column), 0)) for column in (1, 2, 3)] for row in (1, 2, 3)]
    fig = chart.base(height=300, x_title="impact", y_title="probabilité")
    fig.add_heatmap(
        x=IMPACTS,
        y=PROBABILITIES,
        z=[[row * column for column in (1, 2, 3)] for row in (1, 2, 3)],
        text=[[formats.plural(count, "risque") if count else "" for count in row] for row in cells],
        texttemplate="%{text}",
        textfont={"color": chart.INK},
        # The heavier, the darker; the number in the cell says how many.
        colorscale=chart.HEAVINESS,
        showscale=False,
        xgap=3,
        ygap=3,
        hoverinfo="skip",
    )
    fig.update_yaxes(showgrid=False)
    return fig


def school_map(places: pd.DataFrame) -> go.Figure:
    """Draw the schools at their place, north up, one symbol per situation; over tiles if the city names a server.

    `places` has columns school, district, latitude, longitude, situation (a key of SITUATIONS) and tip (its tooltip).
    """
    tiles = os.environ.get(TILES_SETTING)
    return _over_tiles(places, tiles) if tiles else _bare(places)


def _bare(places: pd.DataFrame) -> go.Figure:
    fig = chart.base(height=480)
    for schools, symbol, options in _by_situation(places):
        fig.add_scatter(
            x=schools["longitude"],
            y=schools["latitude"],
            mode="markers+text",
            marker={"symbol": symbol, "size": 13, "line": {"color": "white", "width": 1}},
            text=[formats.shortened(_short(school), 20) for school in schools["school"]],
            textposition="middle right",
            textfont={"size": 12},
            cliponaxis=False,
            **options,
        )
    _name_districts(fig, places)
    # One degree of longitude is shorter than one of latitude, all the more towards the north.
    stretch = 1 / math.cos(math.radians(float(places["latitude"].mean())))
    fig.update_xaxes(visible=False, range=_range(places["longitude"], 0.45))
    fig.update_yaxes(visible=False, scaleanchor="x", scaleratio=stretch, range=_range(places["latitude"], 0.15))
    return fig


def _by_situation(places: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, str, dict[str, Any]]]:
    """Yield the schools of each situation, their symbol, and the options that their traces share."""
    for situation, (name, colour, symbol) in SITUATIONS.items():
        schools = places[places["situation"] == situation]
        options = {"name": name, "marker_color": colour, "hovertemplate": "%{customdata}<extra></extra>"}
        yield schools, symbol, options | {"customdata": [formats.in_chart(tip) for tip in schools["tip"]]}


def _short(school: str) -> str:
    return school_name(school).removeprefix("Élémentaire ").removeprefix("Maternelle ")


def _range(values: pd.Series, margin: float) -> list[float]:
    """Return the axis around values, with room for the names at the right."""
    width = max(float(values.max() - values.min()), 0.005)
    return [float(values.min()) - 0.1 * width, float(values.max()) + margin * width]


def _name_districts(fig: go.Figure, places: pd.DataFrame) -> None:
    """Write the name of each district above its northernmost school."""
    located = places.dropna(subset=["district"])
    for district, schools in located.groupby("district"):
        top = schools.sort_values("latitude").iloc[-1]
        fig.add_annotation(
            x=top["longitude"],
            y=top["latitude"],
            text=f"<i>{formats.in_chart(str(district))}</i>",
            showarrow=False,
            yshift=20,
            font={"color": chart.QUIET, "size": 13},
        )


def _over_tiles(places: pd.DataFrame, tiles: str) -> go.Figure:
    fig = chart.base(height=520)
    for schools, _, options in _by_situation(places):
        fig.add_scattermap(
            lat=schools["latitude"], lon=schools["longitude"], mode="markers", marker={"size": 14}, **options
        )
    layer = {
        "sourcetype": "raster",
        "source": [tiles],
        "below": "traces",
        "sourceattribution": formats.in_chart(os.environ.get(TILES_SOURCE_SETTING, "")),
    }
    centre = {"lat": float(places["latitude"].mean()), "lon": float(places["longitude"].mean())}
    blank = {"version": 8, "sources": {}, "layers": []}
    fig.update_layout(map={"style": blank, "layers": [layer], "center": centre, "zoom": 11})
    return fig
