"""The rolling-origin backtest: the past forecast again, each day from the data known some days before it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from data.calendar.event_kinds import STRIKE
from data.production.reserve import Split
from data.queries.forecasts.promises import INTERVAL
from models.inputs.calendar import day_features
from models.inputs.frames import days_of, like, log
from models.inputs.panel import Panel, learnable
from models.meals import quantity
from models.meals.error_features import PLAN_FEATURES, Forecasts, error_features, plan_features, weekday_meals
from models.meals.error_quantiles import ABOVE, BELOW, Margin, learn
from models.meals.forecast import Outlook, outlook
from models.meals.median_correction import corrected
from models.meals.nearer import Track, at, track

# The errors are learnt from the forecasts of this many months before an origin.
CALIBRATION_MONTHS = 36
# Food is ordered three weeks ahead.
LEAD_DAYS = 21
DAYS_OF_WEEK = 4  # the days of a week that follow its Monday, at school
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
    """A forecast origin: the last day it knows (`cutoff`), and the days it forecasts."""

    cutoff: pd.Timestamp
    days: pd.DatetimeIndex


def origins(days: pd.DatetimeIndex, first: date, last: date, lead_days: int, every: str) -> list[Origin]:
    """Cut the served days into months or weeks, each one an origin whose cutoff is `lead_days` before its beginning."""
    start, end = pd.Timestamp(first), pd.Timestamp(last)
    begins = pd.date_range(start, end, freq=EVERY[every]).union(pd.DatetimeIndex([start]))
    return _cut(days[(days >= start) & (days <= end)], begins, lead_days)


def fitted_origins(days: pd.DatetimeIndex, first: date, last: date, lead_days: int, every: str) -> list[Origin]:
    """Cut the served days into months, one fit each; they begin on a Monday if forecasts are told every week."""
    if every != "week":
        return origins(days, first, last, lead_days, "month")
    start, end = pd.Timestamp(first), pd.Timestamp(last)
    begins = pd.date_range(start, end, freq=EVERY["month"]) + pd.offsets.Week(weekday=0, n=0)
    begins = begins.union(pd.DatetimeIndex([start - pd.Timedelta(days=start.day_of_week)]))
    return _cut(days[(days >= start) & (days <= end)], begins, lead_days)


def _cut(days: pd.DatetimeIndex, begins: pd.DatetimeIndex, lead_days: int) -> list[Origin]:
    ends = begins[1:].union(pd.DatetimeIndex([pd.Timestamp.max.floor("D")]))
    parts = [days[(days >= begin) & (days < end)] for begin, end in zip(begins, ends, strict=True)]
    return [
        Origin(begin - pd.Timedelta(days=lead_days), inside)
        for begin, inside in zip(begins, parts, strict=True)
        if len(inside)
    ]


def told_on(origin: Origin, lead_days: int, every: str) -> pd.DatetimeIndex:
    """Return the last day that the forecast of each day of an origin knows."""
    if every == "month":
        return pd.DatetimeIndex([origin.cutoff] * len(origin.days))
    back = origin.days.day_of_week if every == "week" else 0
    return pd.DatetimeIndex(origin.days - pd.to_timedelta(lead_days + back, unit="D"))


def with_gap(panel: Panel, origin: Origin) -> Origin:
    """Return an origin with the days before its own that its cutoff does not know."""
    served = days_of(panel.served)
    return replace(origin, days=served[(served > origin.cutoff) & (served < origin.days[0])].union(origin.days))


def forecast_origin(panel: Panel, strikes: Collection[date], origin: Origin) -> Forecasts:
    """Return the forecasts of the days of an origin, from what the panel knows at its cutoff."""
    return forecasts_of(outlook(panel.until(origin.cutoff), origin.days, strikes), origin, panel.served.columns)


def followed(panel: Panel, bases: Iterable[Forecasts]) -> list[tuple[Forecasts, Track]]:
    """Return the forecasts of origins, each with the levels that the panel then shows."""
    seen = learnable(panel, trailing=True)
    return [(base, track(seen, base)) for base in bases]


def told_later(
    bases: Iterable[tuple[Forecasts, Track]], origins: Iterable[Origin], lead_days: int, every: str
) -> Forecasts:
    """Return the forecasts of the days of origins as they are told later, from those made at their cutoffs."""
    return joined(
        at(base, levels, one.days, told_on(one, lead_days, every))
        for (base, levels), one in zip(bases, origins, strict=True)
    )


def forecasts_of(origin_outlook: Outlook, origin: Origin, canteens: pd.Index) -> Forecasts:
    """Return the forecasts that an outlook gives for the days of an origin and these canteens."""
    meals, event = (table.reindex(columns=canteens) for table in (origin_outlook.meals, origin_outlook.terms["event"]))
    return Forecasts(meals, event, pd.Series(origin.cutoff, origin.days))


def no_forecasts(panel: Panel) -> Forecasts:
    """Return empty tables of forecasts for the canteens of a panel."""
    empty = panel.served.iloc[:0]
    return Forecasts(empty, empty, pd.Series(dtype="datetime64[us]", index=empty.index))


def joined(forecasts: Iterable[Forecasts]) -> Forecasts:
    """Return the forecasts of several origins as one, in their order."""
    return Forecasts(*(pd.concat(tables) for tables in zip(*forecasts, strict=True)))


def backtest(
    panel: Panel,
    strikes: Collection[date],
    first: date,
    last: date,
    lead_days: int,
    every: str,
    mapper: Mapper = map,
    told_days: int | None = None,
) -> pd.DataFrame:
    """Return the rolling-origin backtest, one row per canteen × day served from first to last: COLUMNS.

    Strikes are told so many days ahead (`told_days`), or always known; they are known to whoever forecasts later than
    that. Forecasts, intervals and quantities of an origin are
    learnt only from the days up to its cutoff. The exception is `recommended_with_plan`, which also reads the plan of
    its own day.
    """
    requested = fitted_origins(days_of(panel.served), first, last, lead_days, every)
    usable = with_enough_past(panel, [*earlier_origins(panel, first, lead_days, every), *requested])
    if not usable:
        return as_rows(panel, [])
    nearest = lead_days if every == "day" else lead_days + DAYS_OF_WEEK
    told = Told(panel, strikes, told_days if told_days is not None and told_days < nearest else None)
    bases = followed(panel, mapper(partial(_forecast, told), usable))
    forecasts = told_later(bases, usable, lead_days, every)
    judged = [one for one in usable if one.days[0] >= pd.Timestamp(first)]
    judge = partial(_quantities, told, forecasts)
    return as_rows(panel, [one.tables for one in mapper(judge, judged)])


class Told(NamedTuple):
    """What a forecast origin knows: the panel and the strikes, all of them or those told `days` ahead."""

    panel: Panel
    strikes: Collection[date]
    days: int | None

    def at(self, cutoff: pd.Timestamp) -> tuple[Panel, Collection[date]]:
        """Return the panel, and the strikes told at a cutoff."""
        if self.days is None:
            return self.panel, self.strikes
        last = cutoff + pd.Timedelta(days=self.days)
        events = self.panel.events
        later = (events["kind"] == STRIKE) & (events["date"] > last)
        return replace(self.panel, events=events[~later]), [day for day in self.strikes if pd.Timestamp(day) <= last]


def _forecast(told: Told, origin: Origin) -> Forecasts:
    return forecast_origin(*told.at(origin.cutoff), with_gap(told.panel, origin))


def _quantities(told: Told, forecasts: Forecasts, origin: Origin) -> Quantities:
    panel, strikes = told.at(origin.cutoff)
    return quantities(panel, forecasts, strikes, origin)


def earlier_origins(panel: Panel, first: date, lead_days: int, every: str = "month") -> list[Origin]:
    """Return the origins of the whole months before a day, from which its errors are learnt."""
    end = pd.Timestamp(first)
    start = end.replace(day=1) - pd.DateOffset(months=CALIBRATION_MONTHS)
    return fitted_origins(days_of(panel.served), start.date(), (end - pd.Timedelta(days=1)).date(), lead_days, every)


def with_enough_past(panel: Panel, candidates: list[Origin]) -> list[Origin]:
    """Return the origins whose past has at least LEAST_PAST_DAYS days."""
    return [one for one in candidates if (panel.served.index <= one.cutoff).sum() >= LEAST_PAST_DAYS]


class Quantities(NamedTuple):
    """Tables of days × canteens: forecast, lower, upper, recommended, recommended_with_plan; and two margins.

    `above` is the margin of the upper end of the interval, `prepared` that of the quantity (`prepared_margin`). `past`
    has the same tables for the past days from which they are learnt, each as the other parts of that past expect.
    `splits` are learnt from it (`models.meals.reserve`).
    """

    tables: dict[str, pd.DataFrame]
    above: Margin
    prepared: Margin
    past: dict[str, pd.DataFrame]
    splits: Mapping[str, Split | None] = {}


def quantities(
    panel: Panel, forecasts: Forecasts, strikes: Collection[date], origin: Origin, plan: pd.DataFrame | None = None
) -> Quantities:
    """Return the forecasts, conformal intervals and newsvendor quantities of the days of an origin.

    `forecasts` are those of the origin and of earlier ones, whose errors up to the cutoff are learnt. `plan` is the
    managers' plan for the origin's days; without it, the plan comes from the panel.
    """
    used = joined([forecasts.rows(slice(None, origin.cutoff)), forecasts.rows(origin.days)])
    known, past_days = panel.until(used.cutoff.max()), days_of(forecasts.meals.loc[: origin.cutoff])
    last_meals = weekday_meals(known, used)
    used = corrected(used, log(learnable(panel.until(origin.cutoff)).loc[past_days]).to_numpy(), last_meals)
    past, forecast = used.meals.loc[past_days], used.meals.loc[origin.days]
    served, planned = panel.served.loc[past.index], panel.planned.loc[past.index]
    plan = panel.planned.reindex(index=origin.days) if plan is None else plan
    risk = quantity.shortage(*(table.loc[: origin.cutoff] for table in (panel.planned, panel.served)))
    rule = quantity.learn_plan(past, planned, served)
    gap = np.concatenate([rule.gap(past, planned), rule.gap(forecast, plan)])
    # One large table with the features of the plan last: the other features are a view of it.
    features = np.concatenate([_features(known, used, strikes, last_meals), plan_features(gap)], axis=-1)
    past_features, features = np.split(features, [len(past)])
    past_base_features, base_features = (one[..., :-PLAN_FEATURES] for one in (past_features, features))
    above, below = (_Side(past, served.to_numpy(), past_base_features, side, risk) for side in (ABOVE, BELOW))
    served_with_plan = np.where(np.isfinite(gap[: len(past)]), served, np.nan)
    with_plan = _Side(rule.blend(past, planned), served_with_plan, past_features, ABOVE, risk)
    sides, columns = _Sides(above, below, with_plan), forecast.columns
    widths = [side.margin.width(base_features, columns) for side in (above, below)]
    ahead = sides.tables(forecast, rule.blend(forecast, plan), [*widths, with_plan.margin.width(features, columns)])
    back = sides.tables(past, with_plan.past, [above.width, below.width, with_plan.width])
    return Quantities(ahead, above.margin, above.prepared, back)


def _features(known: Panel, forecasts: Forecasts, strikes: Collection[date], last_meals: np.ndarray) -> np.ndarray:
    """Return the features of the errors of forecasts, from the panel known at their cutoff."""
    served = days_of(known.served)
    calendar = day_features(served.union(days_of(forecasts.meals)), served, strikes)
    return error_features(known, forecasts, calendar, last_meals)


class _Side:
    """Past forecasts and their errors on one side (ABOVE or BELOW), with or without the managers' plan."""

    def __init__(
        self, past: pd.DataFrame, served: np.ndarray, features: np.ndarray, side: int, most: quantity.Shortage | None
    ) -> None:
        self.margin = learn(past, served, features, side)
        self.past, self.served, self.most = past, served, most
        self.width = self.margin.past_width

    @cached_property
    def prepared(self) -> Margin:
        """Return the margin of the quantity to prepare."""
        return quantity.prepared_margin(self.margin, self.past.to_numpy(), self.width, self.served)

    @cached_property
    def share(self) -> float:
        """Return the service level that ran no shorter in the past than `most`; None stands for DEFAULT_RISK."""
        if self.most is None:
            return 1 - quantity.DEFAULT_RISK
        return quantity.match_risk(self.past.to_numpy(), self.prepared, self.width, self.served, self.most)

    def at(self, share: float, forecast: pd.DataFrame, width: np.ndarray) -> pd.DataFrame:
        """Return the conformal bound of the meals: this share of the past errors did not exceed it."""
        return (forecast * (1 + self.margin.quantile(share) * width)).clip(lower=0.0)

    def prepare(self, forecast: pd.DataFrame, width: np.ndarray) -> pd.DataFrame:
        """Return the quantity, in whole meals."""
        meals = quantity.whole_meals(forecast.to_numpy(dtype=float), self.share, self.prepared, width)
        return like(forecast, meals)


