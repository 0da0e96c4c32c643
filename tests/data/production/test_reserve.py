"""A reserve adopted: what canteens prepare, what each reserve holds, and the setting's history and undo."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data import settings
from data.production.plan import production_of_day
from data.production.reserve import SETTING, reserves
from data.queries.forecasts import runs
from data.settings import SettingRefused
from data.store import Store
from tests.pages.conftest import add_forecasts

MARGIN, EXPECTED, SPREAD, POWER = -0.3, 0.6, 0.8, -0.3
FIGURES = {"surplus_pct": 1.7, "shortage_pct": 1.0, "reserve_meals": 600.4, "moved_meals": 550.2, "calls_pct": 74.6}


def keep_reserves(store: Store) -> None:
    """Give the stored run the reserves that a computation keeps."""
    run = runs.latest_run(store)
    assert run
    days = [f"{day:%Y-%m-%d}" for day in runs.forecast_days(store, run.run_id)]
    split = {day: [MARGIN, EXPECTED, SPREAD] for day in days}
    alone = {"grouping": "alone", "groups": 0, "canteens": 0, "ahead": {}}
    rows: list[dict[str, Any]] = [alone | FIGURES | {"surplus_pct": 4.8, "reserve_meals": 0.0, "moved_meals": 0.0}]
    rows += [{"grouping": name, "groups": 1, "canteens": 87, "ahead": split} | FIGURES for name in ("sectors", "city")]
    origins = store.read("SELECT DISTINCT known_until FROM backtests")["known_until"].dt.strftime("%Y-%m-%d")
    past = {day: [1.28, 1.0] for day in origins}
    risks = {"one_in": [20, 10], "size_power": POWER, "ahead": [1.28, 1.0], "past": past}
    told = {"risks_above": risks, "reserves": rows}
    with store.write("test", "forecast", {}) as cursor:
        cursor.execute("UPDATE forecast_runs SET specification = $told", {"told": json.dumps(told)})


@pytest.fixture
def store(demo_of_today: Path, tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "store.duckdb"
    path.write_bytes(demo_of_today.read_bytes())
    opened = Store(path)
    add_forecasts(opened)
    keep_reserves(opened)
    yield opened
    opened.close()


def of_day(store: Store) -> tuple[int, date, pd.DataFrame]:
    run = runs.latest_run(store)
    assert run
    day = runs.forecast_days(store, run.run_id)[0]
    return run.run_id, day, production_of_day(store, run.run_id, day)


def test_canteens_prepare_less_and_each_sector_holds_its_reserve(store: Store) -> None:
    _, _, before = of_day(store)
    assert not before["reserve"].any()
    settings.save(store, "mission", SETTING, "sectors")
    _, _, after = of_day(store)
    canteens, shared = after[~after["reserve"]], after[after["reserve"]]
    # By hand: forecast 100, upper end 120.
    unit = 20 * 100**POWER
    assert (set(canteens["meals"]), set(before["meals"])) == ({round(100 + MARGIN * unit)}, {107})
    sizes = before["district"].value_counts()
    assert shared.set_index("district")["meals"].to_dict() == {
        name: round(EXPECTED * size * unit + SPREAD * math.sqrt(size) * unit) for name, size in sizes.items()
    }
    assert (after["nursery"] + after["elementary"] == after["meals"]).all()
    assert (shared["containers"] > 0).all()
    assert list(canteens["canteen"]) == list(before["canteen"])


def test_it_is_taken_back_as_any_setting(store: Store) -> None:
    _, _, before = of_day(store)
    settings.save(store, "mission", SETTING, "city")
    _, _, after = of_day(store)
    assert after["place"].tolist()[-1] == "Réserve de la Ville"
    [change] = settings.history(store).to_dict("records")
    assert settings.in_words(settings.SETTINGS[SETTING], change["after"]) == "une pour la Ville"
    settings.take_back(store, "mission", change["setting_id"])
    pd.testing.assert_frame_equal(of_day(store)[2], before)
    for wrong in ("north", "", 3):
        with pytest.raises(SettingRefused):
            settings.save(store, "mission", SETTING, wrong)


def test_a_canteen_that_closes_or_decides_keeps_the_reserve_right(store: Store) -> None:
    settings.save(store, "mission", SETTING, "city")
    run_id, day, before = of_day(store)
    with store.write("test", "test", {}) as cursor:
        cursor.execute("UPDATE forecasts SET point = 0, upper = 0, recommended = 0 WHERE canteen = $c AND date = $d",
                       {"c": before["canteen"][0], "d": day})  # fmt: skip
    after = production_of_day(store, run_id, day)
    assert after["meals"][0] == 0
    assert after["meals"].iloc[-1] < before["meals"].iloc[-1]


def test_an_older_computation_shares_nothing(store: Store) -> None:
    settings.save(store, "mission", SETTING, "sectors")
    with store.write("test", "forecast", {}) as cursor:
        cursor.execute("UPDATE forecast_runs SET specification = '{}'")
    run_id, _, rows = of_day(store)
    assert not rows["reserve"].any()
    assert reserves(store, run_id).empty


def test_distances_are_said_where_places_are_known(store: Store) -> None:
    run_id, _, _ = of_day(store)
    known = reserves(store, run_id).set_index("grouping")["kilometres"]
    assert 0 < known["sectors"] < known["city"] < 30
    # Two places one degree of latitude apart are 111 km from each other.
    assert known["city"] == pytest.approx(_longest(store), rel=1e-3)


def _longest(store: Store) -> float:
    places = store.read("SELECT latitude, longitude FROM canteens").to_dict("records")
    return max(
        math.hypot((a["latitude"] - b["latitude"]) * 111.195,
                   (a["longitude"] - b["longitude"]) * 111.195 * math.cos(math.radians(a["latitude"])))
        for a in places for b in places
    )  # fmt: skip
