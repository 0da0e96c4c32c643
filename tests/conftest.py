"""What every test can ask for: an empty store of its own, and the real files where they are at hand."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

# Before numpy is loaded, as `models` does: two workers already fill two cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import settings

from data.demo import load_demo
from data.store import Store

PROJECT = Path(__file__).resolve().parent.parent
# How many examples a long property tries every day; ANTIGASPI_EXAMPLES=100 for a long search.
EXAMPLES = int(os.environ.get("ANTIGASPI_EXAMPLES", "5"))
# A short one tries forty, or as many as are asked for. Machines are shared: how long an example takes says nothing.
settings.register_profile("shared", deadline=None, max_examples=max(40, EXAMPLES))
settings.load_profile("shared")
REAL_DATA = Path(os.environ.get("ANTIGASPI_REAL_DATA") or PROJECT.parent / "shared" / "data")

# For a test that changes the rows of a log where they lie: in a write, what is known from them is derived again.
COUNT_AGAIN = "DELETE FROM services; UPDATE deposits SET counted = FALSE"


def made_once(factory: pytest.TempPathFactory, name: str, fill: Callable[[Store], object]) -> Path:
    """Return the path of a closed store, to be copied: the first worker that needs it fills it for all."""
    folder = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    path, part = folder / f"{name}.duckdb", folder / f"{name}.part.duckdb"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            part.unlink(missing_ok=True)
            store = Store(part)
            fill(store)
            store.close()
            part.rename(path)
    return path


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a closed store without a row: a copy of it opens ten times sooner than a new one."""
    return made_once(tmp_path_factory, "blank", lambda _: None)


@pytest.fixture(scope="session")
def demo_of_today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a closed store with the demonstration, as `make run` loads it."""
    return made_once(tmp_path_factory, "demo_of_today", load_demo)


@pytest.fixture
def store(blank: Path, tmp_path: Path) -> Iterator[Store]:
    opened = Store(Path(shutil.copy(blank, tmp_path / "test.duckdb")))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def nantes() -> Path:
    """Return the folder of the city's real files; skip (or fail, where they are demanded) without them."""
    return _real("nantes")


@pytest.fixture(scope="session")
def helsingborg() -> Path:
    """Return the folder of a school's real weighings; skip (or fail, where they are demanded) without them."""
    return _real("helsingborg")


@pytest.fixture(scope="session")
def public_cases() -> Path:
    """Return the folder of small awkward files met in public places; skip (or fail) without them."""
    return _real("public_cases")


def _real(name: str) -> Path:
    folder = REAL_DATA / name
    if not folder.is_dir():
        reason = f"real data not found in {REAL_DATA} (set ANTIGASPI_REAL_DATA to their folder)"
        if os.environ.get("ANTIGASPI_REQUIRE_REAL_DATA") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
