"""How good past forecasts were, beside the managers' plan: the backtest of one computation.

Every figure is over the canteen-days that have both a forecast and a plan (`judged`); shares are in percent. WAPE is
the sum of the gaps, whatever their sign, over the sum of the meals served.
"""

# ruff: noqa: S608 — statements share parts that are constants of this file; every value is a parameter.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.store import Store

METHODS = ("plan", "forecast", "recommended", "recommended_with_plan", "same_weekday")
# How long ahead food is ordered: the naive method may not know more recent days than the model did.
LEAD_DAYS = 21

JUDGED = """
judged AS (SELECT * FROM backtests WHERE run_id = $run_id AND meals_planned IS NOT NULL)
"""


@dataclass(frozen=True)
class Judged:
    """Which canteen-days are judged: from first to last; those that are not, by reason."""

    first: date
    last: date
    judged: int
    canteens: int
    days: int
    without_plan: int
    without_forecast: int
    unattached: int


# A canteen-day of the log is without forecast when the model had too short a past; points “à rattacher” have no canteen
# to be judged with.
EXTENT = """
WITH rows_of_run AS (SELECT * FROM backtests WHERE run_id = $run_id), told AS (
    SELECT canteen, date, count(*) AS services
    FROM located_services
    WHERE meals_served > 0 AND date BETWEEN (SELECT min(date) FROM rows_of_run) AND (SELECT max(date) FROM rows_of_run)
    GROUP BY canteen, date
)
SELECT
    min(date) AS first,
    max(date) AS last,
    count(meals_planned) AS judged,
    count(DISTINCT canteen) FILTER (meals_planned IS NOT NULL) AS canteens,
    count(DISTINCT date) FILTER (meals_planned IS NOT NULL) AS days,
    count(*) - count(meals_planned) AS without_plan,
    (SELECT count(*) FROM told ANTI JOIN rows_of_run USING (canteen, date) WHERE canteen IS NOT NULL)
        AS without_forecast,
    (SELECT coalesce(sum(services), 0) FROM told WHERE canteen IS NULL) AS unattached
FROM rows_of_run
"""


def judged_days(store: Store, run_id: int) -> Judged | None:
    """Return what the figures of the page are over, or None when the computation judged nothing."""
    row = store.read(EXTENT, {"run_id": run_id}).iloc[0]
    if not row["judged"]:
        return None
    names = ("judged", "canteens", "days", "without_plan", "without_forecast", "unattached")
    counts = {name: int(row[name]) for name in names}
    return Judged(first=row["first"].date(), last=row["last"].date(), **counts)


# The naive method takes the meals of the last same weekday the canteen served, at least LEAD_DAYS before.
BY_METHOD = (
    "WITH"
    + JUDGED
    + """
, with_naive AS (
    SELECT judged.*, earlier.meals_served AS same_weekday
    FROM judged ASOF LEFT JOIN (
        SELECT canteen, isodow(date) AS weekday, date + $lead_days::INTEGER AS known_on, meals_served
        FROM backtests
        WHERE run_id = $run_id
    ) AS earlier
    ON judged.canteen = earlier.canteen AND isodow(judged.date) = earlier.weekday AND judged.date >= earlier.known_on
), quantities AS (
    UNPIVOT (
        SELECT date, meals_served, meals_planned AS plan, forecast, recommended, recommended_with_plan, same_weekday
        FROM with_naive
    )
    ON plan, forecast, recommended, recommended_with_plan, same_weekday
    INTO NAME method VALUE quantity
), by_day AS (
    SELECT method, abs(sum(quantity) - sum(meals_served)) AS gap, sum(meals_served) AS served
    FROM quantities
    GROUP BY method, date
), city AS (
    SELECT method, 100 * sum(gap) / sum(served) AS city_wape_pct FROM by_day GROUP BY method
)
SELECT
    method,
    count(*) AS canteen_days,
    sum(meals_served)::BIGINT AS meals_served,
    sum(abs(quantity - meals_served)) AS gap_meals,
    100 * sum(abs(quantity - meals_served)) / sum(meals_served) AS wape_pct,
    any_value(city_wape_pct) AS city_wape_pct,
    100 * sum(quantity - meals_served) / sum(meals_served) AS bias_pct,
    100 * sum(greatest(quantity - meals_served, 0)) / sum(meals_served) AS surplus_pct,
    100 * sum(greatest(meals_served - quantity, 0)) / sum(meals_served) AS shortage_pct,
    count(*) FILTER (meals_served > quantity) AS short_days,
    100 * count(*) FILTER (meals_served > quantity) / count(*) AS short_pct
FROM quantities JOIN city USING (method)
GROUP BY method
ORDER BY list_position($methods, method)
"""
)


def by_method(store: Store, run_id: int) -> pd.DataFrame:
    """Return one row per method (METHODS), with its gaps per canteen-day and city-day, its surplus, its shortage."""
    return store.read(BY_METHOD, {"run_id": run_id, "lead_days": LEAD_DAYS, "methods": list(METHODS)})


