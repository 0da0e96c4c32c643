"""Strike dates as they must be read: the city's own file has day and month swapped in many rows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pandas as pd

from data.calendar.events import STRIKE
from data.calendar.school import DEFAULT_WEEKDAYS, holiday_name
from data.store import Store

# A file swaps all its dates, or none, when so many of them can only be read swapped and hardly any only as written.
TELLING_DATES, LEAST_SWAPPED = 5, 0.9


def read_as(declared: date) -> date:
    """Return the day a strike declared for one day is about.

    A day without school is taken for the one with day and month swapped when that is a school day; else it stays.
    """
    mirrored = _mirrored(declared)
    return mirrored if not is_school_day(declared) and is_school_day(mirrored) else declared


def read_file(declared: Collection[date]) -> dict[date, date]:
    """Return the day each date of one file is about.

    Most swapped dates are school days too: the calendar cannot tell them, but the other dates of their file can.
    """
    telling = [day for day in declared if is_school_day(day) != is_school_day(_mirrored(day))]
    swapped = sum(is_school_day(_mirrored(day)) for day in telling)
    all_swapped = len(telling) >= TELLING_DATES and swapped >= LEAST_SWAPPED * len(telling)
    return {day: _mirrored(day) if all_swapped and is_school_day(_mirrored(day)) else read_as(day) for day in declared}


def is_school_day(day: date) -> bool:
    """Tell whether canteens usually serve on a day."""
    return day.isoweekday() in DEFAULT_WEEKDAYS and holiday_name(day) is None


def _mirrored(day: date) -> date:
    return date(day.year, day.day, day.month) if day.day <= 12 else day


# A strike of several days says by its length that its dates are right; one of a canteen alone was typed here.
DECLARED = """
SELECT DISTINCT deposit_id, starts_on AS declared
FROM event_rows JOIN deposits USING (deposit_id)
WHERE active AND event_rows.kind = $strike AND canteen IS NULL AND starts_on = ends_on
ORDER BY ALL
"""


def readings(store: Store) -> dict[date, date]:
    """Return, for each day the whole city's strikes were declared on, the day it is about; the last file is right."""
    rows = store.read(DECLARED, {"strike": STRIKE})
    found: dict[date, date] = {}
    for _, declared in rows.groupby("deposit_id")["declared"]:
        found |= read_file([day.date() for day in declared])
    return found


def swapped(store: Store) -> pd.DataFrame:
    """Return one row per strike date that is not read as it was declared: declared, read_as."""
    pairs = [(declared, meant) for declared, meant in sorted(readings(store).items()) if declared != meant]
    return pd.DataFrame(pairs, columns=["declared", "read_as"])
