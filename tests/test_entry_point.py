"""One command does everything, and says in French what it does not know."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import antigaspi
from data.backup import daily
from data.version import VERSION
from tests.conftest import PROJECT
from ui.server import check


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert antigaspi.main([]) == 0
    text = capsys.readouterr().out
    for name in (*antigaspi.OF_DATA, "run", "check", "refresh", "backtest"):
        assert name in text


def test_a_command_that_does_not_exist_is_refused_with_those_that_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert antigaspi.main(["importer"]) == 1
    assert "«\u00a0importer\u00a0» n’existe pas" in capsys.readouterr().err


def test_commands_of_data_and_of_forecasts_are_reached(
    blank: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANTIGASPI_DB", str(blank))
    assert antigaspi.main(["deposits"]) == 0
    assert antigaspi.main(["refresh"]) == 1
    assert capsys.readouterr().err


def test_an_installation_is_found_healthy_or_told_what_to_mend(
    blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANTIGASPI_DB", str(blank))
    assert check.main() == 0
    assert VERSION in capsys.readouterr().out
    broken = tmp_path / "store.duckdb"
    broken.write_text("this is no store")
    monkeypatch.setenv("ANTIGASPI_DB", str(broken))
    assert antigaspi.main(["check"]) == 1
    assert "À REVOIR" in capsys.readouterr().out


def test_the_age_of_the_last_good_backup_is_told_and_an_old_one_is_to_be_looked_at(
    blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(shutil.copy(blank, tmp_path / "store.duckdb"))
    monkeypatch.setenv("ANTIGASPI_DB", str(path))
    log = tmp_path / "journal.csv"
    log.write_text("site_nom;site_type;date;reel\nA;M;01/09/2016;9\n", encoding="utf-8")
    assert antigaspi.main(["import", str(log)]) == 0
    assert check.main() == 1
    assert "À REVOIR  Sauvegarde\u00a0: aucune n’est connue." in capsys.readouterr().out
    assert antigaspi.main(["backup", str(tmp_path / "copy.duckdb")]) == 0
    assert check.main() == 0
    assert f"la dernière bonne a 0 h ({tmp_path / 'copy.duckdb'})" in capsys.readouterr().out
    daily.record(path, tmp_path / "copy.duckdb", datetime.now(UTC) - timedelta(days=3, minutes=1))
    assert check.main() == 1
    assert "a 3 jours" in capsys.readouterr().out


def test_an_application_that_runs_is_no_fault_of_the_installation(
    blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(shutil.copy(blank, tmp_path / "store.duckdb"))
    monkeypatch.setenv("ANTIGASPI_DB", str(path))
    hold = "from data.store import Store, store_path; s = Store(store_path()); print('held', flush=True); input()"
    command = [sys.executable, "-c", hold]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout and other.stdout.readline() == "held\n"
        assert antigaspi.main(["check"]) == 0
        other.communicate("\n")
    assert "l’application, qui tourne" in capsys.readouterr().out


def test_the_version_stands_in_the_changelog_and_in_the_project() -> None:
    assert f"## {VERSION}" in (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f'version = "{VERSION}"' in (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
