"""The page Qualité des prévisions says who misses less, and never praises the model where it does not do better."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from data.queries.quality import Judged
from ui import quality_sentences as say

PLAN = {
    "wape_pct": 8.28, "city_wape_pct": 6.07, "surplus_pct": 7.17, "shortage_pct": 1.11, "canteen_days": 12,
}  # fmt: skip


def plain(text: str | None) -> str:
    return (text or "").replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(("own", "word"), [(6.0, "moins"), (8.3, "autant"), (9.0, "plus")])
def test_the_verdict_follows_the_figures_as_they_are_written(own: float, word: str) -> None:
    said = plain(say.methods({"plan": PLAN, "forecast": PLAN | {"wape_pct": own}}))
    assert f"s’écarte de {own:.1f} % des repas servis, {word} que le prévu".replace(".", ",") in said
    assert "de 6,1 %, autant que lui (6,1 %)" in said


def test_less_surplus_never_hides_more_shortage() -> None:
    own = PLAN | {"surplus_pct": 5.0, "shortage_pct": 1.3}
    said = plain(say.quantity({"plan": PLAN, "own": own}, "own", "Quantité conseillée"))
    assert said == (
        "Quantité conseillée : moins de surplus (5,00 % contre 7,17 %) et plus de manque (1,30 % contre 1,11 %) "
        "que le prévu des gestionnaires."
    )


def test_what_is_judged_and_what_is_not_is_told_with_its_dates() -> None:
    judged = Judged(date(2016, 1, 4), date(2017, 12, 22), 22_075, 87, 255, 11, 3, 40)
    said = plain(say.extent(judged, 3_514_803))
    assert "22 075 journées de cantine (une cantine, un jour) du 04/01/2016 au 22/12/2017 : 87 cantines" in said
    assert "11 sans prévu, 3 sans prévision (trop peu d’historique), 40 de points à rattacher" in said


def test_the_naive_method_tells_how_many_days_it_could_be_judged_on() -> None:
    assert "(9 journées de cantine sur 12)" in plain(say.naive({"plan": PLAN, "same_weekday": {"canteen_days": 9}}))
    assert "(0 journée de cantine sur 12)" in plain(say.naive({"plan": PLAN}))


def test_thirds_by_size_are_told_when_there_are_three() -> None:
    found = pd.DataFrame({"third": [0, 1, 2, 3], "covered_pct": [78.0, 75.0, 78.1, 81.4]})
    assert "Petites cantines : 75,0 %. Cantines moyennes : 78,1 %. Grandes cantines : 81,4 %." in plain(
        say.sizes(found)
    )
    assert say.sizes(found.head(2)) is None
