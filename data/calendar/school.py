"""The school calendar of Nantes: days of service, names of the holidays, terms of a school year.

Official dates come from the package vacances-scolaires-france (1990–2028: every day it lists is a day off, the day of
return is not listed), and public holidays from the package holidays. For those years no other source is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from types import MappingProxyType

from holidays import country_holidays
from vacances_scolaires_france import SchoolHolidayDates

from data.calendar.event_kinds import CLOSING, HOLIDAY
from data.clock import today_in_paris
from data.store import Store

DEFAULT_WEEKDAYS = frozenset({1, 2, 4, 5})
MEANINGFUL_SHARE = 0.2
SEARCH_STEP = 180
SEARCH_LIMIT = 3700

# The académie of Nantes left zone A for zone B with the school year 2015-2016.
ZONE_B_SINCE = date(2015, 9, 1)
BRIDGE = "Pont de l’Ascension"
# For each holidays: the name of a term that begins after them, and of a term that ends with them.
SHORT_NAMES = {
    "Vacances d’été": ("Rentrée", "été"),
    "Vacances de la Toussaint": ("Toussaint", "Toussaint"),
    "Vacances de Noël": ("Noël", "Noël"),
    "Vacances d’hiver": ("Hiver", "hiver"),
    "Vacances de printemps": ("Printemps", "printemps"),
}


@dataclass(frozen=True)
class Period:
    """A named run of days, both ends included."""

    label: str
    start: date
    end: date


# The days for which the package is wrong about Nantes; an empty label means a day of school.
CORRECTIONS = (
    # The package counts the Friday before the holidays as a day off; the canteens served lunch that day.
    Period("", date(2015, 2, 6), date(2015, 2, 6)),
    # The rector of Nantes moved spring 2018: Wednesday 25 April after class to Monday 14 May.
    Period("", date(2018, 4, 21), date(2018, 4, 25)),
    Period("Vacances de printemps", date(2018, 5, 7), date(2018, 5, 13)),
)


# ---------------------------------------------------------------- questions that need no store
def holiday_name(day: date) -> str | None:
    """Return the French name of the school holidays, public holiday or bridge of a day, or None."""
    name = _school_holidays().get(day) or public_holiday(day)
    if name is None and day > covered_until():
        name = _usual_holiday(day)
    return name


def public_holiday(day: date) -> str | None:
    """Return the French name of the public holiday or bridge of a day, or None."""
    return _public_holidays(day.year).get(day)


def school_year(day: date) -> str:
    """Return the school year of a day, such as "2016-2017"; it runs from 1 August to 31 July."""
    first = day.year if day.month >= 8 else day.year - 1
    return f"{first}-{first + 1}"


def school_year_bounds(name: str) -> tuple[date, date]:
    """Return the first and last day of a school year such as "2016-2017"."""
    first, second = (int(part) for part in name.split("-"))
    if second != first + 1:
        raise ValueError(f"not a school year: {name}")
    return date(first, 8, 1), date(second, 7, 31)


def terms(name: str) -> list[Period]:
    """Return the terms of a school year (between holidays), or the whole year when no calendar is published."""
    start, end = school_year_bounds(name)
    blocks = _holiday_blocks(start, end)
    if end > covered_until() or len(blocks) < 2:
        return [Period(f"Année scolaire {name}", start, end)]
    return [_term(before, after) for before, after in pairwise(blocks)]


@cache
def covered_until() -> date:
    """Return the last day of the published school calendar."""
    return max(_school_holidays())


# ---------------------------------------------------------------- questions to the store
SERVED_WEEKDAYS = """
    SELECT isodow(date) AS weekday, sum(meals_served) AS meals
    FROM services
    WHERE date > (SELECT max(date) FROM services WHERE meals_served > 0 AND date <= $today) - INTERVAL 12 MONTHS
        AND date <= $today
    GROUP BY weekday
    HAVING sum(meals_served) > 0
"""

EVENTS_OFF = """
    SELECT kind, starts_on, ends_on
    FROM events
    WHERE starts_on <= $last AND ends_on >= $first
      AND ((list_contains($closing, kind) AND canteen IS NULL) OR (kind = $holiday AND ends_on > $covered))
