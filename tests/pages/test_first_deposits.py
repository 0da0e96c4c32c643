"""A programme that begins: what is deposited first is seen, whatever is not there yet."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.deposit.apply import apply
from data.store import Store
from tests.data.deposit.programme_files import Cell, deposit
from tests.pages.conftest import Open, add_user, texts
from ui import session
from ui.kit.blocks import EVERYTHING

EQUIPMENT, ROLLOUT = "pages/mission/equipement.py", "pages/mission/deploiement.py"
SUMMARY = "pages/comite/synthese.py"


def add(path: Path, columns: str, rows: list[tuple[Cell, ...]]) -> None:
    store = Store(path)
    deposit(store, columns, rows)
    store.close()


def test_tablets_deposited_before_any_count_of_agents_are_seen(open_app: Open, empty_store: Path) -> None:
    columns = "identifiant ecole type_materiel partage etat installe_le"
    tablets = [(f"TAB-{rank}", "École A", "tablette", "partagé", "en service", None) for rank in range(10)]
    add(empty_store, columns, tablets)
    app = open_app(empty_store, EQUIPMENT, volet=EVERYTHING)
    assert not app.exception
    assert "10 matériels sur 10 en service" in texts(app)
    assert [text.value[:21] for text in app.info] == [
        "Aucun compte d’agents", "Aucun atelier n’est e", "Aucune demande d’assi",
        "Rien à signaler\u00a0: auc",
    ]  # fmt: skip


def test_a_workshop_and_a_request_before_any_count_of_agents_are_seen(open_app: Open, empty_store: Path) -> None:
    add(
        empty_store,
        "date ecole atelier places_prevues presents",
        [(date(2026, 3, 2), "École A", "Prise en main", 0, 0)],
    )
    add(empty_store, "numero ecole objet ouvert_le clos_le", [("T1", "École A", "identité", date(2026, 3, 3), None)])
    app = open_app(empty_store, EQUIPMENT, volet=EVERYTHING)
    assert not app.exception
    assert "1 atelier tenu sur 1" in texts(app)
    assert "Résoudre 1 demande ouverte depuis plus de 7 jours." in texts(app)


def test_milestones_and_decisions_before_the_first_school_are_seen(open_app: Open, empty_store: Path) -> None:
    add(empty_store, "jalon prevu_le", [("Lancement", date(2026, 3, 2))])
    add(empty_store, "decision attendue_le", [("Choisir les écoles", date(2026, 3, 2))])
    app = open_app(empty_store, ROLLOUT, volet=EVERYTHING)
    assert not app.exception
    assert "0 jalon atteint sur 1" in texts(app)
    assert "Choisir les écoles, programme" in texts(app)
    assert any("Aucun risque" in text.value for text in app.info)
    assert "Aucun repas connu" in [caption.value for caption in app.sidebar.caption]


def test_a_form_that_asks_for_a_school_says_how_to_make_one_known(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, ROLLOUT)
    assert "Aucune donnée déposée" in [caption.value for caption in app.sidebar.caption]
    what = next(box for box in app.selectbox if box.label.startswith("Que voulez-vous"))
    for choice in what.options:
        what.set_value(choice).run()
        asked = "Déposez d’abord le fichier « Écoles »" in texts(app)
        assert asked == (choice not in ("Un jalon", "Un risque", "Une décision attendue"))
        assert asked != any(button.label == "Enregistrer" for button in app.button)


def test_an_empty_journal_says_that_nothing_was_done(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, "pages/mission/journal.py")
    assert [info.value for info in app.info] == ["Rien n’a encore été fait."]
    app = app.switch_page("pages/mission/donnees.py").run()
    assert app.info[-1].value == "Rien n’a encore été fait."


def test_a_programme_before_the_first_meal_is_seen_with_one_denominator(open_app: Open, empty_store: Path) -> None:
    add(empty_store, "ecole connexion_filaire", [("École A", "bloquée")])
    add(empty_store, "decision attendue_le", [("Choisir les écoles", date(2026, 3, 2))])
    app = open_app(empty_store, SUMMARY)
    assert not app.exception
    assert "Les premiers chiffres paraîtront après : déposer le journal" in texts(app)
    assert [(metric.label, metric.value) for metric in app.metric] == [("Écoles équipées", "0 sur 12")]
    said = texts(app)
    assert "encore 12 écoles sur 12. Raccordement bloqué : A." in said
    assert "Choisir les écoles, programme" in said
    app = app.switch_page(ROLLOUT).run()
    assert [metric.value for metric in app.metric] == ["0 sur 12", "0 sur 12", "1 sur 12", "0 sur 12"]


HOMES = {
    "mission": SUMMARY,
    "comite": SUMMARY,
    "cantine": "pages/cantine/ma_cantine.py",
    "cuisine": "pages/cuisine/semaine.py",
}


def steps_of(app: AppTest) -> dict[str, bool]:
    """Return the steps of the list shown, ticked or not."""
    shown = next(block.value for block in app.get("html") if "<li" in block.value)
    return {name: bool(done) for done, name in re.findall(r"<li( class=\"done\")?><b>(.*?)</b>", shown)}


def give_canteen(path: Path, canteen: str) -> None:
    store = Store(path)
    with store.write("test", "user", {}) as cursor:
        cursor.execute("INSERT INTO user_canteens VALUES ('cantine@ville.fr', $canteen)", {"canteen": canteen})
    store.close()


@pytest.mark.parametrize("role", HOMES)
def test_each_role_is_led_to_its_first_figure_by_a_list_that_ticks_itself(
    open_app: Open, empty_store: Path, role: str
) -> None:
    add_user(empty_store, role)
    if role == "cantine":
        give_canteen(empty_store, "Les Tilleuls")
    app = open_app(empty_store, HOMES[role], role=role)
    assert not app.exception
    before = steps_of(app)
    assert {name for name, done in before.items() if done} <= {"Repartir d’une base vide", "Ouvrir les comptes"}
    links = [link.proto.label for link in app.get("page_link") if link.proto.label in before]
    assert len(links) == {"mission": 1, "comite": 0, "cantine": 1, "cuisine": 1}[role]
    log = "site_nom;site_type;date;prevision;reel\nTILLEULS;M;05/09/2016;110;100\n"
    apply(session.opened(), "liens.csv", b"site_nom;site_type;cantine_nom\nTILLEULS;M;Les Tilleuls\n", "m")
    apply(session.opened(), "journal.csv", log.encode(), "m")
    app = open_app(empty_store, "pages/aide/guide.py", role=role, volet="Premiers pas")
    ticked = {name for name, done in steps_of(app).items() if done != before[name]}
    assert ticked == before.keys() & {
        "Déposer le journal des cantines", "Déposer la liste des cantines et les rattachements",
    }  # fmt: skip
