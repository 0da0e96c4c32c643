"""From the history to clean series: one per canteen × target, and the count of what was set aside, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.history import UNATTACHED, Job
from models.levels import HISTORY_DAYS, LEAST_DAYS
from models.panel import REASONS, Panel, build, plausible, reasons

MEALS, SURPLUS, WASTE = TARGETS = ("meals_served", "surplus_meals", "waste_g_per_meal")

CLOSED_AFTER_SERVICE_DAYS = 60
# Waste is told of canteens that weighed this often within the last WEIGHED_YEARS.
WEIGHED_DAYS = 20
WEIGHED_YEARS = 2
# The managers' habits are learnt from the last years alone.
RECENT_YEARS = 3


@dataclass(frozen=True)
class Series:
    """One canteen's past for one target: columns ds, y and meals (the meals served that y is about)."""

    canteen: str
    target: str
    past: pd.DataFrame


@dataclass(frozen=True)
class Prepared:
    """The series to forecast, and the canteens and canteen-days set aside, counted by reason."""

    series: list[Series]
    canteens: dict[str, int]
    set_aside_days: dict[str, int]


def prepare(job: Job, panel: Panel) -> Prepared:
    """Return the clean series of a job; a missing measure is never a zero."""
    days, set_aside = _plausible_days(job, panel)
    own = dict(list(days.groupby("canteen")))
    still_open = _open_canteens(job)
    since = pd.Timestamp(job.last_service_on) - pd.Timedelta(days=HISTORY_DAYS)
    canteens: Counter[str] = Counter(forecast=0, closed=0, too_short=0)
    series: list[Series] = []
    for canteen in sorted(set(job.history["canteen"]), key=lambda name: (name == UNATTACHED, name)):
        known = own.get(canteen, days.iloc[:0])
        long_enough = (known["date"] > since).sum() >= LEAST_DAYS
        if canteen != UNATTACHED:
            canteens["closed" if canteen not in still_open else "forecast" if long_enough else "too_short"] += 1
        if canteen in still_open and long_enough:
            series += _series(canteen, known, job)
    return Prepared(series, dict(canteens), set_aside)


def _plausible_days(job: Job, panel: Panel) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the canteen-days to learn from, and how many were set aside for each reason."""
    why = reasons(panel)
    rows = why.index.get_indexer(pd.DatetimeIndex(job.history["date"]))
    columns = why.columns.get_indexer(pd.Index(job.history["canteen"]))
    found = why.to_numpy()[rows, columns]
    counts = np.bincount(found[found >= 0], minlength=len(REASONS))
    return job.history[found < 0], {reason: int(count) for reason, count in zip(REASONS, counts, strict=True)}


def panel_of(job: Job) -> Panel:
    """Return a job's history as days × canteens."""
    return build(job.history, pd.DatetimeIndex(pd.to_datetime(job.service_days)))


def _open_canteens(job: Job) -> set[str]:
    """Return the canteens that served within the city's last days of service; the others are closed."""
    served = job.history[job.history["served"].notna()]
    city_days = served["date"].drop_duplicates().nlargest(CLOSED_AFTER_SERVICE_DAYS)
    return set(served.loc[served["date"] >= city_days.min(), "canteen"])


def _series(canteen: str, own: pd.DataFrame, job: Job) -> Iterator[Series]:
    yield Series(canteen, MEALS, _past(own["date"], own["served"], own["served"]))
    own = own[own["date"] > pd.Timestamp(job.last_service_on) - pd.DateOffset(years=RECENT_YEARS)]
    paired = own[plausible(own["paired_served"], own["paired_planned"])]
    if len(paired) >= LEAST_DAYS:
        surplus = (paired["paired_planned"] - paired["paired_served"]).clip(lower=0)
        yield Series(canteen, SURPLUS, _past(paired["date"], surplus, paired["paired_served"]))
    weighed = own[own["weighed_kg"].notna()]
    since = pd.Timestamp(job.last_service_on) - pd.DateOffset(years=WEIGHED_YEARS)
    if (weighed["date"] > since).sum() >= WEIGHED_DAYS:
        grams = 1000 * weighed["weighed_kg"] / weighed["weighed_served"]
        yield Series(canteen, WASTE, _past(weighed["date"], grams, weighed["weighed_served"]))


def _past(ds: pd.Series, y: pd.Series, meals: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"ds": ds, "y": y.astype(float), "meals": meals.astype(float)}).reset_index(drop=True)
