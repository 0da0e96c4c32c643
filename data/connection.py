"""The database connection: locked down, shared by cursors, opened again after DuckDB invalidates it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from data.clock import PARIS

LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
}


def connect(path: Path, folders: list[Path]) -> duckdb.DuckDBPyConnection:
    """Open the file; SQL can reach no file outside these folders."""
    connection = duckdb.connect(str(path), config=LOCKED_DOWN)
    connection.execute("SET allowed_directories = $folders", {"folders": [str(folder) for folder in folders]})
    # For `current_date`. Times are stored in UTC.
    connection.execute(f"SET GLOBAL TimeZone = '{PARIS.key}'")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


class Cursors:
    """Reference counting of cursors: an invalidated database can be opened again when no cursor is left on it."""

    def __init__(self) -> None:
        """Start with no cursor."""
        self.invalidated = False
        self._count = 0
        self._lock = threading.Lock()

    @contextmanager
    def one(self, reopen: Callable[[], None]) -> Iterator[None]:
        """Count one more cursor; open a new connection first if the last one is invalidated and free."""
        with self._lock:
            if self.invalidated and not self._count:
                reopen()
                self.invalidated = False
            self._count += 1
        try:
            yield
        except (duckdb.FatalException, duckdb.InternalException):
            self.invalidated = True
            raise
        finally:
            with self._lock:
                self._count -= 1
