"""Dates of the columns of a grid: “Lundi 7”, “8/09”, “2026-09-10”, or “Jeudi” beside a date written elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from data.calendar.names import MONTHS, WEEKDAYS
from data.kinds import normalise

PLAIN_MONTHS = [normalise(name) for name in MONTHS]
WEEKDAY_OF = {word: place for place, name in enumerate(WEEKDAYS) for word in (name, name[:3])}
UNSAID = frozenset(("le", "midi", "dejeuner", "jour"))
MONTH_WORDS = "|".join(PLAIN_MONTHS)
FULL = re.compile(r"(?<!\d)(\d{1,2})_(\d{1,2})_(20\d\d)(?!\d)")
ISO = re.compile(r"(?<!\d)(20\d\d)_(\d\d)_(\d\d)(?!\d)")
IN_WORDS = re.compile(rf"(\d{{1,2}})(?:er)?_(?:(?:{MONTH_WORDS})_)?(?:au_(?:\w+_)?\d{{1,2}}_)?({MONTH_WORDS})_(20\d\d)")
OF_MONTH = re.compile(rf"({MONTH_WORDS})_(20\d\d)")
OF_WEEK = re.compile(r"(?:semaine|sem)_(?:n_|no_|numero_)?(\d{1,2})(?:_(20\d\d))?$")
FIRST_SERIAL, LAST_SERIAL = 36_526, 73_050
SEARCHED = 62
DECIMAL = re.compile(r"[+-]?\d*[.,]\d*")


@dataclass(frozen=True)
class DayTitle:
    """What the title of a column says of its day; a part that it does not write is None."""

    text: str
    weekday: int | None = None
    day: int | None = None
    month: int | None = None
    year: int | None = None

    @property
    def bare(self) -> bool:
        """Tell whether the title is a number alone, which may be anything."""
        return self.weekday is None and self.month is None

    @property
    def full(self) -> date | None:
        """Return the date of a title that writes it in full."""
        return _date(self.year, self.month, self.day) if self.year and self.month and self.day else None

    def fits(self, day: date) -> bool:
        """Tell whether a date has all that the title writes."""
        written = (self.weekday, self.day, self.month, self.year)
        parts = (day.weekday(), day.day, day.month, day.year)
        return all(known in (None, part) for known, part in zip(written, parts, strict=True))


def day_title(text: str) -> DayTitle | None:
    """Read the title of a column as a day; None for any other title."""
    # A decimal number is no day: 1,6 is not the first of June.
    if not 0 < len(text) <= 40 or DECIMAL.fullmatch(text):
        return None
    words = [word for word in normalise(text).split("_") if word not in UNSAID]
    if len(words) == 1 and words[0].isdigit() and FIRST_SERIAL <= int(words[0]) <= LAST_SERIAL:
        day = date(1899, 12, 30) + timedelta(days=int(words[0]))
        return DayTitle(text, None, day.day, day.month, day.year)
    weekday, month = None, None
    numbers: list[int] = []
    for word in words:
        if word in WEEKDAY_OF and weekday is None and not numbers:
            weekday = WEEKDAY_OF[word]
        elif word.removesuffix("er").isdigit():
            numbers.append(int(word.removesuffix("er")))
        elif month is None and (known := _month(word)):
            month = known
        else:
            return None
    return _title(text, weekday, month, numbers)


def _title(text: str, weekday: int | None, month: int | None, numbers: list[int]) -> DayTitle | None:
    year = None
    if numbers and numbers[0] > 1999:
        numbers = numbers[::-1]
    if month is None and len(numbers) > 1:
        month = numbers.pop(1)
    if len(numbers) > 1:
        year = numbers.pop(1)
        year += 2000 if year < 100 else 0
    if len(numbers) > 1 or (month and not (numbers and 1 <= month <= 12)) or (numbers and not 1 <= numbers[0] <= 31):
        return None
    if weekday is None and not numbers:
        return None
    return DayTitle(text, weekday, numbers[0] if numbers else None, month, year)


def _month(word: str) -> int | None:
    months = [number for number, name in enumerate(PLAIN_MONTHS, 1) if len(word) > 2 and name.startswith(word)]
    return months[0] if len(months) == 1 else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def start_written(texts: Iterable[str], today: date) -> date | None:
    """Return the first day that the texts around a grid speak of: a date, a week, a month; None when they have none."""
    words = [normalise(text) for text in texts if len(text) <= 300]
    dates = [_date(int(y), int(m), int(d)) for word in words for d, m, y in FULL.findall(word)]
    dates += [_date(int(y), int(m), int(d)) for word in words for y, m, d in ISO.findall(word)]
    dates += [_date(int(y), PLAIN_MONTHS.index(m) + 1, int(d)) for word in words for d, m, y in IN_WORDS.findall(word)]
    if known := [day for day in dates if day]:
        return min(known)
    months = [date(int(y), PLAIN_MONTHS.index(m) + 1, 1) for word in words for m, y in OF_MONTH.findall(word)]
    if months:
        return min(months)
    weeks = [(int(year or today.year), int(week)) for word in words for week, year in OF_WEEK.findall(word)]
    known = [date.fromisocalendar(year, week, 1) for year, week in weeks if 1 <= week <= 52]
    return min(known, default=None)


def dates_of(titles: list[DayTitle], start: date | None, today: date, *, to_come: bool) -> list[date | None]:
    """Return the date of each title, in order; None for one that fits no day after the title before.

    Without a date around the grid, the first title is the last day that fits it; the nearest one, for meals `to_come`.
    """
    dates: list[date | None] = []
    previous = start - timedelta(days=1) if start else None
    for title in titles:
        day = title.full or (_next(title, previous) if previous else _nearest(title, today, to_come=to_come))
        dates.append(day)
        previous = day or previous
    return dates


def _next(title: DayTitle, after: date) -> date | None:
    days = (after + timedelta(days=offset) for offset in range(1, SEARCHED))
    return next((day for day in days if title.fits(day)), None)


def _nearest(title: DayTitle, today: date, *, to_come: bool) -> date | None:
    if title.day is None or title.bare:
        return None
    for offset in range(400):
        if to_come and title.fits(today + timedelta(days=offset)):
            return today + timedelta(days=offset)
        if title.fits(today - timedelta(days=offset)):
            return today - timedelta(days=offset)
    return None
