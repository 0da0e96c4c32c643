"""The school calendar: a wrong day is a meal cooked for nobody, or a child without one."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.calendar.school import (
    Period,
    holiday_name,
    next_service_days,
    school_year,
    school_year_bounds,
    served_weekdays,
    service_days,
    terms,
)
from data.store import Store

COLUMNS = {
    "log_rows": "site, site_kind, date, meals_served",
    "event_rows": "kind, starts_on, ends_on, canteen, label",
}
ANY_DAY = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def _deposit(store: Store, table: str, rows: list[tuple[object, ...]]) -> None:
    with store.write("test", "test", {}) as cursor:
        cursor.execute(
            "INSERT INTO deposits (kind, file_name, sha256, actor, lines, accepted, without_measure, changed,"
            " unchanged, rejected, warnings) VALUES ('log', 'f', '', 'test', 0, 0, 0, 0, 0, 0, 0)"
        )
        for line, row in enumerate(rows):
            marks = ", ".join("?" for _ in row)
            columns = f"deposit_id, line, {COLUMNS[table]}"
            values = f"currval('deposit_seq'), {line}, {marks}"
            cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({values})", list(row))


def _event(kind: str, start: date, end: date, canteen: str | None = None) -> tuple[object, ...]:
    return (kind, start, end, canteen, "test")


def _served(day: date, meals: int) -> tuple[object, ...]:
    return ("A", "M", day, meals)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2016, 10, 20), "Vacances de la Toussaint"),
        (date(2016, 11, 11), "Armistice"),
        (date(2016, 11, 3), None),  # the morning of return is a school day
        (date(2017, 5, 26), "Pont de l’Ascension"),
        (date(2017, 6, 5), "Lundi de Pentecôte"),
        (date(2015, 2, 6), None),  # holidays began that evening, the canteens served at noon
        (date(2015, 2, 9), "Vacances d’hiver"),  # zone A until summer 2015
        (date(2016, 2, 8), "Vacances d’hiver"),  # zone B since
        (date(2018, 4, 24), None),  # spring 2018, moved for Nantes
        (date(2018, 5, 11), "Vacances de printemps"),
        (date(2026, 4, 13), "Vacances de printemps"),
    ],
)
def test_each_day_off_has_its_french_name(day: date, name: str | None) -> None:
    assert holiday_name(day) == name


def test_years_without_a_published_calendar_still_close_in_summer_and_at_christmas() -> None:
    assert holiday_name(date(2031, 8, 1)) == "Vacances d’été"
    assert holiday_name(date(2031, 12, 26)) == "Vacances de Noël"
    assert holiday_name(date(2031, 10, 2)) is None


@given(ANY_DAY)
def test_every_day_belongs_to_exactly_one_school_year(day: date) -> None:
    first, last = school_year_bounds(school_year(day))
    assert first <= day <= last
    assert school_year(first) == school_year(last) == school_year(day)
    assert school_year(last + timedelta(days=1)) != school_year(day)


def test_a_name_that_is_no_school_year_is_refused() -> None:
    with pytest.raises(ValueError, match="2016-2018"):
        school_year_bounds("2016-2018")


def test_a_school_year_is_cut_at_its_holidays() -> None:
    assert terms("2016-2017") == [
        Period("Rentrée – Toussaint 2016", date(2016, 9, 1), date(2016, 10, 18)),
        Period("Toussaint – Noël 2016", date(2016, 11, 3), date(2016, 12, 16)),
        Period("Noël – hiver 2017", date(2017, 1, 3), date(2017, 2, 10)),
        Period("Hiver – printemps 2017", date(2017, 2, 27), date(2017, 4, 7)),
        Period("Printemps – été 2017", date(2017, 4, 24), date(2017, 7, 7)),
    ]


@pytest.mark.parametrize("first", range(1991, 2028))
def test_terms_follow_each_other_inside_their_year_and_between_holidays(first: int) -> None:
    year = f"{first}-{first + 1}"
    start, end = school_year_bounds(year)
    periods = terms(year)
    assert len(periods) == 5
    assert all(before.end < after.start for before, after in pairwise(periods))
    for period in periods:
        assert start <= period.start <= period.end <= end
        assert "Vacances" not in f"{holiday_name(period.start)}{holiday_name(period.end)}"


def test_a_year_nobody_has_published_is_one_period() -> None:
    assert terms("2040-2041") == [Period("Année scolaire 2040-2041", date(2040, 8, 1), date(2041, 7, 31))]


def test_an_empty_store_serves_monday_tuesday_thursday_friday(store: Store) -> None:
    week = service_days(store, date(2024, 11, 18), date(2024, 11, 24))
    assert week == [date(2024, 11, 18), date(2024, 11, 19), date(2024, 11, 21), date(2024, 11, 22)]


def test_weekdays_are_learnt_from_the_last_year_and_a_few_meals_do_not_make_a_weekday(store: Store) -> None:
    monday = date(2024, 11, 18)
    meals = {0: 100, 1: 100, 2: 60, 3: 19, 4: 100}
    rows = [_served(monday + timedelta(days=offset), number) for offset, number in meals.items()]
    rows.append(_served(date(2021, 11, 18), 10_000))
    _deposit(store, "log_rows", rows)
    assert served_weekdays(store) == {1, 2, 3, 5}


def test_a_date_still_to_come_does_not_move_the_year_the_weekdays_are_learnt_from(store: Store) -> None:
    monday = date(2024, 11, 18)
    rows = [_served(monday + timedelta(days=offset), 100) for offset in (0, 1, 2, 3, 4)]
    _deposit(store, "log_rows", [*rows, _served(date(2062, 3, 14), 10_000)])
    assert served_weekdays(store) == {1, 2, 3, 4, 5}


def test_a_closure_of_the_whole_city_is_a_day_off_and_that_of_one_canteen_is_not(store: Store) -> None:
    monday, tuesday = date(2024, 11, 18), date(2024, 11, 19)
    _deposit(store, "event_rows", [_event("closure", monday, monday), _event("closure", tuesday, tuesday, "A")])
    assert service_days(store, monday, tuesday) == [tuesday]


def test_deposited_holidays_count_only_where_the_official_calendar_ends(store: Store) -> None:
    wrong, useful = date(2017, 3, 6), date(2030, 3, 4)
    _deposit(store, "event_rows", [_event("holiday", wrong, wrong), _event("holiday", useful, useful)])
    assert service_days(store, wrong, wrong) == [wrong]
    assert service_days(store, useful, useful) == []


def test_the_next_service_days_are_the_service_days_that_follow(store: Store) -> None:
    chance = random.Random(2016)
    for _ in range(25):
        after = date(1995, 1, 1) + timedelta(days=chance.randrange(18_000))
        days = next_service_days(store, after, chance.randrange(1, 200))
        assert service_days(store, after + timedelta(days=1), days[-1]) == days


def test_a_city_closed_for_good_does_not_hang(store: Store) -> None:
    _deposit(store, "event_rows", [_event("closure", date(2024, 1, 1), date(2099, 1, 1))])
    assert next_service_days(store, date(2024, 1, 1), 30) == []


def test_the_calendar_agrees_with_seven_years_of_the_city_s_log(store: Store, nantes: Path) -> None:
    log = pd.read_csv(nantes / "frequentation_2011_2017.csv", parse_dates=["date"])
    labels = log[log["reel"] > 0].groupby("date")["site_nom"].nunique()
    served = {day.date() for day in labels[labels >= 20].index}
    expected = set(service_days(store, date(2011, 1, 3), date(2017, 12, 22)))
    # Eight Wednesdays made up for a bridge; every other day with many canteens is a service day.
    assert all(day.isoweekday() == 3 for day in served - expected)
    assert len(served - expected) == 8
    # The reverse misses the strikes and the days the log lacks (all of March 2015, for one).
    assert len(expected - served) / len(expected) < 0.12
