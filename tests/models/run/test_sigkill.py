"""The power cut: a refresh killed at any moment leaves a store that opens, whole runs only, and no process behind.

2 kills here; ANTIGASPI_KILLS=30 for the bar.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from data.queries.forecasts.archive import KEPT_WHOLE
from data.store import Store

PROJECT = Path(__file__).resolve().parents[3]
KILLS = int(os.environ.get("ANTIGASPI_KILLS", "2"))
ROWS_PER_RUN = (3 + 1) * 2 * 30
SECONDS_TO_DIE = 5.0


def _start(database: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "models", "refresh"],
        cwd=PROJECT,
        env=os.environ | {"ANTIGASPI_DB": str(database)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _processes_of(folder: Path) -> list[str]:
    """Return the command lines of running processes that mention the folder, as every worker's does."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it ended meanwhile
            continue
        if str(folder) in command:
            found.append(command)
    return found


def _wait_for_no_process(folder: Path) -> list[str]:
    until = time.monotonic() + SECONDS_TO_DIE
    while (left := _processes_of(folder)) and time.monotonic() < until:
        time.sleep(0.05)
    return left


def _assert_whole(database: Path) -> int:
    store = Store(database)
    runs = store.read(
        "SELECT run_id, count(date) AS rows FROM forecast_runs FULL JOIN forecasts USING (run_id) GROUP BY run_id"
        " ORDER BY run_id"
    )
    told = store.read("SELECT count(*) AS n FROM audit_log WHERE action = 'forecast'")["n"].iloc[0]
    store.close()
    # The archive thins the older runs: the later ones say the same days, from the same past.
    assert (runs["rows"].tail(KEPT_WHOLE) == ROWS_PER_RUN).all()
    assert told == len(runs)
    return len(runs)


def test_a_refresh_killed_at_any_moment_leaves_all_of_a_run_or_none(database: Path) -> None:
    started = time.monotonic()
    assert _start(database).wait() == 0
    whole = time.monotonic() - started
    chance = random.Random()
    for _ in range(KILLS):
        process = _start(database)
        time.sleep(chance.uniform(0, 1.05) * whole)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert _wait_for_no_process(database.parent) == []
        runs = _assert_whole(database)
    assert _start(database).wait() == 0
    assert _assert_whole(database) == runs + 1
    assert not list(database.with_suffix(".work").glob("refresh-*"))
