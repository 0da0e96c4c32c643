"""From the history to clean series: one per canteen × target, and the count of what was set aside, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from models.history import UNATTACHED, Job

MEALS, SURPLUS, WASTE = TARGETS = ("meals_served", "surplus_meals", "waste_g_per_meal")

CLOSED_AFTER_SERVICE_DAYS = 60
# Fewer days than this and nothing honest can be said; WEIGHED_DAYS within the last WEIGHED_YEARS.
LEAST_DAYS = 5
WEIGHED_DAYS = 20
WEIGHED_YEARS = 2
# Typing errors: served beside the canteen's rolling median of TYPING_WINDOW days, and beside its plan.
PLAUSIBLE_RATIO = (0.3, 2.0)
TYPING_WINDOW = 41
TYPING_LEAST_DAYS = 5


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


def prepare(job: Job) -> Prepared:
    """Return the clean series of a job; a missing measure is never a zero."""
    days, set_aside = _plausible_days(job)
    canteens: Counter[str] = Counter(forecast=0, closed=0, too_short=0)
    series: list[Series] = []
    still_open = _open_canteens(job)
    for canteen in [*sorted(set(job.history["canteen"]) - {UNATTACHED}), UNATTACHED]:
        own = days[days["canteen"] == canteen]
        if canteen == UNATTACHED and canteen not in still_open:
            continue
        if canteen not in still_open:
            canteens["closed"] += 1
        elif len(own) < LEAST_DAYS:
            canteens["too_short"] += 1
        else:
            canteens["forecast"] += canteen != UNATTACHED
            series += _series(canteen, own, job)
    return Prepared(series, dict(canteens), set_aside)


def _plausible_days(job: Job) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the canteen-days to learn from, and how many were set aside for each reason."""
    days = job.history
    counts: dict[str, int] = {}
    for reason, wrong in (
        ("without_meals_served", lambda rows: rows["served"].isna()),
        ("not_a_service_day", lambda rows: ~rows["date"].isin(pd.to_datetime(job.service_days))),
        ("incomplete", lambda rows: rows["incomplete"]),
        ("point_missing", lambda rows: rows["point_missing"]),
        ("typing_error", _typing_errors),
    ):
        bad = wrong(days)
        counts[reason] = int(bad.sum())
        days = days[~bad]
    return days, counts


def _typing_errors(days: pd.DataFrame) -> pd.Series:
    usual = days.groupby("canteen")["served"].transform(
        lambda served: served.rolling(TYPING_WINDOW, center=True, min_periods=TYPING_LEAST_DAYS).median()
    )
    return ~_plausible(days["served"], usual) & usual.notna()


def _plausible(value: pd.Series, reference: pd.Series) -> pd.Series:
    low, high = PLAUSIBLE_RATIO
    return (value >= low * reference) & (value <= high * reference)


def _open_canteens(job: Job) -> set[str]:
    """Return the canteens that served within the city's last days of service; the others are closed."""
    served = job.history[job.history["served"].notna()]
    city_days = served["date"].drop_duplicates().nlargest(CLOSED_AFTER_SERVICE_DAYS)
    return set(served.loc[served["date"] >= city_days.min(), "canteen"])


def _series(canteen: str, own: pd.DataFrame, job: Job) -> Iterator[Series]:
    yield Series(canteen, MEALS, _past(own["date"], own["served"], own["served"]))
    paired = own[_plausible(own["paired_served"], own["paired_planned"])]
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
