"""Events in sentences: whose, when, what they change and how that is known."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from ui.forecasts import event_sentences as say

LEARNT = {"outing_canteen": (-0.2231, 8), "strike_city": (-0.0273, 1)}


def event(kind: str, canteen: str | None = "A ", **told: Any) -> dict[Any, Any]:  # noqa: ANN401
    known = {"kind": kind, "canteen": canteen, "place": canteen and f"{canteen.strip()} (2)", "label": None}
    days = {"starts_on": pd.Timestamp("2026-05-21"), "ends_on": pd.Timestamp("2026-05-21"), "declared_on": pd.NaT}
    return {**known, **days, "effect_meals": None, "effect_percent": None, **told}


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (event("outing", effect_meals=-25), "Sortie, jeudi 21 mai 2026, A (2) : −25 repas par jour attendus."),
        (
            event("strike", None, effect_percent=-30.0, label="Grève"),
            "Grève, jeudi 21 mai 2026, toute la ville : −30 % attendus.",
        ),
        (
            event("outing", label="Zoo"),
            "Sortie (Zoo), jeudi 21 mai 2026, A (2) : −20 %, effet appris sur 8 jours passés.",
        ),
        (
            event("strike", None, declared_on=pd.Timestamp("2026-03-08")),
            "Grève, jeudi 21 mai 2026 (déclarée le 08/03/2026, jour et mois inversés), toute la ville : −2,7 %, effet"
            " appris sur 1 jour passé.",
        ),
        (event("feast"), "Fête, jeudi 21 mai 2026, A (2) : effet inconnu, la prévision n’en tient pas compte."),
        (
            event("closure", ends_on=pd.Timestamp("2026-05-22")),
            "Fermeture, du 21/05/2026 au 22/05/2026, A (2) : aucun repas.",
        ),
    ],
)
def test_an_event_is_told_with_its_place_its_days_and_how_its_effect_is_known(row: say.Row, said: str) -> None:
    assert plain(say.described(row, LEARNT)) == said


def test_events_are_named_on_the_days_and_places_they_concern() -> None:
    rows = pd.DataFrame(
        [
            event("outing", effect_meals=-25),
            event("strike", None, ends_on=pd.Timestamp("2026-05-22")),
            event("feast", "B"),
        ]
    )
    named = {day: plain(text) for day, text in say.by_day(rows, "A ").items()}
    assert named == {date(2026, 5, 21): "sortie (−25 repas) et grève", date(2026, 5, 22): "grève"}
    assert say.by_day(rows, None)[date(2026, 5, 21)] == "grève"
    assert {place: plain(text) for place, text in say.by_place(rows).items()} == {
        "A (2)": "sortie (−25 repas)",
        None: "grève",
        "B (2)": "fête",
    }


def test_the_kitchen_is_told_the_difference_of_all_the_days() -> None:
    days = pd.DataFrame({"date": pd.to_datetime(["2026-05-21", "2026-05-22"]), "meals": 100.0, "meals_lower": 90.0})
    before = days.assign(meals_upper=110.0, advised=105.0)
    after = before.assign(meals=70.0, advised=73.5)
    moved = say.change(before, after)
    assert plain(say.for_the_kitchen(moved)) == "Pour la cuisine centrale : 63 repas de moins sur 2 jours."
    closed = say.change(before, after.iloc[1:])
    assert closed["gap"].tolist() == [-105.0, -31.5]
    assert plain(say.what_if("A", closed)) == "Jeudi 21 mai 2026, A : aucun repas au lieu de 100."
    same = say.change(before, before)
    assert plain(say.for_the_kitchen(same)) == "Pour la cuisine centrale : rien ne change."
