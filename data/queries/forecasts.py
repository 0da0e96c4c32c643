"""The stored forecasts, and what to read beside them: the managers' plan, the last meals served."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from data.store import Store


@dataclass(frozen=True)
class ForecastRun:
    """The latest computation: when it ended (UTC), the last day it learnt from, and whether data came since."""

    run_id: int
    finished_at: datetime
    last_service_on: date | None
    outdated: bool


# Data newer than the forecasts: a file deposited since the computation started.
OUTDATED = """
SELECT
    EXISTS (SELECT 1 FROM services WHERE meals_served IS NOT NULL)
    AND NOT EXISTS (
        SELECT 1 FROM forecast_runs
        WHERE started_at >= (SELECT coalesce(max(deposited_at), TIMESTAMP '1970-01-01') FROM active_deposits
                             JOIN deposits USING (deposit_id))
    ) AS outdated
"""


def forecasts_outdated(store: Store) -> bool:
    """Tell whether there is a history and no forecast computed since its last deposit."""
    return bool(store.read(OUTDATED)["outdated"].iloc[0])


# A computation that was under way when the demonstration was removed speaks of a city that is gone.
LATEST_RUN = """
SELECT run_id, finished_at, last_service_on
FROM forecast_runs
WHERE started_at >= (
    SELECT coalesce(max(done_at), TIMESTAMP '1970-01-01') FROM audit_log WHERE action = 'demo_remove'
)
ORDER BY run_id DESC
LIMIT 1
"""


def latest_run(store: Store) -> ForecastRun | None:
    """Return the latest computation, or None when there is none yet."""
    rows = store.read(LATEST_RUN)
    if rows.empty:
        return None
    row = rows.iloc[0]
    last = None if pd.isna(row["last_service_on"]) else row["last_service_on"].date()
    return ForecastRun(int(row["run_id"]), row["finished_at"].to_pydatetime(), last, forecasts_outdated(store))


FORECAST_DAYS = "SELECT DISTINCT date FROM forecasts WHERE run_id = $run_id ORDER BY date"


def forecast_days(store: Store, run_id: int) -> list[date]:
    """Return the days of a computation."""
    return [day.date() for day in store.read(FORECAST_DAYS, {"run_id": run_id})["date"]]


# One column per target; the plan is the managers' own, where a file already gives it.
DAILY_FORECAST = """
WITH targets AS (
    SELECT
        date,
        max(point) FILTER (target = 'meals_served') AS meals,
        max(lower) FILTER (target = 'meals_served') AS meals_lower,
        max(upper) FILTER (target = 'meals_served') AS meals_upper,
        max(point) FILTER (target = 'surplus_meals') AS surplus_meals,
        max(point) FILTER (target = 'waste_g_per_meal') AS grams_per_meal
    FROM forecasts
    WHERE run_id = $run_id AND canteen IS NOT DISTINCT FROM $canteen
    GROUP BY date
), plans AS (
    SELECT date, sum(meals_planned)::BIGINT AS meals_planned
    FROM located_services
    WHERE ($canteen IS NULL OR canteen = $canteen) AND date IN (SELECT date FROM targets)
    GROUP BY date
)
SELECT targets.*, plans.meals_planned
FROM targets LEFT JOIN plans USING (date)
WHERE meals IS NOT NULL
ORDER BY date
"""


def daily_forecast(store: Store, run_id: int, canteen: str | None) -> pd.DataFrame:
    """Return one row per day: meals with their 80 % interval, surplus meals, g per meal, the managers' plan."""
    return store.read(DAILY_FORECAST, {"run_id": run_id, "canteen": canteen})


RECENT_ACTUALS = """
SELECT date, sum(meals_served)::BIGINT AS meals_served, sum(meals_planned)::BIGINT AS meals_planned
FROM located_services
WHERE ($canteen IS NULL OR canteen = $canteen) AND date <= $until
GROUP BY date
HAVING sum(meals_served) > 0
ORDER BY date DESC
LIMIT $days
"""


def recent_actuals(store: Store, canteen: str | None, until: date, days: int = 30) -> pd.DataFrame:
    """Return one row per service day, the last `days` of them, in order: meals served and planned."""
    rows = store.read(RECENT_ACTUALS, {"canteen": canteen, "until": until, "days": days})
    return rows.sort_values("date", ignore_index=True)


FORECASTS_OF_DAY = """
WITH targets AS (
    SELECT
        canteen,
        max(point) FILTER (target = 'meals_served') AS meals,
        max(lower) FILTER (target = 'meals_served') AS meals_lower,
        max(upper) FILTER (target = 'meals_served') AS meals_upper,
        max(point) FILTER (target = 'surplus_meals') AS surplus_meals,
        max(point) FILTER (target = 'waste_g_per_meal') AS grams_per_meal
    FROM forecasts
    WHERE run_id = $run_id AND date = $date AND canteen IS NOT NULL
    GROUP BY canteen
), plans AS (
    SELECT canteen, sum(meals_planned)::BIGINT AS meals_planned
    FROM located_services
    WHERE date = $date
    GROUP BY canteen
)
SELECT coalesce(canteens.label, targets.canteen) AS place, canteens.district, targets.* EXCLUDE (canteen), meals_planned
FROM targets
LEFT JOIN canteens ON canteens.name = targets.canteen
LEFT JOIN plans ON plans.canteen = targets.canteen
WHERE meals IS NOT NULL
ORDER BY place
"""


def canteen_forecasts_of_day(store: Store, run_id: int, day: date) -> pd.DataFrame:
    """Return one row per canteen for one day: meals with their 80 % interval, surplus meals, g per meal, plan."""
    return store.read(FORECASTS_OF_DAY, {"run_id": run_id, "date": day})
