"""The comité reads its last meeting and what changed since; the mission keeps the record."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Open, add_user, texts

MEETINGS = "pages/comite/seances.py"


def headings(app: AppTest) -> list[str]:
    return [header.value.replace("\u00a0", " ") for header in app.header]


def click(app: AppTest, label: str) -> AppTest:
    app = next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def test_the_comité_reads_its_last_meeting_and_no_form(open_app: Open, demo_store: Path) -> None:
    add_user(demo_store, "comite")
    app = open_app(demo_store, MEETINGS, role="comite")
    assert not app.exception
    said = texts(app)
    assert headings(app)[0] == "Dernière séance : mardi 14 avril 2026"
    assert "Météo du programme : objectifs atteignables." in said
    assert "Direction des bâtiments" in said
    assert not app.text_input and not [button for button in app.button if "séance" in button.label]
    changed = open_app(demo_store, MEETINGS, role="comite", volet="Ce qui a changé")
    assert "Repas en trop dans les mêmes" in texts(changed)


def test_two_meetings_are_compared_with_their_own_figures(open_app: Open, demo_file: Path) -> None:
    app = open_app(demo_file, MEETINGS, volet="Ce qui a changé")
    since = next(box for box in app.selectbox if box.label == "Depuis")
    since.set_value(date(2025, 12, 16)).run()
    next(box for box in app.selectbox if box.label == "Jusqu’à").set_value(date(2026, 4, 14)).run()
    app.session_state["chiffres_des_seances"] = True
    app.run()
    assert not app.exception
    said = texts(app)
    assert "« appuis nécessaires » devient « objectifs atteignables »" in said
    assert "décisions prises" in said
    assert "Repas connus jusqu’au 16/12/2025 et au 10/04/2026." in said


def test_the_mission_records_a_meeting_and_withdraws_it(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, MEETINGS)
    assert "Aucune séance" in app.info[0].value
    app = click(app, "Enregistrer la séance")
    assert "Choisissez le jour" in texts(app)
    next(one for one in app.date_input if one.label == "Jour de la séance").set_value(date(2026, 6, 2)).run()
    assert "sans chiffre" in texts(app)
    next(one for one in app.text_input if one.label == "Titre ou lieu").set_value("Salle <b>du</b> Conseil")
    app = click(app, "Enregistrer la séance")
    assert headings(app)[0] == "Dernière séance : mardi 2 juin 2026"
    app = click(app, "Retirer")
    assert "Aucune séance" in app.info[0].value
    app = click(app, "Remettre")
    assert headings(app)[0] == "Dernière séance : mardi 2 juin 2026"


def test_the_mission_gives_the_weather_and_takes_it_back(open_app: Open, demo_store: Path) -> None:
    app = open_app(demo_store, MEETINGS)
    next(box for box in app.selectbox if box.label == "Météo").set_value("objectifs compromis")
    app = click(app, "Enregistrer la météo")
    assert "Écrivez la raison" in texts(app)
    next(one for one in app.text_input if one.label == "Raison, en une phrase").set_value("Le câblage est arrêté")
    app = click(app, "Enregistrer la météo")
    assert "Météo du programme : objectifs compromis. Le câblage est arrêté." in texts(app)
    app = click(app, "Annuler cette météo")
    assert "Météo du programme : objectifs atteignables." in texts(app)
    app.switch_page("pages/mission/journal.py").run()
    assert "Objectifs atteignables → objectifs compromis (Le câblage est arrêté)" in texts(app)
    assert "Météo retirée : objectifs compromis" in texts(app)
