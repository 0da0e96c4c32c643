"""The archive of past forecasts, at three horizons, compared with the meals served since.

A computation knows the meals up to its `last_service_on`. The forecast of a day at a horizon of N days is that of the
last computation that knew no meals later than N days before that day.
"""

# ruff: noqa: S608 — statements share parts that are constants of this file; every value is a parameter.
from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from data.queries.forecasts.quality import SCORES
from data.store import Store

# In days: when food is ordered, a week before, the day before.
HORIZONS = (21, 7, 1)
KEPT_WHOLE = 3

# Each deposit is followed by a computation: all the forecasts of thousands of them would take gigabytes, for no use.
# Days before those of the last computations ($since) were already thinned out.
THIN_OUT = """
DELETE FROM backtests WHERE run_id <= $run_id - $kept;
DELETE FROM waste_backtests WHERE run_id <= $run_id - $kept;
DELETE FROM forecast_terms WHERE run_id <= $run_id - $kept;
DELETE FROM forecasts
WHERE run_id <= $run_id - $kept AND date >= $since AND rowid NOT IN (
    SELECT forecasts.rowid
    FROM forecasts JOIN forecast_runs USING (run_id) CROSS JOIN (SELECT unnest($horizons) AS horizon)
    WHERE date >= $since AND date >= last_service_on + horizon
    QUALIFY row_number() OVER (PARTITION BY horizon, canteen, date, target ORDER BY run_id DESC) = 1
)
"""
FIRST_DAY = "SELECT min(date) FROM forecasts WHERE run_id >= $run_id - 2 * $kept"


def thin_out(cursor: duckdb.DuckDBPyConnection, run_id: int) -> None:
    """Delete old forecasts, within the transaction that stores a new computation.

    The last KEPT_WHOLE computations stay whole; of the others, the forecasts at each of HORIZONS are kept.
    """
    row = cursor.execute(FIRST_DAY, {"run_id": run_id, "kept": KEPT_WHOLE}).fetchone()
    values = {"run_id": run_id, "kept": KEPT_WHOLE, "horizons": list(HORIZONS), "since": row[0] if row else None}
    for statement in THIN_OUT.split(";"):
        used_values = {name: value for name, value in values.items() if f"${name}" in statement}
        cursor.execute(statement, used_values)


# Forecasts of a canteen that is no longer known, or of a day after the last one served, are left out.
COMPARED = """
WITH actuals AS (
    SELECT
        canteen,
        date,
        sum(meals_served) FILTER (meals_served > 0) AS meals_served,
        sum(meals_planned) FILTER (meals_planned > 0) AS meals_planned
    FROM located_services
    WHERE canteen IS NOT NULL AND date >= (SELECT min(date) FROM forecasts)
    GROUP BY canteen, date
), archived AS (
    SELECT
        horizon,
        canteen,
        date,
        point AS forecast,
        lower,
        upper,
        recommended,
        coalesce(recommended_with_plan, recommended) AS recommended_with_plan,
        last_service_on AS known_until,
        finished_at
    FROM forecasts JOIN forecast_runs USING (run_id) CROSS JOIN (SELECT unnest($horizons) AS horizon)
    WHERE target = 'meals_served' AND canteen IN (SELECT name FROM canteens) AND date >= last_service_on + horizon
        AND date <= (SELECT max(date) FROM actuals WHERE meals_served IS NOT NULL)
    QUALIFY row_number() OVER (PARTITION BY horizon, canteen, date ORDER BY run_id DESC) = 1
), compared AS (
    SELECT * FROM actuals FULL JOIN archived USING (canteen, date)
), judged AS (
    SELECT *, forecast - meals_served AS gap
    FROM compared
    WHERE forecast IS NOT NULL AND meals_served IS NOT NULL
)
"""

