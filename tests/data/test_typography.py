"""A search finds what a keyboard types, without accents or ligatures; no line ends between a number and its noun."""

from __future__ import annotations

import pandas as pd
import pytest

from data.typography import typed, unbroken
from ui.week.grid import Drawn


@pytest.mark.parametrize(
    ("written", "searched"),
    [("Gros Œuvre", "oeuvre"), ("Dîner ex æquo", "ex aequo"), ("CO₂e", "co2e"), ("l’été", "L'ETE"), ("Bœuf", "bœuf")],
)
def test_a_word_is_found_as_it_is_typed(written: str, searched: str) -> None:
    assert typed(searched) in typed(written)


def test_a_canteen_is_found_as_it_is_typed() -> None:
    places = ["Sacré-Cœur", "Vézère"]
    drawn = Drawn(places, pd.DataFrame({"place": places}), [("a",), ("b",)])
    assert drawn.only("coeur").places == ["Sacré-Cœur"] and drawn.only("vezere").places == ["Vézère"]


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("les 18 cantines qui ont pesé 20 jours", "les 18~cantines qui ont pesé 20~jours"),
        ("1\u202f028 journées de cantine sur 1\u202f329", "1\u202f028~journées de cantine sur~1\u202f329"),
        ("impact 4 sur 5, le vendredi 11 décembre 2026", "impact 4 sur~5, le vendredi 11~décembre 2026"),
        ("du 27/11/2025 au 27/11/2026, entre 6 et 18", "du 27/11/2025 au 27/11/2026, entre 6 et 18"),
        ("une seule cantine (sortie\u00a0: 5)", "une seule cantine (sortie~:~5)"),
    ],
)
def test_a_number_stays_with_what_it_counts(sentence: str, told: str) -> None:
    assert unbroken(sentence) == told.replace("~", "\u00a0") == unbroken(unbroken(sentence))
