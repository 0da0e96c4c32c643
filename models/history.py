"""What one computation works on: the history taken out of the store and the days to forecast. No Prophet here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from data.school_calendar import next_service_days, service_days
from data.store import Store

HISTORY_YEARS = 3
DAYS_AHEAD = 30
STALE_AFTER_DAYS = 180
# The service points “à rattacher” make one series of their own, so that the city's total stays complete.
UNATTACHED = "\u0000unattached"

LAST_SERVED = "SELECT max(date) AS day FROM services WHERE meals_served > 0 AND date <= $today"

# One row per canteen × day; the service points of one canteen add up. Zero meals served is a day not filled in.
HISTORY = """
SELECT
    coalesce(canteen, $unattached) AS canteen,
    date,
    sum(meals_served) FILTER (meals_served > 0) AS served,
    coalesce(bool_or(meals_planned > 0 AND coalesce(meals_served, 0) = 0), FALSE) AS incomplete,
    sum(meals_planned) FILTER (meals_served > 0 AND meals_planned IS NOT NULL) AS paired_planned,
    sum(meals_served) FILTER (meals_served > 0 AND meals_planned IS NOT NULL) AS paired_served,
    sum(weighed_kg) FILTER (meals_served > 0 AND weighed_kg IS NOT NULL) AS weighed_kg,
    sum(meals_served) FILTER (meals_served > 0 AND weighed_kg IS NOT NULL) AS weighed_served
FROM (
    SELECT
        *,
        CASE WHEN coalesce(preparation_kg, unserved_kg, leftovers_kg) IS NOT NULL
             THEN coalesce(preparation_kg, 0) + coalesce(unserved_kg, 0) + coalesce(leftovers_kg, 0)
        END AS weighed_kg
    FROM located_services
    WHERE date > $last - to_years($years) AND date <= $last
)
GROUP BY ALL
ORDER BY canteen, date
"""

CLOSURES = "SELECT canteen, starts_on, ends_on FROM events WHERE kind = 'closure' AND canteen IS NOT NULL"


@dataclass(frozen=True)
class Job:
    """The whole input of a computation; history has one row per canteen × day of the last HISTORY_YEARS years."""

    data_version: int
    last_service_on: date
    history: pd.DataFrame
    service_days: list[date]
    days: list[date]
    closures: pd.DataFrame


@dataclass(frozen=True)
class Result:
    """What a computation gives back: the rows of the table forecasts, and how they were made."""

    forecasts: pd.DataFrame
    specification: dict[str, Any]


def extract(store: Store, today: date) -> Job | None:
    """Take a job out of the store, or return None when no meal was ever served."""
    version = store.version()
    found = store.read(LAST_SERVED, {"today": today})["day"].iloc[0]
    if pd.isna(found):
        return None
    last = found.date()
    history = store.read(HISTORY, {"unattached": UNATTACHED, "last": last, "years": HISTORY_YEARS})
    return Job(
        data_version=version,
        last_service_on=last,
        history=history,
        service_days=service_days(store, history["date"].min().date(), last),
        days=days_to_forecast(store, last, today),
        closures=store.read(CLOSURES),
    )


def days_to_forecast(store: Store, last: date, today: date) -> list[date]:
    """Return the service days after the last one served: 30 of them, counted from today while the data is recent."""
    if (today - last).days >= STALE_AFTER_DAYS:
        return next_service_days(store, last, DAYS_AHEAD)
    not_yet_told = service_days(store, last + timedelta(days=1), today)
    return not_yet_told + next_service_days(store, max(last, today), DAYS_AHEAD)
