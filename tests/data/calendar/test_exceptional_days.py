"""The exceptional days, by their rule; the incomplete days, and the one date of the data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from data.calendar.exceptional import TYPING_ERROR, counted_typing_errors, exceptional_days
from data.deposit.apply import apply
from data.queries import overview, waste
from data.selection import Selection
from data.store import Store

LOG = "site_nom;site_type;date;prevision;reel\n"
YEAR = Selection(date(2016, 8, 1), date(2017, 7, 31))
MONDAY = date(2017, 1, 9)
CANTEENS = ("Bois", "Chêne", "Clos", "Fleur")
AUTUMN_2017 = Selection(date(2017, 8, 1), date(2018, 7, 31))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, nantes: Path) -> Iterator[Store]:
    """The city's whole log, with its strikes as they are published."""
    store = Store(tmp_path_factory.mktemp("exceptional") / "city.duckdb")
    for name in ("mapping_frequentation_cantines.csv", "frequentation_2011_2017.csv", "greves.csv"):
        apply(store, name, (nantes / name).read_bytes(), "agent")
    yield store
    store.close()


def deposit_log(store: Store, lines: list[tuple[str, date, int | None, int | None]]) -> None:
    texts = [f"{site};M;{day:%d/%m/%Y};{planned};{served}" for site, day, planned, served in lines]
    apply(store, f"j{len(lines)}.csv", (LOG + "\n".join(texts) + "\n").encode(), "test")


def deposit_event(store: Store, line: str) -> None:
    apply(store, "e.csv", f"type;debut;fin;cantine;libelle\n{line}\n".encode(), "test")


def four_canteens(store: Store) -> list[date]:
    """Deposit two weeks of four canteens that plan 110 and serve 100; return the days."""
    mapping = "\n".join(f"{name};M;{name};M" for name in CANTEENS)
    apply(store, "m.csv", f"site_nom;site_type;cantine_nom;cantine_type\n{mapping}\n".encode(), "test")
    days = [MONDAY + timedelta(days=offset) for offset in (0, 1, 3, 4, 7, 8, 10, 11)]
    deposit_log(store, [(name, day, 110, 100) for name in CANTEENS for day in days])
    return days


def test_two_strike_days_decide_the_verdict_of_2017_2018_and_are_set_apart(city: Store) -> None:
    without, whole = (
        waste.waste_summary(city, replace(AUTUMN_2017, exceptional=exceptional)) for exceptional in (False, True)
    )
    assert without.overproduction_pct == pytest.approx(5.06, abs=0.005)
    assert whole.overproduction_pct == pytest.approx(7.62, abs=0.005)
    assert without.surplus_pct == pytest.approx(6.23, abs=0.005)
    days = exceptional_days(city, AUTUMN_2017)
    assert days["date"].dt.strftime("%d/%m").tolist() == ["12/09", "21/09"]  # one of them declared on 9 December
    assert set(days["reason"]) == {"strike"}
    assert (days["surplus_meals"].sum(), whole.surplus_meals) == (19_601, 65_152)


def test_the_canteens_to_review_are_not_those_of_the_strikes_nor_of_a_typing_error(city: Store) -> None:
    review, with_strikes = (
        waste.by_canteen(city, replace(AUTUMN_2017, exceptional=exceptional))["place"].head(5).tolist()
        for exceptional in (False, True)
    )
    assert review == ["AIME CESAIRE", "DERVALLIERES CHEZINE", "CHATAIGNIERS E", "JULIEN GRACQ", "PLESSIS CELLIER"]
    assert "STALINGRAD E" in with_strikes  # 1 257 meals planned for 130
    errors = counted_typing_errors(city, AUTUMN_2017)
    assert errors["place"].tolist()[:2] == ["STALINGRAD E", "ANATOLE DE MONZIE"]


def test_a_declared_event_without_effect_makes_no_exceptional_day(store: Store) -> None:
    days = four_canteens(store)
    deposit_event(store, f"grève;{days[2]:%d/%m/%Y};{days[2]:%d/%m/%Y};;")
    assert exceptional_days(store, YEAR).empty
    assert waste.waste_summary(store, YEAR).surplus_meals == 320


def test_a_strike_that_the_plan_expected_is_exceptional_by_the_usual_meals(store: Store) -> None:
    days = four_canteens(store)
    deposit_log(store, [(name, days[4], 55, 50) for name in CANTEENS])
    deposit_event(store, f"grève;{days[4]:%d/%m/%Y};{days[4]:%d/%m/%Y};;")
    assert exceptional_days(store, YEAR)["date"].dt.date.tolist() == [days[4]]
    assert waste.waste_summary(store, YEAR).meals_per_day == 400


