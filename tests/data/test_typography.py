"""A search finds what a keyboard without accents or ligatures types, in every list of ours."""

from __future__ import annotations

import pandas as pd
import pytest

from data.typography import typed
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
