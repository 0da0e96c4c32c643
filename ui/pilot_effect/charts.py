"""Charts of the difference-in-differences: each effect with its interval, and the months before and after."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from data.queries.pilot import Effect
from ui.kept import drawn_once
from ui.kit import chart, direct, formats
from ui.kit.direct import Name

DASH, MARK = "dash", "square"


@drawn_once
def intervals(effects: list[tuple[str, str, int, Effect]]) -> go.Figure:
    """Draw one row per measure (name, unit, digits, effect): its effect, its interval, and each school’s effect."""
    fig = make_subplots(rows=len(effects), cols=1, vertical_spacing=0.4 / len(effects), figure=chart.base())
    fig.update_layout(height=110 + 130 * len(effects), margin={"b": 56})
    for row, (name, unit, digits, effect) in enumerate(effects, start=1):
        own = name.replace(" ", "<br>", 1)  # on two lines, a phone has room for the axis
        _schools(fig, row, own, digits, effect)
        _interval(fig, row, own, digits, effect)
        fig.update_yaxes(showgrid=False, zeroline=False, range=[-0.7, 0.7], fixedrange=True, automargin=True, row=row)
        fig.update_xaxes(
            title=unit, range=_range(effect), showgrid=True, gridcolor=chart.GRID, zeroline=True,
            zerolinecolor=chart.INK, zerolinewidth=2, fixedrange=True, title_standoff=4, row=row,
        )  # fmt: skip
    fig.update_layout(showlegend=False)
    _name_marks(fig, effects[0][3])
    return fig


def _name_marks(fig: go.Figure, effect: Effect) -> None:
    """Name, in the first row, the mark of the effect above it and that of the school furthest from it below."""
    value, changes = effect.change.value, effect.pairs["change"].dropna().tolist()
    named = [(value, "effet et fourchette à 95\u00a0%", 35)]
    if changes:
        named.append((max(changes, key=lambda change: abs(change - value)), "une école", -16))
    for x, text, shift in named:
        fig.add_annotation(x=x, y=0, xref="x", yref="y", yshift=shift, text=text, showarrow=False, font={"size": 12})


def _range(effect: Effect) -> list[float]:
    """Return the ends of an axis that shows every value, and zero, which means no effect."""
    school_changes, change = effect.pairs["change"].dropna().tolist(), effect.change
    values = [end for end in (*school_changes, change.value, change.lower, change.upper, 0.0) if math.isfinite(end)]
    room = 0.08 * (max(values) - min(values))
    return [min(values) - room, max(values) + room]


def _schools(fig: go.Figure, row: int, name: str, digits: int, effect: Effect) -> None:
    changes = effect.pairs["change"].dropna()
    fig.add_scatter(
        x=changes, y=[name] * len(changes), mode="markers",
        marker={"symbol": "circle-open", "size": 9, "color": chart.QUIET, "line": {"width": 1.5}},
        customdata=[formats.signed(value, digits) for value in changes],
        hovertemplate="%{customdata}<extra>Une école</extra>", row=row, col=1,
    )  # fmt: skip


def _interval(fig: go.Figure, row: int, name: str, digits: int, effect: Effect) -> None:
    change = effect.change
    ends = [change.upper - change.value], [change.value - change.lower]
    fig.add_scatter(
        x=[change.value], y=[name], mode="markers+text",
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
        for side in (table["month"] < 0, table["month"] > 0):
            part = table[side]
            fig.add_scatter(
                x=part["month"], y=part[column], name=name,
                mode="lines+markers", line={"color": colour, "dash": dash, "width": 2},
                marker={"symbol": symbol, "size": 8},
                customdata=[formats.number(value, digits) for value in part[column]],
                hovertemplate="%{customdata}<extra>%{fullData.name}</extra>",
            )  # fmt: skip
    fig.add_vrect(-0.8, 0.8, fillcolor=chart.QUIET, opacity=0.12, line_width=0, layer="below")
    fig.add_annotation(x=0, y=0.02, yref="paper", yanchor="bottom", text="préparation", showarrow=False, textangle=-90)
    ticks = [month for month in table["month"].tolist() if (month + 1) % 4 == 0]  # evenly spaced: −5, −1, +3
    fig.update_xaxes(zeroline=False, tickvals=ticks, ticktext=[formats.signed(tick, 0) for tick in ticks])
    names = [
        Name(name.replace(" ", "<br>", 1), table[column].dropna().iloc[-1], colour, symbol)
        for column, name, colour, _, symbol in lines
        if table[column].notna().any()
    ]
    direct.ends(fig, names, 0, 1.08 * max(table[["pilots", "others"]].max().max(), 0.1))
    return fig
