"""One real refresh of a synthetic city, shared by the tests, and a small store to run the command line on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from data.calendar.school import service_days
from data.store import Store
from models.refresh import refresh
from tests.conftest import made_once
from tests.models.synthetic import LAST, MAPPED, TODAY, add_event, build_city, deposit, meals


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store with one refreshed run; tests only read it."""
    made = made_once(tmp_path_factory, "city", _refreshed_city)
    opened = Store(Path(shutil.copy(made, tmp_path_factory.mktemp("city") / "city.duckdb")))
    yield opened
    opened.close()


def _refreshed_city(store: Store) -> None:
    build_city(store)
    add_event(store, "closure", date(2024, 11, 28), date(2024, 12, 3), "Bois")
    add_event(store, "closure", date(2024, 12, 5), date(2024, 12, 5))
    refresh(store, "test", today=TODAY)


@pytest.fixture(scope="session")
def forecasts(city: Store) -> pd.DataFrame:
    return city.read("SELECT * FROM forecasts ORDER BY target, canteen, date")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "small", _three_canteens)


def _three_canteens(store: Store) -> None:
    days = service_days(store, date(2024, 9, 2), LAST)
    rows = [meals(name, days, 50 + 10 * number, number) for number, name in enumerate(["Chêne E", "Bois", "Étang"])]
    deposit(store, pd.concat(rows), MAPPED)


@pytest.fixture
def database(small: Path, tmp_path: Path) -> Path:
    """Return the path of a small closed store: three canteens, a term and a half, quick to forecast."""
    return Path(shutil.copy(small, tmp_path / "small.duckdb"))
