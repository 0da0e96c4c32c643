"""Charts of the archive of the forecasts: what was announced, and what was served."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ui.kit import chart as charts
from ui.kit import formats

# The furthest announced first.
STYLES = tuple(zip(charts.SERIES[2::-1], ("dot", "dash", "solid"), ("diamond", "square", "circle-open"), strict=True))


def announced_gaps(days: pd.DataFrame, horizons: dict[int, str]) -> go.Figure:
    """Draw by how much what was announced at each horizon was above (+) or below (−) the meals served, day by day."""
    fig = charts.base(y_title="annoncé moins servi (repas)", height=380)
    ordered = days.sort_values("date")
    # Days without service would draw slopes that mean nothing: the axis only has service days.
    axis = [formats.day(value) for value in ordered["date"]]
    for (colour, dash, symbol), (ahead, name) in zip(STYLES, horizons.items(), strict=True):
        gaps = ordered[f"gap_{ahead}"]
        fig.add_scatter(
            x=axis,
            y=gaps,
            name=name,
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2},
            marker={"symbol": symbol, "size": 6},
            customdata=[f"{formats.signed(gap, 0)}{formats.SPACE}repas" for gap in gaps],
            hovertemplate="%{x}<br>%{customdata}<extra>%{fullData.name}</extra>",
        )
    fig.update_xaxes(type="category", nticks=7, tickangle=0)
    fig.update_yaxes(tickformat=",.0f", zeroline=True)
    return fig
