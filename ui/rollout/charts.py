"""Charts of the equipment: the steps month by month, the devices."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ui.kept import drawn_once
from ui.kit import chart, formats

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
    fig.update_yaxes(range=[0, 102], ticksuffix=f"{formats.SPACE}%")
    return fig


@drawn_once
def devices(counts: pd.DataFrame) -> go.Figure:
    """Draw the devices of each kind (rows), stacked by state (columns), each with its count."""
    fig = chart.base(height=110 + 56 * len(counts), x_title="matériels")
    for state in counts.columns:
        fig.add_bar(
            y=[formats.in_chart(str(kind)) for kind in counts.index],
            x=counts[state],
            orientation="h",
            name=formats.in_chart(str(state)),
            marker=STATES.get(str(state), OTHER_STATE),
            text=[formats.number(count) if count else "" for count in counts[state]],
            textposition="inside",
            textangle=0,
            insidetextanchor="middle",
            hovertemplate="%{y}<br>%{x}<extra>%{fullData.name}</extra>",
        )
    fig.update_layout(barmode="stack", bargap=0.35, legend={"traceorder": "normal"})
    fig.update_yaxes(autorange="reversed", showgrid=False, title=None)
    fig.update_xaxes(showgrid=True, gridcolor=chart.GRID, rangemode="tozero")
    return fig
