"""The application on a store of its own, driven through app.py."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, local_script_runner

from data.calendar.school import next_service_days
from data.demo import load_demo
from data.store import Store
from tests.conftest import PROJECT, made_once
from ui import session
from ui.kit.blocks import EVERYTHING

Open = Callable[..., AppTest]

# Rows as models.refresh stores them: the computation itself has its own tests.
FORECASTS = """
INSERT INTO forecasts BY NAME
SELECT
    $run_id AS run_id, place.canteen, day AS date, target.name AS target,
    100 * target.scale AS point, 80 * target.scale AS lower, 120 * target.scale AS upper,
    CASE WHEN place.canteen IS NOT NULL AND target.name = 'meals_served' THEN 107 END AS recommended
FROM unnest($days) AS days(day)
CROSS JOIN (SELECT name AS canteen FROM canteens UNION ALL SELECT NULL) AS place
CROSS JOIN (
    VALUES ('meals_served', 1), ('surplus_meals', 0.1), ('waste_g_per_meal', 1.1), ('preparation_g_per_meal', 0.1),
        ('unserved_g_per_meal', 0.4), ('leftovers_g_per_meal', 0.6), ('waste_kg', 0.3)
) AS target(name, scale)
"""

TERMS = """
INSERT INTO forecast_terms
SELECT $run_id, name, day, 104.3, -6.2, 1.5, 0.3, 0, 0.1 FROM unnest($days) AS days(day) CROSS JOIN canteens
"""
BACKTEST = """
INSERT INTO backtests
SELECT
    $run_id, canteen, date, sum(meals_planned), sum(meals_served),
    1.01 * sum(meals_served), 0.9 * sum(meals_served), 1.1 * sum(meals_served),
    1.05 * sum(meals_served), 1.04 * sum(meals_served), date_trunc('month', date) - INTERVAL 21 DAY, NULL
FROM located_services
WHERE canteen IS NOT NULL AND meals_served > 0
GROUP BY canteen, date
"""
WASTE_BACKTEST = """
INSERT INTO waste_backtests
WITH weighed AS (
    SELECT canteen, date, sum(wasted_kg) AS kg, sum(meals_served) AS meals
    FROM located_services
    WHERE canteen IS NOT NULL AND meals_served > 0 AND wasted_kg > 0
    GROUP BY canteen, date
)
SELECT $run_id, canteen, date, target, actual, 1.01 * actual, 0.9 * actual, 1.1 * actual
FROM (
    SELECT canteen, date, 'waste_kg' AS target, kg AS actual FROM weighed
    UNION ALL
    SELECT canteen, date, 'waste_g_per_meal' AS target, 1000 * kg / meals AS actual FROM weighed
)
"""


SCORES = {
    "canteen_days": 900, "wape_pct": 6.0, "covered_pct": 80.0, "plan_surplus_pct": 6.8, "plan_shortage_pct": 0.9,
    "plan_far_short_pct": 5.0, "advised_surplus_pct": 5.3, "advised_shortage_pct": 1.0, "advised_far_short_pct": 5.0,
}  # fmt: skip
LEADS = [{"lead_days": 21} | SCORES, {"lead_days": 1} | SCORES | {"wape_pct": 5.4, "advised_surplus_pct": 4.7}]


def add_forecasts(store: Store) -> None:
    """Store one run of forecasts for every canteen and the city."""
    last = store.read("SELECT max(date) AS day FROM services")["day"].iloc[0].date()
    days = next_service_days(store, last, 30)
    with store.write("test", "forecast", {}) as cursor:
        row = cursor.execute(
            "INSERT INTO forecast_runs (started_at, finished_at, data_version, last_service_on, specification)"
            " SELECT now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', 1, $last, $told RETURNING run_id",
            {"last": last, "told": json.dumps({"leads": LEADS})},
        ).fetchone()
        run = {"run_id": row[0] if row else 0}
        cursor.execute(FORECASTS, run | {"days": days})
        cursor.execute(TERMS, run | {"days": days})
        cursor.execute(BACKTEST, run)
        cursor.execute(WASTE_BACKTEST, run)


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a closed store with the demonstration and forecasts, which this worker alone opens."""

    def fill(store: Store) -> None:
        load_demo(store, today=date(2026, 6, 5))  # the same figures whatever the day of the test
        add_forecasts(store)

    made = made_once(tmp_path_factory, "demo_with_forecasts", fill)
    return Path(shutil.copy(made, tmp_path_factory.mktemp("demo") / "demo.duckdb"))


@pytest.fixture
def demo_store(demo_file: Path, tmp_path: Path) -> Path:
    """Return a copy of the demonstration that a test may change."""
    return Path(shutil.copy(demo_file, tmp_path / "demo.duckdb"))


@pytest.fixture
def empty_store(blank: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(blank, tmp_path / "empty.duckdb"))


@pytest.fixture(scope="session", autouse=True)
def quick_runs() -> Iterator[None]:
    """Let a run of a page cost what the page costs, without what Streamlit's own tools for tests add to it.

    The installed packages are searched for components once, not for each session; the end of a run is waited for by its
    thread, not by a look every millisecond.
    """
    look = local_script_runner.require_widgets_deltas

    def wait(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
        assert runner._script_thread
        runner._script_thread.join(timeout)
        look(runner, 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        patch.setattr(local_script_runner, "require_widgets_deltas", wait)
        yield


@pytest.fixture
def open_app(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Return a function that runs a page on a store, as app.py does."""
    monkeypatch.setenv("ANTIGASPI_AUTO_REFRESH", "0")
    # A run of a page passes for the program itself: a process started by a later test would run the page again.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])

    def run(path: Path, page: str | None = None, role: str | None = None, **query: str) -> AppTest:
        monkeypatch.setenv("ANTIGASPI_DB", str(path))
        app = AppTest.from_file(PROJECT / "app.py", default_timeout=60)
        if role:
            app.secrets["auth"] = {"client_id": "test"}
            person = {"email": f"{role}@ville.fr", "email_verified": True, "iat": 4_102_444_800}
            app.user = {"is_logged_in": True, **person}
        app.query_params.update(query)
        # At once, as by its address: the first page is not drawn for nothing.
        return (app.switch_page(page) if page else app).run()

    yield run
    # Closes the stores, so that the next test may open their files.
    session.close()


def add_user(path: Path, role: str) -> None:
    """Give an account of this role to the person whom `open_app` signs in for it."""
    store = Store(path)
    with store.write("test", "user", {}) as cursor:
        cursor.execute("INSERT INTO users VALUES ($email, $role, TRUE)", {"email": f"{role}@ville.fr", "role": role})
    store.close()


def open_parts(app: AppTest) -> AppTest:
    """Choose “Tout” where a page is in parts: it then shows them all."""
    for choice in [one for one in app.segmented_control if EVERYTHING in one.options]:
        choice.set_value(EVERYTHING)
        app.run()
    return app


def texts(app: AppTest) -> str:
    """Return everything a person reads on a page, with plain spaces."""
    found = [
        element.value for kind in ("html", "info", "warning", "error", "success", "text") for element in app.get(kind)
    ]
    found += [f"{metric.label} {metric.value} {metric.delta}" for metric in app.metric]
    return "\n".join(map(str, found)).replace("\u00a0", " ").replace("\u202f", " ")