class _Sides(NamedTuple):
    """What is learnt above and below the forecasts, and above those that use the plan."""

    above: _Side
    below: _Side
    with_plan: _Side

    def tables(
        self, forecast: pd.DataFrame, blended: pd.DataFrame, widths: list[np.ndarray]
    ) -> dict[str, pd.DataFrame]:
        """Return the tables of some days, from forecasts without and with the plan and the width of each side."""
        tail = (1 - INTERVAL) / 2
        above, below, with_plan = widths
        return {
            "forecast": forecast,
            "lower": self.below.at(tail, forecast, below).clip(upper=forecast),
            "upper": self.above.at(1 - tail, forecast, above).clip(lower=forecast),
            "recommended": self.above.prepare(forecast, above),
            "recommended_with_plan": self.with_plan.prepare(blended, with_plan),
        }


def as_rows(panel: Panel, judged: list[dict[str, pd.DataFrame]]) -> pd.DataFrame:
    """Return the tables of several origins as one row per canteen × day served: COLUMNS.

    On the day of a strike when nobody served, the canteens that had a plan count, with no meal.
    """
    columns = {name: pd.concat([one[name] for one in judged]).stack() for name in judged[0]} if judged else {}
    rows = pd.DataFrame(columns)
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    rows["meals_planned"] = panel.planned.stack().reindex(rows.index)
    rows["meals_served"] = panel.served.mask(_nobody_served(panel), 0.0).stack().reindex(rows.index)
    rows.index.names = ["date", "canteen"]
    complete = rows.dropna(subset=["forecast", "meals_served"]).reset_index()
    return complete.sort_values(["date", "canteen"], ignore_index=True)[COLUMNS]


def _nobody_served(panel: Panel) -> np.ndarray:
    """Return the canteens with a plan on the strike days of the city when no canteen served: days × canteens."""
    of_city = panel.events[(panel.events["kind"] == STRIKE) & panel.events["canteen"].isna()]
    strike = panel.served.index.isin(of_city["date"]) & panel.served.isna().all(axis=1).to_numpy()
    return strike[:, None] & panel.planned.notna().to_numpy()
