"""The stored forecasts, and what to read beside them: the managers' plan, the last meals served."""

# ruff: noqa: S608 — statements share parts that are constants of this file; every value is a parameter.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from data.school_calendar import next_service_days
from data.store import Store

# The kinds of files the forecasts are learnt from: a deposit of another kind leaves them as good as they were.
FORECAST_KINDS = ("log", "mapping", "holidays", "events")
DAYS_AHEAD = 30
STALE_AFTER_DAYS = 180
# A place's usual number of service points is read from its last days served.
USUAL_DAYS = 41
CITY_LEAST_SHARE = 0.8


@dataclass(frozen=True)
class ForecastRun:
    """The latest computation: when it ended (UTC), the last day it learnt from, and whether data changed since."""

    run_id: int
    finished_at: datetime
    last_service_on: date | None
    outdated: bool


# Writes come one after the other, each with one audit line, and each raises the version by one: the version a write
# gave the store is the rank of its line. Times would not do: a deposit carries the time its transaction began.
# A computation that was under way when the demonstration was removed speaks of a city that is gone.
LATEST_RUN = """
WITH writes AS (
    SELECT
        row_number() OVER (ORDER BY audit_id) AS version,
        action,
        action = 'demo_load' OR (action IN ('deposit', 'undo', 'redo') AND kind IN (SELECT unnest($kinds))) AS counts
    FROM audit_log LEFT JOIN deposits ON deposit_id = (detail ->> '$.deposit')::BIGINT
)
SELECT
    run_id,
    finished_at,
    last_service_on,
    data_version < (SELECT coalesce(max(version) FILTER (counts), 0) FROM writes) AS outdated
FROM forecast_runs
WHERE data_version >= (SELECT coalesce(max(version) FILTER (action = 'demo_remove'), 0) FROM writes)
ORDER BY run_id DESC
LIMIT 1
"""


def latest_run(store: Store) -> ForecastRun | None:
    """Return the latest computation, or None when there is none yet."""
    rows = store.read(LATEST_RUN, {"kinds": list(FORECAST_KINDS)})
    if rows.empty:
        return None
    row = rows.iloc[0]
    last = None if pd.isna(row["last_service_on"]) else row["last_service_on"].date()
    return ForecastRun(int(row["run_id"]), row["finished_at"].to_pydatetime(), last, bool(row["outdated"]))


# The last day the computation was asked for, which closures may have left without a forecast.
LAST_DAY_ASKED = """
SELECT last_service_on, (specification ->> '$.days.last')::DATE AS last_asked FROM forecast_runs WHERE run_id = $run_id
"""


def ends_too_soon(store: Store, run_id: int, today: date) -> bool:
    """Tell whether fewer than 30 service days are left, today included, that a new computation would add to."""
    row = store.read(LAST_DAY_ASKED, {"run_id": run_id}).iloc[0]
    if row.isna().any() or (today - row["last_service_on"].date()).days >= STALE_AFTER_DAYS:
        return False
    needed = next_service_days(store, today - timedelta(days=1), DAYS_AHEAD)
    return bool(needed and row["last_asked"].date() < needed[-1])


HAS_HISTORY = "SELECT EXISTS (SELECT 1 FROM services WHERE meals_served IS NOT NULL) AS found"


def forecasts_outdated(store: Store, today: date | None = None) -> bool:
    """Tell whether there is a history, and no forecast that knows all of it and goes far enough."""
    if not store.read(HAS_HISTORY)["found"].iloc[0]:
        return False
    run = latest_run(store)
    return run is None or run.outdated or ends_too_soon(store, run.run_id, today or date.today())


FORECAST_DAYS = "SELECT DISTINCT date FROM forecasts WHERE run_id = $run_id ORDER BY date"


def forecast_days(store: Store, run_id: int) -> list[date]:
    """Return the days of a computation."""
    return [day.date() for day in store.read(FORECAST_DAYS, {"run_id": run_id})["date"]]


# One row per place × day on which all the points that usually serve on that weekday have a plan: the plan of one point
# beside the forecast of two would pass for a shortage. The place '' is all the points “à rattacher”.
WHOLE_PLANS = """
last_days AS (
    SELECT coalesce(canteen, '') AS place, date, count(*) AS points
    FROM located_services
    WHERE meals_served > 0 AND date <= (SELECT last_service_on FROM forecast_runs WHERE run_id = $run_id)
    GROUP BY place, date
    QUALIFY row_number() OVER (PARTITION BY place ORDER BY date DESC) <= $usual_days
), usual AS (
    SELECT place, isodow(date) AS weekday, quantile_disc(points, 0.5) AS points
    FROM last_days
    GROUP BY place, weekday
), told AS (
    SELECT
        coalesce(canteen, '') AS place,
        date,
        sum(meals_planned)::BIGINT AS meals_planned,
        count(meals_planned) AS points
    FROM located_services
    WHERE date IN (SELECT date FROM forecasts WHERE run_id = $run_id)
    GROUP BY place, date
), plans AS (
    SELECT told.place, told.date, told.meals_planned
    FROM told LEFT JOIN usual ON usual.place = told.place AND usual.weekday = isodow(told.date)
    WHERE told.points >= coalesce(usual.points, 1)
)
"""

