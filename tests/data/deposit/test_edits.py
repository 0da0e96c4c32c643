"""An edit of the programme is told before and after, and taken back, whether it comes by form or by file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data import migrate
from data.deposit import edits
from data.deposit.apply import preview
from data.deposit.undo import redo, undo
from data.kinds.records import RECORD_TABLES
from data.store import Store
from tests.data.deposit.programme_files import OTHER, SCHOOL, STAGE, STAGES, day, deposit


def test_moving_to_the_next_stage_is_one_deposit_of_two_lines_or_none(known: Store) -> None:
    lines = [{**STAGE, "fin_reelle": day(28)}, {**STAGE, "etape": "formation", "debut_reel": day(17)}]
    refused = edits.record(known, "stages", lines, "m")
    assert set(refused.refusals) == {(1, "debut_reel")}
    deposits = len(edits.recent(known))
    assert edits.record(known, "stages", [lines[0], lines[1] | {"debut_reel": day(31)}], "m").saved
    assert len(edits.recent(known, 20)) == deposits + 1
    rows = {row["etape"]: row for row in edits.rows(known, "stages")}
    assert (rows["installation"]["fin_reelle"], rows["formation"]["debut_reel"]) == (day(28), day(31))


def test_the_audit_trail_tells_before_and_after(known: Store) -> None:
    edits.record(known, "sites", [{"ecole": SCHOOL, "raccordement": "bloquée", "meteo": "soleil"}], "m@ville.fr")
    last = edits.recent(known, 1)[0]
    assert last["actor"] == "m@ville.fr"
    change = {"key": SCHOOL, "column": "connection", "old": "en cours", "new": "bloquée"}
    assert last["changes"] == [change]
    question = "SELECT detail::VARCHAR AS detail FROM audit_log ORDER BY audit_id DESC LIMIT 1"
    assert '"old": "en cours", "new": "bloquée"' in known.read(question)["detail"].item()


def test_the_changes_of_a_line_are_told_in_the_order_of_its_columns(known: Store) -> None:
    typed = {"raccordement": "faite", "meteo": "nuage", "meteo_raison": "Câble", "prochaine_action": "Appeler"}
    assert not edits.record(known, "sites", [{"ecole": SCHOOL} | typed], "m").refusals
    told = [change["column"] for change in edits.recent(known, 1)[0]["changes"]]
    assert told == [name for name in RECORD_TABLES["sites"].values if name in told]
    assert len(told) == 4


def test_a_wrong_date_is_taken_back_and_the_undo_puts_it_again(known: Store) -> None:
    edits.record(known, "stages", [{**STAGE, "fin_reelle": day(20)}], "m")
    before = next(row for row in edits.rows(known, "stages") if row["etape"] == "installation")
    line = edits.line_of("stages", before, before | {"fin_reelle": None})
    assert line == {**STAGE, "fin_reelle": None, "effacer": "fin_reelle"}
    assert edits.record(known, "stages", [line], "m").saved
    assert _end(known) is None
    taken_back = edits.recent(known, 1)[0]
    assert taken_back["changes"][0] | {"key": ""} == {
        "key": "", "column": "actual_end", "old": "2025-03-20", "new": None,
    }  # fmt: skip
    undo(known, int(taken_back["deposit_id"]), "m")
    assert _end(known) == day(20)
    redo(known, int(taken_back["deposit_id"]), "m")
    assert _end(known) is None
    # A later deposit has the last word.
    deposit(known, "ecole etape fin_reelle", [(SCHOOL, "installation", day(21))])
    assert _end(known) == day(21)


def _end(store: Store) -> object:
    return next(row["fin_reelle"] for row in edits.rows(store, "stages") if row["etape"] == "installation")


def test_a_line_that_should_not_be_there_is_taken_back_whole_until_somebody_tells_it_again(known: Store) -> None:
    deposit(known, "identifiant effacer", [("MAT-1", "ligne")])
    assert edits.rows(known, "devices") == []
    undo(known, int(edits.recent(known, 1)[0]["deposit_id"]), "m")
    assert [row["identifiant"] for row in edits.rows(known, "devices")] == ["MAT-1"]
    deposit(known, "identifiant effacer", [("MAT-1", "ligne")])
    deposit(known, "identifiant ecole etat", [("MAT-1", OTHER, "en panne")])
    assert [(row["ecole"], row["type_materiel"], row["etat"]) for row in edits.rows(known, "devices")] == [
        (OTHER, None, "en panne")
    ]


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("milestones", {"jalon": "J1"}),
        ("risks", {"risque": "Amiante"}),
        ("decisions", {"decision": "Élargir"}),
        ("sites", {"ecole": "École Gamma"}),
        ("stages", {"ecole": OTHER, "etape": "bilan"}),
        ("pilots", {"pilote": "Tri"}),
    ],
)
def test_a_line_with_its_name_alone_is_added_once_and_can_be_removed(
    known: Store, kind: str, line: dict[str, Any]
) -> None:
    deposit(known, "ecole cantine_nom", [("École Gamma", "C")])
    before = edits.rows(known, kind)
    assert edits.record(known, kind, [line], "m", new=True).saved
    [added] = [row for row in edits.rows(known, kind) if row not in before]
    assert {name: added[name] for name in line} == line
    again = edits.record(known, kind, [line], "m", new=True)
    assert "déjà connu" in next(iter(again.refusals.values()))
    assert edits.record(known, kind, [line | {edits.TAKE_BACK: "ligne"}], "m").saved
    assert edits.rows(known, kind) == before


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("milestones", {"jalon": "Total"}),
        ("milestones", {"jalon": "Moyenne", "prevu_le": day(1)}),
        ("risks", {"risque": "Cumul", "ecole": OTHER}),
        ("workshops", {"date": day(1), "ecole": OTHER, "atelier": "Total"}),
    ],
)
def test_a_name_typed_in_a_form_is_never_taken_for_a_total(known: Store, kind: str, line: dict[str, Any]) -> None:
    outcome = edits.record(known, kind, [line], "m", new=True)
    assert (outcome.saved, outcome.warnings) == (True, ())
    assert line.items() <= edits.rows(known, kind)[0].items()


def test_a_test_school_without_its_canteen_is_taken_before_any_canteen_is_known(store: Store) -> None:
    assert edits.record(store, "sites", [{"ecole": SCHOOL, "raccordement": "faite"}], "m", new=True).saved
    outcome = edits.record(store, "sites", [{"ecole": OTHER, "cantine_nom": "A"}], "m", new=True)
    assert outcome.saved and "n’est pas une cantine connue" in outcome.warnings[0]


def test_a_line_without_any_value_and_one_taken_back_whole_are_told_by_their_name(known: Store) -> None:
    edits.record(known, "milestones", [{"jalon": "J1", "ecole": SCHOOL}], "m", new=True)
    told = edits.recent(known, 1)[0]
    assert (told["added"], told["typed"]) == (1, True)
    assert told["changes"] == [{"key": f"J1 · {SCHOOL}", "column": "ligne", "old": None, "new": "ajoutée"}]
    edits.record(known, "milestones", [{"jalon": "J1", "ecole": SCHOOL, edits.TAKE_BACK: "ligne"}], "m")
    assert edits.recent(known, 1)[0]["changes"][0]["new"] == "retirée"


def test_a_change_taken_back_stays_among_the_last_ones_with_who_took_it_back(known: Store) -> None:
    edits.record(known, "risks", [{"risque": "Amiante"}], "m", new=True)
    undo(known, int(edits.recent(known, 1)[0]["deposit_id"]), "q@ville.fr")
    last = edits.recent(known, 1, ("risks",))[0]
    assert (last["active"], last["undone_by"]) == (False, "q@ville.fr")
    assert edits.recent(known, 1, ("tickets",))[0]["kind"] == "tickets"


def test_a_missing_value_erases_nothing_and_the_same_file_again_changes_nothing(known: Store) -> None:
    deposit(known, "identifiant ecole etat", [("MAT-1", SCHOOL, None)])
    assert edits.rows(known, "devices")[0]["etat"] == "en stock"
    again = preview(known, "m.csv", f"identifiant;ecole;etat\nMAT-1;{SCHOOL};en stock\n".encode())
    assert again.nothing_to_do


def test_a_file_with_the_end_alone_is_judged_with_the_start_already_known(known: Store) -> None:
    content = f"ecole;etape;fin_reelle\n{SCHOOL};installation;10/03/2025\n{SCHOOL};cadrage;06/03/2025\n".encode()
    report = preview(known, "etapes.csv", content)
    assert [(finding.line, finding.column) for finding in report.rejected] == [(2, "fin_reelle")]
    assert report.changed == 1


def test_stages_that_follow_each_other_in_one_file_are_judged_together(store: Store) -> None:
    report = deposit(
        store,
        STAGES,
        [
            (SCHOOL, "préparation", None, None, day(10), day(14)),
            (SCHOOL, "cadrage", None, None, day(3), day(7)),
            (SCHOOL, "installation", None, None, day(13), None),
        ],
    )
    assert report.accepted == 3


def test_a_text_of_several_lines_stays_one_line_of_the_file(known: Store) -> None:
    line = {"ecole": SCHOOL, "meteo": "pluie", "meteo_raison": "amiante ;\n faux plafond"}
    assert edits.record(known, "sites", [line, {"ecole": OTHER, "meteo": "soleil"}], "m").saved
    assert edits.rows(known, "sites")[0]["meteo_raison"] == "amiante ; faux plafond"


def test_a_store_of_an_earlier_version_keeps_its_programme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = tmp_path / "migrations"
    earlier.mkdir()
    for path in migrate.FOLDER.glob("000[1-7]*.sql"):
        shutil.copy(path, earlier)
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "FOLDER", earlier)
        Store(tmp_path / "old.duckdb").close()
    with duckdb.connect(str(tmp_path / "old.duckdb")) as cursor:
        cursor.execute("INSERT INTO pilot_sites VALUES ('A', 'a', 'Nord', 'faite', 'soleil', 'raison', 'suite')")
        cursor.execute("INSERT INTO pilot_stages VALUES ('A', 3, 'installation', $d, $d, $d, NULL)", {"d": day(1)})
        cursor.execute("INSERT INTO devices VALUES ('M', 'A', 'tablette', FALSE, 'en stock', NULL)")
        counts = [(8, 7, 6, 5, None), (4, 3, None, 1, None)]
        for told in counts:
            cursor.execute(
                "INSERT INTO equipment_counts VALUES ('A', 'restauration', ?, ?, ?, ?, ?, ?)", [day(1), *told]
            )
        cursor.execute("INSERT INTO workshops VALUES ($d, 'A', 'Poste', 10, NULL)", {"d": day(1)})
    kept = Store(tmp_path / "old.duckdb")
    assert edits.rows(kept, "sites")[0]["prochaine_action"] == "suite"
    assert list(edits.rows(kept, "stages")[0].values()) == ["A", "installation", day(1), day(1), day(1), None]
    assert list(edits.rows(kept, "devices")[0].values()) == ["M", "A", "tablette", "personnel", "en stock", None]
    # A group told twice keeps both, as it was shown; what one of them left blank is unknown.
    names = ("agents", "identites_creees", "identites_activees", "actifs_30_jours", "formes")
    assert [[row[name] for name in names] for row in edits.rows(kept, "equipment")] == [[12, 10, None, 6, None]]
    assert list(edits.rows(kept, "workshops")[0].values()) == [day(1), "A", "Poste", 10, None]
    assert kept.read("SELECT lines FROM deposits")["lines"].tolist() == [1] * 5
    kept.close()


def test_a_form_reads_the_day_first_even_when_only_the_month_first_would_exist(known: Store) -> None:
    line = {**STAGE, "debut_prevu": "03/13/2025", "fin_prevue": "04/05/2025"}
    outcome = edits.record(known, "stages", [line], "m")
    assert set(outcome.refusals) == {(0, "debut_prevu")}
    assert "« 03/13/2025 » n’est pas une date" in outcome.refusals[0, "debut_prevu"].replace("\u00a0", " ")
    assert edits.record(known, "stages", [line | {"debut_prevu": "3.4.25", "fin_prevue": "5 mai 2025"}], "m").saved
    row = next(row for row in edits.rows(known, "stages") if row["etape"] == "installation")
    assert (row["debut_prevu"], row["fin_prevue"]) == (day(3, 4), day(5, 5))
