"""Script time of each page in a server that has just started: its first opening, then warm (median and p95)."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from streamlit.testing.v1 import AppTest

from benchmarks import LOG, MAPPING, NANTES, PROJECT
from data.demo import load_demo
from data.deposit.apply import apply
from data.store import Store
from models.refresh import refresh
from ui import session
from ui.navigation import PAGES
from ui.server import preload

RUNS = 20
FIRST_GOAL_MS, GOAL_MS = 1000, 300
GOALS = f"(goals: first ≤ {FIRST_GOAL_MS} ms, p95 ≤ {GOAL_MS} ms; {RUNS} warm runs)"
FILES = (MAPPING, NANTES / "cantines.csv", LOG, NANTES / "menus_2011_2017.csv")


def main() -> None:
    for name, fill in {"the city's real log": _deposit_city, "the demonstration": load_demo}.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "store.duckdb"
            store = Store(path)
            fill(store)
            refresh(store, "bench")
            store.close()
            print(f"{name:<36}{'first':>10}{'median':>10}{'p95':>10}   {GOALS}")
            for page in PAGES:
                with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
                    times = pool.submit(_times, path, page.file).result()
                late = "" if times[0] <= FIRST_GOAL_MS and times[-1] <= GOAL_MS else "  over the goal"
                print(f"{page.file:<36}{''.join(f'{each:>7.0f} ms' for each in times)}{late}", flush=True)


def _deposit_city(store: Store) -> None:
    for file in FILES:
        apply(store, file.name, file.read_bytes(), "bench")


def _times(path: Path, file: str) -> tuple[float, float, float]:
    """Return the first opening of a page and, warm, the median and the 95th percentile, in ms.

    Before it, a server has opened its store, loaded what pages load, and looked for the components of every package.
    AppTest's own reading of the page is counted too.
    """
    os.environ |= {"ANTIGASPI_DB": str(path), "ANTIGASPI_AUTO_REFRESH": "0"}
    session.opened()
    preload.load()
    blank = AppTest.from_string("").run()
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=60).switch_page(file)
    app._bidi_component_manager = blank._bidi_component_manager
    first, *warm = [_time(app) for _ in range(1 + RUNS)]
    session.close()
    return first, statistics.median(warm), statistics.quantiles(warm, n=20)[-1]


def _time(app: AppTest) -> float:
    started = time.perf_counter()
    app.run()
    assert not app.exception, app.exception[0].message
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
