"""The past as the model would have forecast it: at each origin, only what was known that many days before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from models import quantity
from models.calendar import day_features
from models.frames import days_of
from models.meals import outlook
from models.panel import Panel

# Errors are learnt on the forecasts of this many months before an origin.
CALIBRATION_MONTHS = 24
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

Mapper = Callable[[Callable[["Origin"], pd.DataFrame], list["Origin"]], Iterable[pd.DataFrame]]


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


def forecast_origin(panel: Panel, strikes: Collection[date], origin: Origin) -> pd.DataFrame:
    """Return the meals forecast for the days of an origin: days × canteens."""
    return outlook(panel.until(origin.cutoff), origin.days, strikes).meals.reindex(columns=panel.served.columns)


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
    meals = pd.concat(list(mapper(partial(forecast_origin, panel, strikes), known)))
    wanted = [one for one in known if one.days[0] >= pd.Timestamp(first)]
    return as_rows(panel, [quantities(panel, meals, strikes, one) for one in wanted])


def earlier_origins(panel: Panel, first: date, lead_days: int) -> list[Origin]:
    """Return the months before a day on which its errors are learnt."""
    start, end = pd.Timestamp(first) - pd.DateOffset(months=CALIBRATION_MONTHS), pd.Timestamp(first)
    return origins(days_of(panel.served), start.date(), (end - pd.Timedelta(days=1)).date(), lead_days, "month")


def told_enough(panel: Panel, wanted: list[Origin]) -> list[Origin]:
    """Return the origins with a past long enough to forecast from."""
    return [one for one in wanted if (panel.served.index <= one.cutoff).sum() >= LEAST_PAST_DAYS]


def quantities(
    panel: Panel, meals: pd.DataFrame, strikes: Collection[date], origin: Origin, plan: pd.DataFrame | None = None
) -> dict[str, pd.DataFrame]:
    """Return forecast, lower, upper, recommended, recommended_with_plan for an origin: days × canteens each.

    `meals` are forecasts, those of the origin and earlier ones; the errors of the latter up to the cutoff are learnt.
    `plan` is the managers' plan of the origin's days, when the panel does not have it.
    """
    past, forecast = meals.loc[: origin.cutoff], meals.loc[origin.days]
    served, planned = panel.served.loc[past.index], panel.planned.loc[past.index]
    plan = panel.planned.reindex(index=origin.days) if plan is None else plan
    then, coming = _periods(panel, past, strikes, origin)
    risk = quantity.shortage(*(table.loc[: origin.cutoff] for table in (panel.planned, panel.served)))
    alone = _Side(past, then, served)
    rule = quantity.learn_plan(past, planned, served)
    unsure, unsure_then = (quantity.disagreement(rule.gap(*two)) for two in ((forecast, plan), (past, planned)))
    count = len(quantity.PERIODS)
    beside = _Side(rule.blend(past, planned), then + count * unsure_then, served)
    tail = (1 - quantity.INTERVAL) / 2
    return {
        "forecast": forecast,
        "lower": alone.at(tail, forecast, coming).clip(upper=forecast),
        "upper": alone.at(1 - tail, forecast, coming).clip(lower=forecast),
        "recommended": alone.at(alone.share(risk), forecast, coming),
        "recommended_with_plan": beside.at(beside.share(risk), rule.blend(forecast, plan), coming + count * unsure),
    }


def known_errors(panel: Panel, meals: pd.DataFrame, strikes: Collection[date], origin: Origin) -> quantity.Errors:
    """Return the errors that `quantities` learns for an origin, without the managers' plan."""
    past = meals.loc[: origin.cutoff]
    then, _ = _periods(panel, past, strikes, origin)
    return _Side(past, then, panel.served.loc[past.index]).errors


def _periods(
    panel: Panel, past: pd.DataFrame, strikes: Collection[date], origin: Origin
) -> tuple[np.ndarray, np.ndarray]:
    """Return the period of each past and coming cell, as known at the origin's cutoff."""
    known = days_of(panel.served.loc[: origin.cutoff])
    features = day_features(days_of(past).union(origin.days), known, strikes)
    each = [quantity.periods(features.loc[days]) for days in (past.index, origin.days)]
    then, coming = (np.repeat(one[:, None], past.shape[1], axis=1) for one in each)
    return then, coming


class _Side:
    """Past forecasts with their errors: alone, or beside the managers' plan."""

    def __init__(self, past: pd.DataFrame, groups: np.ndarray, served: pd.DataFrame) -> None:
        self.past, self.groups, self.served = past, groups, served
        self.errors = quantity.learn((served / past - 1).to_numpy(), groups, past.columns)

    def share(self, short: float | None) -> float:
        """Return the share of days not to run short that would have left so many of the meals served unprepared."""
        told = np.isfinite(self.served.to_numpy()) & np.isfinite(self.past.to_numpy())
        if short is None or not told.any():
            return 1 - quantity.DEFAULT_RISK
        served = np.where(told, self.served, np.nan)
        width = self.errors.width(self.groups, self.past.columns)
        return quantity.match_risk(self.errors, self.past.to_numpy(), width, served, short * np.nansum(served))

    def at(self, share: float, forecast: pd.DataFrame, groups: np.ndarray) -> pd.DataFrame:
        """Return the quantity that this share of the errors does not pass."""
        width = self.errors.width(groups, forecast.columns)
        return (forecast * (1 + self.errors.quantile(share) * width)).clip(lower=0.0)


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
