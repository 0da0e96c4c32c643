"""What is produced: an oracle over the rows of the store, prints, and gaps week by week."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from data.access.rights import Person
from data.deposit.edits import record
from data.production.gaps import weekly_gaps
from data.production.plan import dishes_of_day, past_production, production_of_day
from data.production.prints import NotTheKitchen, keep_print, last_print
from data.queries.forecasts import runs
from data.settings import save
from data.store import Store
from tests.pages.conftest import add_forecasts

KITCHEN = Person("cuisine@ville.fr", "cuisine")


@pytest.fixture(scope="module")
def store(demo_of_today: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("production") / "store.duckdb"
    path.write_bytes(demo_of_today.read_bytes())
    opened = Store(path)
    add_forecasts(opened)
    # Quantities that differ from one canteen and one day to the next.
    with opened.write("test", "test", {}) as cursor:
        cursor.execute("UPDATE forecasts SET recommended = 60 + hash(canteen || date::VARCHAR) % 200")
    yield opened
    opened.close()


def naive(store: Store, day: date, weight: float, size: float) -> pd.DataFrame:
    """Return meals, portions and containers by canteen, row by row."""
    forecasts = store.read("SELECT canteen, recommended FROM forecasts WHERE target = 'meals_served' AND date = $d "
                           "AND canteen IS NOT NULL", {"d": day})  # fmt: skip
    log = store.read("SELECT * FROM located_services WHERE meals_served > 0")
    log = log[log["date"] > pd.Timestamp(log["date"].max() - timedelta(days=60))]
    rows = []
    for canteen, meals in zip(forecasts["canteen"], forecasts["recommended"], strict=True):
        own = log[log["canteen"] == canteen]
        share = own.loc[own["site_kind"] == "M", "meals_served"].sum() / own["meals_served"].sum()
        nursery = math.ceil(meals * share - 0.5)
        containers = 0
        while containers * size < nursery * weight + meals - nursery - 1e-9:
            containers += 1
        rows.append((canteen, int(meals), nursery, int(meals) - nursery, containers))
    return pd.DataFrame(rows, columns=["canteen", "meals", "nursery", "elementary", "containers"])


def test_the_production_of_twenty_days_is_that_of_the_store(store: Store) -> None:
    run = runs.latest_run(store)
    assert run is not None
    for day in runs.forecast_days(store, run.run_id)[:20]:
        known = production_of_day(store, run.run_id, day).sort_values("canteen", ignore_index=True)
        expected = naive(store, day, 0.75, 25).sort_values("canteen", ignore_index=True)
        pd.testing.assert_frame_equal(known[list(expected.columns)], expected, check_dtype=False)
        assert (known["spare"] >= 0).all()
        assert (known["spare"] < 25).all()


def test_the_weights_are_those_that_the_mission_sets(store: Store) -> None:
    run = runs.latest_run(store)
    assert run is not None
    day = runs.forecast_days(store, run.run_id)[0]
    save(store, "max", "nursery_portion", 0.5)
    save(store, "max", "container_portions", 10)
    try:
        known = production_of_day(store, run.run_id, day).sort_values("canteen", ignore_index=True)
        assert known["containers"].tolist() == naive(store, day, 0.5, 10).sort_values("canteen")["containers"].tolist()
    finally:
        save(store, "max", "nursery_portion", None)
        save(store, "max", "container_portions", None)


def test_what_the_kitchen_decides_is_what_is_prepared(store: Store) -> None:
    run = runs.latest_run(store)
    assert run is not None
    day = runs.forecast_days(store, run.run_id)[1]
    canteen = production_of_day(store, run.run_id, day)["canteen"][0]
    assert record(store, "production", [{"cantine_nom": canteen, "date": day, "repas_decides": 999}], KITCHEN).saved
    row = production_of_day(store, run.run_id, day).iloc[0]
    assert (row["meals"], row["nursery"] + row["elementary"]) == (999, 999)
    assert dishes_of_day(store, day)


def test_only_the_kitchen_keeps_what_was_printed(store: Store) -> None:
    day = date(2030, 1, 7)
    assert last_print(store, day) is None
    with pytest.raises(NotTheKitchen):
        keep_print(store, Person("a", "cantine", canteens=frozenset({"A"})), day, {"A": 1})
    keep_print(store, KITCHEN, day, {"A": 180})
    keep_print(store, KITCHEN, day, {"A": 135})
    printed = last_print(store, day)
    assert printed is not None
    assert (printed.meals, printed.actor) == ({"A": 135}, KITCHEN.name)


def test_gaps_compare_the_same_days_of_the_same_canteens(store: Store) -> None:
    served = store.read(
        "SELECT canteen, date, sum(meals_served)::BIGINT AS served FROM located_services"
        " WHERE meals_served > 0 AND canteen IS NOT NULL GROUP BY ALL ORDER BY date DESC, canteen LIMIT 30"
    )
    lines = [
        {"cantine_nom": row["canteen"], "date": row["date"].date(), "repas_produits": row["served"] + 7}
        for row in served.to_dict("records")
    ]
    assert record(store, "production", lines, KITCHEN).saved
    weeks = weekly_gaps(store)
    assert weeks["gap"].sum() == 7 * 30
    assert weeks["served"].sum() == served["served"].sum()
    assert weeks["canteen_days"].sum() == 30
    assert weeks["returned"].isna().all()


def test_a_day_counts_once_all_the_levels_of_the_canteen_are_known(store: Store) -> None:
    before = weekly_gaps(store)["canteen_days"].sum()
    points = store.read(
        "SELECT canteen, min(site) AS site, min(site_kind) AS kind FROM service_points"
        " WHERE canteen IS NOT NULL GROUP BY canteen HAVING count(*) > 1 ORDER BY canteen LIMIT 1"
    ).iloc[0]
    day = store.read("SELECT max(date) + 3 AS d FROM services")["d"].iloc[0].date()
    lines = [{"site_nom": points["site"], "site_type": points["kind"], "date": day, "reel": 40}]
    assert record(store, "log", lines, "mission").saved
    lines = [{"cantine_nom": points["canteen"], "date": day, "repas_produits": 200}]
    assert record(store, "production", lines, KITCHEN).saved
    assert weekly_gaps(store)["canteen_days"].sum() == before


def test_a_day_that_is_over_can_still_be_typed(store: Store) -> None:
    day = store.read("SELECT max(date) AS d FROM services WHERE meals_served > 0")["d"].iloc[0].date()
    rows = past_production(store, day)
    served = store.read("SELECT count(DISTINCT canteen) AS n FROM located_services WHERE date = $d", {"d": day})
    assert len(rows) >= served["n"].iloc[0]
    assert rows["produced"].notna().any()


def test_a_canteen_that_closes_stays_on_the_sheet_without_a_meal(store: Store) -> None:
    run = runs.latest_run(store)
    assert run is not None
    day = runs.forecast_days(store, run.run_id)[3]
    before = production_of_day(store, run.run_id, day)
    canteen = str(before["canteen"][0])
    closed = {"type": "fermeture", "date_debut": day, "cantine_nom": canteen}
    assert record(store, "events", [closed], "mission").saved
    after = production_of_day(store, run.run_id, day)
    assert len(after) == len(before)
    assert after.loc[after["canteen"] == canteen, ["meals", "containers"]].to_numpy().tolist() == [[0, 0]]
