"""Fan chart of the rollout: the schools done, month by month."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui.kept import drawn_once
from ui.kit import chart, formats

# Most years written under the axis, on a phone too; a longer axis writes one year in 2, 5 or 10.
MOST_YEARS, YEARS_APART = 11, (1, 2, 5, 10)
ROOM = 1.12  # of the highest value, for the name above it


@drawn_once
def fan(months: pd.DataFrame, today: date, done: int) -> go.Figure:
    """Draw the schools done, month by month: observed, then simulated (median and 80 % interval), and those to do.

    `done` are those of today: the months are told at their beginning.
    """
    fig = chart.base(y_title="écoles équipées", height=400)
    now = pd.DataFrame([{"month": pd.Timestamp(today), "low": done, "median": done, "high": done}])
    past = months["month"] <= pd.Timestamp(today)
    seen, ahead = pd.concat([months[past], now]), pd.concat([now, months[~past]])
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    fig.add_scatter(x=ahead["month"], y=ahead["high"], **band)
    fig.add_scatter(x=ahead["month"], y=ahead["low"], fill="tonexty", fillcolor=chart.BAND, **band)
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
    years = -(-len(months) // 12)
    every = next(step for step in YEARS_APART if years <= step * MOST_YEARS)
    top = ROOM * max(months["goal"].max(), months["high"].max(), 1)
    fig.update_xaxes(tickformat="%Y", dtick=f"M{12 * every}", range=[months["month"].iloc[0], months["month"].iloc[-1]])
    fig.update_yaxes(range=[0, top], tickformat=",")
    fig.update_layout(showlegend=False, annotations=_names(months, done, pd.Timestamp(today)))
    return fig


def _names(months: pd.DataFrame, done: int, today: pd.Timestamp) -> list[dict[str, Any]]:
    """Name each line beside it: below a line that rises there is room, on a phone too."""
    last = months.iloc[-1]
    new = int(last["goal"] - months["goal"].iloc[0])
    more = f",<br>dont {formats.plural(new, 'nouvelle')}" if new else ""
    names = (
        {"x": last["month"], "y": last["goal"], "xanchor": "right", "yanchor": "bottom", "color": chart.GOAL,
         "text": f"{formats.number(last['goal'])} écoles à faire en {last['month'].year}{more}"},
        {"x": last["month"], "y": 0.2 * last["goal"], "xanchor": "right", "yanchor": "middle", "color": chart.FORECAST,
         "text": "simulation médiane,<br>8 sur 10 dans la fourchette"},
        {"x": today, "y": 0, "xanchor": "left", "yanchor": "bottom", "color": chart.SERVED,
         "text": f"aujourd’hui{formats.SPACE}: {formats.number(done)}"},
    )  # fmt: skip
    return [
        {"showarrow": False, "xshift": -4 if name["xanchor"] == "right" else 4,
         "font": {"size": 13, "color": name["color"]}, **{key: name[key] for key in name if key != "color"}}
        for name in names
    ]  # fmt: skip


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