MONTHS = (
    "WITH"
    + JUDGED
    + """
SELECT
    date_trunc('month', date)::DATE AS month,
    count(*) AS canteen_days,
    sum(meals_served)::BIGINT AS meals_served,
    100 * sum(abs(meals_planned - meals_served)) / sum(meals_served) AS plan_wape_pct,
    100 * sum(abs(forecast - meals_served)) / sum(meals_served) AS forecast_wape_pct,
    100 * sum(forecast - meals_served) / sum(meals_served) AS forecast_bias_pct,
    100 * count(*) FILTER (meals_served BETWEEN lower AND upper) / count(*) AS covered_pct
FROM judged
GROUP BY ALL
ORDER BY ALL
"""
)


def quality_by_month(store: Store, run_id: int) -> pd.DataFrame:
    """Return one row per month: the WAPE of the plan and of the forecast, and how often the interval held."""
    return store.read(MONTHS, {"run_id": run_id})


CANTEENS = (
    "WITH"
    + JUDGED
    + """
SELECT
    coalesce(any_value(canteens.label), judged.canteen) AS place,
    count(*) AS canteen_days,
    sum(meals_served) / count(*) AS meals_per_day,
    100 * sum(abs(meals_planned - meals_served)) / sum(meals_served) AS plan_wape_pct,
    100 * sum(abs(forecast - meals_served)) / sum(meals_served) AS forecast_wape_pct,
    100 * sum(forecast - meals_served) / sum(meals_served) AS forecast_bias_pct,
    100 * sum(greatest(meals_planned - meals_served, 0)) / sum(meals_served) AS plan_surplus_pct,
    100 * sum(greatest(recommended - meals_served, 0)) / sum(meals_served) AS recommended_surplus_pct,
    100 * count(*) FILTER (meals_served > meals_planned) / count(*) AS plan_short_pct,
    100 * count(*) FILTER (meals_served > recommended) / count(*) AS recommended_short_pct,
    100 * count(*) FILTER (meals_served BETWEEN lower AND upper) / count(*) AS covered_pct
FROM judged LEFT JOIN canteens ON canteens.name = judged.canteen
GROUP BY judged.canteen
ORDER BY forecast_wape_pct DESC, place
"""
)


def quality_by_canteen(store: Store, run_id: int) -> pd.DataFrame:
    """Return one row per canteen, the worst forecast first."""
    return store.read(CANTEENS, {"run_id": run_id})


# The first third has the smallest canteens, by meals served per day; third 0 is all of them.
COVERAGE = (
    "WITH"
    + JUDGED
    + """
, sizes AS (
    SELECT canteen, ntile(3) OVER (ORDER BY avg(meals_served), canteen) AS third FROM judged GROUP BY canteen
)
SELECT
    coalesce(third, 0) AS third,
    count(DISTINCT canteen) AS canteens,
    count(*) AS canteen_days,
    count(*) FILTER (meals_served BETWEEN lower AND upper) AS covered,
    100 * count(*) FILTER (meals_served BETWEEN lower AND upper) / count(*) AS covered_pct,
    100 * count(*) FILTER (meals_served < lower) / count(*) AS below_pct,
    100 * count(*) FILTER (meals_served > upper) / count(*) AS above_pct
FROM judged JOIN sizes USING (canteen)
GROUP BY ROLLUP (third)
ORDER BY third
"""
)


def coverage(store: Store, run_id: int) -> pd.DataFrame:
    """Return how often meals served fell within the 80 % interval: all canteens, then each third of them by size."""
    return store.read(COVERAGE, {"run_id": run_id})


CITY_DAYS = (
    "WITH"
    + JUDGED
    + """
SELECT
    date,
    count(*) AS canteens,
    sum(meals_served)::BIGINT AS meals_served,
    sum(meals_planned)::BIGINT AS meals_planned,
    sum(forecast) AS forecast,
    sum(forecast) - sum(meals_served) AS gap,
    100 * (sum(forecast) - sum(meals_served)) / sum(meals_served) AS gap_pct
FROM judged
GROUP BY date
ORDER BY abs(gap) DESC, date
"""
)


def worst_city_days(store: Store, run_id: int) -> pd.DataFrame:
    """Return one row per judged day of the city, the largest gap between forecast and meals served first."""
    return store.read(CITY_DAYS, {"run_id": run_id})


CANTEEN_DAYS = (
    "WITH"
    + JUDGED
    + """
SELECT
    date,
    coalesce(canteens.label, judged.canteen) AS place,
    meals_served::BIGINT AS meals_served,
    meals_planned::BIGINT AS meals_planned,
    forecast,
    forecast - meals_served AS gap
FROM judged LEFT JOIN canteens ON canteens.name = judged.canteen
ORDER BY abs(gap) DESC, date, place
LIMIT $count
"""
)


def worst_canteen_days(store: Store, run_id: int, count: int) -> pd.DataFrame:
    """Return the canteen-days with the largest gaps between forecast and meals served, the worst first."""
    return store.read(CANTEEN_DAYS, {"run_id": run_id, "count": count})
