"""Does the pilot work? From the store to the effects on surplus, shortage and waste."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from data.queries import pilot
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
# Whole weeks, so that each weekday counts as often before as after.
YEAR, MONTH = timedelta(weeks=52), timedelta(weeks=4)
# What a longer test would bring is read from its halves: fewer days and draws are enough for that.
HALF_DAYS, HALF_DRAWS = 3, 499
PAIRS = ["canteen", "kind", "days_before", "days_after", "meals", "change", "others", "same_kind"]


def study(store: Store) -> Study:
    """Return what the pilot changed so far, each pilot canteen around its own dates."""
    sites = pilot.sites(store)
    begun = sites.dropna(subset=["canteen", "start"])
    if begun.empty:
        return Study(sites, None, {}, dict.fromkeys(MEASURES, FEW_PILOTS))
    days = pilot.daily(store, (begun["until"].min() - YEAR).date())
    # Schools that will be in the pilot may already be changing: their canteens are compared with nobody.
    coming = set(sites["canteen"].dropna()) - set(begun["canteen"])
    known = days[~days["canteen"].isin(coming)]
    found = {measure: effect(known, begun, measure) for measure in MEASURES}
    return Study(
        sites,
        days["date"].max().date() if len(days) else None,
        {measure: one for measure, one in found.items() if isinstance(one, Effect)},
        {measure: one for measure, one in found.items() if isinstance(one, str)},
    )


def effect(days: pd.DataFrame, begun: pd.DataFrame, measure: str) -> Effect | str:
    """Return the effect on one measure, from all canteens' days and the pilot schools begun, or why it has none."""
    outcome, canteens = outcome_of(days, measure)
    pilots = pilots_of(begun, canteens.index, outcome.days)
    known = [min(_days(outcome, one)) for one in pilots]
    if not any(known):
        return NO_FIGURES
    if sum(count >= LEAST_DAYS for count in known) < LEAST_PILOTS:
        return FEW_PILOTS
    found = estimate(outcome, pilots)
    return NO_COMPARISON if found is None else _effect(outcome, canteens, pilots, found)


def _effect(outcome: Outcome, canteens: pd.DataFrame, pilots: list[Pilot], found: Estimate) -> Effect:
    kept = [one for one, own in zip(pilots, found.own, strict=True) if np.isfinite(own)]
    known = outcome.without([one.canteen for one in pilots if one not in kept])
    (before, after), (others_before, others_after) = found.rates
    return Effect(
        change=Interval(found.effect, found.lower, found.upper),
        pilots_before=float(before),
        pilots_after=float(after),
        others_before=float(others_before),
        others_after=float(others_after),
        pilots=len(kept),
        others=len(set(found.compared.ravel()) - {NOBODY}),
        trend=_trend(known, kept),
        more_weeks=more_weeks(known, kept, found),
        pairs=_pairs(outcome, canteens, pilots, found),
        months=_months(outcome, pilots, found),
    )


def outcome_of(days: pd.DataFrame, measure: str) -> tuple[Outcome, pd.DataFrame]:
    """Return the days × canteens of one measure, and its canteens (label and kind), in the order of the columns."""
    part, whole, scale = MEASURES[measure]
    known = days[days[whole].notna()]
    canteens = known.drop_duplicates("canteen").set_index("canteen")[["label", "kind"]].sort_index()
    wide = known.pivot(index="date", columns="canteen", values=[part, whole]).astype(float)
    index = pd.DatetimeIndex(wide.index)
    tables = [
        wide.reindex(columns=[(name, canteen) for canteen in canteens.index]).to_numpy() for name in (part, whole)
    ]
    return Outcome(index, canteens["kind"].to_numpy(), tables[0], tables[1], scale), canteens


def pilots_of(begun: pd.DataFrame, canteens: pd.Index, days: pd.DatetimeIndex) -> list[Pilot]:
    """Return the pilot canteens with figures: the year before, and the first year at most; a canteen begins once."""
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
    """Return what the same calculation finds between the two halves of the year before."""
    whole = outcome.whole.copy()
    halves = []
    for one in pilots:
        whole[outcome.days >= one.until, one.canteen] = np.nan
        middle = one.since + YEAR / 2
        halves.append(Pilot(one.canteen, one.since, middle, middle, one.until))
    found = estimate(replace(outcome, whole=whole), halves)
    return None if found is None else Interval(found.effect, found.lower, found.upper)


