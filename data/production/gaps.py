"""What was advised, decided, produced and served, week by week, on the same days of the same canteens."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

import pandas as pd

from data.production.advised import ADVISED
from data.store import Store

# A day counts once the meals of all the usual levels of the canteen are known.
WEEKS = (
    """
WITH days AS (
    SELECT canteen, date, count(meals_served) AS points, sum(meals_served) AS served
    FROM located_services
    WHERE date >= (SELECT min(date) FROM production) - INTERVAL 90 DAY
    GROUP BY canteen, date
), usual AS (
    SELECT canteen, quantile_disc(points, 0.5) AS points FROM days WHERE served > 0 GROUP BY canteen
), made AS (
    SELECT production.*, served
    FROM production
    JOIN days USING (canteen, date)
    JOIN usual ON usual.canteen = production.canteen
    WHERE produced IS NOT NULL AND served > 0 AND days.points >= usual.points
),"""
    + ADVISED
    + """
SELECT
    date_trunc('week', date) AS week,
    count(DISTINCT date) AS days,
    count(*) AS canteen_days,
    CASE WHEN count(advised) = count(*) THEN sum(advised)::BIGINT END AS advised,
    CASE WHEN count(decided) = count(*) THEN sum(decided)::BIGINT END AS decided,
    sum(produced)::BIGINT AS produced,
    sum(served)::BIGINT AS served,
    CASE WHEN count(returned) = count(*) THEN sum(returned)::BIGINT END AS returned,
    sum(produced - served)::BIGINT AS gap
FROM made LEFT JOIN advised USING (canteen, date)
GROUP BY week
ORDER BY week DESC
"""
)


def weekly_gaps(store: Store) -> pd.DataFrame:
    """Return one row per week, the last first, over the canteen-days of which production and meals served are known.

    A sum of which some parts are unknown is missing.
    """
    return store.read(WEEKS)