def test_a_large_gap_without_a_declared_event_stays_in_the_figures(store: Store) -> None:
    days = four_canteens(store)
    deposit_log(store, [(name, days[3], 110, 80) for name in CANTEENS])
    assert exceptional_days(store, YEAR).empty


def test_the_closure_of_one_canteen_sets_its_own_day_apart_everywhere(store: Store) -> None:
    days = four_canteens(store)
    deposit_log(store, [("Bois", days[3], 110, 0)])
    deposit_event(store, f"fermeture;{days[3]:%d/%m/%Y};{days[3]:%d/%m/%Y};Bois;")
    for selection in (YEAR, replace(YEAR, canteen="Bois")):
        (row,) = exceptional_days(store, selection).to_dict("records")
        assert (row["date"].date(), row["reason"], row["surplus_meals"]) == (days[3], "closure", 110)
    assert exceptional_days(store, YEAR)["place"].tolist() == ["Bois"]
    assert waste.waste_summary(store, YEAR).surplus_meals == 310
    assert waste.waste_summary(store, replace(YEAR, exceptional=True)).surplus_meals == 420
    assert exceptional_days(store, replace(YEAR, canteen="Clos")).empty


def test_an_obvious_typing_error_counts_where_it_makes_the_day_of_the_place(store: Store) -> None:
    days = four_canteens(store)
    deposit_log(store, [("Bois", days[3], 1100, 100)])
    (row,) = exceptional_days(store, YEAR).to_dict("records")
    assert (row["reason"], row["canteens"], row["surplus_meals"]) == (TYPING_ERROR, 1, 1000)
    assert waste.waste_summary(store, YEAR).surplus_meals == 310
    deposit_log(store, [("Bois", days[3], 110, 100), ("Chêne", days[4], 160, 45)])
    assert exceptional_days(store, replace(YEAR, canteen="Chêne"))["reason"].tolist() == [TYPING_ERROR]


def test_a_zero_is_a_day_not_filled_in_and_no_typing_error(store: Store) -> None:
    days = four_canteens(store)
    deposit_log(store, [("Bois", days[3], 110, 0)])
    assert exceptional_days(store, replace(YEAR, canteen="Bois")).empty


def test_one_line_of_a_new_day_moves_neither_the_mean_nor_the_date_nor_the_change_on_a_year(store: Store) -> None:
    days = four_canteens(store)
    before = waste.waste_summary(store, YEAR)
    assert (before.meals_per_day, before.complete_days) == (400, 8)
    new = days[-1] + timedelta(days=1)  # a Saturday: no other one is known
    deposit_log(store, [("Bois", new, 110, 100)])
    state, after = overview.store_overview(store), waste.waste_summary(store, YEAR)
    assert state.last_day == days[-1]
    assert state.incomplete_days == (overview.IncompleteDay(new, 1, 4),)
    assert (after.meals_per_day, after.complete_days, after.incomplete_days) == (400, 8, 1)
    assert after.meals_served == before.meals_served + 100
    assert waste.waste_summary(store, replace(YEAR, complete_only=True)).meals_served == before.meals_served


def test_one_line_does_not_flip_the_change_on_a_year_of_the_city(city: Store) -> None:
    period = replace(AUTUMN_2017, complete_only=True)
    now, before = (
        waste.waste_summary(city, one).meals_per_day for one in (period, period.year_before(date(2017, 12, 22)))
    )
    assert now is not None and before is not None
    assert now - before == pytest.approx(286, abs=1)


def test_half_of_the_canteens_for_a_new_month_are_left_out(store: Store) -> None:
    days = four_canteens(store)
    late = [days[-1] + timedelta(days=offset) for offset in (3, 4, 6, 7)]
    deposit_log(store, [(name, day, 110, 100) for name in CANTEENS[:2] for day in late])
    assert overview.store_overview(store).last_day == days[-1]
    assert waste.waste_summary(store, YEAR).meals_per_day == 400


def test_a_strike_day_with_its_zeros_is_known_in_full(store: Store) -> None:
    days = four_canteens(store)
    strike = days[-1] + timedelta(days=3)
    deposit_log(store, [(name, strike, 110, 0) for name in CANTEENS[:3]] + [("Fleur", strike, 110, 90)])
    assert overview.store_overview(store).last_day == strike
