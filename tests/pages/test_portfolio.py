"""The portfolio: the comité reads its own order and what it is asked; the mission writes down what was decided."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import Open, add_user, texts

PORTFOLIO, AHEAD = "pages/mission/portefeuille.py", "pages/mission/generalisation.py"


def field(app: AppTest, name: str) -> object:
    return next(w for w in [*app.text_input, *app.selectbox] if w.key and w.key.endswith(f"_{name}"))


def test_the_comité_sees_its_order_and_what_awaits_it_but_no_form(open_app: Open, demo_store: Path) -> None:
    add_user(demo_store, "comite")
    app = open_app(demo_store, PORTFOLIO, role="comite")
    assert not app.exception
    said = texts(app)
    assert "3 décisions attendues sur ces pilotes, dont" in said and "3 de plus sur les écoles test" in said
    app = open_app(demo_store, PORTFOLIO, role="comite", volet="Priorités")
    said = texts(app)
    assert "Le comité met en premier : Tablette Antigaspi (impact 5 sur 5, effort 3 sur 5)" in said
    assert "1 pilote sans priorité : Accueil des parents." in said
    assert not app.text_input
    app = open_app(demo_store, "pages/comite/synthese.py", role="comite", essentiel_vue="Tous les chiffres")
    assert not app.exception
    assert "Portefeuille des pilotes : 3 décisions attendues, dont" in texts(app)


def test_a_decision_written_down_by_the_mission_no_longer_awaits_the_comité(open_app: Open, demo_store: Path) -> None:
    app = open_app(demo_store, PORTFOLIO)
    box = next(box for box in app.selectbox if box.label == "Ligne à modifier")
    box.set_value("Tablette de l’équipe ATSEM").run()
    field(app, "impact").set_value("9")  # type: ignore[attr-defined]
    next(button for button in app.button if button.label == "Enregistrer").click().run()
    assert "Refusé" in texts(app)
    assert field(app, "impact").value == "9"  # type: ignore[attr-defined]
    for name, typed in {
        "impact": "4",
        "a_decider": "",
        "attendue_le": "",
        "choix": "Oui",
        "prise_le": "01/06/2026",
    }.items():
        field(app, name).set_value(typed)  # type: ignore[attr-defined]
    next(button for button in app.button if button.label == "Enregistrer").click().run()
    assert not app.exception
    assert "2 décisions attendues" in texts(app)
    assert "Faire un prototype → Oui" in texts(app)
    next(button for button in app.button if button.label == "Annuler").click().run()
    assert "3 décisions attendues" in texts(app)


def test_other_assumptions_move_the_end_at_once(open_app: Open, demo_file: Path) -> None:
    app = open_app(demo_file, AHEAD)
    assert not app.exception

    def end() -> str:
        return next(metric.value for metric in app.metric if metric.label == "Toutes équipées")

    before = end()
    next(box for box in app.number_input if box.label.startswith("Écoles menées en même temps")).set_value(60).run()
    assert not app.exception
    assert int(end()[-4:]) < int(before[-4:])
    app.multiselect[0].set_value(["généralisation"]).run()
    assert not app.exception


def test_other_stages_that_move_the_default_of_a_field_say_so(open_app: Open, demo_file: Path) -> None:
    app = open_app(demo_file, AHEAD)
    assert next(box.value for box in app.number_input if box.label.startswith("Numéro du tirage")) == 1
    assert "« Écoles menées en même temps » part de" not in texts(app)
    app.multiselect[0].set_value(["cadrage"]).run()
    front = next(box.value for box in app.number_input if box.label.startswith("Écoles menées en même temps"))
    assert f"Avec ces étapes, « Écoles menées en même temps » part de {front} au lieu de" in texts(app)


def test_without_a_chosen_stage_the_page_says_that_all_are_simulated(open_app: Open, demo_file: Path) -> None:
    app = open_app(demo_file, AHEAD)
    assert app.multiselect[0].proto.placeholder == "Toutes les étapes"
    app.multiselect[0].set_value(app.multiselect[0].options).run()
    everything = [metric.value for metric in app.metric]
    assert "Aucune étape choisie" not in texts(app)
    app.multiselect[0].set_value([]).run()
    assert not app.exception
    assert "Aucune étape choisie : la simulation les compte toutes (7)." in texts(app)
    assert [metric.value for metric in app.metric] == everything


def test_a_target_already_passed_is_told_as_done_and_large_assumptions_are_accepted(
    open_app: Open, demo_file: Path
) -> None:
    app = open_app(demo_file, AHEAD)
    assert "Quand toutes les écoles" in texts(app) and "115 écoles seront" not in texts(app)
    fields = {box.label.split(" (")[0]: box for box in app.number_input}
    fields["Nouvelles par an"].set_value(50).run()
    assert not app.exception
    fields["Écoles à équiper"].set_value(3).run()
    assert not app.exception
    assert "C’est fait depuis" in texts(app)
    assert "sur 3" not in next(metric.value for metric in app.metric if metric.label == "Écoles équipées")


def test_the_simulation_names_the_schools_it_supposes_unblocked(open_app: Open, demo_file: Path) -> None:
    said = texts(open_app(demo_file, AHEAD))
    assert "raccordement bloqué (" in said
    assert "La simulation suppose qu’il l’est dès aujourd’hui." in said


def test_the_simulation_says_what_it_leaves_to_the_reader_and_where_its_range_fails(
    open_app: Open, demo_file: Path
) -> None:
    app = open_app(demo_file, AHEAD)
    target = next(box for box in app.number_input if box.label.startswith("Écoles à équiper"))
    assert "Ajoutez vous-même celles ouvertes depuis" in target.help
    assert "elle n’a tenu que deux fois sur trois, au lieu de huit sur dix" in texts(app)
    app.multiselect[0].set_value(["cadrage"]).run()
    assert not app.exception
    assert "raccordement bloqué (" not in texts(app)
