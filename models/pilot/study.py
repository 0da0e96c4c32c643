"""The study of the pilot: from the store to its effects on surplus, shortage and waste."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from data.clock import today_in_paris
from data.once import once_for_content
from data.queries import pilot
from data.queries.overview import last_complete_day
from data.queries.pilot import FEW_PILOTS, NO_COMPARISON, NO_FIGURES, SHORTAGE, SURPLUS, WASTE, Effect, Interval, Study
from data.store import Store
from models.pilot.comparisons import LEAST_DAYS, NOBODY, Outcome, Pilot
from models.pilot.effect import LEAST_PILOTS, Estimate, estimate

# Measure → its part, its whole, and the scale of its rate: meals per 100 served, grams per meal.
MEASURES = {
    SURPLUS: ("surplus", "served", 100.0),
    SHORTAGE: ("shortage", "served", 100.0),
    WASTE: ("waste", "weighed_meals", 1000.0),
}
# Whole weeks, so that each weekday counts equally before and after.
YEAR, MONTH = timedelta(weeks=52), timedelta(weeks=4)
# The two halves of the test say how a longer test would reduce the interval: fewer days and draws are enough for that.
HALF_DAYS, HALF_DRAWS = 3, 499
PAIRS = ["canteen", "kind", "days_before", "days_after", "meals", "change", "others", "same_kind"]


def study(store: Store) -> Study:
    """Return the effects of the pilot so far, each pilot canteen with its own dates."""
    sites = pilot.sites(store)
    begun = sites.dropna(subset=["canteen", "start"])
    if begun.empty:
        return Study(sites, None, {}, dict.fromkeys(MEASURES, FEW_PILOTS))
    last = last_complete_day(store, today_in_paris())
    days = pilot.daily(store, (begun["until"].min() - YEAR).date(), last or today_in_paris())
    # Schools that will join the pilot may already be changing: their canteens are not compared.
    coming = set(sites["canteen"].dropna()) - set(begun["canteen"])
    known = days[~days["canteen"].isin(coming)]
    # Each from its own columns, after those of the place and the day: what does not change them leaves it as it is.
    effects = {one: effect(known[[*known.columns[:4], *told[:2]]], begun, one) for one, told in MEASURES.items()}
    return Study(
        sites,
        last if len(days) else None,
        {measure: result for measure, result in effects.items() if isinstance(result, Effect)},
        {measure: result for measure, result in effects.items() if isinstance(result, str)},
    )


@once_for_content
def effect(days: pd.DataFrame, begun: pd.DataFrame, measure: str) -> Effect | str:
    """Return the effect on one measure, or the reason why there is none, from the days of all canteens."""
    outcome, canteens = outcome_of(days, measure)
    pilots = pilots_of(begun, canteens.index, outcome.days)
    day_counts = [min(_days(outcome, one)) for one in pilots]
    if not any(day_counts):
        return NO_FIGURES
    if sum(count >= LEAST_DAYS for count in day_counts) < LEAST_PILOTS:
        return FEW_PILOTS
    result = estimate(outcome, pilots)
    return NO_COMPARISON if result is None else _effect(outcome, canteens, pilots, result)


def _effect(outcome: Outcome, canteens: pd.DataFrame, pilots: list[Pilot], result: Estimate) -> Effect:
    kept = [one for one, own in zip(pilots, result.own, strict=True) if np.isfinite(own)]
    known = outcome.without([one.canteen for one in pilots if one not in kept])
    (before, after), (others_before, others_after) = result.rates
    return Effect(
        change=Interval(result.effect, result.lower, result.upper),
        pilots_before=float(before),
        pilots_after=float(after),
        others_before=float(others_before),
        others_after=float(others_after),
        pilots=len(kept),
        others=len(set(result.compared.ravel()) - {NOBODY}),
        trend=_trend(known, kept),
        more_weeks=more_weeks(known, kept, result),
        pairs=_pairs(outcome, canteens, pilots, result),
        months=_months(outcome, pilots, result),
    )


def outcome_of(days: pd.DataFrame, measure: str) -> tuple[Outcome, pd.DataFrame]:
    """Return the outcome of one measure (days × canteens), and its canteens (label and kind) in column order."""
    part, whole, scale = MEASURES[measure]
    known = days[days[whole].notna()]
    canteens = known.drop_duplicates("canteen").set_index("canteen")[["label", "kind"]].sort_index()
    wide = known.pivot(index="date", columns="canteen", values=[part, whole]).astype(float)
    tables = [
        wide.reindex(columns=[(name, canteen) for canteen in canteens.index]).to_numpy() for name in (part, whole)
    ]
    return Outcome(pd.DatetimeIndex(wide.index), canteens["kind"].to_numpy(), tables[0], tables[1], scale), canteens


def pilots_of(begun: pd.DataFrame, canteens: pd.Index, days: pd.DatetimeIndex) -> list[Pilot]:
    """Return the pilot canteens with figures: a year before, and at most a year after; each begins only once."""
    if not len(days):
        return []
    places = {name: place for place, name in enumerate(canteens)}
    dates = begun.groupby("canteen")[["until", "start"]].min()
    tomorrow = days[-1] + timedelta(days=1)
    return [
        Pilot(places[name], until - YEAR, until, start, min(start + YEAR, tomorrow))
        for name, until, start in dates.itertuples(name=None)
        if name in places
    ]


def _trend(outcome: Outcome, pilots: list[Pilot]) -> Interval | None:
    """Return the placebo effect between the two halves of the year before."""
    whole = outcome.whole.copy()
    halves = []
    for one in pilots:
        whole[outcome.days >= one.until, one.canteen] = np.nan
        halves.append(Pilot(one.canteen, one.since, one.since + YEAR / 2, one.since + YEAR / 2, one.until))
    placebo = estimate(replace(outcome, whole=whole), halves)
    return None if placebo is None else Interval(placebo.effect, placebo.lower, placebo.upper)


def more_weeks(outcome: Outcome, pilots: list[Pilot], result: Estimate) -> float | None:
    """Return how many more school weeks would make the effect significant, if it stays the same.

    The variance of an effect is a + b / weeks: a is the canteens' own change, which time does not reduce. Between the
    two halves of the test, only the second part appears: the variance over permutations is 4 b / weeks.
    """
    reach = result.upper - result.effect if result.effect < 0 else result.effect - result.lower
    if Interval(result.effect, result.lower, result.upper).conclusive:
        return 0.0
    halves = estimate(outcome, [_halves(one) for one in pilots], HALF_DRAWS, HALF_DAYS)
    if halves is None or not np.isfinite(reach):
        return None
    # The pilots may have fewer days before than the other canteens: their own error is weighted by their number.
    canteens = np.isfinite(outcome.whole).any(axis=0).sum()
    variance = (canteens * result.spread**2 + len(pilots) * result.error**2) / (canteens + len(pilots))
    averaged_out = min(halves.spread**2 / 4 / variance, 1.0)
    weeks = float(np.mean([_weeks(outcome, one) for one in pilots]))
    # Shares of the current variance: the largest one with a significant effect, and the one that time does not reduce.
    allowed, lasting = (result.effect / reach) ** 2, 1 - averaged_out
    return float(weeks * averaged_out / (allowed - lasting) - weeks) if allowed > lasting else np.inf


def _halves(one: Pilot) -> Pilot:
    """Return the two halves of a test as its before and its after."""
    middle = one.start + (one.end - one.start) / 2
    return Pilot(one.canteen, one.start, middle, middle, one.end)


def _weeks(outcome: Outcome, one: Pilot) -> int:
    """Return the number of known school weeks of the test."""
    days = outcome.days[outcome.within(one.start, one.end) & np.isfinite(outcome.whole[:, one.canteen])]
    return days.to_period("W").nunique()


def _days(outcome: Outcome, one: Pilot) -> tuple[int, int]:
    """Return the number of known days of a pilot canteen, before and after."""
    known = np.isfinite(outcome.whole[:, one.canteen])
    before, after = outcome.within(one.since, one.until), outcome.within(one.start, one.end)
    return int((known & before).sum()), int((known & after).sum())


def _pairs(outcome: Outcome, canteens: pd.DataFrame, pilots: list[Pilot], result: Estimate) -> pd.DataFrame:
    """Return one row per pilot canteen: days, mean meals before, comparison canteens, own change."""
    rows = []
    for one, own, others in zip(pilots, result.own, result.compared, strict=True):
        before = outcome.whole[outcome.within(one.since, one.until), one.canteen]
        comparisons = canteens.iloc[others[others != NOBODY]]
        kind = canteens["kind"].iloc[one.canteen]
        rows.append(
            (
                canteens.index[one.canteen], kind, *_days(outcome, one),
                float(np.nanmean(before)) if np.isfinite(before).any() else np.nan,
                own, comparisons["label"].tolist(), int((comparisons["kind"] == kind).sum()),
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=PAIRS)


def _months(outcome: Outcome, pilots: list[Pilot], result: Estimate) -> pd.DataFrame:
    """Return the mean rates of the pilots and of their comparison canteens, and the number of pilots, by month.

    A month is four weeks, counted from the first day of each pilot's test, or backwards from the end of the year
    before.
    """
    rows = []
    for one, others in zip(pilots, result.compared, strict=True):
        rows += _periods(outcome, one, others[others != NOBODY])
    table = pd.DataFrame(rows, columns=["month", "pilots", "others"])
    grouped = table.dropna().groupby("month")
    return grouped.mean().assign(count=grouped.size()).reset_index()


def _periods(outcome: Outcome, one: Pilot, others: np.ndarray) -> Iterator[tuple[int, float, float]]:
    """Return the rates by rank of month: −1 is the last one of the year before, 1 is the first one of the test."""
    spans = [(-back, one.until - back * MONTH, one.until - (back - 1) * MONTH) for back in range(1, 14)]
    spans += [(rank, one.start + (rank - 1) * MONTH, one.start + rank * MONTH) for rank in range(1, 14)]
    for rank, first, end in spans:
        rows = outcome.within(max(first, one.since), min(end, one.end))
        own, *others_rates = (_rate(outcome, rows, column) for column in (one.canteen, *others))
        known = [rate for rate in others_rates if np.isfinite(rate)]
        yield rank, own, float(np.mean(known)) if known else np.nan


def _rate(outcome: Outcome, rows: np.ndarray, column: int) -> float:
    part, whole = outcome.part[rows, column], outcome.whole[rows, column]
    known = np.isfinite(whole)
    total = whole[known].sum()
    return float(outcome.scale * part[known].sum() / total) if total > 0 else np.nan
