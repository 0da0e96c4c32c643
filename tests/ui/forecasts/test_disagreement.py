"""A plan far from the recommended quantity is told, with what it may mean; a plan close to it is left alone."""

from __future__ import annotations

from datetime import date

import pandas as pd

from ui.forecasts.disagreement import gaps, of_canteen, of_day

DAYS = pd.DataFrame(
    {
        "date": pd.to_datetime(["2018-01-08", "2018-01-09", "2018-01-11", "2018-01-12"]),
        "place": ["Aulne", "Bois", "Chêne", "*Daim*"],
        "meals_lower": 90.0,
        "meals_upper": 110.0,
        "recommended": 106.0,
        "advised": [106.0, 100.0, 60.0, 106.0],
        "meals_planned": pd.array([116, 95, 50, None], dtype="Int64"),
    }
)


def plain(text: str | None) -> str:
    return (text or "").replace("\u00a0", " ").replace("\u202f", " ")


def test_only_a_gap_of_more_than_half_the_interval_is_a_disagreement() -> None:
    assert gaps(DAYS).dropna().to_dict() == {1: -11.0, 2: -56.0}
    assert of_canteen(DAYS.iloc[[0, 3]]) is None
    assert of_day(DAYS.iloc[[0, 3]]) is None


def test_the_manager_is_told_the_worst_day_and_what_it_may_mean() -> None:
    said = plain(of_canteen(DAYS))
    assert said.startswith("Jeudi 11 janvier 2018 : 50 repas prévus par la cantine, 56 de moins que la quantité")
    assert "l’historique (106) ; avec ce prévu, elle devient 60. À vérifier : une sortie, une grève" in said
    assert said.endswith("Autres désaccords : 1 jour, voir le tableau.")
    higher = plain(of_canteen(DAYS.iloc[[0]].assign(meals_planned=150)))
    assert "44 de plus" in higher and "convives en plus" in higher and "Autres" not in higher


def test_the_kitchen_is_told_which_canteens_disagree_on_a_day() -> None:
    said = plain(of_day(DAYS))
    assert "2 cantines sur 3 : Chêne (−56) et Bois (−11). À vérifier : une sortie" in said
    many = plain(of_day(DAYS.assign(meals_planned=[200, 10, 50, 180])))
    assert "4 cantines sur 4, dont Bois (−96), Aulne (+94) et *Daim* (+74)." in many
    assert "une sortie" in many and "convives en plus" in many


def test_a_declared_event_is_named_beside_the_disagreement_it_may_explain() -> None:
    declared = {date(2018, 1, 11): "sortie (−25 repas)", date(2018, 1, 8): "grève"}
    said = plain(of_canteen(DAYS, declared))
    assert "La quantité tient compte de ce qui est déclaré ce jour-là : sortie (−25 repas). À vérifier" in said
    assert "grève." not in said.split("À vérifier")[0]
    kitchen = plain(of_day(DAYS, {"Chêne": "sortie (−25 repas)", None: "grève (−30 %)"}))
    assert "Chêne (−56 ; sortie (−25 repas)) et Bois (−11)." in kitchen
    assert "ce qui est déclaré ce jour-là : grève (−30 %). À vérifier" in kitchen
