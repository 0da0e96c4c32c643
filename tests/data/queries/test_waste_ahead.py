"""The waste to come: told of canteens that weigh alone, in kilograms that follow the meals."""

from __future__ import annotations

from datetime import date

import pytest

from data.deposit.apply import apply
from data.queries import waste
from data.queries.forecasts import days
from data.store import Store

DAYS = [date(2024, 11, 21), date(2024, 11, 22)]
TARGETS = {
    "meals_served": 100.0,
    "surplus_meals": 7.0,
    "waste_g_per_meal": 90.0,
    "preparation_g_per_meal": 9.0,
    "unserved_g_per_meal": 27.0,
    "leftovers_g_per_meal": 54.0,
    "waste_kg": 9.0,
}
# Bois and Chêne weigh, Dune does not.
WEIGHING = {None: 2, "Bois": 1, "Chêne": 1}


@pytest.fixture
def city(store: Store) -> Store:
    with store.write("test", "forecast", {}) as cursor:
        cursor.execute(
            "INSERT INTO forecast_runs (started_at, finished_at, data_version, last_service_on, specification)"
            " VALUES (now(), now(), 0, DATE '2024-11-20', '{}')"
        )
        for canteen, scale in {**WEIGHING, "Dune": 1}.items():
            for day in DAYS:
                for target, value in TARGETS.items():
                    if canteen == "Dune" and target not in ("meals_served", "surplus_meals"):
                        continue
                    point = value * (scale if target in ("meals_served", "surplus_meals", "waste_kg") else 1)
                    cursor.execute(
                        "INSERT INTO forecasts (run_id, canteen, date, target, point, lower, upper)"
                        " VALUES (1, $canteen, $day, $target, $point, 0.8 * $point, 1.2 * $point)",
                        {"canteen": canteen, "day": day, "target": target, "point": point},
                    )
    return store


def test_a_canteen_that_weighs_has_its_kilograms_its_grams_and_their_places(city: Store) -> None:
    rows = waste.waste_ahead(city, 1, "Bois")
    assert [day.date() for day in rows["date"]] == DAYS
    first = rows.iloc[0]
    assert first[["kg", "kg_lower", "kg_upper"]].tolist() == pytest.approx([9, 7.2, 10.8])
    assert first[["grams", "grams_lower", "grams_upper"]].tolist() == pytest.approx([90, 72, 108])
    assert first[["preparation", "unserved", "leftovers"]].tolist() == [9, 27, 54]


def test_nothing_is_said_of_a_canteen_that_does_not_weigh(city: Store) -> None:
    assert waste.waste_ahead(city, 1, "Dune").empty


def test_the_city_says_how_many_canteens_it_speaks_of(city: Store) -> None:
    rows = waste.waste_ahead(city, 1, None)
    assert rows["canteens"].tolist() == [2, 2]
    assert rows["kg"].tolist() == [18, 18]


def test_an_event_moves_the_kilograms_as_the_meals_and_leaves_the_grams_per_meal(city: Store) -> None:
    apply(city, "e.csv", b"type;date_debut;cantine_nom;effet_pourcent\nsortie;21/11/2024;Bois;-40\n", "test")
    bois, whole = waste.waste_ahead(city, 1, "Bois"), waste.waste_ahead(city, 1, None)
    assert bois["kg"].tolist() == pytest.approx([0.6 * 9, 9])
    assert bois["kg_upper"].tolist() == pytest.approx([0.6 * 10.8, 10.8])
    assert whole["kg"].tolist() == pytest.approx([9 + 0.6 * 9, 18])
    for rows in (bois, whole):
        assert rows["grams"].tolist() == rows["grams"].iloc[[1, 1]].tolist()
        assert rows["leftovers"].tolist() == [54, 54]


def test_the_kilograms_of_a_canteen_stand_beside_its_meals_and_not_beside_those_of_the_whole_city(city: Store) -> None:
    assert days.daily_forecast(city, 1, "Bois")["waste_kg"].tolist() == [9, 9]
    assert days.daily_forecast(city, 1, None)["waste_kg"].isna().all()
