"""What the city's total counts: the canteens not forecast from their own past, and those that it leaves out."""

from __future__ import annotations

from datetime import date

import pandas as pd

from data.store import Store

PUPILS, FEW_DAYS, PLAN, CLOSED, CLOSED_THAT_DAY, UNKNOWN = (
    "pupils",
    "few_days",
    "plan",
    "closed",
    "closed_that_day",
    "unknown",
)

# One row per canteen that is not forecast from its own past. A canteen in no run served once (it is closed), or never.
OTHER_CANTEENS = """
WITH run AS (
    SELECT specification, last_service_on FROM forecast_runs WHERE run_id = $run_id
), counted AS (
    SELECT canteen AS name, coalesce(bool_or(date = $date), FALSE) AS that_day
    FROM forecasts
    WHERE run_id = $run_id AND target = 'meals_served' AND canteen IS NOT NULL
    GROUP BY canteen
), bases AS (
    SELECT unnest(from_json(specification -> '$.from_pupils', '["VARCHAR"]')) AS name, 'pupils' AS basis FROM run
    UNION ALL
    SELECT unnest(from_json(specification -> '$.from_few_days', '["VARCHAR"]')), 'few_days' FROM run
    UNION ALL
    SELECT unnest(from_json(specification -> '$.from_plan', '["VARCHAR"]')), 'plan' FROM run
), served AS (
    SELECT canteen AS name, count(DISTINCT date) AS days, max(date) AS last_day
    FROM located_services, run
    WHERE meals_served > 0 AND date <= last_service_on AND canteen IS NOT NULL
    GROUP BY canteen
), placed AS (
    SELECT
        canteens.name, canteens.label AS place, coalesce(days, 0) AS days, last_day,
        CASE
            WHEN counted.name IS NULL THEN CASE WHEN last_day IS NULL THEN 'unknown' ELSE 'closed' END
            WHEN $date IS NOT NULL AND NOT that_day THEN 'closed_that_day'
            ELSE basis
        END AS basis
    FROM canteens LEFT JOIN counted USING (name) LEFT JOIN bases USING (name) LEFT JOIN served USING (name)
)
SELECT name AS canteen, place, basis, days, last_day
FROM placed
WHERE basis IS NOT NULL
ORDER BY basis, place COLLATE FR, place
"""


def other_canteens(store: Store, run_id: int, day: date | None = None) -> pd.DataFrame:
    """Return the canteens whose forecast does not come from their own past: canteen, place, basis, days, last_day.

    `basis` is how the total counts them (PUPILS, FEW_DAYS, PLAN), or why it does not: CLOSED, UNKNOWN (they never
    served, and have neither pupils nor plan) and, of one day, CLOSED_THAT_DAY.
    """
    return store.read(OTHER_CANTEENS, {"run_id": run_id, "date": day})
