"""What the whole city throws away, from the canteens that weigh: an estimate with its range, or none below a minimum.

The canteens of the pilot stand for the canteens of the pilot, the others for the others; each canteen is one draw of a
ratio estimator (Cochran 1977, ch. 6), since the days of a canteen resemble one another.
"""

# ruff: noqa: S608 — statements share parts that are constants; every value is a parameter.
from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import pandas as pd

from data.calendar.exceptional import JUDGED, judged
from data.selection import Selection
from data.store import Store

# No city figure below: canteens that weigh, those outside the pilot, days of each, % of meals weighed.
LEAST_CANTEENS, LEAST_OTHERS, LEAST_DAYS, LEAST_SHARE_PCT = 10, 5, 4, 5
CONFIDENCE = 0.95

# Every meal of the period counts; the grams are those of ordinary days.
WEIGHED = f"""
WITH pilots AS (
    SELECT DISTINCT coalesce(sites.canteen, schools.canteen) AS canteen
    FROM pilot_sites AS sites LEFT JOIN schools USING (school)
)
SELECT
    canteen, coalesce(canteen IN (SELECT canteen FROM pilots WHERE canteen IS NOT NULL), FALSE) AS pilot,
    coalesce(sum(meals_served), 0)::BIGINT AS meals_served,
    count(DISTINCT date) FILTER (weighed) AS days,
    coalesce(sum(meals_served) FILTER (weighed), 0)::BIGINT AS weighed_meals,
    coalesce(sum(wasted_kg) FILTER (weighed), 0) AS weighed_kg
FROM (SELECT *, meals_served > 0 AND wasted_kg IS NOT NULL AND exceptional IS NULL AS weighed FROM {JUDGED})
GROUP BY canteen
ORDER BY canteen
"""


@dataclass(frozen=True)
class CityWaste:
    """The kilograms (gross) of all meals served with the ends of their 95 % interval, None below the minimum.

    `weighing`, `pilots`: the canteens weighed for LEAST_DAYS days, and those of them in the pilot.
    """

    weighing: int
    pilots: int
    share_pct: float
    kilograms: float | None = None
    lower: float | None = None
    upper: float | None = None


def weighed_canteens(store: Store, selection: Selection) -> pd.DataFrame:
    """Return one row per canteen (None: to attach): pilot, all meals served; days, meals and kilograms weighed."""
    return store.read(WEIGHED, judged(store, selection))


def city_waste(store: Store, selection: Selection) -> CityWaste:
    """Return what the canteens of a selection throw away, from those that weigh."""
    return estimate(weighed_canteens(store, selection))


def estimate(canteens: pd.DataFrame) -> CityWaste:
    """Return the estimate from `weighed_canteens`."""
    usable = canteens["canteen"].notna() & (canteens["days"] >= LEAST_DAYS)
    pilot = canteens["pilot"].astype(bool)
    served = canteens["meals_served"].sum()
    share = 100 * canteens.loc[usable, "weighed_meals"].sum() / served if served else 0.0
    facts = CityWaste(int(usable.sum()), int((usable & pilot).sum()), float(share))
    others = facts.weighing - facts.pilots
    if facts.weighing < LEAST_CANTEENS or others < LEAST_OTHERS or share < LEAST_SHARE_PCT:
        return facts
    # Too few pilots that weigh to speak for the pilot: all canteens are then one group.
    strata = pilot if facts.pilots >= LEAST_OTHERS else pd.Series(False, index=canteens.index)
    parts = [
        _stratum(canteens[(strata == stratum) & usable], canteens.loc[strata == stratum, "meals_served"].sum())
        for stratum in strata.unique()
    ]
    kilograms, variance = (sum(values) for values in zip(*parts, strict=True))
    half_width = student(CONFIDENCE, min(facts.weighing, others if len(parts) > 1 else facts.weighing) - 1)
    half_width *= math.sqrt(variance)
    return CityWaste(
        facts.weighing, facts.pilots, facts.share_pct, kilograms, max(kilograms - half_width, 0), kilograms + half_width
    )


def _stratum(weighed: pd.DataFrame, meals: float) -> tuple[float, float]:
    """Return the kilograms of a group of canteens, and their variance between canteens."""
    count, weighed_meals = len(weighed), weighed["weighed_meals"].sum()
    rate = weighed["weighed_kg"].sum() / weighed_meals
    residuals = weighed["weighed_kg"] - rate * weighed["weighed_meals"]
    variance = count / (count - 1) * float((residuals**2).sum()) / weighed_meals**2
    return float(meals * rate), float(meals**2 * variance)


def student(confidence: float, freedom: int) -> float:
    """Return the two-sided quantile of Student's law (Abramowitz and Stegun 26.7.5; within 1 % from 4 degrees on)."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return sum(term / freedom**power for power, term in enumerate(terms))


@dataclass(frozen=True)
class SameCanteens:
    """Grams per meal of the canteens that weigh in both of two periods, None when there are none."""

    canteens: int
    now: float | None = None
    before: float | None = None


def same_canteens(store: Store, now: Selection, before: Selection) -> SameCanteens:
    """Compare the grams per meal of the same canteens: those weighed for LEAST_DAYS days in each period."""
    periods = [
        rows[rows["canteen"].notna() & (rows["days"] >= LEAST_DAYS)].set_index("canteen")
        for rows in (weighed_canteens(store, now), weighed_canteens(store, before))
    ]
    both = periods[0].index.intersection(periods[1].index)
    if both.empty:
        return SameCanteens(0)
    kept = [rows.loc[both] for rows in periods]
    grams = [float(1000 * rows["weighed_kg"].sum() / rows["weighed_meals"].sum()) for rows in kept]
    return SameCanteens(len(both), *grams)
