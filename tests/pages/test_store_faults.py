"""A store that cannot be opened is told on the page in French, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.store import Store
from tests.data.broken_stores import DAMAGED, FEW, FEW_JOURNALS, JOURNALS, REFUSED, left_open, move_copy, wal
from tests.pages.conftest import Open, texts


@pytest.fixture(scope="module")
def left(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return left_open(blank, tmp_path_factory.mktemp("left"))


def _is_told(open_app: Open, path: Path, words: str) -> None:
    app = open_app(path)
    assert not app.exception
    assert app.error[0].value == "La base de données ne peut pas être ouverte."
    assert words in texts(app)
    assert not app.title


@pytest.mark.parametrize("name", [*FEW, "sqlite", "folder in its place", *FEW_JOURNALS])
def test_a_damaged_store_is_told_on_the_page(open_app: Open, left: Path, tmp_path: Path, name: str) -> None:
    path = move_copy(left, tmp_path / "base.duckdb")
    if name in DAMAGED:
        Store(path).close()
        wal(path).unlink(missing_ok=True)
    (DAMAGED | JOURNALS)[name](path)
    _is_told(open_app, path, str(path))


@pytest.mark.parametrize("name", REFUSED)
def test_a_store_the_machine_refuses_is_told_on_the_page(open_app: Open, left: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "base").mkdir()
    make, words = REFUSED[name]
    with make(move_copy(left, tmp_path / "base" / "base.duckdb")) as path:
        _is_told(open_app, path, words)
