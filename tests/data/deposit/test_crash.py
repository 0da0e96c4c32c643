"""A machine that dies in the middle of a deposit never leaves half of it.

3 kills here; ANTIGASPI_KILLS=30 for the bar.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

from data.deposit.apply import apply
from data.store import Store

SITES, DAYS = 100, 150
LINES = SITES * DAYS
KILLS = int(os.environ.get("ANTIGASPI_KILLS", "3"))


def _big_log(folder: Path) -> Path:
    rows = (
        f"POINT {site};M;{1 + day % 28:02d}/{1 + day // 28:02d}/2016;{100 + day};{90 + day}\n"
        for day in range(DAYS)
        for site in range(SITES)
    )
    path = folder / "journal.csv"
    path.write_text("site_nom;site_type;date;prevision;reel\n" + "".join(rows), encoding="utf-8")
    return path


def _deposit(database: Path, log: Path) -> None:
    store = Store(database)
    apply(store, log.name, log.read_bytes(), "agent")
    store.close()


def _start(database: Path, log: Path) -> BaseProcess:
    """Deposit the log in a process of its own, which finds the libraries already loaded."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["data.deposit.apply"])
    process = context.Process(target=_deposit, args=(database, log))
    process.start()
    return process


def test_a_deposit_killed_at_any_moment_is_there_in_full_or_not_at_all(tmp_path: Path) -> None:
    log = _big_log(tmp_path)
    _start(tmp_path / "first.duckdb", log).join()  # the one that waits for the libraries
    started = time.monotonic()
    process = _start(tmp_path / "whole.duckdb", log)
    process.join()
    whole = time.monotonic() - started
    assert process.exitcode == 0
    chance = random.Random(2026)
    for turn in range(KILLS):
        database = tmp_path / f"kill{turn}.duckdb"
        process = _start(database, log)
        time.sleep(whole * chance.uniform(0.5, 1.6))
        process.kill()
        process.join()
        store = Store(database)
        rows, deposits, files, audits = (
            store.read(f"SELECT count(*) AS n FROM {table}")["n"][0]
            for table in ("services", "deposits", "deposit_files", "audit_log")
        )
        assert (rows, deposits, files, audits) in {(0, 0, 0, 0), (LINES, 1, 1, 1)}
        apply(store, log.name, log.read_bytes(), "agent")
        assert store.read("SELECT count(*) AS n FROM services")["n"][0] == LINES
        store.close()
