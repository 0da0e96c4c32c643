"""What a page costs, in milliseconds of processor, warm and just after a write, and what it is spent on.

The kinds of work are told by a profile, which makes all of it slower: they are shares of the warm cost.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from unittest.mock import patch

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.testing.v1 import AppTest

from benchmarks import PROJECT
from data.demo import load_demo
from data.store import Store
from models.refresh import refresh
from ui import session
from ui.navigation import PAGES

RUNS, GOAL_MS, GOAL_AFTER_MS = 20, 60, 400
# Part of the place of a function → what it works on; the first that fits.
KINDS = {
    "duckdb": "queries", "data/store.py": "queries", "data/connection.py": "queries",
    "plotly": "figures", "narwhals": "figures",
    "pandas": "pandas", "numpy": "pandas", "pyarrow": "pandas",
    "json": "writing", "pickle": "writing", "protobuf": "writing", "hashlib": "writing",
    "streamlit": "Streamlit",
    str(PROJECT / "ui"): "pages", str(PROJECT / "pages"): "pages", str(PROJECT / "data"): "pages",
}  # fmt: skip


def main() -> None:
    """Measure each page on the demonstration, or on the store that is given."""
    os.environ["ANTIGASPI_AUTO_REFRESH"] = "0"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else _demonstration(Path(folder))
        os.environ["ANTIGASPI_DB"] = str(path)
        print(f"{'':<38}{'warm':>7}{'after a write':>15}   (goals: ≤ {GOAL_MS} and ≤ {GOAL_AFTER_MS} ms of processor)")
        for page in PAGES:
            _measure(page.file)
        session.close()


def _demonstration(folder: Path) -> Path:
    store = Store(folder / "store.duckdb")
    load_demo(store)
    refresh(store, "bench")
    store.close()
    return store.path


def _measure(file: str) -> None:
    app = AppTest.from_file(PROJECT / "app.py", default_timeout=120).switch_page(file)
    _cost(app)
    with session.opened().write("bench", "bench", {}):
        pass
    after = _cost(app)
    warm = statistics.median(_cost(app) for _ in range(RUNS))
    shares = "  ".join(f"{kind} {share:.0%}" for kind, share in _shares(app))
    over = "" if warm <= GOAL_MS and after <= GOAL_AFTER_MS else "  over"
    print(f"{file:<38}{warm:>5.0f} ms{after:>12.0f} ms   {shares}{over}", flush=True)


def _cost(app: AppTest) -> float:
    started = time.process_time()
    app.run()
    assert not app.exception, app.exception[0].message
    return 1000 * (time.process_time() - started)


def _shares(app: AppTest) -> list[tuple[str, float]]:
    """Return how much of a run each kind of work takes, the heaviest first."""
    profile, run = cProfile.Profile(), ScriptRunner._run_script
    with patch.object(ScriptRunner, "_run_script", lambda *args: profile.runcall(run, *args)):
        for _ in range(5):
            app.run()
    seconds: Counter[str] = Counter()
    for (place, _, name), (_, _, own, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        kind = next((kind for part, kind in KINDS.items() if part in place or part in name), "Python")
        seconds[kind] += own
    return [(kind, own / seconds.total()) for kind, own in seconds.most_common(5)]


if __name__ == "__main__":
    main()
