"""A programme of two schools, for the tests of what is typed about it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.store import Store
from tests.conftest import made_once
from tests.data.deposit.programme_files import OTHER, SCHOOL, STAGES, day, deposit


@pytest.fixture(scope="session")
def two_schools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two schools, the first in its installation, a device, counts of agents, a request for help."""
    return made_once(tmp_path_factory, "two_schools", _two_schools)


def _two_schools(store: Store) -> None:
    deposit(store, "ecole cantine_nom", [(SCHOOL, "A"), (OTHER, "B")])
    deposit(store, "ecole raccordement meteo", [(SCHOOL, "en cours", "soleil"), (OTHER, "à faire", "nuage")])
    stages = [
        (SCHOOL, "cadrage", day(3), day(7), day(3), day(7)),
        (SCHOOL, "préparation", day(10), day(14), day(10), day(14)),
        (SCHOOL, "installation", day(17), day(28), day(18), None),
        (SCHOOL, "formation", day(31), day(11, 4), None, None),
        (SCHOOL, "test", day(14, 4), day(13, 6), None, None),
    ]
    deposit(store, STAGES, stages)
    deposit(store, "identifiant ecole type etat", [("MAT-1", SCHOOL, "tablette", "en stock")])
    counts = [(SCHOOL, "restauration", day(1), 8, 6, 5, 4)]
    deposit(store, "ecole metier mois agents identites_creees identites_activees actifs_30_jours", counts)
    deposit(store, "numero ecole objet ouvert_le", [("D-1", SCHOOL, "réseau", day(10))])


@pytest.fixture(scope="session")
def settled(two_schools: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return that store, for those who write nothing."""
    opened = Store(Path(shutil.copy(two_schools, tmp_path_factory.mktemp("settled") / "known.duckdb")))
    yield opened
    opened.close()


@pytest.fixture
def known(two_schools: Path, tmp_path: Path) -> Iterator[Store]:
    """Return a copy of that store, which a test may change."""
    opened = Store(Path(shutil.copy(two_schools, tmp_path / "known.duckdb")))
    yield opened
    opened.close()
