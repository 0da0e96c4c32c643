"""Charts of the food thrown away in the coming days."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ui.kit import chart as charts
from ui.kit import formats

# Place of loss → its pattern: told apart without the colours.
PATTERNS = {"leftovers": "", "unserved": "/", "preparation": "x"}


def kilograms_ahead(days: pd.DataFrame, labels: dict[str, str]) -> go.Figure:
    """Draw the kilograms of each coming day by place of loss, one above the other, with the interval of their sum."""
    fig = charts.base(y_title="kg", height=380)
    # Days without service would leave holes that mean nothing: the axis only has service days.
    axis = [f"{formats.weekday(day)[:3]}. {day:%d/%m}" for day in days["date"]]
    for place, pattern in PATTERNS.items():
        kilos = days["kg"] * (days[place] / days["grams"]).where(days["grams"] > 0, 0.0)
        fig.add_bar(
            x=axis,
            y=kilos,
            name=labels[place],
            marker={
                "color": charts.LOSSES[place],
                "pattern": {"shape": pattern, "fgcolor": "white", "size": 5, "fillmode": "overlay"},
            },
            customdata=[formats.quantity(value, "kg", 1) for value in kilos],
            hovertemplate="%{x}<br>%{customdata}<extra>%{fullData.name}</extra>",
        )
    fig.add_scatter(
        x=axis,
        y=days["kg"],
        mode="markers",
        name=f"Total et intervalle à 80{formats.SPACE}%",
        marker={"color": charts.INK, "size": 5},
        error_y={"array": days["kg_upper"] - days["kg"], "arrayminus": days["kg"] - days["kg_lower"], "width": 3},
        customdata=[_interval(row) for _, row in days.iterrows()],
        hovertemplate="%{x}<br>%{customdata}<extra></extra>",
    )
    fig.update_layout(barmode="stack", bargap=0.15)
    fig.update_xaxes(type="category", nticks=7, tickangle=0)
    fig.update_yaxes(tickformat=",.0f", rangemode="tozero")
    return fig


def _interval(row: pd.Series) -> str:
    lower, upper = (formats.number(row[name]) for name in ("kg_lower", "kg_upper"))
    return f"{formats.quantity(row['kg'], 'kg')}, entre {lower} et {upper}"
