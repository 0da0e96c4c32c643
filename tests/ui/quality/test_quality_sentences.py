"""The page Qualité des prévisions says who misses less, and never praises the model where it does not do better."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from data.queries.forecasts.quality import Judged
from ui.quality import archive, tables
from ui.quality import sentences as say

PLAN = {
    "wape_pct": 8.28, "city_wape_pct": 6.07, "surplus_pct": 7.17, "shortage_pct": 1.11, "canteen_days": 12,
}  # fmt: skip
HELD = {"covered_pct": 80.1, "covered": 10, "canteen_days": 12}


def plain(text: str | None) -> str:
    return (text or "").replace("\u00a0", " ").replace("\u202f", " ")


def answers(**changed: dict[str, float]) -> tuple[str, list[str]]:
    """Return the verdict where every method does as well as it should, but for what is changed."""
    better = PLAN | {"wape_pct": 6.0, "city_wape_pct": 2.0, "surplus_pct": 5.0}
    found = {"plan": PLAN, "forecast": better, "recommended": better, "recommended_with_plan": better}
    found |= {"same_weekday_last_week": PLAN, "same_weekday_at_order": PLAN}
    found |= {name: found[name] | figures for name, figures in changed.items() if name in found}
    answer, points = say.verdict(found, HELD | changed.get("held", {}))
    return plain(answer), [plain(point) for point in points]


def test_the_page_says_yes_when_every_point_is_kept() -> None:
    answer, points = answers()
    assert answer == "Oui sur 5 points sur 5."
    assert all(" ? Oui. " in point for point in points)


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"forecast": {"wape_pct": 8.3}}, 0),
        ({"forecast": {"city_wape_pct": 6.2}}, 0),
        ({"same_weekday_last_week": {"wape_pct": 5.9}}, 1),
        ({"same_weekday_at_order": {"wape_pct": 6.0}}, 1),
        ({"recommended": {"surplus_pct": 7.2}}, 2),
        ({"recommended": {"shortage_pct": 1.12}}, 2),
        ({"recommended_with_plan": {"shortage_pct": 1.3}}, 3),
        ({"held": {"covered_pct": 75.9}}, 4),
        ({"held": {"covered_pct": 84.1}}, 4),
    ],
)
def test_one_point_that_is_not_kept_is_a_no(changed: dict[str, dict[str, float]], place: int) -> None:
    answer, points = answers(**changed)
    assert " ? Non. " in points[place]
    assert answer.startswith("Oui sur ")
    assert answer != "Oui sur 5 points sur 5."


@pytest.mark.parametrize(("own", "word"), [(6.0, "moins"), (8.3, "autant"), (9.0, "plus")])
def test_the_verdict_follows_the_figures_as_they_are_written(own: float, word: str) -> None:
    said = plain(say.methods({"plan": PLAN, "forecast": PLAN | {"wape_pct": own}}))
    assert f"s’écarte de {own:.1f} % des repas servis, {word} que le prévu".replace(".", ",") in said
    assert "de 6,1 %, autant que lui (6,1 %)" in said


def test_less_surplus_never_hides_more_shortage() -> None:
    _, points = answers(recommended={"surplus_pct": 5.0, "shortage_pct": 1.3})
    assert points[2] == (
        "Quantité conseillée, moins de repas en trop sans en manquer plus, ni plus souvent ? Non. "
        "Moins de repas en trop (5,00 % contre 7,17 %) et plus de repas manquants (1,30 % contre 1,11 %) que le prévu."
    )


def test_less_surplus_never_hides_more_days_short() -> None:
    days = {name: PLAN | {"surplus_pct": 5.0, "short_pct": 23.94} for name in ("recommended", "recommended_with_plan")}
    found = dict.fromkeys(("forecast", "same_weekday_at_order"), PLAN) | days | {"plan": PLAN | {"short_pct": 16.0}}
    _, points = say.verdict(found, HELD)
    assert plain(points[2]).endswith(
        "sans en manquer plus, ni plus souvent ? Non. Moins de repas en trop (5,00 % contre 7,17 %), autant de "
        "repas manquants (1,11 % contre 1,11 %) et plus de jours de manque (23,9 % contre 16,0 %) que le prévu."
    )


def test_without_a_same_weekday_to_go_by_nothing_is_claimed() -> None:
    found = dict.fromkeys(("plan", "forecast", "recommended", "recommended_with_plan"), PLAN)
    _, points = say.verdict(found, HELD)
    assert plain(points[1]).endswith("Non. Le passé est trop court pour le dire.")


def test_what_is_judged_and_what_is_not_is_told_with_its_dates() -> None:
    judged = Judged(date(2016, 1, 4), date(2017, 12, 22), 22_134, 22_075, 87, 255, 61, 11, 3, 5, 40)
    said = plain(say.extent(judged, 3_514_803))
    assert "22 075 journées de cantine sur 22 134 (une cantine, un jour) au journal du 04/01/2016 au 22/12/2017" in said
    assert "11 sans prévu, 3 sans prévision (trop peu d’historique), 5 sans repas servis au journal, 40 de" in said
    assert "61 journées douteuses ou incomplètes : comptées ici, sans servir au calcul." in said


def test_the_naive_methods_tell_how_many_days_they_could_be_judged_on() -> None:
    said = plain(say.naive({"plan": PLAN, "same_weekday_last_week": {"canteen_days": 9}}))
    assert "semaine d’avant : 9 journées de cantine sur 12." in said
    assert "à la commande : 0 journée de cantine sur 12." in said


def test_thirds_by_size_are_told_when_there_are_three() -> None:
    found = pd.DataFrame({"third": [0, 1, 2, 3], "covered_pct": [78.0, 75.0, 78.1, 81.4]})
    assert plain(say.sizes(found)).endswith(
        "Petites cantines : 75,0 %. Cantines moyennes : 78,1 %. Grandes cantines : 81,4 %."
    )
    assert say.sizes(found.head(3)) is None


CANTEEN_DAY = {"events": None, "set_aside": None, "plan_gap": None}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "rien de particulier"),
        ({"events": "outing strike"}, "sortie et grève"),
        ({"events": "a_new_kind"}, "événement"),
        ({"set_aside": "typing_error"}, "chiffre douteux, saisie à vérifier"),
        ({"set_aside": "a new reason"}, "journée écartée de l’apprentissage"),
        (
            {"events": "swapped_strike", "plan_gap": -85.2},
            "grève (déclarée jour et mois inversés) ; prévu loin de la quantité conseillée (−85)",
        ),
    ],
)
def test_what_is_known_of_a_bad_day_is_said_beside_it(changed: dict[str, Any], said: str) -> None:
    assert plain(say.facts_of_canteen_day(pd.Series(CANTEEN_DAY | changed))) == said


def test_what_is_known_of_a_bad_day_of_the_city_counts_its_canteens() -> None:
    row = pd.Series({"events": "strike", "set_aside": 2, "plan_gaps": 1})
    assert plain(say.facts_of_city_day(row)) == (
        "grève ; douteuse ou incomplète dans 2 cantines ; prévu loin de la quantité conseillée dans 1 cantine"
    )
    assert say.facts_of_city_day(row.replace({"strike": None, 2: 0, 1: 0})) == say.NOTHING_KNOWN


def test_the_archive_says_what_it_is_over_and_what_it_leaves_out() -> None:
    row = pd.Series({
        "horizon": 21, "canteen_days": 600, "not_forecast": 87, "not_served": 1,
        "first": pd.Timestamp("2018-01-29"), "last": pd.Timestamp("2018-03-09"), "forecast_wape_pct": 6.2,
    })  # fmt: skip
    assert plain(archive.days_judged(row)) == (
        "3 semaines avant, du 29/01/2018 au 09/03/2018 : 600 journées de cantine sur 687 servies depuis la première "
        "annonce, 87 autres sans annonce aussi ancienne ; 1 journée annoncée sans repas au journal."
    )
    assert plain(archive.error_by_horizon(pd.DataFrame([row]))).endswith(
        "trois semaines avant, de 6,2 % (600 journées de cantine)."
    )
    assert "personne n’a pu la lire à temps" in archive.computed_too_late(3)


def test_the_file_of_the_archive_names_its_units_and_each_announcement() -> None:
    told = {"date": pd.Timestamp("2018-01-29"), "place": "Bois", "meals_served": 90, "meals_planned": None}
    said = {f"{name}_{n}": 1.0 for n in archive.NAMES for name in tables.ARCHIVED}
    names = list(tables.archived_canteen_days(pd.DataFrame([told | said]), archive.NAMES))
    assert [plain(name) for name in names[:6]] == [
        "Date", "Cantine", "Jour", "Repas servis", "Prévu (repas)", "3 semaines avant : prévision (repas)",
    ]  # fmt: skip
    assert len(names) == 5 + 3 * len(tables.ARCHIVED)
