"""The house style of charts: one theme, French separators, colours that colour-blind people can distinguish."""

from __future__ import annotations

import textwrap

import pandas as pd
import plotly.graph_objects as go

from ui.kit import formats

# The Okabe–Ito palette, darker where a contrast of 3:1 with white needs it. A series never differs by colour alone:
# also by place, pattern or label.
_BLUE, _ORANGE, _GREEN, _PURPLE, _GREY = "#0b5f99", "#c8590b", "#00785a", "#8a3f7f", "#6b7780"
_LIGHT_BLUE, _PALE = "#5d9fcb", "#c9d1d5"

# Colours by role. Charts use these names, so a colour is changed here only.
INK, GRID, QUIET = "#1c2b33", "#dde3e6", _GREY  # text, grid lines, secondary lines
MEASURED, REFERENCE, GOAL = _BLUE, _PALE, _GREEN
SERVED, FORECAST, PLAN, ADVISED = INK, _BLUE, _ORANGE, _GREEN  # meals
BAND = "rgba(11, 95, 153, 0.2)"  # the interval around a forecast
SURPLUS, SHORTAGE, NET = _LIGHT_BLUE, _ORANGE, INK
MORE, LESS = _LIGHT_BLUE, _ORANGE  # a term that raises a forecast, or lowers it
LOSSES = {"leftovers": _BLUE, "unserved": _LIGHT_BLUE, "preparation": _GREY}
PILOT, COMPARISON = _BLUE, _ORANGE
EXPECTED, UNDER_WAY, DONE, BLOCKED = _PALE, _ORANGE, _BLUE, _ORANGE
LATE = "#a3123a"  # darker than the others: told apart in grey print too
HOLLOW, HATCH = "rgba(0, 0, 0, 0)", "rgba(255, 255, 255, 0.45)"  # the inside of a bar; the lines over one
AREA = "rgba(107, 119, 128, 0.08)"  # of a map
PILOT_STAGES = {
    "idée": _GREY, "prototype": _PURPLE, "test": _ORANGE, "bilan": _LIGHT_BLUE, "généralisé": _GREEN, "arrêté": INK,
}  # fmt: skip
# Colours of series without a role, in order.
SERIES = (_BLUE, _GREEN, _ORANGE, _PURPLE, _GREY)
# Scales: from a small to a large share; from light to heavy risks.
SEQUENTIAL = ["#f3f7fa", "#c5dcea", "#86b6d3", "#3f86b3", "#0b5f99", "#063a60"]
OTHER = SEQUENTIAL[0]
HEAVINESS = [[0, "#f3f7fa"], [0.5, "#f6d9b8"], [1, "#e8a06a"]]
NOTHING_KNOWN, PARTLY_KNOWN = "#f3c3a0", "#fbeedd"
LONGEST_LABEL = 34  # letters; longer labels would leave no room for the bars
LABEL_LINE, TITLE_LINE = 18, 24  # letters on one line of a label, of the title of a horizontal axis
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
            "colorway": [_BLUE, _ORANGE, _GREEN, _PURPLE, _GREY],
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": None},
            "hoverlabel": {"font": {"family": FONT}},
            "xaxis": {
                **axis,
                "title": _lines(x_title, TITLE_LINE),
                "showgrid": False,
                "autotickangles": UPRIGHT_WHEN_NARROW,
            },
            "yaxis": {**axis, "title": y_title},
        }
    )


def ranking(labels: pd.Series, values: pd.Series, texts: list[str], unit: str) -> go.Figure:
    """Draw horizontal bars, the first row at the top, each with its text at the end."""
    fig = base(height=70 + 40 * len(labels), x_title=unit)
    # Two long names may be cut to the same text: so rows are numbers, and names are only their labels.
    rows = list(range(len(labels)))
    fig.add_bar(
        x=values,
        y=rows,
        orientation="h",
        marker_color=MEASURED,
        text=texts,
        # At the end of its bar, inside where it fits: on a phone there is no room beside the longest bar.
        textposition="auto",
        insidetextanchor="end",
        textangle=0,
        textfont={"size": 13},
        cliponaxis=False,
        hoverinfo="skip",
    )
    fig.update_xaxes(
        showgrid=True, gridcolor=GRID, tickformat=",", range=[min(0, values.min() * 1.2), max(values.max() * 1.4, 1)]
    )
    name_rows(fig, [row_label(str(label)) for label in labels])
    return fig


def row_label(text: str) -> str:
    """Return the label of a row of a horizontal chart: cut when it is long, on lines that leave room for the bars."""
    lines = textwrap.wrap(text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…", LABEL_LINE)
    return "<br>".join(map(formats.in_chart, lines))


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
