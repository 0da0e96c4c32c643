"""The city's real files load unchanged, and the figures are the published ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.deposit.apply import DepositReport, apply
from data.store import Store

MAPPING, LOG = "mapping_frequentation_cantines.csv", "frequentation_2011_2017.csv"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, nantes: Path) -> Iterator[tuple[Store, DepositReport]]:
    store = Store(tmp_path_factory.mktemp("city") / "city.duckdb")
    apply(store, MAPPING, (nantes / MAPPING).read_bytes(), "agent")
    report = apply(store, LOG, (nantes / LOG).read_bytes(), "agent")
    yield store, report
    store.close()


def test_every_line_of_the_log_is_accounted_for(city: tuple[Store, DepositReport]) -> None:
    report = city[1]
    assert (report.lines, report.accepted, report.without_measure) == (83_265, 80_261, 3_004)
    assert (report.changed, report.unchanged, report.rejected) == (0, 0, [])


def test_totals_are_those_of_the_file(city: tuple[Store, DepositReport]) -> None:
    row = (
        city[0].read("SELECT sum(meals_served) AS served, sum(meals_planned) AS planned FROM located_services").iloc[0]
    )
    assert (row["served"], row["planned"]) == (11_689_324, 12_379_991)


def test_canteens_and_labels_without_canteen(city: tuple[Store, DepositReport]) -> None:
    assert city[0].read("SELECT count(*) AS n FROM canteens")["n"][0] == 88
    assert city[0].read("SELECT count(*) AS n FROM service_points WHERE canteen IS NULL")["n"][0] == 5


def test_the_same_log_again_changes_nothing_and_says_so(city: tuple[Store, DepositReport], nantes: Path) -> None:
    store = city[0]
    question = "SELECT sum(meals_served) AS s, sum(meals_planned) AS p, count(*) AS n FROM services"
    before = store.read(question)
    report = apply(store, LOG, (nantes / LOG).read_bytes(), "agent")
    assert report.nothing_to_do
    assert (report.accepted, report.changed, report.unchanged, report.without_measure) == (0, 0, 80_261, 3_004)
    assert store.read(question).equals(before)


def test_the_school_year_2016_2017_gives_the_published_surplus(city: tuple[Store, DepositReport]) -> None:
    row = (
        city[0]
        .read(
            """
        SELECT count(*) AS n, sum(meals_planned) AS planned, sum(meals_served) AS served
        FROM located_services
        WHERE date BETWEEN DATE '2016-09-01' AND DATE '2017-07-31'
            AND meals_planned IS NOT NULL AND meals_served IS NOT NULL
        """
        )
        .iloc[0]
    )
    assert row.tolist() == [11_528, 1_919_098, 1_817_881]


def test_every_file_of_the_city_loads_unchanged(store: Store, nantes: Path) -> None:
    for path in sorted(nantes.glob("*.csv")):
        report = apply(store, path.name, path.read_bytes(), "agent")
        assert report.rejected == [], path.name
        assert report.lines == report.accepted + report.without_measure + report.unchanged, path.name