"""


def served_weekdays(store: Store) -> frozenset[int]:
    """Return the weekdays (1 = Monday) with a meaningful share of the meals of the last twelve months."""
    # A future date is a typing error: it must not shift these twelve months.
    meals = store.read(SERVED_WEEKDAYS, {"today": today_in_paris()})
    if meals.empty:
        return DEFAULT_WEEKDAYS
    served = meals[meals["meals"] >= MEANINGFUL_SHARE * meals["meals"].max()]
    return frozenset(int(weekday) for weekday in served["weekday"])


def service_days(store: Store, first: date, last: date, weekdays: frozenset[int] | None = None) -> list[date]:
    """Return the days of service from first to last, both included; on `weekdays`, or on those of the city."""
    return _service_days(store, served_weekdays(store) if weekdays is None else weekdays, first, last)


def next_service_days(store: Store, after: date, count: int) -> list[date]:
    """Return the next days of service after a day: fewer than count only when closures fill the next ten years."""
    weekdays = served_weekdays(store)
    days: list[date] = []
    for offset in range(0, SEARCH_LIMIT, SEARCH_STEP):
        if len(days) >= count:
            break
        first = after + timedelta(days=offset + 1)
        days += _service_days(store, weekdays, first, first + timedelta(days=SEARCH_STEP - 1))
    return days[:count]


def _service_days(store: Store, weekdays: frozenset[int], first: date, last: date) -> list[date]:
    closed = _days_off_in_events(store, first, last)
    return [
        day
        for day in _days(first, last)
        if day.isoweekday() in weekdays and day not in closed and holiday_name(day) is None
    ]


def _days_off_in_events(store: Store, first: date, last: date) -> set[date]:
    """Return the days closed for the whole city; deposited holidays count only after the published calendar ends."""
    covered = covered_until()
    kinds = {"closing": CLOSING, "holiday": HOLIDAY}
    events = store.read(EVENTS_OFF, {"first": first, "last": last, "covered": covered} | kinds)
    off: set[date] = set()
    for kind, start, end in zip(events["kind"], events["starts_on"], events["ends_on"], strict=True):
        earliest = covered + timedelta(days=1) if kind == HOLIDAY else first
        off.update(_days(max(start.date(), first, earliest), min(end.date(), last)))
    return off


# ---------------------------------------------------------------- the published calendar
@cache
def _school_holidays() -> Mapping[date, str]:
    """Return every day of school holidays of Nantes with its French name."""
    days = {
        day: row["nom_vacances"].replace("'", "’")
        for day, row in SchoolHolidayDates().data.items()
        if row["vacances_zone_b" if day >= ZONE_B_SINCE else "vacances_zone_a"]
    }
    for correction in CORRECTIONS:
        for day in _days(correction.start, correction.end):
            days.pop(day, None)
            if correction.label:
                days[day] = correction.label
    return MappingProxyType(days)


@cache
def _public_holidays(year: int) -> Mapping[date, str]:
    """Return the public holidays of a year, and the Friday after Ascension (no service that day, 2011 to 2017)."""
    days = {day: name.replace("'", "’") for day, name in country_holidays("FR", years=year, language="fr").items()}
    ascension = next(day for day, name in days.items() if "Ascension" in name)
    return MappingProxyType(days | {ascension + timedelta(days=1): BRIDGE})


def _usual_holiday(day: date) -> str | None:
    """Return the holidays with the same dates in every published calendar, for a year without a calendar yet."""
    if date(day.year, 7, 8) <= day <= date(day.year, 8, 31):
        return "Vacances d’été"
    if (day.month, day.day) >= (12, 24):
        return "Vacances de Noël"
    return None


def _term(before: Period, after: Period) -> Period:
    last = after.start - timedelta(days=1)
    label = f"{SHORT_NAMES[before.label][0]} – {SHORT_NAMES[after.label][1]} {last.year}"
    return Period(label, before.end + timedelta(days=1), last)


def _holiday_blocks(first: date, last: date) -> list[Period]:
    blocks: list[Period] = []
    for day in _days(first, last):
        name = _school_holidays().get(day)
        if name not in SHORT_NAMES:
            continue
        if blocks and blocks[-1].label == name and blocks[-1].end == day - timedelta(days=1):
            blocks[-1] = Period(name, blocks[-1].start, day)
        else:
            blocks.append(Period(name, day, day))
    return blocks


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
