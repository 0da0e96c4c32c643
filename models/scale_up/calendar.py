"""The work calendar: dates to days of work and back, where school holidays pause or slow the work."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from data.calendar.school import covered_until, holiday_name
from data.queries.scale_up import HORIZON_YEARS

# Years without a published calendar copy the day 52 weeks earlier: same weekday, same season.
SHIFT = timedelta(weeks=52)
# A rounding error must not delay the end by a day.
TOLERANCE = 1e-6


class WorkCalendar:
    """The work done since `first`, day by day until `end`: 1 a day, less in school holidays and on public holidays."""

    def __init__(self, first: date, today: date, holiday_speed: float) -> None:
        """Raise ValueError for a speed outside 0 (nothing moves) to 1 (a day like any other)."""
        if not 0 <= holiday_speed <= 1:
            raise ValueError(f"speed out of 0–1: {holiday_speed}")
        days = (today - first).days + round(365.25 * HORIZON_YEARS)
        self.first, self.end = first, first + timedelta(days=days)
        speeds = np.ones(days)
        if holiday_speed < 1:
            speeds[_holidays(first, days)] = holiday_speed
        self._before = np.concatenate([[0.0], speeds.cumsum()])

    def before(self, day: date) -> float:
        """Return the work done before a day begins."""
        return float(self._before[(day - self.first).days])

    def after(self, day: date) -> float:
        """Return the work done once a day is over."""
        return float(self._before[(day - self.first).days + 1])

    def day_of(self, work: np.ndarray) -> np.ndarray:
        """Return the day, counted from `first`, on which this work is done; beyond the horizon, the day after it."""
        return np.maximum(np.searchsorted(self._before, work - TOLERANCE, side="left") - 1, 0)

    def date_of(self, days: float) -> date | None:
        """Return the date of a number of days since `first`, None beyond the horizon."""
        return None if days >= len(self._before) - 1 else self.first + timedelta(days=int(days))


@lru_cache(maxsize=8)
def _holidays(first: date, days: int) -> np.ndarray:
    known = covered_until()
    usual = {(known - timedelta(days=back)): holiday_name(known - timedelta(days=back)) for back in range(SHIFT.days)}
    off = []
    for place in range(days):
        day = first + timedelta(days=place)
        if day > known:
            day -= SHIFT * -(-(day - known) // SHIFT)
        off.append(bool(usual[day] if day in usual else holiday_name(day)))
    return np.array(off)
