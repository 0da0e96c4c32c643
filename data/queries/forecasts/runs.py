"""The computations of the forecasts: the latest one, whether it is outdated, and its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from data.calendar.school import next_service_days
from data.clock import today_in_paris
from data.store import Store

# The kinds of files that the forecasts are learnt from: a deposit of another kind does not make them outdated.
FORECAST_KINDS = ("log", "mapping", "schools", "enrolment", "holidays", "events", "strikes", "menus", "menus_scdl")
DAYS_AHEAD = 30
STALE_AFTER_DAYS = 180


@dataclass(frozen=True)
class ForecastRun:
    """The latest computation: when it ended (UTC), the last day it learnt from, and whether data have changed since."""

    run_id: int
    finished_at: datetime
    last_service_on: date | None
    outdated: bool


# An audit line has the version of the store after its act. Times cannot be compared instead: the time of a deposit is
# the beginning of its transaction. An announcement changes the figures as a new computation would, so it needs none. A
# computation begun on the demonstration is ignored once that is removed.
LATEST_RUN = """
WITH writes AS (
    SELECT
        audit_log.version,
        action,
        action = 'demo_load' OR (
            action IN ('deposit', 'undo', 'redo') AND kind IN (SELECT unnest($kinds))
            AND NOT EXISTS (SELECT 1 FROM announcements AS told WHERE told.deposit_id = deposits.deposit_id)
        ) AS counts
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


# The last day requested from the computation; it may have no forecast because of a closure.
LAST_DAY_REQUESTED = """
SELECT last_service_on, (specification ->> '$.days.last')::DATE AS last_requested
FROM forecast_runs
WHERE run_id = $run_id
"""


def ends_too_soon(store: Store, run_id: int, today: date) -> bool:
    """Tell whether fewer than 30 service days are left, today included, and a new computation would add some."""
    row = store.read(LAST_DAY_REQUESTED, {"run_id": run_id}).iloc[0]
    if row.isna().any() or (today - row["last_service_on"].date()).days >= STALE_AFTER_DAYS:
        return False
    needed = next_service_days(store, today - timedelta(days=1), DAYS_AHEAD)
    return bool(needed and row["last_requested"].date() < needed[-1])


HAS_HISTORY = "SELECT EXISTS (SELECT 1 FROM services WHERE meals_served IS NOT NULL) AS has_history"


def forecasts_outdated(store: Store, today: date | None = None) -> bool:
    """Tell whether there is a history, and no forecast made from all of it for enough days ahead."""
    if not store.read(HAS_HISTORY)["has_history"].iloc[0]:
        return False
    run = latest_run(store)
    return run is None or run.outdated or ends_too_soon(store, run.run_id, today or today_in_paris())


FORECAST_DAYS = "SELECT DISTINCT date FROM forecasts WHERE run_id = $run_id ORDER BY date"


def forecast_days(store: Store, run_id: int) -> list[date]:
    """Return the days of a computation."""
    return [day.date() for day in store.read(FORECAST_DAYS, {"run_id": run_id})["date"]]
