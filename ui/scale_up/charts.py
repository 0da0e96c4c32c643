"""Chart of what comes next: the fan of the rollout."""

from __future__ import annotations

from datetime import date

import pandas as pd
import plotly.graph_objects as go

from ui.kit import chart, formats

# Years written under an axis, side by side at 768 pixels; beyond, one in two, in five, in ten.
MOST_YEARS, YEARS_APART = 11, (1, 2, 5, 10)


def fan(months: pd.DataFrame, today: date) -> go.Figure:
    """Draw the schools done, month by month: those seen, what 8 simulations in 10 give, the middle one, those to do."""
    fig = chart.base(y_title="écoles faites", height=400)
    seen = months[months["month"] <= pd.Timestamp(today)]
    ahead = months[max(len(seen) - 1, 0) :]  # what is simulated starts from what was seen last
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    fig.add_scatter(x=ahead["month"], y=ahead["high"], showlegend=False, **band)
    name = "8 simulations sur 10"
    fig.add_scatter(x=ahead["month"], y=ahead["low"], fill="tonexty", fillcolor=chart.BAND, name=name, **band)
    told = [
        f"{formats.number(median)} écoles (de {formats.number(low)} à {formats.number(high)})"
        for low, median, high in ahead[["low", "median", "high"]].to_numpy()
    ]
    _line(fig, "Simulation médiane", ahead, told, chart.FORECAST)
    _line(fig, "Constaté", seen, [formats.plural(count, "école") for count in seen["median"]], chart.SERVED)
    fig.add_scatter(
        x=months["month"],
        y=months["goal"],
        name="Écoles à faire",
        mode="lines",
        line={"color": chart.TARGET, "width": 2, "dash": "dash", "shape": "hv"},
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
    fig.update_xaxes(tickformat="%Y", dtick=f"M{12 * every}", tickangle=0)
    fig.update_yaxes(rangemode="tozero", tickformat=",")
    return fig


def _line(fig: go.Figure, name: str, months: pd.DataFrame, told: list[str], colour: str) -> None:
    fig.add_scatter(
        x=months["month"],
        y=months["median"],
        name=name,
        mode="lines",
        line={"color": colour, "width": 2 if colour == chart.FORECAST else 3},
        customdata=told,
        hovertemplate="%{x|%m/%Y}<br>%{customdata}<extra>%{fullData.name}</extra>",
    )
