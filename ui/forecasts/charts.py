"""Charts of the forecasts: the coming days with their prediction interval, and the terms of one forecast."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ui.kept import drawn_once
from ui.kit import chart, direct, formats
from ui.kit.direct import Name
from ui.kit.exceptional import MARK, reason

PLAN = ["date", "meals_planned"]
# Empty space on each side of the waterfall, as a share of its span; least span, as a share of the largest total.
MARGIN, LEAST_SPAN = 0.6, 0.02
# So many marks have room for their reasons, if these are so short (letters).
FEW, SHORT_REASON = 2, 14


@drawn_once
def forecast(days: pd.DataFrame, past: pd.DataFrame) -> go.Figure:
    """Draw the meals served in the last weeks, the forecast with its 80 % interval, the advised quantity, the plan."""
    fig = chart.base(y_title="repas servis", height=400)
    # The axis has service days only: on the other days the line would show a slope that means nothing.
    axis = _axis_days(days["date"])
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    fig.add_scatter(x=axis, y=days["meals_upper"], **band)
    fig.add_scatter(x=axis, y=days["meals_lower"], fill="tonexty", fillcolor=chart.BAND, **band)
    _line(fig, past, "meals_served", "Repas servis", chart.SERVED, "solid", "circle")
    _line(fig, days, "meals", "Prévision", chart.FORECAST, "solid", "circle-open")
    _line(fig, days, "advised", "Quantité conseillée", chart.ADVISED, "dash", "square")
    _plan(fig, pd.concat([past[PLAN], days[PLAN]]))
    _exceptional(fig, past)
    order = list(dict.fromkeys([*_axis_days(past["date"]), *axis]))
    fig.update_xaxes(type="category", categoryorder="array", categoryarray=order, nticks=7)
    fig.update_yaxes(tickformat=",.0f")
    _names(fig, days, past)
    return fig


def _names(fig: go.Figure, days: pd.DataFrame, past: pd.DataFrame) -> None:
    """Name what ends at the right of the chart beside it, and what stops before at its top."""
    ahead = days[["meals_lower", "meals_upper", "meals", "advised", "meals_planned"]].astype(float)
    last, plan = ahead.iloc[-1], ahead.dropna(subset="meals_planned")
    known = pd.concat([ahead.stack(), past[["meals_served", "meals_planned"]].astype(float).stack()]).dropna()
    low, high = float(known.to_numpy().min()), float(known.to_numpy().max())
    span = max(high - low, 1.0)
    before = [Name("repas servis", 0, chart.SERVED)] if past["meals_served"].notna().any() else []
    if past["exceptional"].notna().any():
        before.append(Name("jour exceptionnel", 0, chart.INK, "star"))
    after = [
        Name("fourchette", last["meals_upper"], chart.BAND, "band"),
        Name("prévision", last["meals"], chart.FORECAST, "circle-open"),
        Name("conseillée", last["advised"], chart.ADVISED, "square"),
    ]
    if len(plan) and plan.index[-1] == days.index[-1]:
        after.append(Name("prévu", plan["meals_planned"].iloc[-1], chart.PLAN, "dot"))
    elif len(plan) or past["meals_planned"].notna().any():
        before.append(Name("prévu par les cantines", 0, chart.PLAN, "dot"))
    direct.ends(fig, after, low - 0.08 * span, high + direct.above(fig, before) * span)


def _exceptional(fig: go.Figure, past: pd.DataFrame) -> None:
    """Mark the exceptional days of the past, above their meals."""
    days = past.dropna(subset="exceptional")
    if days.empty:
        return
    fig.add_scatter(
        x=_axis_days(days["date"]),
        y=days["meals_served"],
        name="Jour exceptionnel",
        mode="markers+text",
        marker={"symbol": "circle-open", "size": 13, "color": chart.INK},
        text=[_mark(reason(str(kinds)), alone=len(days) <= FEW) for kinds in days["exceptional"]],
        textposition="top center",
        cliponaxis=False,
        customdata=[reason(str(kinds)) for kinds in days["exceptional"]],
        hovertemplate="%{x}<br>%{customdata}<extra>%{fullData.name}</extra>",
    )


def _mark(why: str, *, alone: bool) -> str:
    """Return the mark of an exceptional day, with its reason where there is room for it."""
    return f"{MARK} {formats.in_chart(why)}" if alone and len(why) <= SHORT_REASON else MARK


def _plan(fig: go.Figure, days: pd.DataFrame) -> None:
    """Add the plan of the canteens, past and future, as a thin dotted line; it stops where no plan is known."""
    known = days["meals_planned"].notna()
    if not known.any():
        return
    meals = days["meals_planned"].astype(float)
    isolated = known & ~known.shift(1, fill_value=False) & ~known.shift(-1, fill_value=False)
    fig.add_scatter(
        x=_axis_days(days["date"]),
        y=meals,
        name="Prévu par les cantines",
        mode="lines+markers",
        line={"color": chart.PLAN, "dash": "dot", "width": 1.5},
        # No line reaches a day between two unknown ones: it needs a marker.
        marker={"symbol": "diamond", "size": [7 if marked else 0 for marked in isolated]},
        customdata=[formats.plural(value, "repas", "repas") for value in meals.fillna(0)],
        hovertemplate="%{x}<br>%{customdata}<extra>%{fullData.name}</extra>",
    )


def _line(fig: go.Figure, days: pd.DataFrame, column: str, name: str, colour: str, dash: str, symbol: str) -> None:
    """Add one series of meals; marker and dash distinguish it as well as colour."""
    known = days.dropna(subset=column)
    if known.empty:
        return
    fig.add_scatter(
        x=_axis_days(known["date"]),
        y=known[column],
        name=name,
        mode="lines+markers",
        line={"color": colour, "dash": dash, "width": 2},
        marker={"symbol": symbol, "size": 7},
        customdata=[formats.plural(round(meals), "repas", "repas") for meals in known[column]],
        hovertemplate="%{x}<br>%{customdata}<extra>%{fullData.name}</extra>",
    )


def _axis_days(days: pd.Series) -> list[str]:
    return [f"{formats.weekday(day)[:3]}. {day:%d/%m}" for day in days]


@drawn_once
def terms(names: list[str], meals: list[int]) -> go.Figure:
    """Draw the terms as a waterfall, from the usual level (first) to the forecast (last, their sum).

    The axis does not begin at zero: beside the level, the other terms would be too small to see.
    """
    fig = chart.base(height=110 + 44 * (len(names) + 1), x_title="repas")
    rows = list(range(len(names) + 1))
    fig.add_waterfall(
        orientation="h",
        x=[*meals, 0],
        y=rows,
        measure=["absolute", *["relative"] * (len(meals) - 1), "total"],
        text=[formats.number(meals[0]), *(formats.signed(term, 0) for term in meals[1:]), formats.number(sum(meals))],
        # The level and the forecast are wide enough to hold their number; a term may be a line.
        textposition=["auto", *["outside"] * (len(meals) - 1), "auto"],
        insidetextanchor="end",
        textangle=0,
        cliponaxis=False,
        increasing={"marker": {"color": chart.MORE}},
        decreasing={"marker": {"color": chart.LESS}},
        totals={"marker": {"color": chart.FORECAST}},
        connector={"line": {"color": chart.QUIET, "width": 1, "dash": "dot"}},
        hoverinfo="skip",
    )
    running_totals = [sum(meals[: position + 1]) for position in range(len(meals))]
    span = max(max(running_totals) - min(running_totals), LEAST_SPAN * max(running_totals), 1)
    axis_range = [max(min(running_totals) - MARGIN * span, 0), max(running_totals) + MARGIN * span]
    fig.update_xaxes(showgrid=True, gridcolor=chart.GRID, tickformat=",.0f", range=axis_range)
    chart.name_rows(fig, [*names, "Prévision"])
    fig.update_layout(showlegend=False)
    return fig
