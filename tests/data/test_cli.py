"""The command line says the same as the page, in French for people and in JSON for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.__main__ import main
from data.store import Store

LOG = b"site_nom;site_type;date;prevision;reel\nA;M;01/09/2016;10;9\nB;M;01/09/2016;NA;NA\nC;M;hier;1;1\n"
KEYS = ["file", "kind", "lines", "accepted", "without_measure", "changed", "unchanged", "rejected", "warnings"]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "cli.duckdb"
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
    assert "photo.csv : refusé. Ce fichier n’est pas un CSV : c’est une image PNG" in output.err
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
    assert main(["backup", str(tmp_path / "copie.duckdb")]) == 0
    assert main(["backup", str(tmp_path / "copie.duckdb")]) == 1
    assert _count(tmp_path / "copie.duckdb", "users") == 1
