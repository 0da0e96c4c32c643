"""What is said of the price of a risk: its direction, its words, and the cost an administrator set."""

from __future__ import annotations

import pandas as pd
import pytest

from ui.forecasts.risk import TODAY, USUAL_COST, cost_of_setting, price_sentence, price_table

PRICES = pd.DataFrame(
    {
        "one_in": [20.0, 10.0, None, 3.0],
        "short_pct": [5.0, 10.0, 19.6, 33.0],
        "far_short_pct": [1.0, 2.0, 5.0, 9.0],
        "surplus_pct": [12.0, 9.0, 6.0, 4.0],
        "shortage_pct": [0.2, 0.4, 1.0, 2.0],
        "surplus_per_week": [900.0, 610.4, 400.0, 250.0],
        "shortage_per_week": [12.0, 20.0, 50.0, 120.0],
    }
)


def said(one_in: int | None, cost: float = 3.0) -> str:
    return price_sentence(PRICES, one_in, cost).replace("\u00a0", " ").replace("\u202f", " ")


def test_today_s_risk_is_compared_with_the_next_more_prudent() -> None:
    assert said(None) == (
        "Passer du risque d’aujourd’hui (20 jours de manque sur 100) à 1 jour sur 10 ajouterait "
        "210 repas en trop par semaine (environ 630 €), mais éviterait 30 repas manquants."
    )


def test_a_bolder_risk_saves_meals_and_says_what_would_be_missing() -> None:
    assert "1 jour sur 3 éviterait 150 repas en trop par semaine (environ 450 €)" in said(3)
    assert said(3).endswith("mais ajouterait 70 repas manquants.")


def test_the_most_prudent_of_all_being_today_s_is_compared_with_the_next() -> None:
    first = price_sentence(PRICES.iloc[2:].reset_index(drop=True), None, 1.0)
    assert "1 jour sur 3 éviterait" in first


def test_the_table_names_each_risk_and_counts_whole_meals() -> None:
    table = price_table(PRICES, 2.0)
    assert table["Risque"].tolist() == ["1 jour sur 20", "1 jour sur 10", TODAY, "1 jour sur 3"]
    assert table["En trop/sem."].tolist() == [900, 610, 400, 250]
    assert table["Euros/sem."].tolist() == [1800, 1221, 800, 500]


@pytest.mark.parametrize(
    ("text", "cost"),
    [("2,5", 2.5), ("3", 3.0), *((text, USUAL_COST) for text in ("", None, "gratuit", "-1", "nan", "inf"))],
)
def test_a_cost_that_is_no_cost_is_set_aside(text: str | None, cost: float) -> None:
    assert cost_of_setting(text) == cost
