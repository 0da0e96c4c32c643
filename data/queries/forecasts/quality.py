"""The rolling-origin backtest of one computation: the scores of its forecasts and of the managers' plan.

Every figure is over the canteen-days that have both a forecast and a plan (`judged`); shares are in percent. WAPE
(weighted absolute percentage error) is the sum of the absolute gaps over the sum of the meals served.
"""

# ruff: noqa: S608 — statements share parts that are constants of this file; every value is a parameter.
from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.store import Store

# A day is far short when more than this share of its meals is missing, and this many at least.
FAR_SHARE, FAR_MEALS = 0.05, 2
# The naive methods forecast the meals of the last same weekday, at least this many days before: last week's meals, or
# the last ones known when food is ordered.
SAME_WEEKDAY = {"same_weekday_last_week": 7, "same_weekday_at_order": 21}
METHODS = ("plan", "forecast", "recommended", "recommended_with_plan", *SAME_WEEKDAY)
# The quantities that are scored: the prefix of their scores → their column.
SCORED_QUANTITIES = {
    "plan_": "meals_planned",
    "forecast_": "forecast",
    "recommended_": "recommended",
    "recommended_with_plan_": "recommended_with_plan",
}


def scores_of(prefix: str, quantity: str) -> str:
    """Return the SQL of the scores of a quantity, over the days that have this quantity."""
    served = f"sum(meals_served) FILTER ({quantity} IS NOT NULL)"
    return f"""
    100 * sum(abs({quantity} - meals_served)) / {served} AS {prefix}wape_pct,
    100 * sum({quantity} - meals_served) / {served} AS {prefix}bias_pct,
    100 * sum(greatest({quantity} - meals_served, 0)) / {served} AS {prefix}surplus_pct,
    100 * sum(greatest(meals_served - {quantity}, 0)) / {served} AS {prefix}shortage_pct,
    100 * count(*) FILTER (meals_served > {quantity}) / nullif(count({quantity}), 0) AS {prefix}short_pct,
    100 * count(*) FILTER (meals_served - {quantity} > {FAR_SHARE} * meals_served
        AND meals_served - {quantity} >= {FAR_MEALS}) / nullif(count({quantity}), 0) AS {prefix}far_short_pct"""


SCORES = """
    count(*) AS canteen_days,
    sum(meals_served)::BIGINT AS meals_served,
    sum(meals_served) / count(*) AS meals_per_day,
    100 * count(*) FILTER (meals_served BETWEEN lower AND upper) / count(*) AS covered_pct,""" + ",".join(
    scores_of(prefix, quantity) for prefix, quantity in SCORED_QUANTITIES.items()
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
    """The numbers of canteen-days that are judged, and of those that are not, by reason: together, all those `logged`.

    `set_aside` is a part of `judged`: the days from which the model does not learn.
    """

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


# A canteen-day of the log is without forecast when its history was too short for the model. The points “à rattacher”
# have no canteen: they are not judged, and each counts by itself.
EXTENT = """
WITH rows_of_run AS (SELECT * FROM backtests WHERE run_id = $run_id), logged AS (
    SELECT canteen, date, coalesce(bool_or(meals_served > 0), FALSE) AS served
    FROM located_services
    WHERE date BETWEEN (SELECT min(date) FROM rows_of_run) AND (SELECT max(date) FROM rows_of_run)
    GROUP BY canteen, date, CASE WHEN canteen IS NULL THEN (site, site_kind) END
), logged_counts AS (
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
FROM rows_of_run CROSS JOIN logged_counts
"""


def judged_days(store: Store, run_id: int) -> Judged | None:
    """Return the canteen-days behind the figures of the page, or None when the computation has no backtest."""
    row = store.read(EXTENT, {"run_id": run_id}).iloc[0]
    if not row["judged"]:
        return None
    counts = {name: int(row[name]) for name in Judged.__annotations__ if name not in ("first", "last")}
    return Judged(first=row["first"].date(), last=row["last"].date(), **counts)


def _same_weekday(name: str, days: int) -> str:
    """Return the join that adds to each judged day the meals of the same weekday, at least that many days before."""
    return f"""
    ASOF LEFT JOIN (
        SELECT canteen, weekday, date + {days} AS known_on, meals_served AS {name} FROM past
    ) AS {name}
    ON judged.canteen = {name}.canteen AND isodow(judged.date) = {name}.weekday AND judged.date >= {name}.known_on"""


# The same weekday of the first judged days is before them: it is read from the log, one year further back.
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
    {scores_of("", "quantity")}
FROM quantities JOIN city USING (method)
GROUP BY method
ORDER BY list_position($methods, method)
"""
)


def by_method(store: Store, run_id: int) -> pd.DataFrame:
    """Return one row per method (METHODS): its scores by canteen-day and by day of the city, surplus and shortage."""
    return store.read(BY_METHOD, {"run_id": run_id, "methods": list(METHODS)})


def _grouped(group: str, order: str) -> str:
    return f"{JUDGED} SELECT {group}, {SCORES} FROM judged GROUP BY ALL ORDER BY {order}"


MONTHS = _grouped("date_trunc('month', date)::DATE AS month", "month")
CANTEENS = _grouped("judged.canteen, place", "forecast_wape_pct DESC, place COLLATE FR, place")
LEADS = "SELECT (specification -> '$.leads')::VARCHAR AS leads FROM forecast_runs WHERE run_id = $run_id"


def quality_by_month(store: Store, run_id: int) -> pd.DataFrame:
    """Return one row per month: the scores of the plan, the forecast, the quantities and the interval."""
    return store.read(MONTHS, {"run_id": run_id})


def quality_by_canteen(store: Store, run_id: int) -> pd.DataFrame:
    """Return the same scores by canteen, the worst forecast first."""
    return store.read(CANTEENS, {"run_id": run_id}).drop(columns="canteen")


def quality_by_lead(store: Store, run_id: int) -> pd.DataFrame:
    """Return one row per lead (days ahead), what the computation measured of it; none for the older computations."""
    told = store.read(LEADS, {"run_id": run_id})["leads"].dropna()
    return pd.DataFrame([lead for leads in told for lead in json.loads(leads) or [] if lead["canteen_days"]])


# Third 1 has the smallest canteens, by meals served per day; third 0 is all the canteens.
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
    """Return the coverage of the 80 % interval: over all canteens, then over each third of them by size."""
    return store.read(COVERAGE, {"run_id": run_id})
