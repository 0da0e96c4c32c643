"""“Pourquoi ce nombre ?”: the meals shown add up to the forecast shown, and the sentence says the same."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ui.forecasts import charts
from ui.forecasts.why import TERMS, rounded, sentence, table
from ui.kit.formats import THIN, number, signed

DAY = date(2018, 1, 9)
TERM = st.one_of(st.integers(-400, 400).map(float), st.floats(-400, 400))
WHOLE = st.integers(-300, 300)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@given(st.lists(TERM, min_size=1, max_size=8))
def test_rounded_terms_add_up_to_the_rounded_forecast(terms: list[float]) -> None:
    meals = rounded(terms)
    assert sum(meals) == round(math.fsum(terms))
    assert all(abs(meal - term) < 1 for meal, term in zip(meals, terms, strict=True))
    assert all(meal == term for meal, term in zip(meals, terms, strict=True) if term == int(term))


@given(st.integers(1600, 20000), st.lists(WHOLE, min_size=5, max_size=5), st.integers(0, 700))
def test_the_sentence_adds_up_and_names_a_term_that_pulls_its_way(usual: int, added: list[int], later: int) -> None:
    meals = [usual, *added]
    chosen = DAY + timedelta(days=later)
    said = sentence(chosen, meals)
    assert f"{chosen.year}\u00a0: {number(sum(meals))}\u00a0repas attendus" in said
    assert "None" not in said and "nan" not in said and said.endswith(".")
    gap = sum(added)
    found = re.search(rf"soit ([\d{THIN}]+) de (plus|moins) que le niveau habituel \(([\d{THIN}]+)\)", said)
    assert (found is None) == (gap == 0)
    if found:
        read = [int(part.replace(THIN, "")) for part in (found[1], found[3])]
        assert read[1] + (read[0] if found[2] == "plus" else -read[0]) == sum(meals)
        strongest = max(added) if gap > 0 else min(added)
        assert f"({signed(strongest, 0)})" in said


def test_the_sentence_speaks_french() -> None:
    assert plain(sentence(DAY, [188, -4, -3, 1, 0, 0])) == (
        "Mardi 9 janvier 2018 : 182 repas attendus, soit 6 de moins que le niveau habituel (188), "
        "surtout à cause du jour de la semaine (−4)."
    )
    assert plain(sentence(DAY, [188, 0, 0, 0, 0, -150])).endswith("à cause d’un événement (−150).")
    assert "surtout" not in sentence(DAY, [188, 0, 0, 0, 0, -150])
    assert plain(sentence(DAY, [188, 0, 0, 0, 0, 0])).endswith("188 repas attendus, le niveau habituel.")
    assert plain(sentence(DAY, [188, 4, -4, 0, 0, 0])).endswith(
        "autant que le niveau habituel : ce qui s’y ajoute se compense (jour de la semaine +4, saison −4)."
    )
    assert "1\u00a0repas attendu," in sentence(DAY, [2, -1, 0, 0, 0, 0])


def test_the_table_and_the_chart_show_the_meals_of_the_sentence() -> None:
    meals = [188, -4, -3, 1, 0, 0]
    shown = table(meals)
    assert shown["Repas"].tolist() == [*meals, 182]
    names = [name for name, *_ in TERMS.values()]
    assert shown["Élément"].tolist() == [*names, "Prévision"]
    (bars,) = charts.terms(names, meals).data
    assert bars.text == ("188", "−4", "−3", "+1", "0", "0", "182")
    low, high = charts.terms(names, meals).layout.xaxis.range
    assert low < 181 and high > 188


def test_a_strike_that_empties_a_canteen_stays_on_the_chart() -> None:
    low, high = charts.terms(["a", "b"], [188, -185]).layout.xaxis.range
    assert low == 0 and high > 188
    assert charts.terms(["a"], [0]).layout.xaxis.range[1] > 0