def more_weeks(outcome: Outcome, pilots: list[Pilot], found: Estimate) -> float | None:
    """Return how many school weeks more would tell the effect from zero, if it stays what it is.

    The variance of an effect is what canteens do on their own, whatever the time, plus what weeks average out:
    a + b / weeks. From one half of the test to the other nothing moves but the latter: 4 b / weeks, under drawn lots.
    """
    reach = found.upper - found.effect if found.effect < 0 else found.effect - found.lower
    if Interval(found.effect, found.lower, found.upper).conclusive:
        return 0.0
    halves = estimate(outcome, [_halves(one) for one in pilots], HALF_DRAWS, HALF_DAYS)
    if halves is None or not np.isfinite(reach):
        return None
    # The pilots may have fewer days before than the canteens of the lots: their own error counts for what they are.
    canteens = np.isfinite(outcome.whole).any(axis=0).sum()
    variance = (canteens * found.spread**2 + len(pilots) * found.error**2) / (canteens + len(pilots))
    averaged_out = min(halves.spread**2 / 4 / variance, 1.0)
    weeks = float(np.mean([_weeks(outcome, one) for one in pilots]))
    # Shares of the square of the reach: what must not be passed, and what no week takes away.
    allowed, lasting = (found.effect / reach) ** 2, 1 - averaged_out
    return float(weeks * averaged_out / (allowed - lasting) - weeks) if allowed > lasting else np.inf


def _halves(one: Pilot) -> Pilot:
    """Return the two halves of what is known of a test, as a before and an after."""
    middle = one.start + (one.end - one.start) / 2
    return Pilot(one.canteen, one.start, middle, middle, one.end)


def _weeks(outcome: Outcome, one: Pilot) -> int:
    """Return the school weeks of the test that are known."""
    days = outcome.days[outcome.within(one.start, one.end) & np.isfinite(outcome.whole[:, one.canteen])]
    return days.to_period("W").nunique()


def _days(outcome: Outcome, one: Pilot) -> tuple[int, int]:
    """Return the days known of a pilot canteen, before and after."""
    known = np.isfinite(outcome.whole[:, one.canteen])
    before, after = outcome.within(one.since, one.until), outcome.within(one.start, one.end)
    return int((known & before).sum()), int((known & after).sum())


def _pairs(outcome: Outcome, canteens: pd.DataFrame, pilots: list[Pilot], found: Estimate) -> pd.DataFrame:
    """Return one row per pilot canteen: its days, its mean meals before, its comparison canteens, its own change."""
    rows = []
    for one, own, others in zip(pilots, found.own, found.compared, strict=True):
        before = outcome.whole[outcome.within(one.since, one.until), one.canteen]
        them = canteens.iloc[others[others != NOBODY]]
        kind = canteens["kind"].iloc[one.canteen]
        rows.append(
            (
                canteens.index[one.canteen], kind, *_days(outcome, one),
                float(np.nanmean(before)) if np.isfinite(before).any() else np.nan,
                own, them["label"].tolist(), int((them["kind"] == kind).sum()),
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=PAIRS)


def _months(outcome: Outcome, pilots: list[Pilot], found: Estimate) -> pd.DataFrame:
    """Return the mean rates of the pilots and of their comparison canteens, and how many pilots they are about.

    By periods of four weeks, from the day each pilot's test began, or backwards from the end of its year before.
    """
    rows = []
    for one, others in zip(pilots, found.compared, strict=True):
        them = others[others != NOBODY]
        if len(them):
            rows += [(period, *rates) for period, rates in _periods(outcome, one, them)]
    table = pd.DataFrame(rows, columns=["month", "pilots", "others"])
    grouped = table.dropna().groupby("month")
    return grouped.mean().assign(count=grouped.size()).reset_index()


def _periods(outcome: Outcome, one: Pilot, others: np.ndarray) -> list[tuple[int, tuple[float, float]]]:
    """Return the four weeks that end (−1) with the year before, the first ones (1) of the test, and so on."""
    spans = [(-back, one.until - back * MONTH, one.until - (back - 1) * MONTH) for back in range(1, 14)]
    spans += [(rank, one.start + (rank - 1) * MONTH, one.start + rank * MONTH) for rank in range(1, 14)]
    found = []
    for rank, first, end in spans:
        rows = outcome.within(max(first, one.since), min(end, one.end))
        own, *them = (_rate(outcome, rows, column) for column in (one.canteen, *others))
        told = [rate for rate in them if np.isfinite(rate)]
        found.append((rank, (own, float(np.mean(told)) if told else np.nan)))
    return found


def _rate(outcome: Outcome, rows: np.ndarray, column: int) -> float:
    part, whole = outcome.part[rows, column], outcome.whole[rows, column]
    known = np.isfinite(whole)
    total = whole[known].sum()
    return float(outcome.scale * part[known].sum() / total) if total > 0 else np.nan