BY_HORIZON = (
    COMPARED
    + """
, by_day AS (
    SELECT horizon, abs(sum(gap)) AS gap, sum(meals_served) AS served FROM judged GROUP BY horizon, date
), city AS (
    SELECT horizon, 100 * sum(gap) / sum(served) AS forecast_city_wape_pct FROM by_day GROUP BY horizon
), not_served AS (
    SELECT horizon, count(*) AS not_served FROM compared WHERE meals_served IS NULL GROUP BY horizon
)
SELECT
    horizon,
    any_value(forecast_city_wape_pct) AS forecast_city_wape_pct,
    any_value(coalesce(not_served, 0)) AS not_served,
    (SELECT count(meals_served) FROM actuals) - count(*) AS not_forecast,
    min(date) AS first,
    max(date) AS last,
    median(date_diff('day', known_until, date)) AS days_ahead,
    count(*) FILTER (finished_at::DATE > date) AS computed_after,
"""
    + SCORES
    + """
FROM judged JOIN city USING (horizon) LEFT JOIN not_served USING (horizon)
GROUP BY horizon
ORDER BY horizon DESC
"""
)


def by_horizon(store: Store) -> pd.DataFrame:
    """Return one row per horizon with its forecast scores, and the numbers of canteen-days that are not in them.

    `not_forecast`: canteen-days of the log, since the first day ever forecast, without a forecast at this horizon;
    `not_served`: canteen-days with a forecast but without meals in the log, although the log goes further.
    """
    return store.read(BY_HORIZON, {"horizons": list(HORIZONS)})


def _columns(*templates: str) -> str:
    return ",".join(template.format(n=horizon) for horizon in HORIZONS for template in templates)


# One row per canteen × day that was served, forecast, or both; the columns of a horizon end with its number of days.
WIDE = (
    COMPARED
    + """
, wide AS (
    SELECT
        canteen,
        date,
        any_value(meals_served)::BIGINT AS meals_served,
        any_value(meals_planned)::BIGINT AS meals_planned,"""
    + _columns(
        *(
            f"\n        any_value({name}) FILTER (horizon = {{n}}) AS {name}_{{n}}"
            for name in ("forecast", "lower", "upper", "recommended_with_plan", "known_until", "finished_at")
        )
    )
    + """
    FROM compared
    WHERE meals_served IS NOT NULL OR forecast IS NOT NULL
    GROUP BY canteen, date
)
"""
)

# The forecast of a day is the sum over the canteens that served; over all of them where none did.
DAYS = (
    WIDE
    + """
SELECT
    date,
    count(meals_served) AS canteens,
    sum(meals_served)::BIGINT AS meals_served,
    sum(meals_planned) FILTER (meals_served IS NOT NULL)::BIGINT AS meals_planned,"""
    + _columns("\n    coalesce(sum(forecast_{n}) FILTER (meals_served IS NOT NULL), sum(forecast_{n})) AS forecast_{n}")
    + ","
    + _columns("\n    sum(forecast_{n} - meals_served) AS gap_{n}")
    + """
FROM wide
WHERE canteen = coalesce($canteen, canteen)
GROUP BY date
ORDER BY date DESC
"""
)


def archive_by_day(store: Store, canteen: str | None) -> pd.DataFrame:
    """Return one row per day of a canteen, or of all of them, the last first: meals, and the forecasts at HORIZONS.

    Gaps are over the canteens that served and had a forecast at that horizon.
    """
    return store.read(DAYS, {"horizons": list(HORIZONS), "canteen": canteen})


CANTEEN_DAYS = (
    WIDE
    + """
SELECT date, coalesce(canteens.label, canteen) AS place, wide.* EXCLUDE (canteen, date)
FROM wide LEFT JOIN canteens ON canteens.name = canteen
ORDER BY date, place COLLATE FR, place
"""
)


def archive_by_canteen_day(store: Store) -> pd.DataFrame:
    """Return one row per canteen × day served or forecast, with its forecasts at HORIZONS."""
    return store.read(CANTEEN_DAYS, {"horizons": list(HORIZONS)})


# The first day after the log that has a forecast: the page says that comparisons begin with it.
FIRST_AHEAD = """
SELECT min(date) AS day
FROM forecasts
WHERE target = 'meals_served' AND date > (SELECT max(date) FROM services WHERE meals_served > 0)
"""


def first_day_awaited(store: Store) -> date | None:
    """Return the first day with a forecast after the last day served, if any."""
    day = store.read(FIRST_AHEAD)["day"].iloc[0]
    return None if pd.isna(day) else day.date()
