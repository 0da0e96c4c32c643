"""Whole import of the real log (read, check, preview, apply), against DuckDB's bare read_csv into a table."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks import LOG, MAPPING
from data.deposit.apply import apply
from data.store import Store

ROUNDS = 5
GOAL = 10.0


def main() -> None:
    imports, bares = [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            bares.append(_bare(Path(folder)))
            imports.append(_import(Path(folder)))
    whole, bare = statistics.median(imports), statistics.median(bares)
    print(f"whole import      {whole:6.2f} s  (median of {ROUNDS}, {min(imports):.2f}–{max(imports):.2f})")
    print(f"bare read_csv     {bare:6.2f} s  (median of {ROUNDS}, {min(bares):.2f}–{max(bares):.2f})")
    print(f"ratio             {whole / bare:6.1f} ×  (goal ≤ {GOAL:.0f})")


def _import(folder: Path) -> float:
    store = Store(folder / "store.duckdb")
    apply(store, MAPPING.name, MAPPING.read_bytes(), "bench")
    started = time.perf_counter()
    apply(store, LOG.name, LOG.read_bytes(), "bench")
    elapsed = time.perf_counter() - started
    store.close()
    return elapsed


def _bare(folder: Path) -> float:
    connection = duckdb.connect(str(folder / "bare.duckdb"))
    started = time.perf_counter()
    connection.execute("CREATE TABLE log AS FROM read_csv(?)", [str(LOG)])
    elapsed = time.perf_counter() - started
    connection.close()
    return elapsed


if __name__ == "__main__":
    main()
