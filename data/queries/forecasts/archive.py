"""What the forecasts of earlier computations said of days that were served since, at three distances from the day.

A computation knows the meals up to its `last_service_on`. What it said of a day stands for “N days ahead” when it knew
no later day than N days before, and no later computation did.
"""

# ruff: noqa: S608 — statements share parts that are constants of this file; every value is a parameter.
from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from data.queries.forecasts.quality import MEASURES
from data.store import Store

# When food is ordered, a week before, the day before.
HORIZONS = (21, 7, 1)
KEPT_WHOLE = 3

# One computation follows each deposit: all that thousands of them said would take gigabytes, and be read by nobody.
# Of days earlier than those of the last computations, nothing is left to forget.
FORGET = """
DELETE FROM backtests WHERE run_id <= $run_id - $kept;
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
    """Forget, within the transaction that stores a computation, what earlier ones said that is not kept to be judged.

    The last ones stay whole; of the others, what was said of each day and place at each of HORIZONS.
    """
    row = cursor.execute(FIRST_DAY, {"run_id": run_id, "kept": KEPT_WHOLE}).fetchone()
    asked = {"run_id": run_id, "kept": KEPT_WHOLE, "horizons": list(HORIZONS), "since": row[0] if row else None}
    for statement in FORGET.split(";"):
        names = {name: value for name, value in asked.items() if f"${name}" in statement}
        cursor.execute(statement, names)


# A forecast of a canteen that is no longer known, or of a day later than the log, can meet nothing.
MET = """
WITH came AS (
    SELECT
        canteen,
        date,
        sum(meals_served) FILTER (meals_served > 0) AS meals_served,
        sum(meals_planned) FILTER (meals_planned > 0) AS meals_planned
    FROM located_services
    WHERE canteen IS NOT NULL AND date >= (SELECT min(date) FROM forecasts)
    GROUP BY canteen, date
), said AS (
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
        AND date <= (SELECT max(date) FROM came WHERE meals_served IS NOT NULL)
    QUALIFY row_number() OVER (PARTITION BY horizon, canteen, date ORDER BY run_id DESC) = 1
), everything AS (
    SELECT * FROM came FULL JOIN said USING (canteen, date)
), judged AS (
    SELECT *, forecast - meals_served AS gap
    FROM everything
    WHERE forecast IS NOT NULL AND meals_served IS NOT NULL
)
"""

BY_HORIZON = (
    MET
    + """
, by_day AS (
    SELECT horizon, abs(sum(gap)) AS gap, sum(meals_served) AS served FROM judged GROUP BY horizon, date
), city AS (
    SELECT horizon, 100 * sum(gap) / sum(served) AS forecast_city_wape_pct FROM by_day GROUP BY horizon
), not_served AS (
    SELECT horizon, count(*) AS not_served FROM everything WHERE meals_served IS NULL GROUP BY horizon
)
SELECT
    horizon,
    any_value(forecast_city_wape_pct) AS forecast_city_wape_pct,
    any_value(coalesce(not_served, 0)) AS not_served,
    (SELECT count(meals_served) FROM came) - count(*) AS not_forecast,
    min(date) AS first,
    max(date) AS last,
    median(date_diff('day', known_until, date)) AS days_ahead,
    count(*) FILTER (finished_at::DATE > date) AS computed_after,
"""
    + MEASURES
    + """
FROM judged JOIN city USING (horizon) LEFT JOIN not_served USING (horizon)
GROUP BY horizon
ORDER BY horizon DESC
"""
)


def by_horizon(store: Store) -> pd.DataFrame:
    """Return one row per horizon at which a forecast met a served day: its measures, and what is not in them.

    `not_forecast` are canteen-days of the log, since the first day ever forecast, of which nothing had been said that
    early; `not_served` are canteen-days forecast of which the log, which goes further, tells no meal.
    """
    return store.read(BY_HORIZON, {"horizons": list(HORIZONS)})


def _columns(*templates: str) -> str:
    return ",".join(template.format(n=horizon) for horizon in HORIZONS for template in templates)


# One row per canteen × day, told in the log, forecast, or both; the columns of a horizon end with its days.
WIDE = (
    MET
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
    FROM everything
    WHERE meals_served IS NOT NULL OR forecast IS NOT NULL
    GROUP BY canteen, date
)
"""
)

# Forecasts of a day are those of the canteens that served; of all of them where none did.
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
    """Return one row per day of a canteen, or of all of them, the last first: meals, and what was said at HORIZONS.

    Gaps are over the canteens that served and had a forecast that early.
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
    """Return one row per canteen × day served or forecast, with all that was said of it at HORIZONS."""
    return store.read(CANTEEN_DAYS, {"horizons": list(HORIZONS)})


# The first day a forecast could be met on: what the page waits for.
FIRST_AHEAD = """
SELECT min(date) AS day
FROM forecasts
WHERE target = 'meals_served' AND date > (SELECT max(date) FROM services WHERE meals_served > 0)
"""


def first_day_awaited(store: Store) -> date | None:
    """Return the first day forecast that comes after the last one served, if any."""
    day = store.read(FIRST_AHEAD)["day"].iloc[0]
    return None if pd.isna(day) else day.date()
