"""The sentence about the waste to come says where it is weighed, and never speaks of the whole city."""

from __future__ import annotations

from datetime import date

import pandas as pd

from ui.waste import charts
from ui.waste.sentences import PLACES, ahead_sentence

DAYS = pd.DataFrame(
    {
        "date": pd.to_datetime(["2024-11-21", "2024-11-22", "2024-11-25"]),
        "kg": [9.0, 12.0, 1234.0],
        "kg_lower": [7.0, 10.0, 1000.0],
        "kg_upper": [11.0, 14.0, 1500.0],
        "grams": [90.0, 95.0, 0.0],
        "preparation": [9.0, 9.0, 0.0],
        "unserved": [27.0, 50.0, 0.0],
        "leftovers": [54.0, 36.0, 0.0],
        "canteens": [2, 2, 2],
    }
)


def test_the_sentence_begins_with_the_first_day_still_to_come() -> None:
    sentence = ahead_sentence(DAYS, date(2024, 11, 22), city=True)
    assert sentence == (
        "Vendredi 22 novembre 2024\u00a0: 12\u00a0kg attendus, entre 10 et 14, dans les 2 cantines qui ont pesé "
        "au moins 20 jours en deux ans, soit "
        "95\u00a0g par repas, surtout «\u00a0préparé, non servi\u00a0» (50\u00a0g). "
        "Le jour le plus lourd sera le lundi 25 novembre 2024 (1\u202f234\u00a0kg)."
    )


def test_one_canteen_is_not_told_how_many_weigh() -> None:
    assert "cantine" not in ahead_sentence(DAYS.head(1), date(2024, 11, 20), city=False)
    alone = ahead_sentence(DAYS.head(1).assign(canteens=1), date(2024, 11, 20), city=True)
    assert "dans la seule cantine qui a pesé au moins 20 jours en deux ans," in alone


def test_forecasts_that_are_all_past_are_still_told() -> None:
    assert ahead_sentence(DAYS, date(2025, 6, 1), city=False).startswith("Jeudi 21 novembre 2024")


def test_the_places_of_loss_are_stacked_up_to_the_kilograms_of_the_day() -> None:
    fig = charts.kilograms_ahead(DAYS, {place: label for place, (label, _) in PLACES.items()})
    bars = [trace for trace in fig.data if trace.type == "bar"]
    assert [sum(bar.y[day] for bar in bars) for day in (0, 1, 2)] == [9.0, 12.0, 0.0]
    assert len({(bar.marker.color, bar.marker.pattern.shape) for bar in bars}) == 3