ONE_COLUMN_PER_TARGET = """
        max(point) FILTER (target = 'meals_served') AS meals,
        max(lower) FILTER (target = 'meals_served') AS meals_lower,
        max(upper) FILTER (target = 'meals_served') AS meals_upper,
        max(point) FILTER (target = 'surplus_meals') AS surplus_meals,
        max(point) FILTER (target = 'waste_g_per_meal') AS grams_per_meal
"""

# One column per target; the plan is the managers' own, where files already give all of it.
DAILY_FORECAST = (
    "WITH"
    + WHOLE_PLANS
    + """
, targets AS (
    SELECT
        date,
"""
    + ONE_COLUMN_PER_TARGET
    + """
    FROM forecasts
    WHERE run_id = $run_id AND canteen IS NOT DISTINCT FROM $canteen
    GROUP BY date
), places AS (
    SELECT canteen AS place, date
    FROM forecasts
    WHERE run_id = $run_id AND target = 'meals_served' AND canteen = coalesce($canteen, canteen)
    UNION ALL
    SELECT '' AS place, date
    FROM targets
    WHERE $canteen IS NULL AND (
        SELECT (specification ->> '$.unattached_points_in_city_total')::BOOLEAN
        FROM forecast_runs WHERE run_id = $run_id
    )
), day_plans AS (
    SELECT
        date,
        CASE WHEN count(meals_planned) = count(*) THEN sum(meals_planned)::BIGINT END AS meals_planned,
        count(meals_planned) FILTER (place <> '') AS planned_canteens,
        count(*) FILTER (place <> '') AS canteens
    FROM places LEFT JOIN plans USING (place, date)
    GROUP BY date
)
SELECT *
FROM targets LEFT JOIN day_plans USING (date)
WHERE meals IS NOT NULL
ORDER BY date
"""
)


def daily_forecast(store: Store, run_id: int, canteen: str | None) -> pd.DataFrame:
    """Return one row per day: meals with their 80 % interval, surplus meals, g per meal, the managers' plan.

    The plan is there when every canteen forecast that day has one: planned_canteens out of canteens.
    """
    return store.read(DAILY_FORECAST, {"run_id": run_id, "canteen": canteen, "usual_days": USUAL_DAYS})


# A day some points have not told yet would look like a drop: for the city most of its usual points are needed, for one
# canteen all those that serve on that weekday.
RECENT_ACTUALS = """
WITH days AS (
    SELECT
        date,
        count(*) FILTER (meals_served > 0) AS points,
        count(meals_planned) AS planned_points,
        sum(meals_served)::BIGINT AS served,
        sum(meals_planned)::BIGINT AS planned
    FROM located_services
    WHERE ($canteen IS NULL OR canteen = $canteen) AND date <= $until
    GROUP BY date
    HAVING sum(meals_served) > 0
), expected AS (
    SELECT
        *,
        CASE WHEN $canteen IS NULL
            THEN $city_share * quantile_disc(points, 0.5) OVER all_days
            ELSE quantile_disc(points, 0.5) OVER same_weekday
        END AS least
    FROM days
    WINDOW all_days AS (ORDER BY date ROWS BETWEEN 20 PRECEDING AND 20 FOLLOWING),
        same_weekday AS (PARTITION BY isodow(date) ORDER BY date ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING)
)
SELECT date, served AS meals_served, CASE WHEN planned_points >= least THEN planned END AS meals_planned
FROM expected
WHERE points >= least
ORDER BY date DESC
LIMIT $days
"""


def recent_actuals(store: Store, canteen: str | None, until: date, days: int = 30) -> pd.DataFrame:
    """Return one row per service day that is told in full, the last `days` of them, in order: meals served, planned."""
    asked = {"canteen": canteen, "until": until, "days": days, "city_share": CITY_LEAST_SHARE}
    return store.read(RECENT_ACTUALS, asked).sort_values("date", ignore_index=True)


FORECASTS_OF_DAY = (
    "WITH"
    + WHOLE_PLANS
    + """
, targets AS (
    SELECT
        canteen,
"""
    + ONE_COLUMN_PER_TARGET
    + """
    FROM forecasts
    WHERE run_id = $run_id AND date = $date AND canteen IS NOT NULL
    GROUP BY canteen
)
SELECT coalesce(canteens.label, targets.canteen) AS place, canteens.district, targets.* EXCLUDE (canteen), meals_planned
FROM targets
LEFT JOIN canteens ON canteens.name = targets.canteen
LEFT JOIN plans ON plans.place = targets.canteen AND plans.date = $date
WHERE meals IS NOT NULL
ORDER BY place
"""
)


def canteen_forecasts_of_day(store: Store, run_id: int, day: date) -> pd.DataFrame:
    """Return one row per canteen for one day: meals with their 80 % interval, surplus meals, g per meal, plan."""
    return store.read(FORECASTS_OF_DAY, {"run_id": run_id, "date": day, "usual_days": USUAL_DAYS})
