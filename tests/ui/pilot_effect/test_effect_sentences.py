"""The sentence for the comité: what the pilot changed, or what it would take to tell."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from data.queries.pilot import SURPLUS, WASTE, Effect, Interval, Study
from ui.pilot_effect import sentences as say
from ui.pilot_effect import view


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def study(measure: str, change: Interval, more_weeks: float | None = 0.0, trend: Interval | None = None) -> Study:
    sites = pd.DataFrame({"canteen": ["A", "B", "C"], "start": pd.to_datetime(["2026-01-05", "2026-01-05", None])})
    pairs = pd.DataFrame({"canteen": ["A", "B"], "change": [1.0, 2.0]})
    effect = Effect(change, 9.0, 7.0, 8.0, 8.0, 2, 9, trend, more_weeks, pairs, pd.DataFrame())
    return Study(sites, None, {measure: effect}, {})


def test_an_end_beside_zero_says_on_which_side_it_is_as_the_verdict_does() -> None:
    for change in (Interval(-0.4, -1.9, -0.004), Interval(-0.4, -1.9, 0.004)):
        told = plain(say.between(SURPLUS, change))
        assert told == f"entre −1,9 et {'−' if change.conclusive else '+'}0,004"
    checked = Interval(0.2, -0.3, 0.7)
    small = plain(say.sentence(study(SURPLUS, Interval(-0.03, -0.04, -0.01), trend=checked), SURPLUS))
    assert "moins de 0,1 repas en trop de moins (entre moins de 0,1 et moins de 0,1)" in small


@pytest.mark.parametrize(
    ("measure", "change", "expected"),
    [
        (WASTE, (-14, -22, -6), "gaspillent 14 g de moins par repas (entre 6 et 22)"),
        (WASTE, (5, 0.2, 11), "gaspillent 5 g de plus par repas (entre moins de 1 et 11)"),
        (SURPLUS, (-2.14, -3, -1.26), "ont, pour 100 repas servis, 2,1 repas en trop de moins (entre 1,3 et 3,0)"),
    ],
)  # fmt: skip
def test_a_clear_effect_is_one_sentence_with_its_range(measure: str, change: tuple, expected: str) -> None:
    checked = Interval(0.2, -0.3, 0.7)
    told = plain(say.sentence(study(measure, Interval(*change), trend=checked), measure))
    assert told == f"Les 2 écoles passées par le test (sur 3) {expected} que sans le pilote."


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [
        (0.4, "Si cet écart se maintient, il faudrait environ 1 semaine d’école de plus."),
        (8.2, "Si cet écart se maintient, il faudrait environ 9 semaines d’école de plus."),
        (37, "Si cet écart se maintient, il faudrait plus d’un an de plus."),
        (
            math.inf,
            "Attendre n’y suffirait pas avec ces écoles : d’une cantine à l’autre, les écarts sont trop grands.",
        ),
        (None, "Trop peu de cantines ou de jours pour dire combien de temps il faudrait."),
    ],
)
def test_an_effect_that_may_be_chance_says_what_it_would_take(weeks: float | None, expected: str) -> None:
    told = plain(say.sentence(study(WASTE, Interval(-3, -9.4, 3.1), weeks), WASTE))
    assert (
        told
        == f"On ne peut pas encore conclure pour le gaspillage : écart de −3 g par repas (entre −9 et +3). {expected}"
    )


def test_an_interval_without_end_is_not_written_as_a_number() -> None:
    told = plain(say.sentence(study(WASTE, Interval(-3, -math.inf, math.inf), None), WASTE))
    assert "(trop peu de cantines pour une fourchette)" in told
    assert "inf" not in told


def test_canteens_that_moved_apart_before_the_pilot_are_a_warning() -> None:
    apart = study(SURPLUS, Interval(-2, -3, -1), trend=Interval(1.2, 0.3, 2.1))
    assert "⚠ non" in say.trend(apart, SURPLUS)
    assert "prudence" in say.trend(apart, SURPLUS)
    alike = study(SURPLUS, Interval(-2, -3, -1), trend=Interval(0.2, -0.3, 0.7))
    assert "✓ on ne voit pas d’écart" in say.trend(alike, SURPLUS)


def test_too_few_canteens_to_compare_before_the_pilot_are_not_a_good_sign() -> None:
    unsure = study(SURPLUS, Interval(-2, -3, -1), trend=Interval(0.2, -math.inf, math.inf))
    assert plain(say.trend(unsure, SURPLUS)) == "Repas en trop : trop peu de cantines pour le vérifier."


@pytest.mark.parametrize(
    ("trend", "doubt"),
    [
        (None, "l’évolution d’avant le pilote n’a pas pu être vérifiée"),
        (Interval(0.2, -math.inf, math.inf), "l’évolution d’avant le pilote n’a pas pu être vérifiée"),
        (Interval(1.2, 0.3, 2.1), "l’écart bougeait déjà avant le pilote"),
    ],
)
def test_a_clear_effect_whose_year_before_is_in_doubt_says_so_at_once(trend: Interval | None, doubt: str) -> None:
    found = study(WASTE, Interval(-14, -22, -6), trend=trend)
    assert plain(say.sentence(found, WASTE)).endswith(f"que sans le pilote, sous réserve : {doubt}.")
    assert str(view.figure(found, WASTE).note).endswith("établi, sous réserve")
    unsure = study(WASTE, Interval(-3, -9, 3), trend=trend)
    assert "réserve" not in say.sentence(unsure, WASTE)


@pytest.mark.parametrize("ends", [(-math.inf, -1), (1, math.inf)])
def test_an_interval_with_one_end_is_no_established_effect(ends: tuple[float, float]) -> None:
    told = plain(say.sentence(study(WASTE, Interval(-3, *ends), None), WASTE))
    assert told.startswith("On ne peut pas encore conclure")
    assert "inf" not in told
