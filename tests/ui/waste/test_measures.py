"""A ranking says the same whatever it is counted in: what stands out, and by how much, in its own unit."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pandas as pd
import pytest

from data.queries.waste import WasteSummary
from data.selection import Selection
from ui.access import User
from ui.waste import measures, one_canteen, rankings, view
from ui.waste.measures import GRAMS, MEALS, SHARE
from ui.waste.one_canteen import days_sentence, days_table
from ui.waste.ranking_sentences import DISHES_TEST, LINE, calendar_sentence, canteens_sentence, dishes_sentence, method

RANKED = pd.DataFrame(
    {
        "place": ["Petite", "Grande"], "meals_served": [1_000, 20_000], "surplus_meals": [120, 1_800],
        "surplus_pct": [12.0, 9.0], "expected_pct": [6.0, 6.0], "gap": [6.0, 3.0], "lower": [2.0, 1.0],
        "upper": [10.0, 5.0], "stands_out": [True, True], "grams_per_meal": [90.0, 110.0],
    }
)  # fmt: skip


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_in_meals_the_large_canteen_comes_first_with_its_gap_in_meals() -> None:
    shown = measures.canteens_in(RANKED, MEALS)
    assert shown["place"].tolist() == ["Grande", "Petite"]
    assert shown["gap"].tolist() == [600.0, 60.0]
    assert shown["expected_meals"].tolist() == [1_200.0, 60.0]
    assert plain(canteens_sentence(shown, MEALS)) == (
        "Sur 2 cantines, 2 ont nettement plus de repas en trop qu’attendu pour leur taille : Grande (1 800 repas au "
        "lieu de 1 200 repas) et Petite (120 repas au lieu de 60 repas)."
    )
    assert measures.canteens_in(RANKED[RANKED["place"] == "Grande"], SHARE).index.tolist() == [0]


def test_in_grams_only_those_who_weigh_are_spoken_of() -> None:
    calm = RANKED.assign(stands_out=False)
    assert "sur 2 cantines qui pèsent, aucune n’a plus de gaspillage qu’attendu" in plain(
        canteens_sentence(calm, GRAMS)
    )


def test_without_a_chart_nothing_is_said_of_its_lines() -> None:
    assert LINE in method(DISHES_TEST, drawn=True)
    assert "trait" not in method(DISHES_TEST, drawn=False)


def test_a_dish_has_the_unit_of_its_measure() -> None:
    rows = RANKED.rename(columns={"place": "dish"}).assign(days=[10, 20])
    assert "« Petite » (+6,0 points, entre +2,0 et +10,0, 10 jours)" in plain(dishes_sentence(rows))
    # 9 % − 6 % of 1 000 meals a day; of the small one, 6 % of 100.
    assert measures.dishes_in(rows, MEALS)["gap"].tolist() == pytest.approx([30, 6])
    assert "« Grande » (+30 repas, entre +10 et +50, 20 jours)" in plain(
        dishes_sentence(measures.dishes_in(rows, MEALS), MEALS)
    )
    assert "(+6 g par repas, entre +2 et +10, 10 jours)" in plain(dishes_sentence(rows, GRAMS))


def test_a_cell_in_meals_is_that_of_a_day() -> None:
    cells = pd.DataFrame(
        {"weekday": [1], "month": [9], "days": [4], "meals_served": [8_000], "surplus_pct": [5.0], "stands_out": False}
    )
    shown = measures.cells_in(cells, MEALS)
    assert shown[MEALS.cell].tolist() == [100.0]
    assert "le lundi en septembre (100 repas)" in plain(calendar_sentence(shown, MEALS))


def test_the_days_of_a_canteen_are_told_by_the_worst_and_the_short_ones() -> None:
    days = pd.DataFrame(
        {
            "date": pd.to_datetime(["2026-09-01", "2026-09-03", "2026-09-04"]), "meals_planned": [110, 90, None],
            "meals_served": [100, 95, 80], "compared": [True, True, False], "surplus_meals": [10, 0, 0],
            "shortage_meals": [0, 5, 0], "grams_per_meal": [None, None, None], "exceptional": [None, "strike", None],
        }
    )  # fmt: skip
    assert plain(days_sentence(days)) == (
        "Le plus de repas en trop : 10 repas pour 100 servis, le mardi 1er septembre 2026. Il en a manqué 1 jour sur 2."
    )
    table = days_table(days)
    assert table["Jour exceptionnel"].tolist() == ["", "grève", ""]
    assert table["Servis"].tolist() == [80, 95, 100]
    assert "Aucun jour" in days_sentence(days[~days["compared"]])


def test_the_way_back_names_the_place_it_leads_to_and_forgets_it_once_another_is_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state, buttons = {"lieu": "Vézère", "lieu_avant": ("Vézère", "Secteur\u00a0: Île *nord*")}, []
    monkeypatch.setattr(one_canteen.st, "session_state", state)
    monkeypatch.setattr(one_canteen.st, "button", lambda label, **options: buttons.append((label, options["args"])))
    monkeypatch.setattr(one_canteen, "current", lambda: User("comite", "comite", local=True))
    opened = Selection(date(2025, 9, 1), date(2026, 7, 1), canteen="vezere")
    one_canteen.way_back(opened)
    state["lieu"] = "Loire"
    one_canteen.way_back(opened)
    state["lieu"] = "Vézère"
    one_canteen.way_back(opened)
    everywhere = ("Revenir à toutes les cantines", ("Toutes les cantines",))
    assert buttons == [
        ("Revenir au secteur Île \\*nord\\*", ("Secteur\u00a0: Île *nord*",)), everywhere, everywhere,
    ]  # fmt: skip


def test_in_grams_the_meals_of_the_tables_are_those_that_were_weighed() -> None:
    assert rankings.canteen_titles(GRAMS)["meals_served"] == "Repas pesés"
    assert rankings.canteen_titles(SHARE)["meals_served"] == "Repas servis"


def test_a_table_says_of_how_many_services_it_is_and_in_grams_has_only_what_was_weighed() -> None:
    grams, share = (set(rankings.canteen_titles(measure).values()) for measure in (GRAMS, SHARE))
    assert {"Services comptés", "Services pesés"} <= share and "Services pesés" in grams
    assert not [title for title in grams if "En trop" in title or "Manquants" in title or "Surproduction" in title]


def test_grams_are_not_said_to_be_of_the_services_whose_meals_are_known() -> None:
    summary = WasteSummary(
        **{field.name: 0 for field in fields(WasteSummary)} | {"pairs": 1_200, "weighed_services": 1}
    )
    assert plain(view.counted(summary)) == (
        "repas : 1 200 services où le prévu et le servi sont connus ; gaspillage par repas : 1 service pesé"
    )
