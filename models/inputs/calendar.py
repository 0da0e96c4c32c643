"""Calendar features: what the school year says of each day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd

from data.calendar.feasts import FEASTS
from data.calendar.school import DEFAULT_WEEKDAYS, holiday_name, school_year

# Holidays of at least this many weekdays are school holidays; shorter ones are a long week-end.
HOLIDAYS_FROM = 5
SUMMER = "été"
LOOK_AROUND = timedelta(days=120)


def school_year_steps(days: pd.Series, past_days: pd.Series) -> pd.DataFrame:
    """Return step regressors, one per school year that begins within the past days: 0.0 before it, 1.0 from then on.

    A canteen's level jumps in September with its new pupils. A continuous trend cannot follow such a jump.
    """
    years = sorted({school_year(day) for day in past_days})[1:]
    starts = {f"since_{year[:4]}": pd.Timestamp(int(year[:4]), 8, 1) for year in years}
    return pd.DataFrame({name: (days >= start).astype(float) for name, start in starts.items()}, index=days.index)


def school_years(days: pd.DatetimeIndex) -> np.ndarray:
    """Return the year each day's school year began in; it runs from 1 August to 31 July."""
    return np.where(days.month >= 8, days.year, days.year - 1)


def day_features(days: pd.DatetimeIndex, served_days: pd.DatetimeIndex, strikes: Collection[date]) -> pd.DataFrame:
    """Return the calendar features of some days: one row per day, one column of 0.0 or 1.0 per feature.

    A school year begins on the first of its `served_days`, or on the official day when none is known.
    """
    first, last = days.union(served_days).min() - LOOK_AROUND, days.max() + LOOK_AROUND
    school, days_off, summers = _ordinals(first.year, last.year)
    ordinals = np.array([day.toordinal() for day in days])
    since = _school_days_since(ordinals, days, served_days, school, summers)
    until = _school_days_until(ordinals, school, summers)
    following = school[np.minimum(np.searchsorted(school, ordinals, "right"), len(school) - 1)]
    holidays = np.searchsorted(days_off, following) - np.searchsorted(days_off, ordinals, "right")
    features = {
        "first_day": since == 0,
        "second_day": since == 1,
        "first_week": (since >= 2) & (since <= 4),
        "second_week": (since >= 5) & (since <= 10),
        "last_fortnight": (until > 3) & (until <= 8),
        "last_days": until <= 3,
        "last_day": until == 0,
        "eve_of_holidays": (holidays >= HOLIDAYS_FROM) & (until > 3),
        "eve_of_day_off": (holidays >= 1) & (holidays < HOLIDAYS_FROM),
        "christmas_meal": _last_thursdays_before_christmas(days),
        "feast": days.isin(pd.DatetimeIndex(FEASTS)),
        "strike": days.isin(pd.DatetimeIndex(sorted(strikes))),
    }
    return pd.DataFrame({name: np.asarray(values, dtype=float) for name, values in features.items()}, index=days)


@cache
def _ordinals(first: int, last: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the ordinals of these years' usual school days, weekdays off, and days of the summer holidays."""
    days = [day.date() for day in pd.date_range(date(first, 1, 1), date(last, 12, 31))]
    names = {day: holiday_name(day) for day in days}
    school = [day.toordinal() for day in days if day.isoweekday() in DEFAULT_WEEKDAYS and names[day] is None]
    days_off = [day.toordinal() for day, name in names.items() if name and day.isoweekday() <= 5]
    summer = [day.toordinal() for day, name in names.items() if name and SUMMER in name]
    return np.array(school), np.array(days_off), np.array(summer)


def _school_days_since(
    ordinals: np.ndarray, days: pd.DatetimeIndex, served_days: pd.DatetimeIndex, school: np.ndarray, summers: np.ndarray
) -> np.ndarray:
    """Return how many school days of the same school year come before each day."""
    began = pd.Series(served_days, index=school_years(served_days)).groupby(level=0).min()
    after_summer = np.searchsorted(summers, ordinals)
    official = summers[np.maximum(after_summer - 1, 0)] + 1
    starts = np.array(
        [
            began[year].toordinal() if year in began.index and began[year].month in (8, 9) else start
            for year, start in zip(school_years(days), official, strict=True)
        ]
    )
    return np.searchsorted(school, ordinals) - np.searchsorted(school, starts)


def _school_days_until(ordinals: np.ndarray, school: np.ndarray, summers: np.ndarray) -> np.ndarray:
    """Return how many school days are left between each day and the next summer holidays."""
    place = np.searchsorted(summers, ordinals)
    ends = summers[np.minimum(place, len(summers) - 1)] if len(summers) else ordinals
    left = np.searchsorted(school, ends) - np.searchsorted(school, ordinals, "right")
    return np.where(place < len(summers), left, len(school))


def _last_thursdays_before_christmas(days: pd.DatetimeIndex) -> np.ndarray:
    """Return which days are the last school Thursday of December, when the Christmas meal is served."""
    return np.array([day.month == 12 and day.isoweekday() == 4 and _is_last_thursday(day.date()) for day in days])


def _is_last_thursday(day: date) -> bool:
    following = day + timedelta(days=7)
    return following.month != 12 or holiday_name(following) is not None
