"""What the models learn from: a missing figure taken for a zero would make every forecast too low."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from data.calendar.school import service_days
from data.deposit.apply import apply
from data.store import Store
from models.inputs.job import HISTORY, UNATTACHED, Job, days_to_forecast, extract, history_parameters
from models.inputs.panel import REASONS, build, reasons
from models.inputs.series import MEALS, PER_MEAL, SURPLUS, WASTE, Prepared, panel_of, prepare
from tests.models.synthetic import LAST, MAPPED, TODAY, add_event, deposit, meals, weighed

DAYS_FROM = date(2024, 1, 8)
PLACES = ["preparation_kg", "unserved_kg", "leftovers_kg"]


def _job(store: Store, today: date = TODAY) -> Job:
    job = extract(store, today)
    assert job is not None
    return job


def _prepared(store: Store) -> Prepared:
    job = _job(store)
    return prepare(job, panel_of(job))


def _past(prepared: Prepared, canteen: str, target: str = MEALS) -> pd.Series:
    (found,) = [one for one in prepared.series if (one.canteen, one.measure) == (canteen, target)]
    return found.past.set_index("ds")["y"]


@pytest.fixture
def days(store: Store) -> list[date]:
    return service_days(store, DAYS_FROM, LAST)


def test_missing_and_zero_meals_are_set_aside_never_learnt_as_zero(store: Store, days: list[date]) -> None:
    rows = meals("Bois", days, 80)
    rows.loc[10, "meals_served"] = None
    rows.loc[11, "meals_served"] = 0
    deposit(store, rows, MAPPED)
    prepared = _prepared(store)
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
    prepared = _prepared(store)
    past = _past(prepared, "Chêne")
    expected = (east["meals_served"] + west["meals_served"]).drop(index=5)
    assert past.tolist() == expected.tolist()
    assert prepared.set_aside_days["incomplete"] == 1


def test_a_missing_row_of_one_point_is_not_a_drop_of_its_canteen(store: Store, days: list[date]) -> None:
    east, west = meals("Chêne E", days, 100, 1), meals("Chêne M", days, 60, 2).drop(index=[5, 80])
    deposit(store, pd.concat([east, west]), MAPPED)
    prepared = _prepared(store)
    assert len(_past(prepared, "Chêne")) == len(days) - 2
    assert _past(prepared, "Chêne").min() > 130
    assert prepared.set_aside_days["point_missing"] == 2


def test_points_split_merged_or_closed_on_a_weekday_keep_their_history(store: Store, days: list[date]) -> None:
    half, nursery = len(days) // 2, [day for day in days if day.isoweekday() != 5]
    parts = [
        meals("Chêne E", days, 100, 1),
        meals("Chêne M", days[:half], 60, 2),  # then one label for both
        meals("Bois", days, 80, 3),
        meals("Bois M", nursery, 40, 4),  # does not eat here on Fridays
    ]
    deposit(store, pd.concat(parts), MAPPED | {"Bois M": "Bois"})
    prepared = _prepared(store)
    assert prepared.set_aside_days["point_missing"] == 0
    assert len(_past(prepared, "Chêne")) == len(_past(prepared, "Bois")) == len(days)


def test_labels_that_changed_cost_no_canteen_day_of_the_city_s_seven_years(store: Store, nantes: Path) -> None:
    for name in ("mapping_frequentation_cantines.csv", "frequentation_2011_2017.csv"):
        apply(store, name, (nantes / name).read_bytes(), "test")
    rows = store.read(HISTORY, history_parameters(date(2017, 12, 22), years=8))
    assert len(rows) > 70_000
    why = reasons(build(rows, pd.bdate_range("2011-01-01", "2017-12-22"))).stack()
    apart = why[why == REASONS.index("point_missing")].reset_index()
    # A strike: one of the two points of two canteens (and one label à rattacher) did not serve, with no line to say so.
    assert apart["date"].unique().tolist() == [pd.Timestamp(2011, 2, 10)]
    assert len(apart) == 3


def test_obvious_typing_errors_are_set_aside_and_counted(store: Store, days: list[date]) -> None:
    rows = meals("Bois", days, 80)
    rows.loc[20, "meals_served"] = 800
    rows.loc[40, "meals_served"] = 8
    deposit(store, rows, MAPPED)
    prepared = _prepared(store)
    assert _past(prepared, "Bois").between(40, 160).all()
    assert prepared.set_aside_days["typing_error"] == 2


def test_days_that_are_not_service_days_are_not_learnt(store: Store, days: list[date]) -> None:
    deposit(store, meals("Bois", [*days, date(2024, 7, 16), date(2024, 11, 11)], 80), MAPPED)
    prepared = _prepared(store)
    assert len(_past(prepared, "Bois")) == len(days)
    assert prepared.set_aside_days["not_a_service_day"] == 2


def test_surplus_is_what_was_planned_in_excess_and_needs_both_figures(store: Store, days: list[date]) -> None:
    rows = meals("Bois", days, 80)
    rows.loc[3, "meals_planned"] = None
    rows.loc[4, "meals_planned"] = rows.loc[4, "meals_served"] - 5
    rows.loc[5, "meals_planned"] = 8000
    deposit(store, rows, MAPPED)
    prepared = _prepared(store)
    kept = rows.drop(index=[3, 5])
    expected = (kept["meals_planned"] - kept["meals_served"]).clip(lower=0)
    # Up to the last whole week of this canteen.
    past = _past(prepared, "Bois", SURPLUS).tolist()
    assert past == expected.tolist()[: len(past)]
    assert 0 <= len(expected) - len(past) <= 4
    assert len(_past(prepared, "Bois", MEALS)) == len(days)


def test_grams_per_meal_need_the_three_places_of_loss(store: Store, days: list[date]) -> None:
    rows = weighed(meals("Bois", days, 80), 90.0)
    for back, place in enumerate(PLACES, start=1):
        rows.loc[len(rows) - back, place] = None
    deposit(store, rows, MAPPED)
    naive = [
        1000 * (preparation + unserved + leftovers) / served
        for preparation, unserved, leftovers, served in rows[[*PLACES, "meals_served"]].itertuples(index=False)
        if pd.notna(preparation) and pd.notna(unserved) and pd.notna(leftovers)
    ]
    assert len(naive) == 40 - 3
    assert _prepared(store).weighed[WASTE].tolist() == pytest.approx(naive)


def test_nothing_is_said_of_waste_under_twenty_weighed_days(store: Store, days: list[date]) -> None:
    rows = weighed(meals("Bois", days, 80), 90.0)
    rows.loc[rows.index < len(rows) - 19, PLACES] = None
    deposit(store, rows, MAPPED)
    assert _prepared(store).weighed.empty


def test_the_grams_of_each_place_of_loss_add_up_to_the_total(store: Store, days: list[date]) -> None:
    deposit(store, weighed(meals("Bois", days, 80), 90.0), MAPPED)
    told = _prepared(store).weighed
    assert told[list(PER_MEAL[1:])].sum(axis=1).tolist() == pytest.approx(told[WASTE].tolist())
    assert (told["leftovers_g_per_meal"] / told[WASTE]).tolist() == pytest.approx([0.6] * 40)


def test_what_one_point_did_not_weigh_is_not_spread_over_the_meals_of_the_other(store: Store, days: list[date]) -> None:
    both = [weighed(meals("Chêne E", days, 100, 1), 90.0), meals("Chêne M", days, 60, 2)]
    deposit(store, pd.concat(both), MAPPED)
    told = _prepared(store).weighed
    assert told[WASTE].tolist() == pytest.approx([90.0] * 40)
    assert told["meals"].tolist() == both[0]["meals_served"].tail(40).tolist()


def test_closed_and_barely_known_canteens_have_no_series_and_are_counted(store: Store, days: list[date]) -> None:
    parts = [meals("Bois", days, 80), meals("Clos", days[:-61], 50), meals("Dune", days[-3:], 40)]
    deposit(store, pd.concat(parts), MAPPED)
    prepared = _prepared(store)
    assert {one.canteen for one in prepared.series} == {"Bois"}
    assert prepared.canteens == {"forecast": 1, "closed": 1, "too_short": 1}


def test_labels_a_rattacher_make_one_series_of_their_own(store: Store, days: list[date]) -> None:
    parts = [meals("Bois", days, 80), meals("Foyer", days, 30, 1), meals("Abri", days, 20, 2)]
    deposit(store, pd.concat(parts), MAPPED)
    past = _past(_prepared(store), UNATTACHED)
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


def test_the_first_canteens_to_deposit_a_new_week_do_not_move_the_horizon_of_the_others(store: Store) -> None:
    def rows(canteens: range, days: range) -> bytes:
        lines = (f"C{n};M;{day:02d}/09/2016;10;{90 + n}\n" for n in canteens for day in days)
        return ("site_nom;site_type;date;prevision;reel\n" + "".join(lines)).encode()

    apply(store, "tous.csv", rows(range(10), range(1, 17)), "agent")
    apply(store, "deux.csv", rows(range(2), range(17, 22)), "agent")
    job = extract(store, date(2016, 9, 25))
    assert job is not None
    assert job.last_service_on == date(2016, 9, 16)
