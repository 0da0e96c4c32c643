"""The command line says the same as the page, in French for people and in JSON for programs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from data.__main__ import main
from data.store import Store

LOG = b"site_nom;site_type;date;prevision;reel\nA;M;01/09/2016;10;9\nB;M;01/09/2016;NA;NA\nC;M;hier;1;1\n"
KEYS = ["file", "kind", "lines", "accepted", "without_measure", "changed", "unchanged", "rejected", "warnings"]


@pytest.fixture
def database(blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = Path(shutil.copy(blank, tmp_path / "cli.duckdb"))
    monkeypatch.setenv("ANTIGASPI_DB", str(path))
    return path


def _written(folder: Path, content: bytes, name: str = "journal.csv") -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


def _count(database: Path, table: str) -> int:
    store = Store(database)
    count = int(store.read(f"SELECT count(*) AS n FROM {table}")["n"][0])
    store.close()
    return count


def test_import_prints_one_json_object_per_file(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", _written(tmp_path, LOG), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert list(report) == KEYS
    assert [report[key] for key in KEYS[:7]] == ["journal.csv", "log", 3, 1, 1, 0, 0]
    assert [(found["line"], found["column"]) for found in report["rejected"]] == [(4, "date")]
    assert _count(database, "services") == 2


def test_a_dry_run_writes_nothing(database: Path, tmp_path: Path) -> None:
    assert main(["import", _written(tmp_path, LOG), "--dry-run"]) == 0
    assert _count(database, "deposits") == 0


def test_a_refused_file_gives_exit_code_1_and_a_french_sentence(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = _written(tmp_path, LOG), _written(tmp_path, b"\x89PNG\r\n", "photo.csv")
    assert main(["import", bad, good, str(tmp_path / "absent.csv")]) == 1
    output = capsys.readouterr()
    assert "photo.csv : refusé." in output.err
    assert "c’est une image PNG" in output.err
    assert "absent.csv ne peut pas être ouvert" in output.err
    assert "1 acceptées (1 nouvelles, 0 modifiées), 1 sans mesure, 0 inchangées, 1 rejetées" in output.out
    assert _count(database, "deposits") == 1


def test_a_refused_file_is_one_json_object_too(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", _written(tmp_path, b""), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert list(report) == KEYS
    assert "vide" in report["rejected"][0]["reason"]
    assert _count(database, "deposits") == 0


def test_demo_then_empty_then_accounts_and_backup(database: Path, tmp_path: Path) -> None:
    assert main(["demo"]) == 0
    assert main(["demo"]) == 1
    assert main(["demo", "--if-new"]) == 0
    assert _count(database, "services") > 10_000
    assert main(["empty"]) == 0
    assert main(["empty"]) == 1
    assert main(["demo", "--if-new"]) == 0
    assert _count(database, "services") == 0
    assert main(["user", "Agent@Ville.fr", "mission"]) == 0
    assert main(["user", "agent@ville.fr", "comite", "--disable"]) == 0
    assert _count(database, "users WHERE email = 'agent@ville.fr' AND role = 'comite' AND NOT active") == 1
    changed = "audit_log WHERE action = 'user' AND detail ->> '$.email' = 'agent@ville.fr'"
    assert _count(database, changed) == 2
    assert main(["backup", str(tmp_path / "copie.duckdb")]) == 0
    assert main(["backup", str(tmp_path / "copie.duckdb")]) == 1
    assert _count(tmp_path / "copie.duckdb", "users") == 1


def test_deposits_are_listed_undone_and_redone(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["deposits"]) == 0
    assert "Aucun fichier" in capsys.readouterr().out
    assert main(["import", _written(tmp_path, LOG)]) == 0
    assert main(["undo", "1"]) == 0
    assert _count(database, "services") == 0
    assert main(["undo", "1"]) == 1
    assert main(["redo", "9"]) == 1
    output = capsys.readouterr()
    assert "déjà annulé" in output.err
    assert "n’existe pas" in output.err
    assert main(["deposits"]) == 0
    assert "annulé" in capsys.readouterr().out
    assert main(["redo", "1"]) == 0
    capsys.readouterr()
    assert main(["deposits", "--json"]) == 0
    (deposit,) = json.loads(capsys.readouterr().out)
    assert [deposit[key] for key in ("deposit", "file", "kind", "active", "accepted")] == [
        1,
        "journal.csv",
        "log",
        True,
        1,
    ]
    assert _count(database, "services") == 2


@pytest.mark.parametrize(("style", "line"), [("excel", "A;M;01/09/2016;10;9;"), ("open", "A,M,2016-09-01,10,9,")])
def test_everything_is_given_back_in_a_folder(database: Path, tmp_path: Path, style: str, line: str) -> None:
    mapping = _written(tmp_path, b"site_nom;site_type;cantine_nom\nA;M;Cantine A\n", "r.csv")
    assert main(["import", _written(tmp_path, LOG), mapping]) == 0
    folder = tmp_path / "sorties" / style
    assert main(["export", "all", "--to", str(folder), "--format", style]) == 0
    assert {path.name for path in folder.iterdir()} == {
        "cantines.csv",
        "journal_des_cantines.csv",
        "rattachement_des_points_de_service.csv",
    }
    assert line in (folder / "journal_des_cantines.csv").read_text(encoding="utf-8")
    assert main(["import", *map(str, folder.iterdir())]) == 0
    assert _count(database, "deposits") == 2


@pytest.mark.usefixtures("database")
def test_one_kind_is_given_back_and_an_empty_one_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", _written(tmp_path, LOG)]) == 0
    assert main(["export", "log", "--to", str(tmp_path)]) == 0
    assert (tmp_path / "journal_des_cantines.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert main(["export", "menus", "--to", str(tmp_path)]) == 1
    assert "Rien à rendre" in capsys.readouterr().err
    assert main(["export", "log", "--to", str(tmp_path / "journal_des_cantines.csv")]) == 1


@pytest.mark.usefixtures("database")
def test_a_campaign_is_printed_for_ma_cantine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weighed = b"site_nom;site_type;date;reel;restes_assiette_kg\nA;M;01/09/2016;10;1,5\n"
    mapping = _written(tmp_path, b"site_nom;site_type;cantine_nom\nA;M;Cantine A\n", "r.csv")
    assert main(["import", _written(tmp_path, weighed), mapping]) == 0
    question = ["export", "ma-cantine", "--cantine", "cantine a", "--from", "01/09/2016", "--to"]
    assert main([*question, "2016-09-30", "--file", str(tmp_path / "declaration.csv")]) == 0
    assert "Restes assiettes\u00a0: total\u00a0: 1,5 kg" in capsys.readouterr().out
    assert "1,5;kg;leftovers_total_mass" in (tmp_path / "declaration.csv").read_text(encoding="utf-8")
    assert main([*question[:3], "Cantine B", *question[4:], "30/09/2016"]) == 1
    assert "Cantine A" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*question, "hier"])


def test_what_a_file_leaves_in_doubt_is_decided_by_an_option(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = "site_nom;site_type;date;service;prevision;reel\n"
    text = head + "A;M;21/05/2026 22:00;1;60;58\nA;M;21/05/2026 22:00;2;60;58\n"
    services = _written(tmp_path, text.encode())
    assert main(["import", services]) == 1
    assert "--early-dates" in capsys.readouterr().err
    assert main(["import", services, "--dry-run", "--early-dates", "next_day"]) == 1
    assert "--add-up service ou --keep service=1" in capsys.readouterr().out
    assert main(["import", services, "--early-dates", "next_day", "--add-up", "service"]) == 0
    store = Store(database)
    with store.scratch() as cursor:
        rows = cursor.execute("SELECT date::VARCHAR, meals_planned, meals_served FROM services").fetchall()
    store.close()
    assert rows == [("2026-05-22", 120, 116)]
