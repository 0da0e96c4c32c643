"""What the view Jour par jour says begins today, and never takes a part of the plan for the whole."""

from __future__ import annotations

from datetime import date

import pandas as pd

from ui.forecasts.view import coming_sentence, day_sentence, first_ahead, partial_plan

DAYS = pd.DataFrame(
    {
        "date": pd.to_datetime(["2024-11-18", "2024-11-19", "2024-11-21", "2024-11-22"]),
        "meals": [900.0, 100.0, 200.0, 150.0],
        "meals_lower": 80.0,
        "meals_upper": 120.0,
        "meals_planned": [990.0, None, None, None],
        "planned_canteens": [87, 12, 1, 0],
        "canteens": 87,
    }
)


def plain(text: str | None) -> str:
    return (text or "").replace("\u00a0", " ").replace("\u202f", " ")


def test_the_sentence_begins_with_the_first_day_still_to_come() -> None:
    said = plain(coming_sentence(DAYS, date(2024, 11, 20)))
    assert said.startswith("Jeudi 21 novembre 2024 : 200 repas attendus")
    assert "des 2 prochains est le jeudi 21 novembre 2024 (200 repas)" in said


def test_the_day_itself_is_still_to_come_and_one_day_is_not_compared() -> None:
    assert plain(coming_sentence(DAYS, date(2024, 11, 21))).startswith("Jeudi 21 novembre")
    assert plain(coming_sentence(DAYS, date(2024, 11, 22))).endswith("entre 80 et 120.")


def test_days_that_are_all_past_are_not_called_next() -> None:
    said = plain(coming_sentence(DAYS, date(2025, 3, 1)))
    assert said.startswith("Lundi 18 novembre 2024 : 900 repas")
    assert "des 4 prévus" in said
    assert "prochains" not in said


def test_the_day_offered_is_the_first_still_to_come() -> None:
    days = [day.date() for day in DAYS["date"]]
    assert [first_ahead(days, date(2024, 11, day)) for day in (1, 19, 20, 23)] == [0, 1, 2, 0]


def test_a_plan_in_part_is_told_with_its_numerator_and_denominator() -> None:
    said = plain(partial_plan(DAYS))
    assert said.endswith("le 21/11/2024, 1 cantine sur 87 a déjà un prévu.")
    assert "12 cantines sur 87 ont déjà un prévu" in plain(partial_plan(DAYS.head(2)))
    assert partial_plan(DAYS.head(1)) is None


def test_the_sentence_of_a_day_counts_the_canteens_that_have_planned() -> None:
    canteens = pd.DataFrame({"meals_planned": [10.0, 20.0, None], "meals": [100.0, 100.0, 100.2]})
    city = DAYS.assign(meals=300.0)
    assert plain(day_sentence(date(2024, 11, 21), city, canteens)).endswith(
        "pour la ville, 3 cantines. 2 cantines sur 3 ont déjà un prévu."
    )
    assert "prévu" not in plain(day_sentence(date(2024, 11, 21), city, canteens.fillna(1.0)))
    assert "prévu" not in plain(day_sentence(date(2024, 11, 21), city, canteens.assign(meals_planned=None)))


def test_the_meals_of_no_canteen_are_told_apart_from_those_to_prepare() -> None:
    canteens = pd.DataFrame({"meals_planned": [None, None], "meals": [100.0, 124.0]})
    said = plain(day_sentence(date(2024, 11, 21), DAYS.assign(meals=300.0), canteens))
    assert said.endswith("2 cantines et les points à rattacher (76 repas attendus, sans quantité conseillée).")


def test_the_quantity_to_prepare_comes_first_and_that_of_the_city_is_said_to_be_a_sum() -> None:
    advised = DAYS.assign(advised=214.4)
    assert ": 214 repas conseillés (somme des cantines) ; 200 repas attendus, entre 80 et 120. Le jour" in plain(
        coming_sentence(advised, date(2024, 11, 20))
    )
    alone = plain(coming_sentence(advised.assign(canteens=1), date(2024, 11, 20)))
    assert ": 214 repas conseillés ; 200 repas attendus" in alone
    said = plain(day_sentence(date(2024, 11, 21), advised, pd.DataFrame({"meals_planned": [None], "meals": [200.0]})))
    assert "(somme des cantines) ; 200 repas attendus, entre 80 et 120 pour la ville" in said
