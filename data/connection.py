"""The connection to the file: locked down, shared by cursors, made again once DuckDB has given it up."""

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
    """Open the file with nothing outside its own folders within reach of SQL."""
    connection = duckdb.connect(str(path), config=LOCKED_DOWN)
    connection.execute("SET allowed_directories = $folders", {"folders": [str(folder) for folder in folders]})
    # What `current_date` is; what is written is in UTC, and says so.
    connection.execute(f"SET GLOBAL TimeZone = '{PARIS.key}'")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


class Cursors:
    """Count who is on the connection: DuckDB only lets go of a database it has invalidated once nobody is."""

    def __init__(self) -> None:
        """Start with nobody."""
        self.invalidated = False
        self._count = 0
        self._lock = threading.Lock()

    @contextmanager
    def one(self, reopen: Callable[[], None]) -> Iterator[None]:
        """Count one more, on a new connection when the last one was invalidated."""
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
