"""The data of the store as a whole: first and last dates, canteens, reference values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.calendar.complete import known_days
from data.clock import today_in_paris
from data.settings import SETTINGS, values
from data.store import Store


@dataclass(frozen=True)
class IncompleteDay:
    """A day of which only some of the usual service points are known."""

    day: date
    points: int
    usual_points: int


@dataclass(frozen=True)
class Overview:
    """First day with a measure, last complete day (None in an empty store), and whether the figures are demo data.

    `last_day` is the date of the data, everywhere. `incomplete_days` are those known since, by few service points.
    """

    demo: bool
    first_day: date | None
    last_day: date | None
    unattached: int
    incomplete_days: tuple[IncompleteDay, ...] = ()


@dataclass(frozen=True)
class Reference:
    """A reference value with its unit and its source."""

    value: float
    unit: str
    source: str


OVERVIEW = """
SELECT
    (SELECT demo FROM store_state) AS demo,
    (SELECT min(date) FROM services WHERE meals_served IS NOT NULL OR meals_planned IS NOT NULL) AS first_day,
    (SELECT count(*) FROM service_points WHERE canteen IS NULL) AS unattached
"""


def store_overview(store: Store) -> Overview:
    """Return the dates of the data, the demo mark and the number of labels “à rattacher”."""
    row = store.read(OVERVIEW).iloc[0]
    last = last_complete_day(store, today_in_paris())
    later = tuple(day for day in incomplete_days(store) if last is None or day.day > last)
    return Overview(bool(row["demo"]), _date(row["first_day"]), last, int(row["unattached"]), later)


def last_complete_day(store: Store, today: date) -> date | None:
    """Return the last day known for most service points, None when no meal is known: the date of the data."""
    days = known_days(store, None, None)
    complete = zip(days["known_dates"], days["complete_days"], strict=True)
    return max((day for day, whole in complete if whole and day <= today), default=None)


def incomplete_days(store: Store) -> list[IncompleteDay]:
    """Return the days of the city of which too few service points are known, in order."""
    days = zip(*known_days(store, None, None).values(), strict=True)
    return [IncompleteDay(day, points, usual) for day, points, usual, complete in days if not complete]


# A school year runs from 1 August to 31 July. A future year (a typing error) can still be chosen, but comes last.
SCHOOL_YEARS = """
SELECT DISTINCT year(date - INTERVAL 7 MONTH) AS first_year
FROM services
WHERE meals_served IS NOT NULL OR meals_planned IS NOT NULL
ORDER BY first_year > year(current_date - INTERVAL 7 MONTH), first_year DESC
"""


def school_years_with_data(store: Store) -> list[str]:
    """Return the school years that have data, the latest first: “2016-2017”."""
    return [f"{year}-{year + 1}" for year in store.read(SCHOOL_YEARS)["first_year"]]


PLACES = "SELECT name, label, kind, district FROM canteens ORDER BY label COLLATE FR, label"


def places(store: Store) -> pd.DataFrame:
    """Return one row per canteen: name (key), label, kind, district."""
    return store.read(PLACES)


def canteen_labels(store: Store) -> dict[str, str]:
    """Return the label of each canteen, by its key."""
    rows = places(store)
    return dict(zip(rows["name"], rows["label"], strict=True))


def references(store: Store) -> dict[str, Reference]:
    """Return the reference values and goals by name: the settings that have a source."""
    current = values(store)
    return {
        key: Reference(current[key].value, setting.unit, current[key].source)
        for key, setting in SETTINGS.items()
        if setting.sourced
    }


def _date(value: object) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()  # pyrefly: ignore[no-matching-overload, bad-argument-type]
