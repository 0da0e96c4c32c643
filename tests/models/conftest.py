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
from tests.models.synthetic import LAST, MAPPED, TODAY, add_event, build_city, deposit, meals


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store with one refreshed run; tests only read it."""
    opened = Store(tmp_path_factory.mktemp("city") / "city.duckdb")
    build_city(opened)
    add_event(opened, "closure", date(2024, 11, 28), date(2024, 12, 3), "Bois")
    add_event(opened, "closure", date(2024, 12, 5), date(2024, 12, 5))
    refresh(opened, "test", today=TODAY)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def forecasts(city: Store) -> pd.DataFrame:
    return city.read("SELECT * FROM forecasts ORDER BY target, canteen, date")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(tmp_path_factory.mktemp("small") / "small.duckdb")
    days = service_days(store, date(2024, 9, 2), LAST)
    rows = [meals(name, days, 50 + 10 * number, number) for number, name in enumerate(["Chêne E", "Bois", "Étang"])]
    deposit(store, pd.concat(rows), MAPPED)
    store.close()
    return store.path


@pytest.fixture
def database(small: Path, tmp_path: Path) -> Path:
    """Return the path of a small closed store: three canteens, a term and a half, quick to forecast."""
    return Path(shutil.copy(small, tmp_path / "small.duckdb"))
