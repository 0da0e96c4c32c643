"""The clean series of the history: one per canteen × measure, and how many canteen-days each reason sets aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

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
MEASURES = (MEALS, SURPLUS, *PER_MEAL, WASTE_KG)

# A canteen's own terms are learnt from its last HISTORY_DAYS days, and need LEAST_DAYS days.
HISTORY_DAYS = 4 * 365
LEAST_DAYS = 5
# The model is compared with what happened on this many past days: one school year.
FITTED_DAYS = 140
CLOSED_AFTER_SERVICE_DAYS = 60
# Waste is forecast for canteens with this many weighed days in the last WEIGHED_YEARS years.
WEIGHED_DAYS = 20
WEIGHED_YEARS = 2
# Surplus and waste are learnt from the last years only: managers' habits change.
RECENT_YEARS = 3


@dataclass(frozen=True)
class Series:
    """One canteen's past for one measure: columns ds, y and meals (the meals served on the day of y)."""

    canteen: str
    measure: str
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
    """The series to forecast, the weighed days, the number of canteens by status, of canteen-days set aside by reason.

    `weighed` has one row per canteen × day of the canteens that weigh: canteen, date, meals and PER_MEAL. `few_days`
    has the days of the open canteens without a series: canteen, date, served.
    """

    series: list[Series]
    few_days: pd.DataFrame
    still_open: set[str]
    weighed: pd.DataFrame
    canteens: dict[str, int]
    set_aside_days: dict[str, int]


def prepare(job: Job, panel: Panel) -> Prepared:
    """Return the clean series of a job; a missing value is never taken for zero."""
    days, set_aside = _plausible_days(job, panel)
    days_of_canteen = dict(list(days.groupby("canteen")))
    still_open = _open_canteens(job)
    since = pd.Timestamp(job.last_service_on) - pd.Timedelta(days=HISTORY_DAYS)
    canteens: Counter[str] = Counter(forecast=0, closed=0, too_short=0)
    long_enough = {str(name) for name, rows in days_of_canteen.items() if (rows["date"] > since).sum() >= LEAST_DAYS}
    starting = _starting(job, panel, long_enough, still_open)
    series: list[Series] = []
    weighed = [_weighed(days.iloc[:0], job)]
    for canteen in sorted({*job.history["canteen"], *starting}, key=lambda name: (name == UNATTACHED, name)):
        canteen_days = days_of_canteen.get(canteen, days.iloc[:0])
        is_forecast = canteen in starting or (canteen in still_open and canteen in long_enough)
        if canteen != UNATTACHED:
            canteens["forecast" if is_forecast else "too_short" if canteen in still_open else "closed"] += 1
        if is_forecast:
            series += _series(canteen, canteen_days, job)
            weighed += [_weighed(canteen_days, job)] if canteen_days["weighed_kg"].notna().any() else []
    too_few = days[days["canteen"].isin(still_open - {one.canteen for one in series}) & days["served"].notna()]
    few_days = too_few[["canteen", "date", "served"]]
    return Prepared(series, few_days, still_open, pd.concat(weighed), dict(canteens), set_aside)


def _plausible_days(job: Job, panel: Panel) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the canteen-days to learn from, and how many are set aside for each reason."""
    reason_of_cell = reasons(panel)
    rows = reason_of_cell.index.get_indexer(pd.DatetimeIndex(job.history["date"]))
    columns = reason_of_cell.columns.get_indexer(pd.Index(job.history["canteen"]))
    reason_of_row = reason_of_cell.to_numpy()[rows, columns]
    counts = np.bincount(reason_of_row[reason_of_row >= 0], minlength=len(REASONS))
    return job.history[reason_of_row < 0], {reason: int(count) for reason, count in zip(REASONS, counts, strict=True)}


def panel_of(job: Job) -> Panel:
    """Return a job's history as days × canteens."""
    return build(job.history, pd.DatetimeIndex(pd.to_datetime(job.service_days)), job.events, job.menus, job.pupils)


def _open_canteens(job: Job) -> set[str]:
    """Return the canteens that served within the city's last days of service; the others are closed."""
    served = job.history[job.history["served"].notna()]
    city_days = served["date"].drop_duplicates().nlargest(CLOSED_AFTER_SERVICE_DAYS)
    return set(served.loc[served["date"] >= city_days.min(), "canteen"])


def _starting(job: Job, panel: Panel, long_enough: set[str], still_open: set[str]) -> set[str]:
    """Return the canteens with pupils to come and no past; a closed canteen does not start again."""
    years = set(school_years(pd.DatetimeIndex(pd.to_datetime(job.days))))
    newcomers = {
        canteen
        for year in years
        for canteen in enrolment.newcomers(panel.pupils, days_of(panel.served), int(year), long_enough)
    }
    return newcomers - (set(job.history.loc[job.history["served"].notna(), "canteen"]) - still_open)


def _series(canteen: str, canteen_days: pd.DataFrame, job: Job) -> Iterator[Series]:
    yield Series(canteen, MEALS, _past(canteen_days["date"], canteen_days["served"], canteen_days["served"]))
    week = _last_week_end(canteen, job)
    canteen_days = canteen_days[
        canteen_days["date"].between(week - pd.DateOffset(years=RECENT_YEARS), week, inclusive="right")
    ]
    paired = canteen_days[plausible(canteen_days["paired_served"], canteen_days["paired_planned"])]
    if len(paired) >= LEAST_DAYS:
        surplus = (paired["paired_planned"] - paired["paired_served"]).clip(lower=0)
        yield Series(canteen, SURPLUS, _past(paired["date"], surplus, paired["paired_served"]))


def _last_week_end(canteen: str, job: Job) -> pd.Timestamp:
    """Return the end of the last whole week of a canteen: what is learnt from it serves a week.

    Weeks end on another day from one canteen to the next, so that each day learns a part of them.
    """
    last = pd.Timestamp(job.last_service_on)
    return last - pd.Timedelta(days=(last.toordinal() + crc32(canteen.encode())) % 7)


def _weighed(canteen_days: pd.DataFrame, job: Job) -> pd.DataFrame:
    """Return the weighed days of a canteen, or none if it does not weigh often enough."""
    weighed = _recent(canteen_days[canteen_days["weighed_kg"].notna()], job, RECENT_YEARS)
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
