"""What the pages of the programme say: rules that can be checked, nothing unknown taken for zero, no outside server."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from data.privacy import mask_counts
from data.published_others import Attendance
from data.support import Tickets
from ui import charts_steering, next_week, school_cards, steering_view, support_view

TODAY = date(2025, 6, 4)
PLACES = pd.DataFrame(
    {
        "school": ["École élémentaire A", "École élémentaire B"],
        "district": ["Nord", None],
        "latitude": [47.2, 47.22],
        "longitude": [-1.55, -1.53],
        "situation": ["bloquée", "équipée"],
        "told": ["A, <b>installation</b>", "B, test"],
    }
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_the_map_asks_no_server_unless_the_city_names_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(charts_steering.TILES_SETTING, raising=False)
    bare = charts_steering.school_map(PLACES)
    assert "http" not in bare.to_json()
    assert {trace.type for trace in bare.data} == {"scatter"}
    assert bare.layout.yaxis.scaleanchor == "x"
    assert bare.layout.yaxis.scaleratio == pytest.approx(1.473, abs=0.01)
    assert bare.data[0].customdata[0] == "A, &lt;b&gt;installation&lt;/b&gt;"
    monkeypatch.setenv(charts_steering.TILES_SETTING, "https://tuiles.ville.fr/{z}/{x}/{y}.png")
    monkeypatch.setenv(charts_steering.TILES_SOURCE_SETTING, "© IGN <i>")
    tiled = charts_steering.school_map(PLACES)
    assert tiled.layout.map.layers[0].source == ("https://tuiles.ville.fr/{z}/{x}/{y}.png",)
    assert tiled.layout.map.layers[0].sourceattribution == "© IGN &lt;i&gt;"


def test_what_nobody_told_of_a_school_is_said_to_be_unknown() -> None:
    row = {"stage": None, "delay_days": None, "next_stage": None, "next_start": None}
    assert school_cards.stage(row) == "non renseigné"
    assert school_cards.delay(None) == "non renseigné"
    assert school_cards.following(row) == "—"
    started = {"stage": "test", "position": 5, "actual_start": TODAY, "actual_end": pd.NaT}
    assert school_cards.stage(started) == "test, 5 sur 7"
    assert plain(school_cards.delay(-3)) == "3 j d’avance"


def test_requests_devices_and_workshops_call_for_action_by_their_rules() -> None:
    assert (
        plain(next_week.about_tickets(Tickets(9, 3, 2, 4.0))[0])
        == "Résoudre 2 demandes ouvertes depuis plus de 7 jours."
    )
    assert next_week.about_tickets(Tickets(9, 3, 0, 4.0)) == []
    found = pd.DataFrame({"school": ["École A", "École B"], "what": ["en panne", "à installer"], "devices": [2, 1]})
    told = [plain(sentence) for sentence in next_week.about_devices(found)]
    assert told == ["Réparer ou remplacer 2 matériels : A (2).", "Mettre en service 1 matériel : B (1)."]
    table = pd.DataFrame(
        {
            "date": pd.to_datetime(["2025-06-11", "2025-06-12", "2025-06-02", "2025-06-01"]),
            "school": "École A",
            "title": ["Poste", "Plus tard", "Passé", "Peu"],
            "seats_attended": pd.array([None, None, None, None], dtype="Int64"),
            "held": [False, False, True, True],
            "hidden": [False, False, False, True],
        }
    )
    told = [plain(s) for s in next_week.about_workshops(Attendance(table, 2, 2, 0, 0, 0), TODAY)]
    assert told == ["Préparer l’atelier « Poste », A, le 11/06/2025.", "Saisir les présents de 1 atelier tenu."]


def test_the_school_that_loses_most_agents_is_named_unless_it_is_hidden() -> None:
    counts = pd.DataFrame(
        {"Agents": [20, 9, 12], "Identité créée": [19, 2, None], "Formés": [12, 2, None]},
        index=["École A", "École B", "École C"],
    ).astype("Int64")
    told = [plain(sentence) for sentence in next_week.about_agents(mask_counts(counts))]
    assert told[0] == "Demander ses chiffres du mois à C."
    # B loses 7 agents, but that would tell that 2 have an identity.
    assert not [sentence for sentence in told if "Accompagner B" in sentence]


def test_figures_are_said_with_their_denominator() -> None:
    facts = Attendance(pd.DataFrame(), 3, 1, 2, 20, 15)
    said = "3 ateliers tenus sur 4. 15 places prises sur 20 (75 %), dans 2 ateliers tenus sur 3."
    assert plain(support_view.workshops_sentence(facts)) == said
    said = "3 demandes ouvertes sur 9, dont 2 depuis plus de 7 jours. La moitié des autres ont été closes en 4,5 jours"
    assert plain(support_view.tickets_sentence(Tickets(9, 3, 2, 4.5))) == f"{said} ou moins."
    assert "Aucune n’est encore close" in support_view.tickets_sentence(Tickets(1, 1, 0, None))
    waiting = pd.DataFrame({"delay_days": [7, None]})
    assert plain(steering_view.decisions_sentence(waiting)) == "2 décisions attendues, dont 1 en retard."
    bands = ["moins d’un an", "3 à 5 ans", "non renseigné"]
    ages = pd.DataFrame({"kind": "tablette", "age": bands, "devices": [5, 2, 1]})
    said = "2 matériels sur 7 de trois ans ou plus ; 1 sans date d’installation."
    assert plain(support_view.ages_sentence(ages)) == said
