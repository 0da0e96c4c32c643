"""The server makes the daily backup by itself, soon after it starts when the hour was missed, and stops with it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.backup import daily as daily_backup
from data.deposit.apply import apply
from ui import daily, session


@pytest.fixture
def opened(blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = Path(shutil.copy(blank, tmp_path / "base.duckdb"))
    monkeypatch.setenv("ANTIGASPI_DB", str(path))
    monkeypatch.setattr(daily, "FIRST_LOOK", 0.01)
    monkeypatch.setattr(daily, "BETWEEN_LOOKS", 0.01)
    yield path
    daily.stop()
    session.close()


def test_a_missed_backup_is_made_once_after_the_start(opened: Path) -> None:
    apply(session.opened(), "j.csv", b"site_nom;site_type;date;reel\nA;M;01/09/2016;9\n", "agent")
    looking = daily.start()
    for _ in range(1000):
        if daily_backup.last_good(opened):
            break
        time.sleep(0.01)
    time.sleep(0.2)
    daily.stop()
    looking.join(30)
    assert daily.failure() is None
    assert len(list(daily_backup.folder_of(session.opened()).glob("*.duckdb"))) == 1


def test_a_fault_nobody_foresaw_is_told_in_french_and_the_next_look_takes_place(
    opened: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_store: object) -> None:
        raise ZeroDivisionError("secret")

    with monkeypatch.context() as patched:
        patched.setattr(daily_backup, "run_when_due", broken)
        assert not daily.look()
    failure = daily.failure()
    assert opened and failure and failure.reason == daily.UNFORESEEN
    assert daily.look() and daily.failure() is None
