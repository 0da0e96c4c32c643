"""What the models learn from: a missing figure taken for a zero would make every forecast too low."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from data.school_calendar import service_days
from data.store import Store
from models.history import UNATTACHED, Job, days_to_forecast, extract
from models.series import MEALS, SURPLUS, WASTE, Prepared, prepare
from tests.models.synthetic import LAST, MAPPED, TODAY, add_event, deposit, meals, weighed

DAYS_FROM = date(2024, 1, 8)


def _job(store: Store, today: date = TODAY) -> Job:
    job = extract(store, today)
    assert job is not None
    return job


def _past(prepared: Prepared, canteen: str, target: str = MEALS) -> pd.Series:
    (found,) = [one for one in prepared.series if (one.canteen, one.target) == (canteen, target)]
    return found.past.set_index("ds")["y"]


@pytest.fixture
def days(store: Store) -> list[date]:
    return service_days(store, DAYS_FROM, LAST)


def test_missing_and_zero_meals_are_set_aside_never_learnt_as_zero(store: Store, days: list[date]) -> None:
    rows = meals("Bois", days, 80)
    rows.loc[10, "meals_served"] = None
    rows.loc[11, "meals_served"] = 0
    deposit(store, rows, MAPPED)
    prepared = prepare(_job(store))
    past = _past(prepared, "Bois")
    assert len(past) == len(days) - 2
    assert past.min() > 40
    assert prepared.set_aside_days["without_meals_served"] == 2


def test_the_points_of_a_canteen_add_up_and_a_day_with_one_point_missing_is_set_aside(
    store: Store, days: list[date]
) -> None:
    east, west = meals("Chêne E", days, 100, 1), meals("Chêne M", days, 60, 2)
    west.loc[5, "meals_served"] = None
    deposit(store, pd.concat([east, west]), MAPPED)
    prepared = prepare(_job(store))
    past = _past(prepared, "Chêne")
    expected = (east["meals_served"] + west["meals_served"]).drop(index=5)
    assert past.tolist() == expected.tolist()
    assert prepared.set_aside_days["incomplete"] == 1


def test_obvious_typing_errors_are_set_aside_and_counted(store: Store, days: list[date]) -> None:
    rows = meals("Bois", days, 80)
    rows.loc[20, "meals_served"] = 800
    rows.loc[40, "meals_served"] = 8
    deposit(store, rows, MAPPED)
    prepared = prepare(_job(store))
    assert _past(prepared, "Bois").between(40, 160).all()
    assert prepared.set_aside_days["typing_error"] == 2


def test_days_that_are_not_service_days_are_not_learnt(store: Store, days: list[date]) -> None:
    deposit(store, meals("Bois", [*days, date(2024, 7, 16), date(2024, 11, 11)], 80), MAPPED)
    prepared = prepare(_job(store))
    assert len(_past(prepared, "Bois")) == len(days)
    assert prepared.set_aside_days["not_a_service_day"] == 2


def test_surplus_is_what_was_planned_in_excess_and_needs_both_figures(store: Store, days: list[date]) -> None:
    rows = meals("Bois", days, 80)
    rows.loc[3, "meals_planned"] = None
    rows.loc[4, "meals_planned"] = rows.loc[4, "meals_served"] - 5
    rows.loc[5, "meals_planned"] = 8000
    deposit(store, rows, MAPPED)
    prepared = prepare(_job(store))
    kept = rows.drop(index=[3, 5])
    expected = (kept["meals_planned"] - kept["meals_served"]).clip(lower=0)
    assert _past(prepared, "Bois", SURPLUS).tolist() == expected.tolist()
    assert len(_past(prepared, "Bois", MEALS)) == len(days)


def test_grams_per_meal_are_the_known_kilos_over_the_meals_of_the_same_day(store: Store, days: list[date]) -> None:
    rows = weighed(meals("Bois", days, 80), 90.0)
    rows.loc[len(rows) - 1, "leftovers_kg"] = None
    deposit(store, rows, MAPPED)
    naive = [
        1000 * (unserved + (0 if pd.isna(leftovers) else leftovers)) / served
        for unserved, leftovers, served in zip(
            rows["unserved_kg"], rows["leftovers_kg"], rows["meals_served"], strict=True
        )
        if pd.notna(unserved)
    ]
    assert _past(prepare(_job(store)), "Bois", WASTE).tolist() == pytest.approx(naive)


def test_nothing_is_said_of_waste_under_twenty_weighed_days(store: Store, days: list[date]) -> None:
    rows = weighed(meals("Bois", days, 80), 90.0)
    rows.loc[rows.index < len(rows) - 19, ["unserved_kg", "leftovers_kg"]] = None
    deposit(store, rows, MAPPED)
    assert not [one for one in prepare(_job(store)).series if one.target == WASTE]


def test_closed_and_barely_known_canteens_have_no_series_and_are_counted(store: Store, days: list[date]) -> None:
    parts = [meals("Bois", days, 80), meals("Clos", days[:-61], 50), meals("Dune", days[-3:], 40)]
    deposit(store, pd.concat(parts), MAPPED)
    prepared = prepare(_job(store))
    assert {one.canteen for one in prepared.series} == {"Bois"}
    assert prepared.canteens == {"forecast": 1, "closed": 1, "too_short": 1}


def test_labels_a_rattacher_make_one_series_of_their_own(store: Store, days: list[date]) -> None:
    parts = [meals("Bois", days, 80), meals("Foyer", days, 30, 1), meals("Abri", days, 20, 2)]
    deposit(store, pd.concat(parts), MAPPED)
    past = _past(prepare(_job(store)), UNATTACHED)
    assert past.tolist() == (parts[1]["meals_served"] + parts[2]["meals_served"]).tolist()


def test_a_date_in_the_future_is_not_the_last_day_of_service(store: Store, days: list[date]) -> None:
    deposit(store, meals("Bois", [*days, date(2042, 11, 18)], 80), MAPPED)
    assert _job(store).last_service_on == LAST


def test_recent_data_is_forecast_up_to_thirty_service_days_from_today(store: Store) -> None:
    asked = days_to_forecast(store, LAST, TODAY)
    assert asked[0] == date(2024, 11, 18)
    assert len([day for day in asked if day > TODAY]) == 30
    assert asked == service_days(store, LAST + timedelta(days=1), asked[-1])


def test_old_data_is_forecast_thirty_service_days_from_its_end(store: Store) -> None:
    asked = days_to_forecast(store, LAST, LAST + timedelta(days=180))
    assert len(asked) == 30
    assert asked[0] == date(2024, 11, 18)


def test_a_closure_of_the_whole_city_is_not_forecast(store: Store, days: list[date]) -> None:
    deposit(store, meals("Bois", days, 80), MAPPED)
    add_event(store, "closure", date(2024, 11, 25), date(2024, 11, 25))
    assert date(2024, 11, 25) not in _job(store).days


def test_a_store_without_meals_gives_no_job(store: Store) -> None:
    assert extract(store, TODAY) is None
