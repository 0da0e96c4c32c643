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

# The city's band comes from its own errors: each month is judged with those of the other months.
CITY_BAND = f"""{JUDGED}
, days AS (
    SELECT date, date_trunc('month', date) AS month, sum(meals_served) / sum(forecast) AS ratio
    FROM judged
    GROUP BY date
    HAVING sum(forecast) > 0
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


def city_band(store: Store, run_id: int) -> dict[str, Any] | None:
    """Return on how many judged days the city's total fell within its 80 % interval; None with less than two months."""
    row = store.read(CITY_BAND, {"run_id": run_id}).to_dict("records")[0]
    return {str(name): value for name, value in row.items()} if row["days"] else None
