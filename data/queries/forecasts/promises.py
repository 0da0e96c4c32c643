"""What the interval and the quantities promise, and what was measured of them on the past that a computation judged."""

# ruff: noqa: S608 — statements share parts that are constants; every value is a parameter.
from __future__ import annotations

from typing import Any

from data.queries.forecasts.quality import JUDGED, SCORES
from data.store import Store

# An 80 % interval is kept when it covers, in percent, between these two; a risk, when it is taken within this share of
# what is asked; the managers' risk, when no more meals are missing than of their plans, on this share of days at most.
RELIABLE_COVERAGE = (76, 84)
RISK_TOLERANCE = 0.3
MOST_DAYS_SHORT = 0.21

PROMISES = f"""{JUDGED}
SELECT
    min(date) AS first,
    max(date) AS last,
    count(*) FILTER (meals_served BETWEEN lower AND upper) AS covered,
    {SCORES}
FROM judged
WHERE canteen = coalesce($canteen, canteen)
"""

# How often the weighings of the past fell within the intervals of their forecasts, by measure.
WASTE = """
SELECT
    target,
    min(date) AS first,
    max(date) AS last,
    count(*) AS canteen_days,
    count(*) FILTER (actual BETWEEN lower AND upper) AS covered,
    100 * covered / count(*) AS covered_pct
FROM waste_backtests
WHERE run_id = $run_id AND canteen = coalesce($canteen, canteen)
GROUP BY target
"""

JUDGED_MEALS = """
SELECT date, meals_served AS actual, forecast FROM backtests WHERE run_id = $run_id AND set_aside IS NULL
"""
JUDGED_KG = "SELECT date, actual, forecast FROM waste_backtests WHERE run_id = $run_id AND target = 'waste_kg'"


def _city_band(judged: str) -> str:
    """Return the SQL of the city's band, made of its own errors: each month is judged with those of the others."""
    return f"""
WITH days AS (
    SELECT date, date_trunc('month', date) AS month, sum(actual) / sum(forecast) AS ratio, count(*) AS canteens
    FROM ({judged})
    GROUP BY date
    HAVING sum(forecast) > 0
    QUALIFY canteens >= 0.5 * max(canteens) OVER ()
), bands AS (
    SELECT
        months.month,
        least(1, quantile_cont(ratio, 0.1)) AS low,
        greatest(1, quantile_cont(ratio, 0.9)) AS high
    FROM (SELECT DISTINCT month FROM days) AS months JOIN days ON days.month <> months.month
    GROUP BY months.month
)
SELECT count(*) AS days, count(*) FILTER (ratio BETWEEN low AND high) AS covered, 100 * covered / nullif(count(*), 0)
    AS covered_pct
FROM days JOIN bands USING (month)
"""


def promises(store: Store, run_id: int, canteen: str | None) -> dict[str, Any] | None:
    """Return what was measured of the interval and the quantities, on all canteens or one; None if nothing is judged.

    The figures are those of the page on the quality of the forecasts.
    """
    row = store.read(PROMISES, {"run_id": run_id, "canteen": canteen}).to_dict("records")[0]
    return {str(name): value for name, value in row.items()} if row["canteen_days"] else None


def waste_promises(store: Store, run_id: int, canteen: str | None) -> dict[str, dict[str, Any]]:
    """Return what was measured of the intervals of the waste by measure, in all canteens that weigh or in one."""
    rows = store.read(WASTE, {"run_id": run_id, "canteen": canteen}).to_dict("records")
    return {str(row["target"]): {str(name): value for name, value in row.items()} for row in rows}


def city_band(store: Store, run_id: int, judged: str = JUDGED_MEALS) -> dict[str, Any] | None:
    """Return on how many judged days the city's total fell within its 80 % interval; None with less than two months.

    `judged` is JUDGED_MEALS, or JUDGED_KG for the kilograms thrown away.
    """
    row = store.read(_city_band(judged), {"run_id": run_id}).to_dict("records")[0]
    return {str(name): value for name, value in row.items()} if row["days"] else None
