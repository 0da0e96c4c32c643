"""What a comité reads of the agents on any page could be said of other agents; the mission reads exact counts."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from data.store import Store
from tests.data.people.worlds import moved, rewrite, true_cells
from tests.pages.conftest import Open, texts
from ui.equipment.counts import EXACT, ROUNDED
from ui.kit import blocks, tables
from ui.kit.blocks import EVERYTHING
from ui.kit.formats import month_name

EQUIPMENT = "pages/mission/equipement.py"
OTHERS = [
    "pages/comite/synthese.py",
    "pages/mission/deploiement.py",
    "pages/mission/generalisation.py",
    "pages/mission/portefeuille.py",
]


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what the pages offer to take away, and the tables that wait for a click, as they are drawn."""
    taken: list[str] = []

    def take(frame: Any, name: str, *_: Any, **__: Any) -> None:  # noqa: ANN401
        whole = frame.whole if isinstance(frame, tables.Wide) else frame
        taken.append(f"{name}\n{(whole() if callable(whole) else whole).to_csv()}")

    monkeypatch.setattr(tables, "download_csv", take)
    monkeypatch.setattr(blocks, "_table_on_demand", take)
    return taken


def with_comite(path: Path) -> Store:
    store = Store(path)
    with store.write("test", "user", {}) as cursor:
        cursor.execute("INSERT INTO users (email, role) VALUES ('comite@ville.fr', 'comite')")
    return store


def read(app: AppTest) -> list[str]:
    """Return all that a page shows: its texts, figures, tables and charts."""
    assert not app.exception
    frames = [frame.value.to_csv() for frame in app.dataframe]
    charts = [chart.proto.spec for chart in app.get("plotly_chart")]
    figures = [f"{metric.label} {metric.value} {metric.delta} {metric.help}" for metric in app.metric]
    return [*texts(app), *frames, *charts, *figures]


def test_a_comite_sees_the_same_pages_whoever_the_agents_are(
    open_app: Open, demo_store: Path, tmp_path: Path, downloads: list[str]
) -> None:
    store = with_comite(demo_store)
    months = [month_name(month) for month in store.read("SELECT DISTINCT month FROM equipment_counts")["month"]]
    world = moved(true_cells(store), 1)
    store.close()
    other = Store(Path(shutil.copy(demo_store, tmp_path / "other.duckdb")))
    rewrite(other, world, 1)
    other.close()
    asked = [(EQUIPMENT, {"mois": month}) for month in sorted(months)[::6]] + [(page, {}) for page in OTHERS]
    for page, query in asked:
        seen = []
        for path in (demo_store, other.path):
            downloads.clear()
            seen.append([*read(open_app(path, page, role="comite", volet=EVERYTHING, **query)), *downloads])
        assert seen[0] == seen[1], page
    assert downloads


def test_the_mission_sees_exact_counts_and_is_told_not_to_spread_them(open_app: Open, demo_store: Path) -> None:
    with_comite(demo_store).close()
    shown = {role: open_app(demo_store, EQUIPMENT, role=role) for role in (None, "comite")}
    notes = {role: " ".join(block.value for block in app.get("html")) for role, app in shown.items()}
    assert EXACT in notes[None] and ROUNDED not in notes[None]
    assert ROUNDED in notes["comite"] and EXACT not in notes["comite"]
    agents = {role: app.metric[0].value for role, app in shown.items()}
    assert agents[None].isdigit() and agents["comite"] == "≈\u00a0180"
