"""The quantities of all canteens on some days, and what was advised for the same days when their food was ordered."""

# ruff: noqa: S608 — assembled from our own constants; every value is a parameter.
from __future__ import annotations

from datetime import date

import pandas as pd

from data.queries.forecasts.adjusted import ADJUSTED, parameters
from data.queries.forecasts.archive import HORIZONS
from data.queries.forecasts.days import ONE_COLUMN_PER_MEASURE, USUAL_DAYS, WHOLE_PLANS
from data.store import Store

ORDER_DAYS = max(HORIZONS)

# `ordered`: the quantity of the last earlier computation that knew no meals later than ORDER_DAYS before the day.
WEEK = (
    "WITH"
    + ADJUSTED
    + ","
    + WHOLE_PLANS
    + """
, targets AS (
    SELECT
        canteen, date,
"""
    + ONE_COLUMN_PER_MEASURE
    + """
    FROM adjusted
    WHERE date BETWEEN $first AND $last_day AND canteen IS NOT NULL
    GROUP BY canteen, date
), orders AS (
    SELECT canteen, date, round(coalesce(recommended_with_plan, recommended)) AS ordered
    FROM forecasts JOIN forecast_runs USING (run_id)
    WHERE target = 'meals_served' AND canteen IS NOT NULL AND date BETWEEN $first AND $last_day
        AND run_id < $run_id AND date >= last_service_on + $order_days
    QUALIFY row_number() OVER (PARTITION BY canteen, date ORDER BY run_id DESC) = 1
)
SELECT
    targets.canteen, coalesce(canteens.label, targets.canteen) AS place, canteens.kind, canteens.district,
    targets.date, meals, meals_lower, meals_upper, recommended, coalesce(advised, round(meals)) AS prepare,
    meals_planned, ordered
FROM targets
LEFT JOIN canteens ON canteens.name = targets.canteen
LEFT JOIN plans ON plans.place = targets.canteen AND plans.date = targets.date
LEFT JOIN orders ON orders.canteen = targets.canteen AND orders.date = targets.date
WHERE meals IS NOT NULL
ORDER BY coalesce(canteens.label, targets.canteen) COLLATE FR, targets.canteen, targets.date
"""
)


def week(store: Store, run_id: int, first: date, last: date) -> pd.DataFrame:
    """Return one row per canteen × day from first to last: what to prepare, meals with their interval, plan, order.

    Where no quantity is known, what to prepare is the forecast. A closed canteen has no row.
    """
    values = {"first": first, "last_day": last, "usual_days": USUAL_DAYS, "order_days": ORDER_DAYS}
    return store.read(WEEK, values | parameters(store, run_id))
