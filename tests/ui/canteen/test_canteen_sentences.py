"""The sentences of “Ma cantine”: true, and in plain words."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from data.queries.canteen.peers import Comparison
from data.queries.canteen.recent import Habit, WeekdayMean
from ui.canteen import charts
from ui.canteen import sentences as say

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("chosen", "title"),
    [
        (date(2026, 12, 1), "Demain, mardi 1er décembre 2026"),
        (date(2026, 12, 3), "Prochain service\u00a0: jeudi 3 décembre 2026"),
    ],
)
def test_the_next_service_is_named_with_its_weekday(chosen: date, title: str) -> None:
    assert say.next_title(chosen, TODAY) == title
    assert say.short_day(date(2026, 11, 26)) == "jeu. 26 nov."


def test_the_plan_stands_beside_what_is_to_be_prepared() -> None:
    row = pd.Series({"meals": 171.2, "meals_lower": 160.0, "meals_upper": 183.0, "meals_planned": 180, "advised": 176})
    assert say.quantity(row["advised"], row["meals"]) == "Préparer 176\u00a0repas"
    assert say.expected(row) == (
        "171\u00a0repas attendus, sans doute entre 160 et 183. Vous en avez prévu 180, soit 4 de plus."
    )
    alone = row.replace({180: None, 176: None})
    assert say.quantity(alone["advised"], alone["meals"]) == "171\u00a0repas attendus"
    assert say.expected(alone) == "Sans doute entre 160 et 183. Vous n’avez encore rien prévu."


def test_advice_says_how_often_and_how_much() -> None:
    assert say.advice([Habit(4, 5, 18.2, 12)]) == (
        "Vos vendredis\u00a0: 18\u00a0repas en trop en moyenne, cinq services de suite. "
        "Avec 12\u00a0repas de moins, il y en aurait eu assez chacun de ces jours-là."
    )
    assert say.advice([Habit(0, 6, -8.0, -7)]) == (
        "Vos lundis\u00a0: il manque 8\u00a0repas en moyenne, six services de suite. Prévoyez-en un peu plus."
    )
    assert say.advice([]) is None


def test_the_worst_weekday_is_told_when_meals_are_left() -> None:
    worst = say.worst_weekday([WeekdayMean(3, 9, 16.6), WeekdayMean(0, 9, 2.0)])
    assert worst is not None
    assert worst.startswith("Le jour où il reste le plus de repas\u00a0: le jeudi, 17\u00a0repas en moyenne")
    assert say.worst_weekday([WeekdayMean(3, 9, 0.2)]) is None


def test_rates_are_compared_with_canteens_alike() -> None:
    more, same = say.compared(Comparison(9.1, 0.8, 28, 5.3, 1.0))
    assert more.endswith("9,1\u00a0% de vos repas servis, plus que les cantines semblables (5,3\u00a0%).")
    assert "comme les cantines semblables" in same
    assert say.compared(Comparison(9.1, 0.8))[0] == "Repas en trop\u00a0: 9,1\u00a0% de vos repas servis."


@pytest.mark.parametrize(
    ("exceptional", "counted"), [(None, "2 jours de service :"), ("strike", "1 jour de service sur 2, complets et")]
)
def test_the_days_that_are_not_counted_are_told(exceptional: str | None, counted: str) -> None:
    told = {"compared": True, "surplus_meals": 3, "shortage_meals": 0}
    days = pd.DataFrame([told | {"exceptional": None}, told | {"exceptional": exceptional}])
    assert say.recent(days).replace("\u00a0", " ").startswith(counted)


def test_the_mark_of_the_plan_is_as_wide_as_the_bar_and_stands_at_its_height() -> None:
    days = pd.DataFrame({
        "date": pd.to_datetime(["2026-11-02", "2026-11-03"]), "meals_served": [100, 120], "meals_planned": [110, None],
        "exceptional": [None, None],
    })  # fmt: skip
    served, planned = charts.recent_meals(days).data
    assert served.width == planned.width
    assert planned.base[0] + planned.y[0] / 2 == 110
    assert pd.isna(planned.y[1])
