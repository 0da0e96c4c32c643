"""Date correction of strikes: the city's own file has day and month swapped in many rows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pandas as pd

from data.calendar.event_kinds import STRIKE
from data.calendar.school import DEFAULT_WEEKDAYS, holiday_name
from data.store import Store

# A decisive date is a school day in one order only. All dates of a file are swapped when it has enough decisive dates,
# and when enough of them are school days only after the swap.
LEAST_DECISIVE, LEAST_SWAPPED = 5, 0.9


def read_as(declared: date) -> date:
    """Return the real date of a strike that is declared for one day.

    Day and month are swapped when the declared day has no school and the swapped day has school.
    """
    swapped_day = _swapped(declared)
    return swapped_day if not is_school_day(declared) and is_school_day(swapped_day) else declared


def read_file(declared: Collection[date]) -> dict[date, date]:
    """Return the real date of each date of one file.

    Most swapped dates are school days in both orders: the calendar does not show the error, but the other dates of the
    file do.
    """
    decisive = [day for day in declared if is_school_day(day) != is_school_day(_swapped(day))]
    swapped = sum(is_school_day(_swapped(day)) for day in decisive)
    all_swapped = len(decisive) >= LEAST_DECISIVE and swapped >= LEAST_SWAPPED * len(decisive)
    return {day: _swapped(day) if all_swapped and is_school_day(_swapped(day)) else read_as(day) for day in declared}


def is_school_day(day: date) -> bool:
    """Tell whether canteens usually serve on a day."""
    return day.isoweekday() in DEFAULT_WEEKDAYS and holiday_name(day) is None


def _swapped(day: date) -> date:
    return date(day.year, day.day, day.month) if day.day <= 12 else day


# Only one-day strikes of the whole city are doubtful. Swapped dates would not give a strike of several days, and the
# strike of one canteen is typed in this application.
DECLARED = """
SELECT DISTINCT deposit_id, starts_on AS declared
FROM event_rows JOIN deposits USING (deposit_id)
WHERE active AND event_rows.kind = $strike AND canteen IS NULL AND starts_on = ends_on
ORDER BY ALL
"""


def readings(store: Store) -> dict[date, date]:
    """Return the real date of each declared date of a strike of the whole city; the last file has priority."""
    rows = store.read(DECLARED, {"strike": STRIKE})
    real_dates: dict[date, date] = {}
    for _, declared in rows.groupby("deposit_id")["declared"]:
        real_dates |= read_file([day.date() for day in declared])
    return real_dates


def swapped(store: Store) -> pd.DataFrame:
    """Return one row per strike date that is corrected: declared, read_as."""
    pairs = [(declared, real) for declared, real in sorted(readings(store).items()) if declared != real]
    return pd.DataFrame(pairs, columns=["declared", "read_as"])
