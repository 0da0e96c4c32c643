"""Charts of what comes next: the fan of the rollout, the pilots by impact and effort."""

from __future__ import annotations

import textwrap
from collections.abc import Hashable
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui.kit import chart as charts
from ui.kit import formats

# Years written under an axis, side by side at 768 pixels; beyond, one in two, in five, in ten.
MOST_YEARS, YEARS_APART = 11, (1, 2, 5, 10)
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
LINE = 18  # letters of a rank and a name on one line
HALO = ", ".join(["0 0 3px white"] * 6)  # around names: the lines behind them do not cross their letters
# Pilots of the same impact and effort stand side by side, each with its name on another side.
BESIDE, SIDES = 0.18, ("bottom center", "top center", "middle right", "middle left")


def fan(months: pd.DataFrame, today: date) -> go.Figure:
    """Draw the schools done, month by month: those seen, what 8 simulations in 10 give, the middle one, those to do."""
    fig = charts.base(y_title="écoles faites", height=400)
    seen = months[months["month"] <= pd.Timestamp(today)]
    ahead = months[max(len(seen) - 1, 0) :]  # what is simulated starts from what was seen last
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    fig.add_scatter(x=ahead["month"], y=ahead["high"], showlegend=False, **band)
    name = "8 simulations sur 10"
    fig.add_scatter(x=ahead["month"], y=ahead["low"], fill="tonexty", fillcolor=charts.BAND, name=name, **band)
    told = [
        f"{formats.number(median)} écoles (de {formats.number(low)} à {formats.number(high)})"
        for low, median, high in ahead[["low", "median", "high"]].to_numpy()
    ]
    _line(fig, "Simulation médiane", ahead, told, charts.FORECAST)
    _line(fig, "Constaté", seen, [formats.plural(count, "école") for count in seen["median"]], charts.SERVED)
    fig.add_scatter(
        x=months["month"],
        y=months["target"],
        name="Écoles à faire",
        mode="lines",
        line={"color": charts.TARGET, "width": 2, "dash": "dash", "shape": "hv"},
        hoverinfo="skip",
    )
    fig.add_vline(pd.Timestamp(today).timestamp() * 1000, line={"color": charts.INK, "width": 1.5, "dash": "dot"})
    fig.add_annotation(
        x=pd.Timestamp(today),
        y=0.98,
        yref="paper",
        text="aujourd’hui",
        showarrow=False,
        xanchor="left",
        xshift=4,
        bgcolor="white",
    )
    years = -(-len(months) // 12)
    every = next(step for step in YEARS_APART if years <= step * MOST_YEARS)
    fig.update_xaxes(tickformat="%Y", dtick=f"M{12 * every}", tickangle=0)
    fig.update_yaxes(rangemode="tozero", tickformat=",")
    return fig


def _line(fig: go.Figure, name: str, months: pd.DataFrame, told: list[str], colour: str) -> None:
    fig.add_scatter(
        x=months["month"],
        y=months["median"],
        name=name,
        mode="lines",
        line={"color": colour, "width": 2 if colour == charts.FORECAST else 3},
        customdata=told,
        hovertemplate="%{x|%m/%Y}<br>%{customdata}<extra>%{fullData.name}</extra>",
    )


def impact_and_effort(pilots: pd.DataFrame, strong_impact: int, heavy_effort: int) -> go.Figure:
    """Draw the pilots by effort and impact, from 1 to 5, each with its name and the rank the comité gave it."""
    fig = charts.base(height=580, x_title="effort, de 1 (léger) à 5 (lourd)", y_title="impact, de 1 à 5 (fort)")
    line = {"color": charts.QUIET, "width": 1, "dash": "dash"}
    fig.add_hline(strong_impact - 0.5, line=line, layer="below")
    fig.add_vline(heavy_effort - 0.5, line=line, layer="below")
    for words, x, y in CORNERS:
        side, edge = ("left", 0.45) if x == 1 else ("right", 5.75)
        height = 5.62 if y == 5 else 0.22
        fig.add_annotation(
            x=edge, y=height, text=words, showarrow=False, xanchor=side, font={"color": charts.QUIET, "size": 13}
        )
    rank = pilots.groupby(["impact", "effort"]).cumcount()
    stages = pilots["stage"].fillna(UNKNOWN_STAGE)
    for stage in [*SYMBOLS, UNKNOWN_STAGE]:
        mine = pilots[stages == stage]
        if mine.empty:
            continue
        symbol, colour = SYMBOLS.get(stage, "circle-open"), charts.PILOT_STAGES.get(stage, charts.QUIET)
        fig.add_scatter(
            x=mine["effort"].astype(float) + BESIDE * rank[mine.index],
            y=mine["impact"].astype(float),
            name=stage,
            mode="markers+text",
            marker={"symbol": symbol, "color": colour, "size": 15, "line": {"width": 2, "color": colour}},
            text=[_pilot(row) for row in mine.to_dict("records")],
            textposition=[SIDES[place % len(SIDES)] for place in rank[mine.index]],
            textfont={"size": 13, "color": charts.INK, "shadow": HALO},
            cliponaxis=False,
            hoverinfo="skip",
        )
    fig.update_xaxes(range=[0.4, 5.8], tickvals=[1, 2, 3, 4, 5], showgrid=True, gridcolor=charts.GRID, zeroline=False)
    fig.update_yaxes(range=[0.1, 5.8], tickvals=[1, 2, 3, 4, 5], zeroline=False)
    return fig


def _pilot(row: dict[Hashable, Any]) -> str:
    rank = "" if formats.is_missing(row["priority"]) else f"n°{formats.SPACE}{row['priority']} "
    first, *rest = textwrap.wrap(str(row["pilot"]), LINE, initial_indent=rank)
    return "<br>".join([f"<b>{rank}</b>{formats.in_chart(first.removeprefix(rank))}", *map(formats.in_chart, rest)])
