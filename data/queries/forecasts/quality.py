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

# The naive methods take the meals of the last same weekday the canteen served, at least this many days before: last
# week's, as a manager may know them, and those known when food is ordered.
SAME_WEEKDAY = {"same_weekday_last_week": 7, "same_weekday_at_order": 21}
METHODS = ("plan", "forecast", "recommended", "recommended_with_plan", *SAME_WEEKDAY)
# What the groups of canteen-days are measured on: the prefix of its measures → its column.
MEASURED = {
    "plan_": "meals_planned",
    "forecast_": "forecast",
    "recommended_": "recommended",
    "recommended_with_plan_": "recommended_with_plan",
}


def measures_of(prefix: str, quantity: str) -> str:
    """Return the SQL of the measures of a quantity; days without it are left out of its own measures alone."""
    served = f"sum(meals_served) FILTER ({quantity} IS NOT NULL)"
    return f"""
    100 * sum(abs({quantity} - meals_served)) / {served} AS {prefix}wape_pct,
    100 * sum({quantity} - meals_served) / {served} AS {prefix}bias_pct,
    100 * sum(greatest({quantity} - meals_served, 0)) / {served} AS {prefix}surplus_pct,
    100 * sum(greatest(meals_served - {quantity}, 0)) / {served} AS {prefix}shortage_pct,
    100 * count(*) FILTER (meals_served > {quantity}) / nullif(count({quantity}), 0) AS {prefix}short_pct"""


MEASURES = """
    count(*) AS canteen_days,
    sum(meals_served)::BIGINT AS meals_served,
    sum(meals_served) / count(*) AS meals_per_day,
    100 * count(*) FILTER (meals_served BETWEEN lower AND upper) / count(*) AS covered_pct,""" + ",".join(
    measures_of(prefix, quantity) for prefix, quantity in MEASURED.items()
)

JUDGED = """
WITH judged AS (
    SELECT backtests.*, coalesce(canteens.label, canteen) AS place
    FROM backtests LEFT JOIN canteens ON canteens.name = canteen
    WHERE run_id = $run_id AND meals_planned IS NOT NULL
)
"""


@dataclass(frozen=True)
class Judged:
    """Which canteen-days of the log are judged, from first to last; the others, by reason: together, all of them."""

    first: date
    last: date
    logged: int
    judged: int
    canteens: int
    days: int
    set_aside: int
    without_plan: int
    without_forecast: int
    without_meals: int
    unattached: int


# A canteen-day of the log is without forecast when the model had too short a past; points “à rattacher” have no canteen
# to be judged with, and count one by one.
EXTENT = """
WITH rows_of_run AS (SELECT * FROM backtests WHERE run_id = $run_id), logged AS (
    SELECT canteen, date, coalesce(bool_or(meals_served > 0), FALSE) AS served
    FROM located_services
    WHERE date BETWEEN (SELECT min(date) FROM rows_of_run) AND (SELECT max(date) FROM rows_of_run)
    GROUP BY canteen, date, CASE WHEN canteen IS NULL THEN (site, site_kind) END
), told AS (
    SELECT
        count(*) AS logged,
        count(*) FILTER (canteen IS NULL) AS unattached,
        count(*) FILTER (canteen IS NOT NULL AND NOT served AND forecast IS NULL) AS without_meals,
        count(*) FILTER (canteen IS NOT NULL AND served AND forecast IS NULL) AS without_forecast
    FROM logged LEFT JOIN rows_of_run USING (canteen, date)
)
SELECT
    min(date) AS first,
    max(date) AS last,
    count(meals_planned) AS judged,
    count(DISTINCT canteen) FILTER (meals_planned IS NOT NULL) AS canteens,
    count(DISTINCT date) FILTER (meals_planned IS NOT NULL) AS days,
    count(*) FILTER (meals_planned IS NOT NULL AND set_aside IS NOT NULL) AS set_aside,
    count(*) - count(meals_planned) AS without_plan,
    any_value(logged) AS logged,
    any_value(unattached) AS unattached,
    any_value(without_meals) AS without_meals,
    any_value(without_forecast) AS without_forecast
FROM rows_of_run CROSS JOIN told
"""


