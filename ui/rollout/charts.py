"""Charts of the equipment: the steps month by month, the devices."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ui.kept import drawn_once
from ui.kit import chart, direct, formats
from ui.kit.direct import Name

HATCHED = {"shape": "/", "fgcolor": "white", "size": 5, "fillmode": "overlay"}
# Each series differs by its marker and its dash as well as by its colour.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
LINES = tuple(zip(chart.SERIES, DASHES, ("circle", "square", "diamond", "triangle-up", "x"), strict=True))
STATES = {
    "en service": {"color": chart.DONE},
    "en panne": {"color": chart.BLOCKED, "pattern": HATCHED},
    "en stock": {"color": chart.EXPECTED, "line": {"color": chart.QUIET, "width": 1}},
}
OTHER_STATE = {"color": chart.OTHER, "line": {"color": chart.QUIET, "width": 1}}


@drawn_once
def steps_by_month(shares: pd.DataFrame) -> go.Figure:
    """Draw the share of agents who reached each step, month by month; a gap is a missing figure."""
    fig = chart.base(y_title="% des agents", height=360)
    for name, (colour, dash, symbol) in zip(shares.columns, LINES, strict=False):
        fig.add_scatter(
            x=shares.index,
            y=shares[name],
            name=name,
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2},
            marker={"symbol": symbol, "size": 8},
            customdata=[formats.percent(value, 0) for value in shares[name]],
            hovertemplate="%{x|%m/%Y}<br>%{customdata}<extra>%{fullData.name}</extra>",
        )
    fig.update_xaxes(tickformat="%m/%Y")
    fig.update_yaxes(ticksuffix=f"{formats.SPACE}%")
    names = [
        Name(f"{name.replace(' ', '<br>', 1)} {formats.percent(shares[name].dropna().iloc[-1], 0)}",
             shares[name].dropna().iloc[-1], colour, symbol)
        for name, (colour, _, symbol) in zip(shares.columns, LINES, strict=False)
        if shares[name].notna().any()
    ]  # fmt: skip
    direct.ends(fig, names, 0, 102)
    return fig


def _kind(kind: str, counts: pd.Series) -> str:
    """Name a kind of device and, in the order of its bar, each state with its count."""
    states = [f"{formats.number(count)} {formats.in_chart(str(state))}" for state, count in counts.items() if count]
    # More than three take two lines, which a phone has room for.
    half = len(states) if len(states) < 4 else 2
    lines = [", ".join(part) for part in (states[:half], states[half:]) if part]
    return f"<b>{formats.in_chart(chart.shortened(kind))}</b><br>{',<br>'.join(lines)}"


@drawn_once
def devices(counts: pd.DataFrame) -> go.Figure:
    """Draw the devices of each kind (rows), stacked by state (columns), each with its count."""
    fig = chart.base(height=70 + 96 * len(counts), x_title="matériels")
    rows = list(range(len(counts)))
    for state in counts.columns:
        fig.add_bar(
            y=rows,
            offset=0.06,
            width=0.3,
            x=counts[state],
            orientation="h",
            name=formats.in_chart(str(state)),
            marker=STATES.get(str(state), OTHER_STATE),
            text=[formats.number(count) if count else "" for count in counts[state]],
            textposition="inside",
            textangle=0,
            insidetextanchor="middle",
            hovertemplate="%{x}<extra>%{fullData.name}</extra>",
        )
    chart.name_above(fig, [_kind(str(kind), counts.loc[kind]) for kind in counts.index])
    fig.update_layout(barmode="stack", showlegend=False)
    fig.update_xaxes(showgrid=True, gridcolor=chart.GRID, rangemode="tozero")
    return fig
