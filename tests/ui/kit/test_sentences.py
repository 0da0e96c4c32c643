"""The sentences say what the figures say, and nothing more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from data.clock import today_in_paris
from data.queries.city_waste import CityWaste, SameCanteens
from data.queries.overview import Overview, Reference
from data.queries.rollout import RolloutSummary
from data.queries.waste import WasteSummary, reliability
from ui.inventory.attach import namesake_sentences
from ui.inventory.view import WEEKS, grid_sentence, runs_of
from ui.summary.changes import change_sentence, change_table
from ui.summary.situation import EquippedSchools, Situation, decisions
from ui.summary.view import waste_figures
from ui.waste import sentences as say
from ui.waste.ranking_sentences import calendar_sentence, canteens_sentence, dishes_sentence

SUMMARY = WasteSummary(
    meals_served=10_000, service_days=10, complete_days=10, meals_of_complete_days=10_000, canteens=3,
    pairs=100, pairs_planned=10_500, pairs_served=10_000,
    surplus_meals=600, shortage_meals=100, short_services=5, weighed_services=20, weighed_meals=1_000,
    weighed_kg=100.0, weighing_canteens=3,
)  # fmt: skip
SITUATION = Situation(
    now=SUMMARY,
    whole=SUMMARY,
    exceptional=pd.DataFrame(columns=["date", "reason", "place", "surplus_meals"]),
    compared=SUMMARY,
    before=SUMMARY,
    references={"surplus_target_pct": Reference(6.5, "%", "source"), "full_cost_eur_per_kg": Reference(6, "€/kg", "s")},
    city_waste=CityWaste(12, 4, 10.0, 1_000.0, 900.0, 1_100.0),
    same_canteens=SameCanteens(7, 100.0, 120.0),
    rollout=RolloutSummary(schools=12, goal=12, equipped=12, connected=12, late=0, late_done=0, blocked=()),
    equipped=EquippedSchools(today_in_paris(), 12),
    overview=Overview(False, date(2020, 1, 1), today_in_paris() - timedelta(days=1), 0),
    run=None,
)
CANTEENS = pd.DataFrame(
    {"place": ["A", "B"], "meals_served": [4_000, 6_000], "gap": [5.0, -3.0], "stands_out": [True, False]}
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_nothing_is_to_decide_when_every_reference_is_held() -> None:
    assert [plain(line) for line in decisions(SITUATION, CANTEENS)] == ["Rien à trancher : les repères sont tenus."]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"now": replace(SUMMARY, pairs_planned=11_000)}, "Surproduction de 10,0 %, au-dessus du repère de 6,5 %"),
        ({"now": replace(SUMMARY, short_services=20)}, "Il a manqué des repas dans 20,0 % des services"),
        ({"now": replace(SUMMARY, weighing_canteens=1)}, "Pesées : 1 cantine sur 3"),
        (
            {"rollout": RolloutSummary(12, 12, 7, 7, 0, 0, ("Les Dahlias",))},
            "encore 5 écoles sur 12. Raccordement bloqué",
        ),
        ({"overview": Overview(False, None, date(2017, 12, 22), 0)}, "Dernier repas connu le 22/12/2017"),
        ({"overview": Overview(False, None, today_in_paris(), 2)}, "2 points de service sans cantine"),
    ],
)
def test_each_figure_off_its_reference_asks_for_one_decision(changed: dict[str, object], said: str) -> None:
    found = decisions(replace(SITUATION, **changed), CANTEENS)  # type: ignore[arg-type]
    assert len(found) == 1
    assert said in plain(found[0])


def test_the_cost_stands_with_its_range_and_the_share_of_the_meals_that_are_weighed() -> None:
    _, cost, co2e, _ = waste_figures(SITUATION)
    assert plain(cost.value) == "6 000 €"
    assert plain(cost.note or "") == "entre 5 400 et 6 600 €, d’après 10,0 % des repas, pesée brute"
    assert plain(co2e.value) == "—"  # no reference


def test_below_the_minimum_no_figure_is_given_for_the_city() -> None:
    few = replace(SITUATION, city_waste=CityWaste(7, 7, 3.0))
    _, cost, co2e, _ = waste_figures(few)
    assert (cost.value, co2e.value) == ("—", "—")
    assert plain(cost.note or "") == (
        "pas de chiffre pour la ville : 7 cantines (7 du pilote) et 3,0 % des repas pesés. Il faut 10 cantines pesées "
        "au moins 4 jours, dont 5 hors du pilote, et 5 % des repas."
    )


def test_a_change_is_told_with_both_sides_of_the_plan() -> None:
    before = replace(SUMMARY, surplus_meals=800, shortage_meals=100)
    assert (
        plain(change_sentence(SUMMARY, before))
        == "La part des repas en trop baisse de 2,0 points, à 6,0 %, et celle des repas manquants reste à 1,0 %."
    )
    rows = change_table(SUMMARY, before, SameCanteens(7, 100.0, 120.0)).set_index("Indicateur")["Écart"].map(plain)
    assert rows["Repas en trop"] == "−2,0 points"
    assert rows[rows.index.str.startswith("Gaspillage par repas (7")].item() == "−20 g"


@pytest.mark.parametrize(
    ("days", "expected"), [(0, "insuffisante"), (3, "insuffisante"), (4, "minimale"), (5, "conforme"), (20, "complète")]
)
def test_the_reliability_follows_the_weighing_protocol(days: int, expected: str) -> None:
    assert reliability(days) == expected


def test_the_trend_names_its_worst_week() -> None:
    weeks = pd.DataFrame(
        {
            "week": pd.to_datetime(["2017-06-05", "2017-06-12"]),
            "surplus_pct": [12.0, 9.5],
            "shortage_pct": [6.0, 0.5],
            "overproduction_pct": [6.0, 9.0],
            "finished": True,
        }
    )
    assert plain(say.trend_sentence(weeks, 6.5)) == (
        "La surproduction dépasse le repère de 6,5 % pendant 1 semaine sur 2 ; "
        "la plus forte est de 9,0 %, la semaine du 12/06/2017. "
        "Les repas manquants sont au plus haut à 6,0 %, la semaine du 05/06/2017."
    )
    begun = pd.DataFrame([{**weeks.iloc[1], "overproduction_pct": 30.0, "finished": False, "days": 1}])
    weeks = pd.concat([weeks, begun])
    assert "pendant 1 semaine sur 2 ; la plus forte est de 9,0 %" in plain(say.trend_sentence(weeks, 6.5))
    assert plain(say.trend_notes(weeks, [], 0)[0]) == "Barre pâle : semaine pas encore finie (1 jour connu)."


def test_a_gross_weight_against_an_edible_reference_is_said_for_each_figure() -> None:
    for figure in waste_figures(SITUATION)[:3]:
        assert "Pesée brute ; la référence ne compte que le comestible." in plain(figure.help or "")


def test_the_grid_counts_the_canteens_that_sent_nothing() -> None:
    cells = pd.DataFrame(
        [("a", True, 4, 4), ("a", True, 4, 4), ("b", True, 0, 4), ("b", True, 0, 4), (None, False, 2, 4)],
        columns=["canteen", "attached", "days", "service_days"],
    )
    assert plain(grid_sentence(cells)) == (
        "50 % des jours attendus sont là : 10 journées de cantine sur 20. "
        "1 cantine sur 2 sans aucun jour manquant, 1 sans aucun chiffre."
    )


def test_the_calendar_names_only_the_cells_that_stand_out() -> None:
    cells = pd.DataFrame({"weekday": [1, 2, 4], "month": [9, 9, 10], "surplus_pct": [5.0, None, 2.0]})
    calm = calendar_sentence(cells.assign(stands_out=False))
    assert plain(calm).startswith("Rien de net : de 2,0 % à 5,0 % selon les cases")
    heavy = calendar_sentence(cells.assign(stands_out=[True, False, False]))
    assert plain(heavy) == "1 case se détache sur 2 : le lundi en septembre (5,0 %)."
    assert "Trop peu de jours" in calendar_sentence(cells.assign(surplus_pct=float("nan"), stands_out=False))


def test_a_ranking_of_noise_names_no_dish_and_no_canteen() -> None:
    dishes = pd.DataFrame(
        {"dish": ["riz", "melon"], "days": [9, 8], "gap": [4.0, 1.0], "lower": [-1.0, -2.0], "upper": [9.0, 4.0]}
    )
    assert plain(dishes_sentence(dishes.assign(stands_out=False))) == (
        "Rien de net : sur 2 plats servis au moins 8 jours, aucun n’a plus ou moins de repas en trop que n’en donne le "
        "hasard."
    )
    clear = dishes.assign(stands_out=[True, False], lower=[1.0, -2.0])
    assert plain(dishes_sentence(clear)) == (
        "1 plat se détache, sur 2 plats servis au moins 8 jours : « riz » (+4,0 points, entre +1,0 et +9,0, 9 jours)."
    )
    ranked = pd.DataFrame(
        {"place": ["A", "B"], "surplus_pct": [9.0, 4.0], "expected_pct": [6.0, 5.0], "gap": [3.0, -1]}
    )
    assert "Rien de net : sur 2 cantines" in plain(canteens_sentence(ranked.assign(stands_out=False)))
    assert plain(canteens_sentence(ranked.assign(stands_out=[True, False]))) == (
        "Sur 2 cantines, 1 a nettement plus de repas en trop qu’attendu pour sa taille : A (9,0 % au lieu de 6,0 %)."
    )


def test_canteens_that_differ_by_a_space_are_named_with_their_labels() -> None:
    found = pd.DataFrame({"name": "E", "label": ["E", "E (2)"], "labels": [["E (M)", "E (E)"], []]})
    sentence = plain(namesake_sentences(found)[0])
    assert "« E » et « E (2) » ne diffèrent que par une espace" in sentence
    assert "« E » a : E (M), E (E). « E (2) » a : —." in sentence


@pytest.mark.parametrize("count", [1, WEEKS, WEEKS + 1, 36])
def test_every_week_stands_in_one_run_and_no_run_is_wider_than_a_page(count: int) -> None:
    weeks = list(pd.date_range("2025-09-01", periods=count, freq="7D"))
    runs = runs_of(weeks)
    assert [week for run in reversed(runs) for week in run] == weeks
    assert len(runs[0]) == min(count, WEEKS)
    assert max(map(len, runs)) <= WEEKS


@pytest.mark.parametrize(("tonnes", "shown"), [(67.5, "67,5 t"), (99.96, "100 t"), (285.0, "285 t")])
def test_an_estimate_of_100_tonnes_or_more_has_no_decimal(tonnes: float, shown: str) -> None:
    facts = replace(
        SITUATION,
        city_waste=CityWaste(12, 4, 10.0, 1000 * tonnes, 900 * tonnes, 1100 * tonnes),
        references={"co2e_kg_per_kg": Reference(1.0, "kg CO₂e/kg", "452 g CO₂e par repas")},
    )
    assert plain(waste_figures(facts)[2].value) == shown
