"""The database connection: locked down, shared by cursors, opened again after DuckDB invalidates it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from data import faults
from data.clock import PARIS

LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    # What a large deposit needed goes back to the system afterwards.
    "allocator_background_threads": True,
}


# How long a restore waits for the questions of others to be answered.
SECONDS_FOR_QUESTIONS = 30.0


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
    """Count of the cursors in use: the connection can be replaced when no cursor is left on it."""

    def __init__(self) -> None:
        """Start with no cursor."""
        self.invalidated = False
        self._count = 0
        self._changed = threading.Condition()
        self._closing = False
        self._of_threads: Counter[int] = Counter()

    @contextmanager
    def one(self, reopen: Callable[[], None]) -> Iterator[None]:
        """Count one more cursor; open a new connection first if the last one is invalidated and free."""
        thread = threading.get_ident()
        self._begin(reopen, thread)
        try:
            yield
        except (duckdb.FatalException, duckdb.InternalException):
            self.invalidated = True
            raise
        finally:
            with self._changed:
                self._count -= 1
                self._of_threads[thread] -= 1
                self._of_threads += Counter()  # forgets the threads without a cursor
                self._changed.notify_all()

    def _begin(self, reopen: Callable[[], None], thread: int) -> None:
        with self._changed:
            # A thread that has a cursor already may take another: it could not give back the first one without it.
            self._changed.wait_for(lambda: self._of_threads[thread] or not self._closing)
            if self.invalidated and not self._count:
                reopen()
                self.invalidated = False
            self._count += 1
            self._of_threads[thread] += 1

    @contextmanager
    def none(self, path: Path) -> Iterator[None]:
        """Wait until no cursor is left, and let none begin during the block; raises StoreBusy after some seconds."""
        with self._changed:
            self._closing = True
            try:
                if not self._changed.wait_for(lambda: not self._count, SECONDS_FOR_QUESTIONS):
                    raise faults.in_use(path)
                yield
            finally:
                self._closing = False
                self._changed.notify_all()
