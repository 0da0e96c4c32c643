"""Choosing another risk changes the quantities of the view Jour par jour and says its price; by default none moves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.store import Store
from tests.pages.conftest import Open, texts
from ui.forecasts.risk import MANAGERS

PREVISIONS = "pages/cuisine/semaine.py"
ONE_IN, POSITIONS = [20, 10, 5], [1.28, 1.0, 0.66]


def keep_risks(path: Path) -> None:
    """Give the stored run the risks that a computation keeps."""
    store = Store(path)
    origins = store.read("SELECT DISTINCT known_until FROM backtests")["known_until"].dt.strftime("%Y-%m-%d")
    told = {"risks_above": {"one_in": ONE_IN, "ahead": POSITIONS, "past": dict.fromkeys(origins, POSITIONS)}}
    with store.write("test", "forecast", {}) as cursor:
        cursor.execute("UPDATE forecast_runs SET specification = $told", {"told": json.dumps(told)})
    store.close()


def advised(app: AppTest) -> list[float]:
    """Return the quantities of the first and of the last table that has some: the place's, then the canteens'."""
    tables = [frame.value for frame in app.dataframe if "Conseillée" in frame.value]
    return [float(tables[0]["Conseillée"].iloc[0]), float(tables[-1]["Conseillée"].iloc[0])]


def test_the_chosen_risk_changes_the_quantity_of_the_city_and_of_its_canteens(open_app: Open, demo_store: Path) -> None:
    keep_risks(demo_store)
    app = open_app(demo_store, PREVISIONS, vue="Jour par jour", risque="1 jour sur 10")
    canteens = advised(app)[0] / 120
    assert advised(app) == pytest.approx([canteens * 120, 120])  # 100 + 1.0 × (120 − 100)
    assert "à 1 jour sur 10" in texts(app)
    next(box for box in app.selectbox if box.label == "Risque de manquer").select(MANAGERS).run()
    assert not app.exception
    assert advised(app) == pytest.approx([round(canteens) * 107, 107])  # as the computation stored it
    assert "Passer du risque d’aujourd’hui" in texts(app)


def test_a_computation_without_other_risks_shows_its_own_quantity(open_app: Open, demo_store: Path) -> None:
    app = open_app(demo_store, PREVISIONS, vue="Jour par jour", risque="1 jour sur 20")
    assert not app.exception
    assert not [box for box in app.selectbox if box.label == "Risque de manquer"]
    assert advised(app)[1] == 107
