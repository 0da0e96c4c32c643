"""Charts of what comes next: the fan of the rollout, the pilots by impact and effort."""

from __future__ import annotations

from datetime import date

import pandas as pd
import plotly.graph_objects as go

from ui import charts, formats


def fan(months: pd.DataFrame, today: date) -> go.Figure:
    """Draw the schools done, month by month: what 8 simulations in 10 give, the middle one, and the schools to do."""
    fig = charts.base(y_title="écoles faites", height=400)
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    fig.add_scatter(x=months["month"], y=months["high"], showlegend=False, **band)
    name = "8 simulations sur 10"
    fig.add_scatter(x=months["month"], y=months["low"], fill="tonexty", fillcolor=charts.BAND, name=name, **band)
    fig.add_scatter(
        x=months["month"],
        y=months["median"],
        name="Simulation médiane",
        mode="lines",
        line={"color": charts.BLUE, "width": 2},
        customdata=[
            f"{formats.number(median)} écoles (de {formats.number(low)} à {formats.number(high)})"
            for low, median, high in months[["low", "median", "high"]].to_numpy()
        ],
        hovertemplate="%{x|%m/%Y}<br>%{customdata}<extra></extra>",
    )
    fig.add_scatter(
        x=months["month"],
        y=months["target"],
        name="Écoles à faire",
        mode="lines",
        line={"color": charts.GREEN, "width": 2, "dash": "dash", "shape": "hv"},
        hoverinfo="skip",
    )
    fig.add_vline(pd.Timestamp(today).timestamp() * 1000, line={"color": charts.INK, "width": 1.5, "dash": "dot"})
    fig.add_annotation(
        x=pd.Timestamp(today), y=0.98, yref="paper", text="aujourd’hui", showarrow=False, xanchor="left", xshift=4
    )
    fig.update_xaxes(tickformat="%Y", dtick="M12", tickangle=0, nticks=14)
    fig.update_yaxes(rangemode="tozero")
    return fig
