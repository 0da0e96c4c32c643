"""The computations of the forecasts: the latest one, its age, and its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from data.calendar.school import next_service_days
from data.clock import today_in_paris
from data.store import Store

# The kinds of files the forecasts are learnt from: a deposit of another kind leaves them as good as they were.
FORECAST_KINDS = ("log", "mapping", "schools", "enrolment", "holidays", "events", "strikes", "menus", "menus_scdl")
DAYS_AHEAD = 30
STALE_AFTER_DAYS = 180


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
    return run is None or run.outdated or ends_too_soon(store, run.run_id, today or today_in_paris())


FORECAST_DAYS = "SELECT DISTINCT date FROM forecasts WHERE run_id = $run_id ORDER BY date"


def forecast_days(store: Store, run_id: int) -> list[date]:
    """Return the days of a computation."""
    return [day.date() for day in store.read(FORECAST_DAYS, {"run_id": run_id})["date"]]
