"""The whole deposit of a log of a million lines, against DuckDB's bare typed read_csv and the same checks in pandas."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import duckdb

from benchmarks.speed.million_log import COLUMNS, write_logs
from benchmarks.speed.pandas_deposit import KEY, LIMITS, check
from data.deposit.apply import DepositReport, apply, preview
from data.deposit.plausibility import CAPACITIES
from data.store import Store

ROUNDS = 3
GOAL_BARE, GOAL_PANDAS, GOAL_GB = 5.0, 5.0, 1.5
KNOWN = """
    SELECT
        site AS site_nom, site_kind AS site_type, date, meals_planned AS prevision, meals_served AS reel,
        preparation_kg, unserved_kg AS non_servi_kg, leftovers_kg AS restes_assiette_kg
    FROM services
"""
POINTS = "SELECT site AS site_nom, site_kind AS site_type, canteen FROM service_points"
FILE_NAMES = {"site": "site_nom", "site_kind": "site_type"}


class Measure(NamedTuple):
    """The elapsed and processor seconds of one run, its counts of lines, and the peak memory of its process."""

    seconds: float
    processor: float
    counts: dict[str, int]
    gigabytes: float


Timed = tuple[float, float, dict[str, int]]
Run = Callable[[Path, Path, Path], Timed]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        log, clean, known = write_logs(Path(folder))
        runs = [
            (_alone(_bare, log, clean), _alone(_apply, log, known), _alone(_preview_then_apply, log, known))
            for _ in range(ROUNDS)
        ]
        pandas = _alone(_pandas, log, known)
    bare, whole, both = (statistics.median(run[place].seconds for run in runs) for place in range(3))
    processor = [statistics.median(run[place].processor for run in runs) for place in range(2)]
    counts = runs[0][1].counts
    assert counts == runs[0][2].counts == pandas.counts, (counts, pandas.counts)
    print("  ".join(f"{name} {count}" for name, count in counts.items()))
    print(f"bare read_csv     {bare:6.2f} s  (typed, into a table; median of {ROUNDS})")
    print(f"apply             {whole:6.2f} s  {whole / bare:5.1f} × bare  (goal ≤ {GOAL_BARE:.0f})")
    print(f"… of processors   {processor[1]:6.2f} s  {processor[1] / processor[0]:5.1f} × bare")
    print(f"preview and apply {both:6.2f} s  {both / bare:5.1f} × bare")
    print(
        f"checks in pandas  {pandas.seconds:6.2f} s  {pandas.seconds / whole:5.1f} × apply (goal ≥ {GOAL_PANDAS:.0f})"
    )
    largest = max(run[place].gigabytes for run in runs for place in (1, 2))
    print(f"largest process   {largest:6.2f} GB (goal ≤ {GOAL_GB}; the checks in pandas: {pandas.gigabytes:.2f})")


def _alone(run: Run, log: Path, other: Path) -> Measure:
    """Run in a new process, with its own memory and caches."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool,
    ):
        return pool.submit(_measured, run, log, other, Path(folder)).result()


def _measured(run: Run, log: Path, other: Path, folder: Path) -> Measure:
    seconds, processor, counts = run(log, other, folder)
    return Measure(seconds, processor, counts, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)


def _bare(_: Path, clean: Path, folder: Path) -> Timed:
    """Read the log without errors: the bare reader would stop at the first error."""
    form = "header = true, delim = ';', decimal_separator = ',', dateformat = '%d/%m/%Y'"
    read = f"read_csv($log, {form}, columns = {COLUMNS})"
    with duckdb.connect(str(folder / "bare.duckdb")) as connection:
        connection.execute("SET enable_progress_bar = false")
        started = _now()
        connection.execute(f"CREATE TABLE log AS FROM {read}", {"log": str(clean)})
        return *_since(started), {}


def _apply(log: Path, known: Path, folder: Path) -> Timed:
    store, content = _store(known, folder), log.read_bytes()
    started = _now()
    report = apply(store, log.name, content, "bench")
    return *_since(started), _counts(report)


def _preview_then_apply(log: Path, known: Path, folder: Path) -> Timed:
    store, content = _store(known, folder), log.read_bytes()
    started = _now()
    preview(store, log.name, content)
    report = apply(store, log.name, content, "bench")
    return *_since(started), _counts(report)


def _pandas(log: Path, known: Path, folder: Path) -> Timed:
    store = _store(known, folder)
    state, points = store.read(KNOWN), store.read(POINTS)
    with store.scratch() as cursor:
        cursor.execute(CAPACITIES)
        capacities = cursor.execute("FROM capacities").df().rename(columns=FILE_NAMES)
    state[[*LIMITS]] = state[[*LIMITS]].astype(float)
    state["date"] = state["date"].astype("datetime64[s]")
    started = _now()
    counts = check(log, state[[*KEY, *LIMITS]], points, capacities)
    return *_since(started), counts


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _since(started: tuple[float, float]) -> tuple[float, float]:
    """Return the elapsed and processor seconds since a moment; the second does not count what else the machine does."""
    elapsed, processor = _now()
    return elapsed - started[0], processor - started[1]


def _store(known: Path, folder: Path) -> Store:
    """Return a new store with an older log."""
    store = Store(folder / "store.duckdb")
    apply(store, known.name, known.read_bytes(), "bench")
    return store


def _counts(report: DepositReport) -> dict[str, int]:
    return {
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "without_measure": report.without_measure,
        "rejected": report.rejected_lines,
        "reasons": len(report.rejected),
        "warnings": len(report.warnings),
    }


if __name__ == "__main__":
    main()
