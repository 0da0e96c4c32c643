"""Charts of the portfolio: the pilots by impact and effort."""

from __future__ import annotations

import textwrap
from collections.abc import Hashable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui.kit import chart, formats

# Each stage of a pilot has its own marker as well as its colour.
SYMBOLS = {
    "idée": "circle-open",
    "prototype": "diamond",
    "test": "square",
    "bilan": "triangle-up",
    "généralisé": "circle",
    "arrêté": "x",
}
UNKNOWN_STAGE = "étape non renseignée"
CORNERS = (("Gains rapides", 1, 5), ("Chantiers de fond", 5, 5), ("À l’occasion", 1, 1), ("À questionner", 5, 1))
LINE = 18  # most letters on one line of a label: a rank and a name
HALO = ", ".join(["0 0 3px white"] * 6)  # a white edge around names: the lines behind do not cross the letters
# Pilots of the same impact and effort stand side by side, each with its name on another side.
BESIDE, SIDES = 0.18, ("bottom center", "top center", "middle right", "middle left")


def impact_and_effort(pilots: pd.DataFrame, strong_impact: int, heavy_effort: int) -> go.Figure:
    """Draw the pilots by effort and impact, from 1 to 5, each with its name and the rank the comité gave it."""
    fig = chart.base(height=580, x_title="effort, de 1 (léger) à 5 (lourd)", y_title="impact, de 1 à 5 (fort)")
    line = {"color": chart.QUIET, "width": 1, "dash": "dash"}
    fig.add_hline(strong_impact - 0.5, line=line, layer="below")
    fig.add_vline(heavy_effort - 0.5, line=line, layer="below")
    for words, x, y in CORNERS:
        side, edge = ("left", 0.45) if x == 1 else ("right", 5.75)
        height = 5.62 if y == 5 else 0.22
        fig.add_annotation(
            x=edge, y=height, text=words, showarrow=False, xanchor=side, font={"color": chart.QUIET, "size": 13}
        )
    rank = pilots.groupby(["impact", "effort"]).cumcount()
    stages = pilots["stage"].fillna(UNKNOWN_STAGE)
    for stage in [*SYMBOLS, UNKNOWN_STAGE]:
        of_stage = pilots[stages == stage]
        if of_stage.empty:
            continue
        symbol, colour = SYMBOLS.get(stage, "circle-open"), chart.PILOT_STAGES.get(stage, chart.QUIET)
        fig.add_scatter(
            x=of_stage["effort"].astype(float) + BESIDE * rank[of_stage.index],
            y=of_stage["impact"].astype(float),
            name=stage,
            mode="markers+text",
            marker={"symbol": symbol, "color": colour, "size": 15, "line": {"width": 2, "color": colour}},
            text=[_pilot(row) for row in of_stage.to_dict("records")],
            textposition=[SIDES[place % len(SIDES)] for place in rank[of_stage.index]],
            textfont={"size": 13, "color": chart.INK, "shadow": HALO},
            cliponaxis=False,
            hoverinfo="skip",
        )
    fig.update_xaxes(range=[0.4, 5.8], tickvals=[1, 2, 3, 4, 5], showgrid=True, gridcolor=chart.GRID, zeroline=False)
    fig.update_yaxes(range=[0.1, 5.8], tickvals=[1, 2, 3, 4, 5], zeroline=False)
    return fig


def _pilot(row: dict[Hashable, Any]) -> str:
    rank = "" if formats.is_missing(row["priority"]) else f"n°{formats.SPACE}{row['priority']} "
    first, *rest = textwrap.wrap(str(row["pilot"]), LINE, initial_indent=rank)
    return "<br>".join([f"<b>{rank}</b>{formats.in_chart(first.removeprefix(rank))}", *map(formats.in_chart, rest)])
