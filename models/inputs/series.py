"""From the history to clean series: one per canteen × target, and the count of what was set aside, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.inputs import enrolment
from models.inputs.calendar import school_years
from models.inputs.frames import days_of
from models.inputs.job import UNATTACHED, Job
from models.inputs.panel import REASONS, Panel, build, plausible, reasons

MEALS, SURPLUS, WASTE_KG, WASTE = "meals_served", "surplus_meals", "waste_kg", "waste_g_per_meal"
# Grams per meal, in all and by place of loss.
PER_MEAL = (WASTE, "preparation_g_per_meal", "unserved_g_per_meal", "leftovers_g_per_meal")
TARGETS = (MEALS, SURPLUS, *PER_MEAL, WASTE_KG)

# The share of days that an interval holds.
INTERVAL = 0.8
# How far back each canteen's own habits are learnt, and from how many days on.
HISTORY_DAYS = 4 * 365
LEAST_DAYS = 5
# How many past days are compared with the model's own figures: one school year.
FITTED_DAYS = 140
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
class Fit:
    """One series' forecast (date, point, lower, upper) and its recent past (date, y, fitted, meals)."""

    series: Series
    method: str
    future: pd.DataFrame
    past: pd.DataFrame


@dataclass(frozen=True)
class Prepared:
    """The series to forecast, the weighed days, and the canteens and canteen-days set aside, counted by reason.

    `weighed` has one row per canteen × day of the canteens that weigh: canteen, date, meals and PER_MEAL.
    """

    series: list[Series]
    weighed: pd.DataFrame
    canteens: dict[str, int]
    set_aside_days: dict[str, int]


def prepare(job: Job, panel: Panel) -> Prepared:
    """Return the clean series of a job; a missing measure is never a zero."""
    days, set_aside = _plausible_days(job, panel)
    own = dict(list(days.groupby("canteen")))
    still_open = _open_canteens(job)
    since = pd.Timestamp(job.last_service_on) - pd.Timedelta(days=HISTORY_DAYS)
    canteens: Counter[str] = Counter(forecast=0, closed=0, too_short=0)
    enough = {str(name) for name, known in own.items() if (known["date"] > since).sum() >= LEAST_DAYS}
    starting = _starting(job, panel, enough, still_open)
    series: list[Series] = []
    weighed = [_weighed(days.iloc[:0], job)]
    for canteen in sorted({*job.history["canteen"], *starting}, key=lambda name: (name == UNATTACHED, name)):
        known = own.get(canteen, days.iloc[:0])
        is_forecast = canteen in starting or (canteen in still_open and canteen in enough)
        if canteen != UNATTACHED:
            canteens["forecast" if is_forecast else "too_short" if canteen in still_open else "closed"] += 1
        if is_forecast:
            series += _series(canteen, known, job)
            weighed.append(_weighed(known, job))
    return Prepared(series, pd.concat(weighed), dict(canteens), set_aside)


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
    return build(job.history, pd.DatetimeIndex(pd.to_datetime(job.service_days)), job.events, job.menus, job.pupils)


def _open_canteens(job: Job) -> set[str]:
    """Return the canteens that served within the city's last days of service; the others are closed."""
    served = job.history[job.history["served"].notna()]
    city_days = served["date"].drop_duplicates().nlargest(CLOSED_AFTER_SERVICE_DAYS)
    return set(served.loc[served["date"] >= city_days.min(), "canteen"])


def _starting(job: Job, panel: Panel, enough: set[str], still_open: set[str]) -> set[str]:
    """Return the canteens that have pupils to come and no past: a closed one does not start again."""
    years = set(school_years(pd.DatetimeIndex(pd.to_datetime(job.days))))
    found = {
        one for year in years for one in enrolment.newcomers(panel.pupils, days_of(panel.served), int(year), enough)
    }
    return found - (set(job.history.loc[job.history["served"].notna(), "canteen"]) - still_open)


def _series(canteen: str, own: pd.DataFrame, job: Job) -> Iterator[Series]:
    yield Series(canteen, MEALS, _past(own["date"], own["served"], own["served"]))
    own = _recent(own, job, RECENT_YEARS)
    paired = own[plausible(own["paired_served"], own["paired_planned"])]
    if len(paired) >= LEAST_DAYS:
        surplus = (paired["paired_planned"] - paired["paired_served"]).clip(lower=0)
        yield Series(canteen, SURPLUS, _past(paired["date"], surplus, paired["paired_served"]))


def _weighed(own: pd.DataFrame, job: Job) -> pd.DataFrame:
    """Return the weighed days of a canteen, none when it does not weigh often enough."""
    weighed = _recent(own[own["weighed_kg"].notna()], job, RECENT_YEARS)
    if len(_recent(weighed, job, WEIGHED_YEARS)) < WEIGHED_DAYS:
        weighed = weighed.iloc[:0]
    kilos = weighed[["weighed_kg", "preparation_kg", "unserved_kg", "leftovers_kg"]].astype(float)
    grams = kilos.mul(1000 / weighed["weighed_served"].astype(float), axis=0).set_axis(PER_MEAL, axis="columns")
    return pd.concat([weighed[["canteen", "date"]], grams], axis=1).assign(
        meals=weighed["weighed_served"].astype(float)
    )


def _recent(rows: pd.DataFrame, job: Job, years: int) -> pd.DataFrame:
    return rows[rows["date"] > pd.Timestamp(job.last_service_on) - pd.DateOffset(years=years)]


def _past(ds: pd.Series, y: pd.Series, meals: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"ds": ds, "y": y.astype(float), "meals": meals.astype(float)}).reset_index(drop=True)
