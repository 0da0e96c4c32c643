"""A backup put back is there whole, the store it replaces is kept, and a kill leaves the one or the other.

3 kills here; ANTIGASPI_KILLS=100 for a long search.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from data.__main__ import main
from data.backup.restore import restore
from data.store import Store
from tests.data.broken_stores import DAMAGED, FEW, FEW_JOURNALS, JOURNALS, held, left_open, move_copy, small_disk, wal

KILLS = int(os.environ.get("ANTIGASPI_KILLS", "3"))


def _store(blank: Path, path: Path, *emails: str) -> Path:
    store = Store(Path(shutil.copy(blank, path)))
    for email in emails:
        with store.write("agent", "user", {}) as cursor:
            cursor.execute("INSERT INTO users VALUES ($email, 'mission', TRUE)", {"email": email})
    store.close()
    return path


def _users(path: Path) -> list[str]:
    store = Store(path)
    emails: list[str] = store.read("SELECT email FROM users ORDER BY email")["email"].tolist()
    assert store.warning is None
    store.close()
    return emails


@pytest.fixture
def old(blank: Path, tmp_path: Path) -> Path:
    """Return a store as a killed application leaves it, its last writes in its journal only."""
    (tmp_path / "base").mkdir()
    return left_open(blank, tmp_path / "base")


OLD = ["a0@ville.fr", "a1@ville.fr", "a2@ville.fr"]


def test_the_backup_takes_the_place_of_the_store_which_is_kept_with_its_last_writes(
    blank: Path, old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = _store(blank, tmp_path / "backup.duckdb", "b@ville.fr")
    content = backup.read_bytes()
    monkeypatch.setenv("ANTIGASPI_DB", str(old))
    assert main(["restore", str(backup)]) == 0
    assert _users(old) == ["b@ville.fr"]
    (kept,) = old.parent.glob("*-avant-restauration-*.duckdb")
    assert str(kept) in capsys.readouterr().out
    assert _users(kept) == OLD
    assert backup.read_bytes() == content
    store = Store(old)
    assert store.read("SELECT detail ->> '$.file' AS file FROM audit_log WHERE action = 'restore'")[
        "file"
    ].tolist() == ["backup.duckdb"]
    store.close()


def test_a_copy_with_its_journal_is_restored_with_what_the_journal_holds(
    blank: Path, old: Path, tmp_path: Path
) -> None:
    path = _store(blank, tmp_path / "other.duckdb", "b@ville.fr")
    restore(old, path, "agent")
    assert _users(path) == OLD


def test_a_lost_store_is_restored_and_its_lone_journal_is_kept(blank: Path, old: Path, tmp_path: Path) -> None:
    backup = _store(blank, tmp_path / "backup.duckdb", "b@ville.fr")
    journal = wal(old).read_bytes()
    old.unlink()
    kept = restore(backup, old, "agent")
    assert kept
    assert wal(kept).read_bytes() == journal
    assert _users(old) == ["b@ville.fr"]
    assert restore(backup, tmp_path / "new" / "base.duckdb", "agent") is None


@pytest.mark.parametrize("name", [*FEW, *FEW_JOURNALS])
def test_a_damaged_store_is_replaced_and_kept_as_it_was(blank: Path, old: Path, tmp_path: Path, name: str) -> None:
    backup = _store(blank, tmp_path / "backup.duckdb", "b@ville.fr")
    if name in DAMAGED:
        Store(old).close()
    (DAMAGED | JOURNALS)[name](old)
    damaged = [file.read_bytes() for file in (old, wal(old)) if file.exists()]
    kept = restore(backup, old, "agent")
    assert kept
    assert [file.read_bytes() for file in (kept, wal(kept)) if file.exists()] == damaged
    assert _users(old) == ["b@ville.fr"]


@pytest.mark.parametrize("name", [*DAMAGED, "absent", "itself", "held"])
def test_what_is_no_backup_is_refused_and_the_store_stays(
    blank: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _store(blank, tmp_path / "base.duckdb", "a@ville.fr")
    backup = _store(blank, tmp_path / "backup.duckdb", "b@ville.fr")
    monkeypatch.setenv("ANTIGASPI_DB", str(path))
    content = path.read_bytes()
    if name in DAMAGED:
        DAMAGED[name](backup)
    elif name == "absent":
        backup.unlink()
    with held(backup) if name == "held" else small_disk(tmp_path / "unused"):
        assert main(["restore", str(path if name == "itself" else backup)]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert "La base actuelle n’a pas changé." in output.err
    assert str(path if name == "itself" else backup) in output.err
    assert "restaurez la" not in output.err
    assert path.read_bytes() == content
    assert not list(path.parent.glob("*avant*"))
    assert not list(path.with_suffix(".work").glob("restore-*"))


def _start(backup: Path, path: Path) -> BaseProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["data.backup.restore"])
    process = context.Process(target=restore, args=(backup, path, "agent"))
    process.start()
    return process


def test_a_restore_killed_at_any_moment_leaves_the_old_store_or_the_new_one_whole(
    blank: Path, old: Path, tmp_path: Path
) -> None:
    backup = _store(blank, tmp_path / "backup.duckdb", "b@ville.fr")
    _start(backup, move_copy(old, tmp_path / "first.duckdb")).join()  # the one that waits for the libraries
    path = move_copy(old, tmp_path / "whole.duckdb")
    started = time.monotonic()
    process = _start(backup, path)
    process.join()
    whole = time.monotonic() - started
    assert process.exitcode == 0
    chance = random.Random(2026)
    for turn in range(KILLS):
        path = move_copy(old, tmp_path / f"kill{turn}.duckdb")
        process = _start(backup, path)
        time.sleep(whole * chance.uniform(0, 1.1))
        process.kill()
        process.join()
        assert _users(path) in (OLD, ["b@ville.fr"])
    restore(backup, path, "agent")
    assert _users(path) == ["b@ville.fr"]
