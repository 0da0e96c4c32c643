"""The difference-in-differences of the pilot: its data, and the classes of its result (`models.pilot.study`)."""

# ruff: noqa: S608 — statements share parts that are constants; every value is a parameter.
from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.calendar.exceptional import JUDGED, judged
from data.selection import Selection
from data.store import Store

FRAMING, TEST = "cadrage", "test"
SURPLUS, SHORTAGE, WASTE = "surplus", "shortage", "waste"
# Why the effect on a measure is unknown.
NO_FIGURES, FEW_PILOTS, NO_COMPARISON = "no figures", "few pilots", "no comparison"

SITES = """
WITH periods AS (
    SELECT
        school,
        min(actual_start) FILTER (stage <> $framing) AS until,
        min(actual_start) FILTER (stage = $test) AS start
    FROM pilot_stages
    GROUP BY school
)
SELECT
    sites.school, coalesce(sites.canteen, schools.canteen) AS canteen,
    canteens.label AS canteen_label, canteens.kind, least(until, start) AS until, start
FROM pilot_sites AS sites
LEFT JOIN schools USING (school)
LEFT JOIN canteens ON canteens.name = coalesce(sites.canteen, schools.canteen)
LEFT JOIN periods USING (school)
ORDER BY start NULLS LAST, sites.school COLLATE FR, sites.school
"""


def sites(store: Store) -> pd.DataFrame:
    """Return one row per pilot school: its canteen, the day its preparation began and the day its test began.

    The year before ends when the preparation begins, since it already changes habits; the pilot begins with the test.
    """
    return store.read(SITES, {"framing": FRAMING, "test": TEST})


# Without the exceptional days: a strike moves both sides, and would be most of their difference.
DAILY = f"""
WITH measured AS (
    SELECT
        canteen, date, meals_served, gap,
        CASE WHEN meals_served > 0 THEN wasted_kg END AS wasted_kg
    FROM {JUDGED}
    WHERE canteen IS NOT NULL AND exceptional IS NULL AND NOT mistyped
)
SELECT
    canteen, any_value(canteens.label) AS label, any_value(coalesce(canteens.kind, '')) AS kind, date,
    sum(greatest(gap, 0)) AS surplus,
    sum(greatest(-gap, 0)) AS shortage,
    sum(meals_served) FILTER (gap IS NOT NULL) AS served,
    round(sum(wasted_kg), 6) AS waste, -- the same to the last digit, in whatever order they are added
    sum(meals_served) FILTER (wasted_kg IS NOT NULL) AS weighed_meals
FROM measured JOIN canteens ON canteens.name = canteen
GROUP BY canteen, date
HAVING served IS NOT NULL OR weighed_meals IS NOT NULL
ORDER BY canteen, date
"""


def daily(store: Store, since: date, last: date) -> pd.DataFrame:
    """Return one row per canteen × ordinary day, missing where not known: surplus, shortage, the meals they are about;
    kilograms wasted (gross) where the three places of loss were weighed, and the meals they are about.
    """
    return store.read(DAILY, judged(store, Selection(since, last)))


@dataclass(frozen=True)
class Interval:
    """A difference with its 95 % permutation interval; infinite ends: too few canteens can be compared."""

    value: float
    lower: float
    upper: float

    @property
    def conclusive(self) -> bool:
        """Tell whether zero is outside the interval."""
        return self.finite and (self.lower > 0 or self.upper < 0)

    @property
    def finite(self) -> bool:
        """Tell whether enough canteens can be compared for an interval."""
        return math.isfinite(self.lower) and math.isfinite(self.upper)


@dataclass(frozen=True)
class Effect:
    """The effect of the pilot on one measure: meals per 100 served (surplus, shortage) or grams per meal (waste).

    The means before and after are those of the pilot canteens and of their comparison canteens (`others`). `trend` is
    the same difference computed within the year before. `more_weeks` are the school weeks still needed before an effect
    of this size is conclusive: infinite when no number of weeks is enough, None when it is unknown. `pairs` has one row
    per pilot canteen, `months` one per period of four weeks, before (negative) and after.
    """

    change: Interval
    pilots_before: float
    pilots_after: float
    others_before: float
    others_after: float
    pilots: int
    others: int
    trend: Interval | None
    more_weeks: float | None
    pairs: pd.DataFrame
    months: pd.DataFrame


@dataclass(frozen=True)
class Study:
    """The pilot schools (`sites`), the last known day, the effects by measure, why others are unknown."""

    sites: pd.DataFrame
    last_day: date | None
    effects: dict[str, Effect]
    unknown_reasons: dict[str, str]

    @property
    def begun(self) -> int:
        """The number of pilot schools that have begun their test."""
        return int(self.sites["start"].notna().sum())

    def schools_in(self, measure: str) -> int:
        """Return how many pilot schools the effect on a measure is computed from."""
        pairs = self.effects[measure].pairs
        return int(self.sites["canteen"].isin(pairs.loc[pairs["change"].notna(), "canteen"]).sum())