def judged_days(store: Store, run_id: int) -> Judged | None:
    """Return what the figures of the page are over, or None when the computation judged nothing."""
    row = store.read(EXTENT, {"run_id": run_id}).iloc[0]
    if not row["judged"]:
        return None
    counts = {name: int(row[name]) for name in Judged.__annotations__ if name not in ("first", "last")}
    return Judged(first=row["first"].date(), last=row["last"].date(), **counts)


def _same_weekday(name: str, days: int) -> str:
    """Return the join that gives each judged day the meals of the same weekday, that many days before or more."""
    return f"""
    ASOF LEFT JOIN (
        SELECT canteen, weekday, date + {days} AS known_on, meals_served AS {name} FROM past
    ) AS {name}
    ON judged.canteen = {name}.canteen AND isodow(judged.date) = {name}.weekday AND judged.date >= {name}.known_on"""


# What the same weekday was is read in the log of the year before too: the days judged begin later.
BY_METHOD = (
    JUDGED
    + """
, past AS (
    SELECT canteen, date, isodow(date) AS weekday, sum(meals_served)::DOUBLE AS meals_served
    FROM located_services
    WHERE meals_served > 0 AND canteen IS NOT NULL AND date > (SELECT min(date) FROM judged) - 366
    GROUP BY canteen, date
), with_naive AS (
    SELECT judged.*, """
    + ", ".join(SAME_WEEKDAY)
    + "\n    FROM judged"
    + "".join(_same_weekday(name, days) for name, days in SAME_WEEKDAY.items())
    + f"""
), quantities AS (
    UNPIVOT (SELECT *, meals_planned AS plan FROM with_naive)
    ON {", ".join(METHODS)}
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
    count(*) FILTER (meals_served > quantity) AS short_days,
    any_value(city_wape_pct) AS city_wape_pct,
    {measures_of("", "quantity")}
FROM quantities JOIN city USING (method)
GROUP BY method
ORDER BY list_position($methods, method)
"""
)


def by_method(store: Store, run_id: int) -> pd.DataFrame:
    """Return one row per method (METHODS), with its gaps per canteen-day and city-day, its surplus, its shortage."""
    return store.read(BY_METHOD, {"run_id": run_id, "methods": list(METHODS)})


def _grouped(group: str, order: str) -> str:
    return f"{JUDGED} SELECT {group}, {MEASURES} FROM judged GROUP BY ALL ORDER BY {order}"


MONTHS = _grouped("date_trunc('month', date)::DATE AS month", "month")
CANTEENS = _grouped("judged.canteen, place", "forecast_wape_pct DESC, place COLLATE FR, place")
# Weeks are whole ones: 21 to 27 days ahead are three weeks. Runs of before they were told have none.
LEADS = _grouped("date_diff('day', known_until, date) // 7 AS weeks", "weeks")


def quality_by_month(store: Store, run_id: int) -> pd.DataFrame:
    """Return one row per month: the measures of the plan, the forecast and the quantities, and of the interval."""
    return store.read(MONTHS, {"run_id": run_id})


def quality_by_canteen(store: Store, run_id: int) -> pd.DataFrame:
    """Return one row per canteen, the worst forecast first."""
    return store.read(CANTEENS, {"run_id": run_id}).drop(columns="canteen")


def quality_by_lead(store: Store, run_id: int) -> pd.DataFrame:
    """Return one row per number of whole weeks between the last day known and the day forecast."""
    return store.read(LEADS, {"run_id": run_id}).dropna(subset="weeks").astype({"weeks": int})


# The first third has the smallest canteens, by meals served per day; third 0 is all of them.
COVERAGE = (
    JUDGED
    + """
, sizes AS (
    SELECT canteen, ntile(3) OVER (ORDER BY avg(meals_served), canteen) AS third FROM judged GROUP BY canteen
)
SELECT
    coalesce(third, 0) AS third,
    count(DISTINCT canteen) AS canteens,
    count(*) AS canteen_days,
    count(*) FILTER (meals_served BETWEEN lower AND upper) AS covered,
    100 * covered / count(*) AS covered_pct,
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
