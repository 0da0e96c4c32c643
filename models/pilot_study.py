"""Does the pilot work? From the store to the effects on surplus, shortage and waste."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from data import pilot
from data.pilot import SHORTAGE, SURPLUS, WASTE, Effect, Interval, Study
from data.store import Store
from models.pilot_effect import NOBODY, Estimate, Outcome, Pilot, estimate

# Measure → its part, its whole, and the scale of its rate: meals per 100 served, grams per meal.
MEASURES = {
    SURPLUS: ("surplus", "served", 100.0),
    SHORTAGE: ("shortage", "served", 100.0),
    WASTE: ("waste", "weighed_meals", 1000.0),
}
# Whole weeks, so that each weekday counts as often before as after.
YEAR, MONTH = timedelta(weeks=52), timedelta(weeks=4)
# Half a period says how much a longer one would bring: fewer days and draws are enough for that.
HALF_DAYS, HALF_DRAWS = 3, 499


def study(store: Store) -> Study:
    """Return what the pilot changed so far, each pilot canteen around its own dates."""
    sites = pilot.sites(store)
    begun = sites.dropna(subset=["canteen", "start"])
    if begun.empty:
        return Study(sites, 0, None, 0, {})
    days = pilot.daily(store, (begun["until"].min() - YEAR).date())
    if days.empty:
        return Study(sites, begun["canteen"].nunique(), None, 0, {})
    # Schools that will be in the pilot may already be changing: their canteens are compared with nobody.
    coming = set(sites["canteen"].dropna()) - set(begun["canteen"])
    known = days[~days["canteen"].isin(coming)]
    effects = {measure: effect(known, begun, measure) for measure in MEASURES}
    weighing = known.loc[known["weighed_meals"].notna() & ~known["canteen"].isin(begun["canteen"]), "canteen"]
    told = {measure: found for measure, found in effects.items() if found is not None}
    return Study(sites, begun["canteen"].nunique(), days["date"].max().date(), weighing.nunique(), told)


def effect(days: pd.DataFrame, begun: pd.DataFrame, measure: str) -> Effect | None:
    """Return the effect on one measure, from the canteens' days and the pilot schools that began; None without any."""
    outcome, canteens = outcome_of(days, measure)
    pilots = pilots_of(begun, canteens.index, outcome.days)
    found = estimate(outcome, pilots) if pilots else None
    if found is None:
        return None
    kept = [one for one, own in zip(pilots, found.own, strict=True) if np.isfinite(own)]
    (before, after), (others_before, others_after) = found.rates
    return Effect(
        change=Interval(found.effect, found.lower, found.upper),
        pilots_before=float(before),
        pilots_after=float(after),
        others_before=float(others_before),
        others_after=float(others_after),
        pilots=len(kept),
        others=len(set(found.compared.ravel()) - {NOBODY}),
        trend=_trend(outcome, kept),
        more_weeks=_more_weeks(outcome, kept, found),
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
    return Outcome(
        index, canteens["kind"].to_numpy(), wide[part].to_numpy(), wide[whole].to_numpy(), scale
    ), canteens


def pilots_of(begun: pd.DataFrame, canteens: pd.Index, days: pd.DatetimeIndex) -> list[Pilot]:
    """Return the pilot canteens with figures: the year before, and the first year at most; a canteen begins once."""
    if not len(days):
        return []
    dates = begun.groupby("canteen")[["until", "start"]].min()
    tomorrow = days[-1] + timedelta(days=1)
    return [
        Pilot(int(canteens.get_loc(name)), until - YEAR, until, start, min(start + YEAR, tomorrow))
        for name, until, start in dates.itertuples(name=None)
        if name in canteens
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


def _more_weeks(outcome: Outcome, pilots: list[Pilot], found: Estimate) -> float | None:
    """Return how many school weeks more would tell the effect from zero, if it stays what it is.

    The variance of an effect is what canteens do on their own, whatever the time, plus what more weeks average out:
    a + b / weeks. Half the weeks show a + 2 b / weeks.
    """
    reach = (found.upper - found.lower) / 2
    if found.lower > 0 or found.upper < 0 or not np.isfinite(reach):
        return None if not np.isfinite(reach) else 0.0
    halves = [half for cut in (0, 1) if (half := _half(outcome, pilots, cut)) is not None]
    if not halves:
        return None
    weeks = float(np.mean([_weeks(outcome, one) for one in pilots]))
    now, half = found.spread**2, float(np.mean([one.spread**2 for one in halves]))
    averaged_out = min(max(half - now, 0.0), now)
    lasting = now - averaged_out
    allowed = now * (found.effect / reach) ** 2
    return weeks * averaged_out / (allowed - lasting) - weeks if allowed > lasting else np.inf


def _half(outcome: Outcome, pilots: list[Pilot], which: int) -> Estimate | None:
    """Return the effect of the first or of the second half of what is known of the test."""
    cut = [one.start + (one.end - one.start) / 2 for one in pilots]
    halves = [
        replace(one, end=middle) if which == 0 else replace(one, start=middle)
        for one, middle in zip(pilots, cut, strict=True)
    ]
    return estimate(outcome, halves, HALF_DRAWS, HALF_DAYS)


def _weeks(outcome: Outcome, one: Pilot) -> int:
    """Return the school weeks of the test that are known."""
    days = outcome.days[_within(outcome, one.start, one.end) & np.isfinite(outcome.whole[:, one.canteen])]
    return days.to_period("W").nunique()


def _within(outcome: Outcome, first: pd.Timestamp, end: pd.Timestamp) -> np.ndarray:
    return np.asarray((outcome.days >= first) & (outcome.days < end))


def _pairs(outcome: Outcome, canteens: pd.DataFrame, pilots: list[Pilot], found: Estimate) -> pd.DataFrame:
    """Return one row per pilot canteen: its days, its mean meals, its comparison canteens, its own change."""
    rows = []
    for one, own, others in zip(pilots, found.own, found.compared, strict=True):
        known = np.isfinite(outcome.whole[:, one.canteen])
        before = known & _within(outcome, one.since, one.until)
        after = known & _within(outcome, one.start, one.end)
        them = canteens.iloc[others[others != NOBODY]]
        rows.append(
            {
                "canteen": canteens.index[one.canteen],
                "start": one.start,
                "days_before": int(before.sum()),
                "days_after": int(after.sum()),
                "meals": float(outcome.whole[before, one.canteen].mean()) if before.any() else np.nan,
                "change": own,
                "others": them["label"].tolist(),
                "same_kind": int((them["kind"] == canteens["kind"].iloc[one.canteen]).sum()),
            }
        )
    return pd.DataFrame(rows)


def _months(outcome: Outcome, pilots: list[Pilot], found: Estimate) -> pd.DataFrame:
    """Return by periods of four weeks, counted from the day each pilot's test began or its year before ended, the mean
    rate of the pilots and of their comparison canteens, and how many pilots they are about."""
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
        rows = _within(outcome, max(first, one.since), min(end, one.end))
        own, *them = (_rate(outcome, rows, column) for column in (one.canteen, *others))
        told = [rate for rate in them if np.isfinite(rate)]
        found.append((rank, (own, float(np.mean(told)) if told else np.nan)))
    return found


def _rate(outcome: Outcome, rows: np.ndarray, column: int) -> float:
    part, whole = outcome.part[rows, column], outcome.whole[rows, column]
    known = np.isfinite(whole)
    total = whole[known].sum()
    return float(outcome.scale * part[known].sum() / total) if total > 0 else np.nan
