"""The house style of charts: one theme, French separators, the colours of the palette."""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui.kept import drawn_once
from ui.kit import formats
from ui.palette import (  # noqa: F401  the charts ask for all they need here
    ADVISED,
    AREA,
    BAND,
    BLOCKED,
    COMPARISON,
    DONE,
    EXCEPTIONAL,
    EXPECTED,
    FORECAST,
    GOAL,
    GRID,
    HATCH,
    HOLLOW,
    INK,
    LATE,
    LESS,
    LOSSES,
    MEASURED,
    MORE,
    NET,
    NOTHING_KNOWN,
    OTHER,
    PAPER,
    PARTLY_KNOWN,
    PILOT,
    PILOT_STAGES,
    PLAN,
    QUIET,
    REFERENCE,
    SEQUENTIAL,
    SERIES,
    SERVED,
    SHORTAGE,
    SURPLUS,
    UNDER_WAY,
)

LONGEST_LABEL = 34  # letters; longer labels would leave no room for the bars
TITLE_LINE = 24  # letters on one line of the title of a horizontal axis
# Dates stand upright where a phone has no room for them side by side.
UPRIGHT_WHEN_NARROW = [0, 90]
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif"


def base(height: int = 340, y_title: str = "", x_title: str = "") -> go.Figure:
    """Return an empty figure in the house style; `y_title` contains the unit."""
    axis = {"gridcolor": GRID, "linecolor": QUIET, "zerolinecolor": QUIET, "automargin": True, "fixedrange": True}
    return go.Figure(
        layout={
            "height": height,
            "margin": {"l": 8, "r": 8, "t": 28, "b": 8},
            "font": {"family": FONT, "size": 14, "color": INK},
            "separators": ", ",
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(SERIES),
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": None},
            "hoverlabel": {"font": {"family": FONT, "color": INK}, "bgcolor": PAPER, "bordercolor": QUIET},
            "xaxis": {
                **axis,
                "title": _lines(x_title, TITLE_LINE),
                "showgrid": False,
                "autotickangles": UPRIGHT_WHEN_NARROW,
            },
            "yaxis": {**axis, "title": y_title},
        }
    )


@drawn_once
def ranking(
    labels: pd.Series, values: pd.Series, texts: list[str], unit: str, x_axis: dict[str, Any] | None = None
) -> go.Figure:
    """Draw horizontal bars, the first row at the top, each under its name, with its text at its end.

    `x_axis`: what the axis of the values has instead of an extent that follows from them.
    """
    fig = base(height=70 + 44 * len(labels), x_title=unit)
    # Two long names may be cut to the same text: so rows are numbers, and names are only their labels.
    rows = list(range(len(labels)))
    fig.add_bar(
        x=values,
        y=rows,
        orientation="h",
        offset=0.02,
        width=0.42,
        marker_color=MEASURED,
        text=texts,
        textposition="outside",
        textfont={"size": 13},
        cliponaxis=False,
        hoverinfo="skip",
    )
    room = 0.4 * max(values.abs().max(), 1)
    low, high = min(0, values.min()), max(0, values.max())
    fig.update_xaxes(
        showgrid=True, gridcolor=GRID, tickformat=",", nticks=4,
        range=[low - room if low < 0 else 0, high + room if high > 0 or low == 0 else 0],
    )  # fmt: skip
    fig.update_xaxes(x_axis or {})
    name_above(fig, [formats.in_chart(shortened(str(label))) for label in labels])
    return fig


def name_above(fig: go.Figure, names: list[str]) -> None:
    """Name the rows of a horizontal chart, numbered from 0, the first one at the top, each above its bar.

    There a name takes nothing of the width, which a phone has little of; bars are below the middle of their row.
    """
    fig.update_yaxes(range=[len(names) - 0.5, -0.5], showticklabels=False, showgrid=False, zeroline=False, title=None)
    fig.update_layout(annotations=[
        {"text": name, "x": 0, "xref": "paper", "xanchor": "left", "align": "left", "y": row, "yanchor": "bottom",
         "yshift": 1, "showarrow": False}
        for row, name in enumerate(names)
    ])  # fmt: skip


def shortened(text: str) -> str:
    """Return the label of a row, cut when it is long."""
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…"


def _lines(title: str, length: int) -> str:
    return "<br>".join(textwrap.wrap(title, length))


def name_rows(fig: go.Figure, names: list[str]) -> None:
    """Label the rows of a horizontal chart, numbered from 0, the first one at the top."""
    fig.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(names))),
        ticktext=names,
        range=[len(names) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
        title=None,
    )
