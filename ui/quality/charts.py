"""Charts of forecast accuracy: error and interval coverage by month, error of the archived forecasts by day."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ui.kept import drawn_once
from ui.kit import chart, direct, formats
from ui.kit.direct import Name

# The longest horizon comes first.
STYLES = tuple(zip(chart.SERIES[2::-1], ("dot", "dash", "solid"), ("diamond", "square", "circle-open"), strict=True))

NOMINAL_COVERAGE = 80


@drawn_once
def gaps_by_month(months: pd.DataFrame) -> go.Figure:
    """Draw the WAPE of the plan and of the forecast, month by month."""
    fig = chart.base(y_title="écart, en\u00a0% des repas servis", height=360)
    _monthly(fig, months, "plan_wape_pct", "Prévu des gestionnaires", chart.PLAN, "dot", "diamond")
    _monthly(fig, months, "forecast_wape_pct", "Prévision", chart.FORECAST, "solid", "circle")
    fig.update_yaxes(ticksuffix=f"{formats.SPACE}%")
    last = months.iloc[-1]
    names = [
        Name("prévu des<br>gestionnaires", last["plan_wape_pct"], chart.PLAN, "diamond"),
        Name("prévision", last["forecast_wape_pct"], chart.FORECAST),
    ]
    direct.ends(fig, names, 0, 1.08 * max(months[["plan_wape_pct", "forecast_wape_pct"]].max().max(), 1))
    return fig


@drawn_once
def coverage_by_month(months: pd.DataFrame) -> go.Figure:
    """Draw the coverage of the 80 % interval month by month, beside its nominal coverage."""
    fig = chart.base(y_title="% des journées de cantine", height=340)
    _monthly(fig, months, "covered_pct", "Repas servis dans la fourchette", chart.MEASURED, "solid", "circle")
    fig.add_scatter(
        x=months["month"].iloc[[0, -1]],
        y=[NOMINAL_COVERAGE, NOMINAL_COVERAGE],
        mode="lines",
        line={"color": chart.GOAL, "width": 2, "dash": "dash"},
        hoverinfo="skip",
    )
    fig.update_yaxes(ticksuffix=f"{formats.SPACE}%")
    names = [
        Name("dans la<br>fourchette", months["covered_pct"].iloc[-1], chart.MEASURED),
        Name(f"promis<br>({formats.percent(NOMINAL_COVERAGE, 0)})", NOMINAL_COVERAGE, chart.GOAL, "dash"),
    ]
    direct.ends(fig, names, 0, 102)
    return fig


def _monthly(fig: go.Figure, months: pd.DataFrame, column: str, name: str, colour: str, dash: str, symbol: str) -> None:
    """Add one series of percentages; the line stops at the months without service."""
    values = months.set_index("month")[column].asfreq("MS")
    fig.add_scatter(
        x=values.index,
        y=values,
        name=name,
        mode="lines+markers",
        line={"color": colour, "dash": dash, "width": 2},
        marker={"symbol": symbol, "size": 7},
        customdata=[formats.percent(value) for value in values],
        hovertemplate="%{x|%m/%Y}<br>%{customdata}<extra>%{fullData.name}</extra>",
    )
    fig.update_xaxes(tickformat="%m/%Y")


@drawn_once
def announced_gaps(days: pd.DataFrame, horizons: dict[int, str]) -> go.Figure:
    """Draw the error (forecast − meals served) of each horizon, day by day."""
    fig = chart.base(y_title="annoncé moins servi (repas)", height=380)
    ordered = days.sort_values("date")
    # The axis has service days only: on the other days the line would show a slope that means nothing.
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
    fig.update_xaxes(type="category", nticks=7)
    fig.update_yaxes(tickformat=",.0f", zeroline=True)
    gaps = ordered[[f"gap_{ahead}" for ahead in horizons]]
    names = [
        Name(name.replace(" avant", "<br>avant"), gaps[f"gap_{ahead}"].dropna().iloc[-1], colour, symbol)
        for (colour, _, symbol), (ahead, name) in zip(STYLES, horizons.items(), strict=True)
        if gaps[f"gap_{ahead}"].notna().any()
    ]
    low, high = min(gaps.min().min(), 0), max(gaps.max().max(), 0)
    direct.ends(fig, names, low - 0.08 * (high - low + 1), high + 0.08 * (high - low + 1))
    return fig
