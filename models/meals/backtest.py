"""The past as the model would have forecast it: at each origin, only what was known that many days before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from models.inputs.calendar import day_features
from models.inputs.frames import days_of
from models.inputs.panel import Panel
from models.inputs.series import INTERVAL
from models.meals import quantity
from models.meals.error_features import PLAN_CLUES, Made, clues, plan_clues
from models.meals.error_quantiles import ABOVE, BELOW, Margin, learn
from models.meals.forecast import Outlook, outlook

# Errors are learnt on the forecasts of this many months before an origin.
CALIBRATION_MONTHS = 36
# Food is ordered three weeks ahead.
LEAD_DAYS = 21
LEAST_PAST_DAYS = 120
EVERY = {"month": "MS", "week": "W-MON"}
COLUMNS = [
    "canteen",
    "date",
    "meals_planned",
    "meals_served",
    "forecast",
    "lower",
    "upper",
    "recommended",
    "recommended_with_plan",
]

Mapper = Callable[[Callable[["Origin"], Any], list["Origin"]], Iterable[Any]]


@dataclass(frozen=True)
class Origin:
    """Days forecast together, and the last day known to that forecast."""

    cutoff: pd.Timestamp
    days: pd.DatetimeIndex


def origins(days: pd.DatetimeIndex, first: date, last: date, lead_days: int, every: str) -> list[Origin]:
    """Cut the served days from first to last into months or weeks, each known until `lead_days` before it begins."""
    start, end = pd.Timestamp(first), pd.Timestamp(last)
    begins = pd.date_range(start, end, freq=EVERY[every]).union(pd.DatetimeIndex([start]))
    found = []
    for begin, following in zip(begins, [*begins[1:], end + pd.Timedelta(days=1)], strict=True):
        inside = days[(days >= begin) & (days < following)]
        if len(inside):
            found.append(Origin(begin - pd.Timedelta(days=lead_days), inside))
    return found


def forecast_origin(panel: Panel, strikes: Collection[date], origin: Origin) -> Made:
    """Return the meals forecast for the days of an origin."""
    return made_of(outlook(panel.until(origin.cutoff), origin.days, strikes), origin, panel.served.columns)


def made_of(found: Outlook, origin: Origin, canteens: pd.Index) -> Made:
    """Return an outlook on the days of an origin, for these canteens."""
    meals, event = (table.reindex(columns=canteens) for table in (found.meals, found.terms["event"]))
    return Made(meals, event, pd.Series(origin.cutoff, origin.days))


def nothing_made(panel: Panel) -> Made:
    """Return no forecast at all, for the canteens of a panel."""
    nothing = panel.served.iloc[:0]
    return Made(nothing, nothing, pd.Series(dtype="datetime64[us]", index=nothing.index))


def together(made: Iterable[Made]) -> Made:
    """Return forecasts of several origins as one, in their order."""
    return Made(*(pd.concat(tables) for tables in zip(*made, strict=True)))


def backtest(
    panel: Panel, strikes: Collection[date], first: date, last: date, lead_days: int, every: str, mapper: Mapper = map
) -> pd.DataFrame:
    """Return one row per canteen × day served from first to last: COLUMNS.

    Forecasts, intervals and quantities of an origin are learnt from the days up to its cutoff alone; only
    `recommended_with_plan` also reads the plan of the day it speaks of.
    """
    asked = origins(days_of(panel.served), first, last, lead_days, every)
    known = told_enough(panel, [*earlier_origins(panel, first, lead_days), *asked])
    if not known:
        return as_rows(panel, [])
    made = together(mapper(partial(forecast_origin, panel, strikes), known))
    wanted = [one for one in known if one.days[0] >= pd.Timestamp(first)]
    return as_rows(panel, [one.tables for one in mapper(partial(quantities, panel, made, strikes), wanted)])


def earlier_origins(panel: Panel, first: date, lead_days: int) -> list[Origin]:
    """Return the months before a day on which its errors are learnt."""
    start, end = pd.Timestamp(first) - pd.DateOffset(months=CALIBRATION_MONTHS), pd.Timestamp(first)
    return origins(days_of(panel.served), start.date(), (end - pd.Timedelta(days=1)).date(), lead_days, "month")


def told_enough(panel: Panel, wanted: list[Origin]) -> list[Origin]:
    """Return the origins with a past long enough to forecast from."""
    return [one for one in wanted if (panel.served.index <= one.cutoff).sum() >= LEAST_PAST_DAYS]


class Quantities(NamedTuple):
    """forecast, lower, upper, recommended, recommended_with_plan, days × canteens each, and two margins above.

    `above` is that of the interval, `prepared` that of what is prepared (`quantity.prepared`).
    """

    tables: dict[str, pd.DataFrame]
    above: Margin
    prepared: Margin


def quantities(
    panel: Panel, made: Made, strikes: Collection[date], origin: Origin, plan: pd.DataFrame | None = None
) -> Quantities:
    """Return how many meals are forecast, and to be prepared, on the days of an origin.

    `made` are forecasts, those of the origin and earlier ones; the errors of the latter up to the cutoff are
    learnt. `plan` is the managers' plan of the origin's days, when the panel has it not.
    """
    past, forecast = made.meals.loc[: origin.cutoff], made.meals.loc[origin.days]
    asked = together([made.rows(slice(None, origin.cutoff)), made.rows(origin.days)])
    served, planned = panel.served.loc[past.index], panel.planned.loc[past.index]
    plan = panel.planned.reindex(index=origin.days) if plan is None else plan
    risk = quantity.shortage(*(table.loc[: origin.cutoff] for table in (panel.planned, panel.served)))
    rule = quantity.learn_plan(past, planned, served)
    gap = np.concatenate([rule.gap(past, planned), rule.gap(forecast, plan)])
    # One large table, those of the plan last: the others are a view of it.
    beside = np.concatenate([_clues(panel.until(origin.cutoff), asked, strikes), plan_clues(gap)], axis=-1)
    beside_then, beside = np.split(beside, [len(past)])
    then, coming = (one[..., :-PLAN_CLUES] for one in (beside_then, beside))
    above, below = (_Side(past, served.to_numpy(), then, side) for side in (ABOVE, BELOW))
    told = np.where(np.isfinite(gap[: len(past)]), served, np.nan)
    with_plan = _Side(rule.blend(past, planned), told, beside_then, ABOVE)
    tail = (1 - INTERVAL) / 2
    tables = {
        "forecast": forecast,
        "lower": below.at(tail, forecast, coming).clip(upper=forecast),
        "upper": above.at(1 - tail, forecast, coming).clip(lower=forecast),
        "recommended": above.prepare(risk, forecast, coming),
        "recommended_with_plan": with_plan.prepare(risk, rule.blend(forecast, plan), beside),
    }
    return Quantities(tables, above.margin, above.prepared)


def _clues(known: Panel, made: Made, strikes: Collection[date]) -> np.ndarray:
    """Return the clues of forecasts that a panel of what is known gives."""
    served = days_of(known.served)
    return clues(known, made, day_features(served.union(days_of(made.meals)), served, strikes))


class _Side:
    """Past forecasts with their errors on one side: alone, or beside the managers' plan."""

    def __init__(self, past: pd.DataFrame, served: np.ndarray, known: np.ndarray, side: int) -> None:
        self.margin = learn(past, served, known, side)
        self.past, self.served = past.to_numpy(), served
        self.width = self.margin.width(known, past.columns)

    @cached_property
    def prepared(self) -> Margin:
        """Return the margin above of what is prepared."""
        return quantity.prepared(self.margin, self.past, self.width, self.served)

    def at(self, share: float, forecast: pd.DataFrame, known: np.ndarray) -> pd.DataFrame:
        """Return what this share of the errors does not pass."""
        width = self.margin.width(known, forecast.columns)
        return (forecast * (1 + self.margin.quantile(share) * width)).clip(lower=0.0)

    def prepare(self, short: float | None, forecast: pd.DataFrame, known: np.ndarray) -> pd.DataFrame:
        """Return the whole meals that would have left so many of the meals served unprepared (None: nobody knows)."""
        share = 1 - quantity.DEFAULT_RISK
        if short is not None:
            share = quantity.match_risk(self.past, self.prepared, self.width, self.served, short)
        width = self.margin.width(known, forecast.columns)
        meals = quantity.whole(forecast.to_numpy(dtype=float), share, self.prepared, width)
        return pd.DataFrame(meals, forecast.index, forecast.columns)


def as_rows(panel: Panel, judged: list[dict[str, pd.DataFrame]]) -> pd.DataFrame:
    """Return quantities as one row per canteen × day served: COLUMNS."""
    columns = {name: pd.concat([one[name] for one in judged]).stack() for name in judged[0]} if judged else {}
    found = pd.DataFrame(columns)
    if found.empty:
        return pd.DataFrame(columns=COLUMNS)
    found["meals_planned"] = panel.planned.stack().reindex(found.index)
    found["meals_served"] = panel.served.stack().reindex(found.index)
    found.index.names = ["date", "canteen"]
    told = found.dropna(subset=["forecast", "meals_served"]).reset_index()
    return told.sort_values(["date", "canteen"], ignore_index=True)[COLUMNS]
