"""The page Dépôt: unknown labels find their canteen, rejected lines leave to be corrected, deposits are taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.deposit import preview
from data.store import Store
from tests.pages.conftest import Open, texts
from ui import deposit_history
from ui.tables import french_csv

DEPOT = "pages/cantine/depot.py"
HEADER = "site_nom;site_type;date;prevision;reel\n"
MAPPING = "site_nom;site_type;cantine_nom\nTILLEULS;M;Les Tilleuls\nCONTRIE;M;Contrie\n"
LOG = HEADER + "TILEULS;M;05/09/2016;110;100\nTILEULS;M;06/09/2016;110;100\nZZZ;E;05/09/2016;9;9\n"


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def choose(app: AppTest, name: str, content: str) -> None:
    app.file_uploader[0].set_value((name, content.encode(), "text/csv")).run()
    assert not app.exception


def deposit(app: AppTest, name: str, content: str) -> None:
    choose(app, name, content)
    press(app, "Enregistrer ces données")
    assert not app.exception


def read(path: Path, question: str) -> list[tuple[object, ...]]:
    import streamlit as st

    st.cache_resource.clear()
    store = Store(path)
    rows = [tuple(row) for row in store.read(question).itertuples(index=False)]
    store.close()
    return rows


def label_boxes(app: AppTest) -> dict[str, object]:
    return {box.label.replace("\u00a0", " "): box for box in app.selectbox if "à quelle cantine" in box.label}


def test_an_unknown_label_goes_to_the_canteen_chosen_and_the_others_are_left(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, DEPOT)
    deposit(app, "rattachements.csv", MAPPING)
    choose(app, "journal.csv", LOG)
    boxes = label_boxes(app)
    assert list(boxes) == [
        "« TILEULS » (M), 2 lignes : à quelle cantine ?",
        "« ZZZ » (E), 1 ligne : à quelle cantine ?",
    ]
    assert [box.value for box in boxes.values()] == ["Laisser à rattacher"] * 2
    box = boxes["« TILEULS » (M), 2 lignes : à quelle cantine ?"]
    assert box.options == ["Laisser à rattacher", "Les Tilleuls (nom proche)", "Contrie"]
    box.set_value("Les Tilleuls (nom proche)").run()
    press(app, "Enregistrer ces données")
    assert not app.exception
    known = read(empty_store, "SELECT site, canteen FROM service_points WHERE site IN ('TILEULS', 'ZZZ') ORDER BY site")
    assert known[0] == ("TILEULS", "Les Tilleuls")
    assert known[1][1] is None or known[1][1] != known[1][1]


def test_nothing_is_attached_unless_somebody_chooses(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, DEPOT)
    deposit(app, "rattachements.csv", MAPPING)
    deposit(app, "journal.csv", LOG)
    assert not read(empty_store, "SELECT 1 FROM mapping_rows WHERE site = 'TILEULS'")


def test_the_rejected_lines_are_offered_as_a_file_named_after_the_first(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, DEPOT)
    choose(app, "mon journal.csv", HEADER + "A;M;05/09/2016;x;y\nA;M;06/09/2016;z;9\nA;M;07/09/2016;9;9\n")
    assert app.subheader[0].value == "2\u00a0lignes rejetées (3\u00a0raisons)"
    assert "Télécharger les lignes à corriger (CSV)" in [button.label for button in app.get("download_button")]
    groups = next(table.value for table in app.dataframe if "Nombre" in table.value.columns)
    assert list(groups["Nombre"]) == [2, 1]
    assert list(groups["Lignes"]) == ["2, 3", "2"]


def test_the_corrected_lines_go_in_and_their_reason_is_left_out(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.duckdb")
    report = preview(store, "j.csv", (HEADER + "-A;M;15/09/2016;x;9\nB;M;16/09/2016;9;9\n").encode())
    corrected = french_csv(report.rejected_rows).replace(b";x;", b";8;")
    again = preview(store, "j.csv", corrected)
    assert (again.lines, again.accepted, again.rejected) == (1, 1, [])
    assert not [warning for warning in again.warnings if "inconnue" in warning.reason]
    store.close()


def test_a_file_with_no_acceptable_line_is_not_said_to_be_known(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, DEPOT)
    choose(app, "j.csv", HEADER + "A;M;05/09/2016;x;9\n")
    assert "Aucune ligne acceptable : corrigez" in texts(app)
    assert "n’apporte rien de nouveau" not in texts(app)


def test_a_deposit_is_undone_and_put_back_with_its_forecasts(
    open_app: Open, empty_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(deposit_history, "request_refresh", lambda: asked.append("asked"))
    # AppTest does not keep a dialog open between two runs.
    monkeypatch.setattr(deposit_history, "ask_undo", lambda row: deposit_history.set_active(row, active=False))
    app = open_app(empty_store, DEPOT)
    deposit(app, "journal.csv", HEADER + "A;M;05/09/2016;9;9\n")
    assert "Télécharger le fichier d’origine" in [button.label for button in app.get("download_button")]
    press(app, "Annuler ce dépôt")
    assert not app.exception
    assert list(history(app)["État"]) == ["annulé"]
    press(app, "Rétablir ce dépôt")
    assert not app.exception
    assert list(history(app)["État"]) == ["actif"]
    assert asked == ["asked", "asked"]


def test_undoing_asks_first(open_app: Open, demo_store: Path) -> None:
    app = press(open_app(demo_store, DEPOT), "Annuler ce dépôt")
    assert not app.exception
    assert "Oui, annuler ce dépôt" in [button.label for button in app.button]
    assert "annulé" not in set(history(app)["État"])


def test_a_deposit_of_the_demonstration_has_no_file(open_app: Open, demo_file: Path) -> None:
    app = open_app(demo_file, DEPOT)
    assert "Télécharger le fichier d’origine" not in [button.label for button in app.get("download_button")]


def history(app: AppTest) -> object:
    return next(table.value for table in app.dataframe if "Fichier" in table.value.columns)
