"""The server makes the daily backup by itself, soon after it starts when the hour was missed, and stops with it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from data.backup import daily as daily_backup
from data.clock import PARIS
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


RUN = """
INSERT INTO forecast_runs (started_at, finished_at, data_version, last_service_on, specification)
VALUES ($at, $at, 1, $last, '{}')
"""


@pytest.mark.parametrize(
    ("finished", "hour", "served", "begins"), [(1, 5, 1, 1), (1, 3, 1, 0), (0, 5, 1, 0), (1, 5, 400, 0)]
)
def test_the_forecasts_of_the_day_are_computed_once_it_has_struck_four(
    opened: Path, monkeypatch: pytest.MonkeyPatch, finished: int, hour: int, served: int, begins: int
) -> None:
    begun: list[bool] = []
    now = datetime(2026, 3, 10, hour, 30, tzinfo=PARIS)
    monkeypatch.setattr(daily, "datetime", Mock(**{"now.return_value": now}))
    monkeypatch.setattr(daily, "_begun", [])
    monkeypatch.setattr(session, "request_refresh", lambda: begun.append(True))
    daily.forecast_when_due()  # nothing was ever computed: the first page begins it
    assert opened and not begun
    at = (now - timedelta(days=finished)).astimezone(UTC).replace(tzinfo=None)
    with session.opened().write("test", "a run", {}) as cursor:
        cursor.execute(RUN, {"at": at, "last": now.date() - timedelta(days=served)})
    # Once a day, even if it fails.
    daily.forecast_when_due()
    daily.forecast_when_due()
    assert len(begun) == begins
