"""What the models are told of the calendar, on days anyone can look up; and the strike file's swapped dates."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from data.calendar.strikes import read_as, read_file
from models.inputs.calendar import day_features
from tests.models.synthetic import school_days

YEAR = school_days("2016-09-01", "2017-07-07")


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    return day_features(YEAR, YEAR[:3], {date(2016, 9, 15)})


def _days(features: pd.DataFrame, name: str) -> list[str]:
    return [str(day.date()) for day in features.index[features[name] > 0]]


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("first_day", ["2016-09-01"]),
        ("second_day", ["2016-09-02"]),
        ("first_week", ["2016-09-05", "2016-09-06", "2016-09-08"]),
        ("last_day", ["2017-07-07"]),
        ("last_days", ["2017-07-03", "2017-07-04", "2017-07-06", "2017-07-07"]),
        # Toussaint, Noël, hiver, printemps; the summer has features of its own.
        ("eve_of_holidays", ["2016-10-18", "2016-12-16", "2017-02-10", "2017-04-07"]),
        ("christmas_meal", ["2016-12-15"]),
        ("strike", ["2016-09-15"]),
    ],
)
def test_the_days_that_change_the_meals_are_told(features: pd.DataFrame, name: str, days: list[str]) -> None:
    assert _days(features, name) == days


def test_the_eve_of_a_long_weekend_is_not_that_of_holidays(features: pd.DataFrame) -> None:
    told = _days(features, "eve_of_day_off")
    assert "2017-05-23" in told  # Ascension on Thursday the 25th, bridge on the 26th; no meals on Wednesdays
    assert "2017-06-02" in told  # Whit Monday
    assert not set(told) & set(_days(features, "eve_of_holidays"))


def test_a_year_not_begun_starts_on_its_official_day() -> None:
    coming = school_days("2017-09-04", "2017-09-22")
    assert _days(day_features(coming, YEAR, []), "first_day") == ["2017-09-04"]


def test_days_known_later_do_not_change_what_is_told_of_the_past() -> None:
    alone, with_future = day_features(YEAR, YEAR, []), day_features(YEAR.union(YEAR + pd.DateOffset(years=2)), YEAR, [])
    pd.testing.assert_frame_equal(with_future.loc[YEAR], alone)


@pytest.mark.parametrize(
    ("declared", "meant"),
    [
        (date(2016, 5, 1), date(2016, 1, 5)),  # a Sunday, for Tuesday 5 January
        (date(2016, 3, 5), date(2016, 5, 3)),  # a Saturday, for Tuesday 3 May
        (date(2015, 8, 10), date(2015, 10, 8)),  # in the summer holidays, for Thursday 8 October
    ],
)
def test_a_strike_on_a_day_without_school_is_read_with_day_and_month_swapped(declared: date, meant: date) -> None:
    assert read_as(declared) == meant


@pytest.mark.parametrize(
    "declared",
    [
        date(2016, 3, 8),  # a school day as it stands
        date(2016, 1, 10),  # a Sunday whose swap is a Saturday
        date(2016, 7, 14),  # no month has number 14
    ],
)
def test_a_strike_that_no_swap_explains_stays_where_it_was_declared(declared: date) -> None:
    assert read_as(declared) == declared


def test_a_file_that_swaps_the_dates_the_calendar_can_tell_swaps_the_others_too() -> None:
    told = [date(2016, 2, 6), date(2015, 8, 10), date(2016, 5, 1), date(2016, 3, 5), date(2014, 11, 12)]
    alone, late = date(2016, 11, 10), date(2016, 4, 28)
    found = read_file([*told, alone, late])
    assert found[alone] == date(2016, 10, 11)
    assert found[late] == late
    assert all(found[day] == date(day.year, day.day, day.month) for day in told)


def test_one_swapped_date_does_not_swap_the_dates_of_a_file_that_is_right() -> None:
    right = [date(2016, 1, 5), date(2015, 10, 8), date(2016, 6, 2), date(2016, 5, 3), date(2014, 12, 11)]
    found = read_file([*right, date(2016, 5, 1), date(2016, 11, 10)])
    assert found[date(2016, 11, 10)] == date(2016, 11, 10)
    assert all(found[day] == day for day in right)
