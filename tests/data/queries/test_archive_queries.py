"""The archive tells what was said in time and nothing else, and forgetting the rest changes none of its figures."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.deposit.apply import apply
from data.queries.forecasts import archive
from data.store import Store
from tests.conftest import COUNT_AGAIN

CANTEENS = ("Aulne", "Bois", "Chêne")
FIRST = date(2024, 1, 8)
DAYS = [FIRST + timedelta(days=ahead) for ahead in range(90) if (FIRST + timedelta(days=ahead)).isoweekday() <= 5]
# The last day known to each computation, in the order they were made; one of them follows the undoing of a deposit.
KNOWN = [-3, 4, 11, 11, 25, 18, 32, 46, 60, 61]
Rows = list[dict[str, Any]]


def served_days(seed: int) -> Rows:
    """Return what happened: some canteens do not serve every day, some days have no plan."""
    chance = np.random.default_rng(seed)
    found = []
    for canteen, day in itertools.product(CANTEENS, DAYS[:60]):
        kept, meals = chance.random(), int(chance.integers(50, 200))
        if kept > 0.1:
            plan = None if kept > 0.9 else int(chance.integers(50, 200))
            found.append({"canteen": canteen, "date": day, "meals_served": meals, "meals_planned": plan})
    return found


def computations(seed: int) -> pd.DataFrame:
    """Return what was said: each computation speaks of the six weeks after the last day it knew."""
    chance = np.random.default_rng(seed)
    rows = []
    for run, ahead in enumerate(KNOWN, start=1):
        known = FIRST + timedelta(days=ahead)
        for day in DAYS:
            if not known < day <= known + timedelta(days=42):
                continue
            for canteen in (*CANTEENS, None):
                point = float(chance.integers(50, 200))
                quantities = [point, point - 20, point + 20, point + 5]
                rows += [[run, canteen, day, target, *quantities] for target in ("meals_served", "surplus_meals")]
    return pd.DataFrame(rows, columns=["run_id", "canteen", "date", "target", "point", "lower", "upper", "recommended"])


@pytest.fixture(scope="module")
def happened() -> Rows:
    return served_days(1)


@pytest.fixture(scope="module")
def said() -> pd.DataFrame:
    return computations(2)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, happened: Rows, said: pd.DataFrame) -> Path:
    store = Store(tmp_path_factory.mktemp("archive") / "archive.duckdb")
    mapping = ["site_nom;site_type;cantine_nom;cantine_type", *(f"{name};M;{name};M" for name in CANTEENS)]
    apply(store, "m.csv", "\n".join(mapping).encode(), "test")
    told = [
        f"{one['canteen']};M;{one['date']:%d/%m/%Y};{one['meals_planned'] or ''};{one['meals_served']}"
        for one in happened
    ]
    apply(store, "j.csv", "\n".join(["site_nom;site_type;date;prevision;reel", *told]).encode(), "test")
    with store.write("test", "forecast", {}) as cursor:
        for run in range(1, len(KNOWN) + 1):
            values = [run, made_on(run), made_on(run), 1, known_by(run), "{}"]
            cursor.execute("INSERT INTO forecast_runs VALUES (?, ?, ?, ?, ?, ?)", values)
        cursor.register("computed", said)
        cursor.execute("INSERT INTO forecasts BY NAME SELECT * FROM computed")
        cursor.unregister("computed")
    store.close()
    return store.path


@pytest.fixture
def store(built: Path, tmp_path: Path) -> Iterator[Store]:
    """Return a copy of the store that a test may change."""
    opened = Store(Path(shutil.copy(built, tmp_path / "archive.duckdb")))
    yield opened
    opened.close()


def last_said(said: pd.DataFrame) -> Callable[[str, date, int], Rows]:
    """Return what finds, in a list, what the last computation that knew nothing closer than a horizon said of a day."""
    told: dict[tuple[str, date], Rows] = {}
    for row in said[said["target"] == "meals_served"].dropna(subset="canteen").to_dict("records"):
        told.setdefault((row["canteen"], row["date"]), []).append(dict(row))

    def find(canteen: str, day: date, horizon: int) -> Rows:
        early = [one for one in told.get((canteen, day), []) if (day - known_by(one["run_id"])).days >= horizon]
        return early[-1:]

    return find


def known_by(run: int) -> date:
    return FIRST + timedelta(days=KNOWN[run - 1])


def made_on(run: int) -> datetime:
    return datetime(2024, 2, 1) if run < 4 else datetime(2030, 1, 1)


def test_each_horizon_is_judged_on_what_was_said_that_early_and_the_rest_is_counted(
    store: Store, happened: Rows, said: pd.DataFrame
) -> None:
    found = archive.by_horizon(store).set_index("horizon")
    assert found.index.tolist() == [21, 7, 1]
    first = said["date"].min()
    served = {(one["canteen"], one["date"]): one for one in happened if one["date"] >= first}
    last, find = max(one["date"] for one in happened), last_said(said)
    silent = [place for place in itertools.product(CANTEENS, DAYS) if first <= place[1] <= last and place not in served]
    for horizon in archive.HORIZONS:
        row = found.loc[horizon]
        met = [(one["meals_served"], told) for place, one in served.items() for told in find(*place, horizon)]
        total, gaps = sum(meals for meals, _ in met), [told["point"] - meals for meals, told in met]
        assert (row["canteen_days"], row["not_forecast"]) == (len(met), len(served) - len(met))
        assert row["forecast_wape_pct"] == pytest.approx(100 * sum(map(abs, gaps)) / total)
        assert row["forecast_bias_pct"] == pytest.approx(100 * sum(gaps) / total)
        assert row["covered_pct"] == pytest.approx(100 * sum(abs(gap) <= 20 for gap in gaps) / len(met))
        assert row["not_served"] == sum(len(find(*place, horizon)) for place in silent)
        assert row["computed_after"] == sum(made_on(told["run_id"]).date() > told["date"] for _, told in met)


def test_the_plan_is_judged_on_the_days_it_was_written_alone(store: Store, happened: Rows, said: pd.DataFrame) -> None:
    row, find = archive.by_horizon(store).set_index("horizon").loc[1], last_said(said)
    kept = [one for one in happened if one["meals_planned"] and find(one["canteen"], one["date"], 1)]
    gap = sum(abs(one["meals_planned"] - one["meals_served"]) for one in kept)
    assert row["plan_wape_pct"] == pytest.approx(100 * gap / sum(one["meals_served"] for one in kept))


def test_every_canteen_day_served_or_announced_is_in_the_file_with_all_that_was_said(
    store: Store, happened: Rows, said: pd.DataFrame
) -> None:
    found, find = archive.archive_by_canteen_day(store), last_said(said)
    first, last = said["date"].min(), max(one["date"] for one in happened)
    announced = {(row["canteen"], row["date"]) for row in said.dropna(subset="canteen").to_dict("records")}
    expected = {(one["canteen"], one["date"]) for one in happened if one["date"] >= first}
    expected |= {(canteen, day) for canteen, day in announced if day <= last}
    assert [(row["place"], row["date"].date()) for _, row in found.iterrows()] == sorted(
        expected, key=lambda place: (place[1], place[0])
    )
    for row, horizon in itertools.product(found.to_dict("records"), archive.HORIZONS):
        told = find(row["place"], row["date"].date(), horizon)
        known = [] if pd.isna(row[f"known_until_{horizon}"]) else [row[f"known_until_{horizon}"].date()]
        assert known == [known_by(one["run_id"]) for one in told]
        assert [row[f"forecast_{horizon}"]] * len(told) == [one["point"] for one in told]


def test_the_days_of_a_place_add_up_to_those_of_its_canteens(store: Store) -> None:
    city = archive.archive_by_day(store, None).set_index("date")
    parts = [archive.archive_by_day(store, canteen).set_index("date") for canteen in CANTEENS]
    total = pd.concat(parts).groupby(level=0).sum(min_count=1)
    assert city["meals_served"].equals(total["meals_served"].reindex(city.index).astype(city["meals_served"].dtype))
    for horizon in archive.HORIZONS:
        gaps = total[f"gap_{horizon}"].reindex(city.index)
        np.testing.assert_allclose(city[f"gap_{horizon}"], gaps)


def test_forgetting_what_nobody_reads_changes_no_figure_and_keeps_the_last_computations_whole(
    store: Store, said: pd.DataFrame
) -> None:
    before = [archive.by_horizon(store), archive.archive_by_canteen_day(store), archive.archive_by_day(store, None)]
    with store.write("test", "forget", {}) as cursor:
        archive.thin_out(cursor, len(KNOWN))
    after = [archive.by_horizon(store), archive.archive_by_canteen_day(store), archive.archive_by_day(store, None)]
    for old, new in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(old, new)
    kept = store.read("SELECT run_id, canteen, date, target FROM forecasts")
    whole = said["run_id"] > len(KNOWN) - archive.KEPT_WHOLE
    assert (kept["run_id"] > len(KNOWN) - archive.KEPT_WHOLE).sum() == whole.sum()
    early = kept[kept["run_id"] <= len(KNOWN) - archive.KEPT_WHOLE]
    most = early.fillna({"canteen": ""}).groupby(["canteen", "date", "target"]).size().max()
    assert most <= len(archive.HORIZONS)
    assert len(kept) < len(said)


def test_what_is_forgotten_today_would_never_have_been_read_later(store: Store, said: pd.DataFrame) -> None:
    with store.write("test", "runs one by one", {}) as cursor:
        cursor.execute("DELETE FROM forecasts")
        cursor.register("computed", said)
        for run in range(1, len(KNOWN) + 1):
            cursor.execute("INSERT INTO forecasts BY NAME SELECT * FROM computed WHERE run_id = $run", {"run": run})
            archive.thin_out(cursor, run)
        cursor.unregister("computed")
    thinned = archive.archive_by_canteen_day(store)
    with store.write("test", "all of them", {}) as cursor:
        cursor.execute("DELETE FROM forecasts")
        cursor.register("computed", said)
        cursor.execute("INSERT INTO forecasts BY NAME SELECT * FROM computed")
        cursor.unregister("computed")
    pd.testing.assert_frame_equal(thinned, archive.archive_by_canteen_day(store))


def test_forecasts_that_met_no_day_yet_wait_for_the_first_one(store: Store, said: pd.DataFrame) -> None:
    with store.write("test", "only the first day", {}) as cursor:
        cursor.execute("UPDATE log_rows SET date = DATE '2024-01-03' WHERE line = 2")
        cursor.execute("DELETE FROM log_rows WHERE line > 2")
        cursor.execute(COUNT_AGAIN)
    assert archive.by_horizon(store).empty
    assert archive.archive_by_canteen_day(store).empty
    assert archive.first_day_awaited(store) == said["date"].min()
    with store.write("test", "no meal at all", {}) as cursor:
        cursor.execute("DELETE FROM log_rows")
        cursor.execute(COUNT_AGAIN)
    assert archive.first_day_awaited(store) is None
