"""Charts of the difference-in-differences: each effect with its interval, and the months before and after."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from data.queries.pilot import Effect
from ui.kept import drawn_once
from ui.kit import chart, formats

DASH, MARK = "dash", "square"


@drawn_once
def intervals(effects: list[tuple[str, str, int, Effect]]) -> go.Figure:
    """Draw one row per measure (name, unit, digits, effect): its effect, its interval, and each school’s effect."""
    fig = make_subplots(rows=len(effects), cols=1, vertical_spacing=0.4 / len(effects), figure=chart.base())
    fig.update_layout(height=110 + 130 * len(effects), margin={"b": 56})
    for row, (name, unit, digits, effect) in enumerate(effects, start=1):
        first, own = row == 1, name.replace(" ", "<br>", 1)  # on two lines, a phone has room for the axis
        _schools(fig, row, own, digits, effect, first)
        _interval(fig, row, own, digits, effect, first)
        fig.update_yaxes(showgrid=False, zeroline=False, range=[-0.7, 0.7], fixedrange=True, automargin=True, row=row)
        fig.update_xaxes(
            title=unit, range=_range(effect), showgrid=True, gridcolor=chart.GRID, zeroline=True,
            zerolinecolor=chart.INK, zerolinewidth=2, fixedrange=True, title_standoff=4, row=row,
        )  # fmt: skip
    return fig


def _range(effect: Effect) -> list[float]:
    """Return the ends of an axis that shows every value, and zero, which means no effect."""
    school_changes, change = effect.pairs["change"].dropna().tolist(), effect.change
    values = [end for end in (*school_changes, change.value, change.lower, change.upper, 0.0) if math.isfinite(end)]
    room = 0.08 * (max(values) - min(values))
    return [min(values) - room, max(values) + room]


def _schools(fig: go.Figure, row: int, name: str, digits: int, effect: Effect, legend: bool) -> None:
    changes = effect.pairs["change"].dropna()
    fig.add_scatter(
        x=changes, y=[name] * len(changes), mode="markers", name="Une école", showlegend=legend, legendgroup="school",
        marker={"symbol": "circle-open", "size": 9, "color": chart.QUIET, "line": {"width": 1.5}},
        customdata=[formats.signed(value, digits) for value in changes],
        hovertemplate="%{customdata}<extra>Une école</extra>", row=row, col=1,
    )  # fmt: skip


def _interval(fig: go.Figure, row: int, name: str, digits: int, effect: Effect, legend: bool) -> None:
    change = effect.change
    ends = [change.upper - change.value], [change.value - change.lower]
    fig.add_scatter(
        x=[change.value], y=[name], mode="markers+text", name="Effet du pilote et fourchette à 95\u00a0%",
        showlegend=legend, legendgroup="effect",
        marker={"symbol": "diamond", "size": 13, "color": chart.PILOT},
        error_x={"type": "data", "array": ends[0], "arrayminus": ends[1], "thickness": 4, "width": 9,
                 "color": chart.PILOT} if change.finite else None,
        text=[formats.signed(change.value, digits)], textposition="top center", cliponaxis=False,
        hoverinfo="skip", row=row, col=1,
    )  # fmt: skip


@drawn_once
def months(table: pd.DataFrame, unit: str, digits: int) -> go.Figure:
    """Draw the pilots and their comparison canteens by periods of four weeks, before and after."""
    fig = chart.base(y_title=unit, x_title="périodes de quatre semaines, avant (−) et pendant le test (+)", height=360)
    lines = (
        ("pilots", "Écoles en test", chart.PILOT, "solid", "circle"),
        ("others", "Cantines de comparaison", chart.COMPARISON, DASH, MARK),
    )
    for column, name, colour, dash, symbol in lines:
        for side, legend in ((table["month"] < 0, True), (table["month"] > 0, not (table["month"] < 0).any())):
            part = table[side]
            fig.add_scatter(
                x=part["month"], y=part[column], name=name, legendgroup=column, showlegend=legend,
                mode="lines+markers", line={"color": colour, "dash": dash, "width": 2},
                marker={"symbol": symbol, "size": 8},
                customdata=[formats.number(value, digits) for value in part[column]],
                hovertemplate="%{customdata}<extra>%{fullData.name}</extra>",
            )  # fmt: skip
    fig.add_vrect(-0.8, 0.8, fillcolor=chart.GRID, opacity=0.6, line_width=0, layer="below")
    fig.add_annotation(x=0, y=0.02, yref="paper", yanchor="bottom", text="préparation", showarrow=False, textangle=-90)
    ticks = [month for month in table["month"].tolist() if month in (-13, -9, -5, -1, 1, 5, 9, 13)]
    fig.update_xaxes(zeroline=False, tickvals=ticks, ticktext=[formats.signed(tick, 0) for tick in ticks])
    fig.update_yaxes(rangemode="tozero")
    return fig
