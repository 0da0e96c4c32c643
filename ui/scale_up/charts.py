"""Fan chart of the rollout: the schools done, month by month."""

from __future__ import annotations

from datetime import date

import pandas as pd
import plotly.graph_objects as go

from ui.kit import chart, formats

# Most years written under the axis at 768 pixels; a longer axis writes one year in 2, 5 or 10.
MOST_YEARS, YEARS_APART = 11, (1, 2, 5, 10)


def fan(months: pd.DataFrame, today: date) -> go.Figure:
    """Draw the schools done, month by month: observed, then simulated (median and 80 % interval), and those to do."""
    fig = chart.base(y_title="écoles équipées", height=400)
    seen = months[months["month"] <= pd.Timestamp(today)]
    ahead = months[max(len(seen) - 1, 0) :]  # the simulation starts from the last month seen
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    fig.add_scatter(x=ahead["month"], y=ahead["high"], showlegend=False, **band)
    name = "8 simulations sur 10"
    fig.add_scatter(x=ahead["month"], y=ahead["low"], fill="tonexty", fillcolor=chart.BAND, name=name, **band)
    tips = [
        f"{formats.number(median)} écoles (de {formats.number(low)} à {formats.number(high)})"
        for low, median, high in ahead[["low", "median", "high"]].to_numpy()
    ]
    _line(fig, "Simulation médiane", ahead, tips, chart.FORECAST)
    _line(fig, "Constaté", seen, [formats.plural(count, "école") for count in seen["median"]], chart.SERVED)
    fig.add_scatter(
        x=months["month"],
        y=months["goal"],
        name="Écoles à équiper",
        mode="lines",
        line={"color": chart.GOAL, "width": 2, "dash": "dash", "shape": "hv"},
        hoverinfo="skip",
    )
    fig.add_vline(pd.Timestamp(today).timestamp() * 1000, line={"color": chart.INK, "width": 1.5, "dash": "dot"})
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
    fig.update_xaxes(tickformat="%Y", dtick=f"M{12 * every}")
    fig.update_yaxes(rangemode="tozero", tickformat=",")
    return fig


def _line(fig: go.Figure, name: str, months: pd.DataFrame, tips: list[str], colour: str) -> None:
    fig.add_scatter(
        x=months["month"],
        y=months["median"],
        name=name,
        mode="lines",
        line={"color": colour, "width": 2 if colour == chart.FORECAST else 3},
        customdata=tips,
        hovertemplate="%{x|%m/%Y}<br>%{customdata}<extra>%{fullData.name}</extra>",
    )
