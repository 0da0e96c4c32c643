"""The page Dépôt: unknown labels find their canteen, rejected lines leave to be corrected, deposits are taken back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pandas import DataFrame
from streamlit.testing.v1 import AppTest

from data.deposit.apply import apply, preview
from data.kinds import Kind, kinds
from data.kinds.records import PROGRAMME_KINDS
from data.store import Store
from tests.pages.conftest import Open, texts
from ui import session
from ui.deposit import help, sentences, view
from ui.deposit import history as deposit_history
from ui.kit.tables import french_csv

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

    session.close()
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


def test_every_kind_leads_to_the_page_that_shows_it() -> None:
    shown = {kind: " ".join(view.pages_of(kind)) for kind in kinds()}
    assert "gaspillage" in shown["log"] and "semaine" in shown["menus"]
    assert "deploiement" in shown["sites"] and "portefeuille" in shown["pilots"]
    assert all("equipement" in shown[kind] for kind in ("devices", "equipment", "workshops", "tickets"))
    assert not [kind for kind in PROGRAMME_KINDS if "gaspillage" in shown[kind]]


def test_nothing_is_attached_unless_somebody_chooses(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, DEPOT)
    deposit(app, "rattachements.csv", MAPPING)
    deposit(app, "journal.csv", LOG)
    assert not read(empty_store, "SELECT 1 FROM mapping_rows WHERE site = 'TILEULS'")


def test_the_rejected_lines_are_offered_as_a_file_named_after_the_first(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, DEPOT)
    choose(app, "mon journal.csv", HEADER + "A;M;05/09/2016;x;y\nA;M;06/09/2016;9;z\nA;M;07/09/2016;9;9\n")
    assert app.subheader[0].value == "2\u00a0lignes rejetées (2\u00a0raisons)"
    assert "Télécharger les lignes à corriger (CSV)" in [button.label for button in app.get("download_button")]
    assert sheet(app, "Nombre") == [
        ["reel (repas servis)", "«\u00a0…\u00a0» n’est pas un nombre entier, par exemple 68", "2", "2, 3"],
        ["prevision (repas prévus)", "«\u00a0x\u00a0» n’est pas un nombre entier, par exemple 72", "1", "2"],
    ]


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
    monkeypatch.setattr(deposit_history, "ask_redo", lambda row: deposit_history.set_active(row, active=True))
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


def test_what_is_taken_back_is_no_longer_said_to_be_saved(
    open_app: Open, empty_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deposit_history, "ask_undo", lambda row: deposit_history.set_active(row, active=False))
    app = open_app(empty_store, DEPOT)
    deposit(app, "journal.csv", HEADER + "A;M;05/09/2016;9;9\n")
    assert "C’est enregistré" in texts(app)
    press(app, "Annuler ce dépôt")
    assert "C’est enregistré" not in texts(app)


def test_the_lines_to_correct_are_still_offered_once_the_others_are_in(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, DEPOT)
    deposit(app, "journal.csv", HEADER + "A;M;05/09/2016;9;9\nA;M;06/09/2016;neuf;9\n")
    assert "1 ligne reste à corriger" in texts(app)
    assert "Télécharger les lignes à corriger (CSV)" in [button.label for button in app.get("download_button")]
    deposit(app, "journal.csv", HEADER + "A;M;07/09/2016;9;9\nA;M;08/09/2016;9;9;de;trop\n")
    assert "1 ligne reste à corriger." in texts(app)
    assert "à corriger dans votre fichier d’origine (ligne 3)." in texts(app)
    assert "Télécharger les lignes à corriger (CSV)" not in [button.label for button in app.get("download_button")]


def test_an_older_deposit_stays_chosen_when_it_is_undone(
    open_app: Open, empty_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deposit_history, "ask_undo", lambda row: deposit_history.set_active(row, active=False))
    app = open_app(empty_store, DEPOT)
    deposit(app, "un.csv", HEADER + "A;M;05/09/2016;9;9\n")
    deposit(app, "deux.csv", HEADER + "A;M;06/09/2016;9;9\n")
    chosen = next(box for box in app.selectbox if box.label == "Dépôt")
    assert chosen.value == 2
    chosen.set_value(1).run()
    press(app, "Annuler ce dépôt")
    assert list(history(app)["État"]) == ["actif", "annulé"]
    assert next(box for box in app.selectbox if box.label == "Dépôt").value == 1


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("cantine", ["un autre compte", "cantine@ville.fr"]),
        ("mission", ["autre@ville.fr", "cantine@ville.fr", "mission@ville.fr"]),
    ],
)
def test_who_deposited_is_only_told_to_themselves_and_to_the_mission(
    open_app: Open, empty_store: Path, role: str, seen: list[str]
) -> None:
    store = Store(empty_store)
    with store.write("test", "user", {}) as cursor:
        cursor.execute("INSERT INTO users (email, role) VALUES ('cantine@ville.fr', 'cantine')")
        cursor.execute("INSERT INTO user_canteens VALUES ('cantine@ville.fr', 'Alpha')")
        cursor.execute("INSERT INTO users (email, role) VALUES ('mission@ville.fr', 'mission')")
    apply(store, "points.csv", b"site_nom;site_type;cantine_nom\nA;M;Alpha\n", "mission@ville.fr")
    apply(store, "un.csv", (HEADER + "A;M;05/09/2016;9;9\n").encode(), "cantine@ville.fr")
    apply(store, "deux.csv", (HEADER + "A;M;06/09/2016;9;9\n").encode(), "autre@ville.fr")
    store.close()
    app = open_app(empty_store, DEPOT, role=role)
    assert list(history(app)["Par"]) == seen


@pytest.mark.parametrize("kind", kinds().values(), ids=kinds())
def test_the_help_only_promises_what_the_deposit_does(kind: Kind, tmp_path: Path) -> None:
    store = Store(tmp_path / "s.duckdb")
    report = preview(store, "exemple.csv", help.file_of(help.accepted_lines(kind)))
    assert (report.kind, report.lines, list(report.rejected)) == (kind.name, 2, [])
    refused = help.refused_lines(store, kind.name)
    assert refused
    assert all(found.reason for found in refused)
    store.close()


def test_a_very_long_report_is_shown_by_groups_and_first_lines(open_app: Open, empty_store: Path) -> None:
    days = [
        f"{day:02d}/{month:02d}/{year}" for year in range(2000, 2015) for month in range(1, 13) for day in range(1, 29)
    ]
    bad = [f"A;M;{day};{rank}x;9" for rank, day in enumerate(days[:1_000])]
    doubtful = [f"{site};M;{day};10;95" for site in "AB" for day in days[1_000:3_500]]
    app = open_app(empty_store, DEPOT)
    choose(app, "gros.csv", HEADER + "\n".join([*bad, *doubtful]))
    assert max(len(table.value) for table in app.dataframe) == 200
    assert sheet(app, "Nombre")[0][2:] == ["1\u202f000", "2, 3, 4, 5, 6, 7, 8, 9…"]
    assert "Les 200 premières sont affichées" in texts(app)


def test_a_deposit_is_found_by_its_number_as_people_type_it(open_app: Open, demo_file: Path) -> None:
    app = open_app(demo_file, "pages/cantine/depot.py")
    listed = next(box for box in app.selectbox if box.label == "Dépôt").options
    assert listed and all(name.startswith("n° ") and not re.search("[\u00a0\u202f]", name) for name in listed)


def test_undoing_asks_first(open_app: Open, demo_store: Path) -> None:
    app = press(open_app(demo_store, DEPOT), "Annuler ce dépôt")
    assert not app.exception
    assert "Oui, annuler ce dépôt" in [button.label for button in app.button]
    assert "annulé" not in set(history(app)["État"])


def test_a_deposit_of_the_demonstration_has_no_file(open_app: Open, demo_file: Path) -> None:
    app = open_app(demo_file, DEPOT)
    assert "Télécharger le fichier d’origine" not in [button.label for button in app.get("download_button")]


def sheet(app: AppTest, title: str) -> list[list[str]]:
    """Return the cells of the first table of the page that has this title."""
    shown = next(
        block.value for block in app.get("html") if re.search(f'<th scope="col"[^>]*>{title}</th>', block.value)
    )
    rows = re.findall("<tr>(<th scope=.row.*?)</tr>", shown)
    return [[text.replace("<wbr>", "") for text in re.findall("<t[dh][^>]*>(.*?)</t[dh]>", cells)] for cells in rows]


def history(app: AppTest) -> object:
    return next(table.value for table in app.dataframe if "Fichier" in table.value.columns)


def test_a_changed_value_is_told_with_french_dates_and_numbers() -> None:
    raw = {"line": [2], "key": ["CONTRIE · M · 2016-09-05"], "column": ["leftovers_kg"], "old": [None], "new": ["6.50"]}
    told = sentences.changes_table(DataFrame(raw))
    assert told.iloc[0].tolist() == ["2", "CONTRIE · M · 05/09/2016", "Restes assiette (kg)", "—", "6,5"]


@pytest.mark.parametrize(
    ("accepted", "changed", "said"),
    [
        (1, 0, "Sa ligne nouvelle disparaît de toutes les pages"),
        (3, 1, "Ses 2 lignes nouvelles disparaissent de toutes les pages"),
        (3, 3, "3 lignes modifiées retrouvent la valeur d’avant"),
    ],
)
def test_undoing_says_what_will_go_and_what_will_come_back(accepted: int, changed: int, said: str) -> None:
    row = {"accepted": accepted, "changed": changed, "kind": "log"}
    assert sentences.undo_consequences(row)[0].replace("\u00a0", " ").startswith(said)


def test_two_services_wait_for_a_choice_on_the_page_and_are_recorded_added_up(
    open_app: Open, empty_store: Path
) -> None:
    app = open_app(empty_store, DEPOT)
    head = "site_nom;site_type;date;service;prevision;reel\n"
    choose(app, "services.csv", head + "A;M;05/09/2016;1er service;60;58\nA;M;05/09/2016;2e service;60;58\n")
    assert not any(button.label == "Enregistrer ces données" for button in app.button)
    [way] = [radio for radio in app.radio if "«\u00a0service\u00a0» distingue" in radio.label]
    assert not [one for one in app.subheader if "rejetée" in one.value]
    assert "Télécharger les lignes à corriger (CSV)" not in [button.label for button in app.get("download_button")]
    assert way.value is None
    way.set_value("Les additionner").run()
    assert not app.exception
    press(app, "Enregistrer ces données")
    assert not app.exception
    assert read(empty_store, "SELECT meals_planned, meals_served FROM services") == [(120, 116)]


def test_dates_a_day_early_wait_for_a_choice_on_the_page(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, DEPOT)
    choose(app, "export.csv", HEADER + "A;M;2016-09-04 22:00:00;60;58\n")
    [day] = [radio for radio in app.radio if "Quel jour lire" in radio.label]
    assert day.value is None
    day.set_value(day.options[0]).run()
    press(app, "Enregistrer ces données")
    assert not app.exception
    assert read(empty_store, "SELECT date::VARCHAR FROM services") == [("2016-09-05",)]


def test_several_files_go_in_with_one_confirmation_in_any_order(open_app: Open, empty_store: Path) -> None:
    app = open_app(empty_store, DEPOT)
    wrong = LOG + "TILEULS;M;32/09/2016;1;1\n"
    files = [
        ("journal.csv", wrong),
        ("journal.csv", wrong.replace("110", "111")),
        ("liens.csv", MAPPING),
        ("x.csv", "a"),
    ]
    app.file_uploader[0].set_value([(name, content.encode(), "text/csv") for name, content in files]).run()
    assert not app.exception
    assert "3 fichiers sur 4 peuvent être enregistrés ensemble." in texts(app)
    assert read(empty_store, "SELECT count(*) FROM deposits") == [(0,)]
    press(app, "Enregistrer 3\u00a0fichiers")
    assert not app.exception
    shown = texts(app)
    assert "3 fichiers enregistrés : toutes les pages" in shown.replace("\u00a0", " ")
    assert "liens.csv" in shown.replace("\u00a0", " ")
    assert read(empty_store, "SELECT kind FROM deposits ORDER BY deposit_id") == [("mapping",), ("log",), ("log",)]
    assert len([one for one in app.get("download_button") if "lignes à corriger" in one.proto.label]) == 2
    assert not app.file_uploader[0].value
