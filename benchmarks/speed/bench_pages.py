"""Warm script time of each page, with the real log loaded and forecast: median and 95th percentile."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

from benchmarks import LOG, MAPPING, NANTES, PROJECT
from data.deposit.apply import apply
from data.store import Store
from models.refresh import refresh
from ui import session
from ui.navigation import PAGES

RUNS = 20
GOAL_MS = 300
FILES = (MAPPING, NANTES / "cantines.csv", LOG, NANTES / "menus_2011_2017.csv")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.duckdb"
        _fill(path)
        os.environ |= {"ANTIGASPI_DB": str(path), "ANTIGASPI_AUTO_REFRESH": "0"}
        app = AppTest.from_file(PROJECT / "app.py", default_timeout=60).run()
        print(f"{'page':<32}{'median':>10}{'p95':>10}   (goal: p95 ≤ {GOAL_MS} ms, {RUNS} warm runs)")
        for page in PAGES:
            times = _times(app.switch_page(page.file))
            late = "" if times[-1] <= GOAL_MS else "  over the goal"
            print(f"{page.file:<32}{times[0]:>7.0f} ms{times[-1]:>7.0f} ms{late}", flush=True)
        session.close()


def _fill(path: Path) -> None:
    store = Store(path)
    for file in FILES:
        apply(store, file.name, file.read_bytes(), "bench")
    refresh(store, "bench")
    store.close()


def _times(app: AppTest) -> tuple[float, float]:
    """Return the median and the 95th percentile in ms, including the time AppTest takes to read the page."""
    app.run()
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        app.run()
        times.append(1000 * (time.perf_counter() - started))
        assert not app.exception, app.exception[0].message
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    main()
