"""What the interval and the quantities promise, and what was measured of them on the past that a computation judged."""

# ruff: noqa: S608 — statements share parts that are constants; every value is a parameter.
from __future__ import annotations

from typing import Any

import pandas as pd

from data.queries.forecasts.quality import JUDGED, SCORES
from data.store import Store

# The share of days that an interval aims to cover.
INTERVAL = 0.8
# An interval is kept when it covers, in percent, between these two; a risk, when it is taken within this share of what
# is asked; the managers' risk, when no more meals are missing than of their plans, on no more days far short.
RELIABLE_COVERAGE = (76, 84)
RISK_TOLERANCE = 0.3

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

# The ratio of what was served, or thrown away, to what was forecast for the city, day by day.
CITY_DAYS = """
SELECT date, sum(actual) / sum(forecast) AS ratio
FROM ({judged})
GROUP BY date
HAVING sum(forecast) > 0
ORDER BY date
"""
JUDGED_MEALS = f"{JUDGED} SELECT *, meals_served AS actual FROM judged"
# The kilograms of the days on which most of the canteens that weigh did.
JUDGED_KG = """
WITH judged AS (SELECT * FROM waste_backtests WHERE run_id = $run_id AND target = 'waste_kg')
FROM judged
SEMI JOIN (SELECT date FROM judged GROUP BY date QUALIFY count(*) >= 0.5 * max(count(*)) OVER ()) USING (date)
"""


def city_bounds(ratios: pd.Series) -> tuple[float, float]:
    """Return the ends of the city's band, as shares of its forecast, from the past ratios of days.

    The day to come is one more than those known, so the quantiles are a little further out (conformal prediction).
    """
    inside = min((1 + INTERVAL) / 2 * (1 + 1 / len(ratios)), 1.0)
    low, high = ratios.quantile([1 - inside, inside])
    return max(0.0, min(1.0, low)), max(1.0, high)


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

    The band comes from the city's own errors: each month is judged with those of the other months.
    `judged` is JUDGED_MEALS, or JUDGED_KG for the kilograms thrown away.
    """
    days = store.read(CITY_DAYS.format(judged=judged), {"run_id": run_id})
    months = days["date"].dt.to_period("M")
    if months.nunique() < 2:
        return None
    covered = 0
    for month in months.unique():
        bounds = city_bounds(days.loc[months != month, "ratio"])
        covered += int(days.loc[months == month, "ratio"].between(*bounds).sum())
    return {"days": len(days), "covered": covered, "covered_pct": 100 * covered / len(days)}
