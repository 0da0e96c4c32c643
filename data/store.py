"""The store: one DuckDB file, one connection, one writer at a time."""

from __future__ import annotations

import json
import logging
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import partial
from itertools import count as numbers
from pathlib import Path
from typing import IO, Any

import duckdb
import pandas as pd

from data.clock import PARIS
from data.connection import Cursors, connect
from data.faults import StoreBusy, StoreDamaged, StoreFault, StoreFull, StoreTooRecent, StoreUnwritable, as_store_fault
from data.last_writes import LastWrites, Write, sentence, state_of
from data.migrate import migrate
from data.store_file import (
    DOOR,
    LAST_BACKUP,
    check,
    journals,
    leave_nothing,
    open_file,
    prepare_folder,
    refuse_lone_journal,
    work_folder,
)

__all__ = [
    "Store",
    "StoreBusy",
    "StoreDamaged",
    "StoreFault",
    "StoreFull",
    "StoreTooRecent",
    "StoreUnwritable",
    "store_path",
]

DEFAULT_PATH = Path(__file__).parent.parent / "var" / "antigaspi.duckdb"

# The number of the opening of a file in this process, and the version of the store.
State = tuple[int, int]
OPENINGS = numbers()

# The prefix of the folders of computations, in the work folder.
COMPUTATION = "refresh-"
AUDIT_LINE = """
INSERT INTO audit_log (actor, action, detail, version) SELECT $actor, $action, $detail, version FROM store_state
"""
# The deposits that were made, taken back or put back since the tables of migration 0027 last counted them.
TO_COUNT = "SELECT deposit_id, kind FROM deposits WHERE active <> counted"
COUNT_SERVICES = (
    "DELETE FROM services USING log_rows AS told WHERE told.deposit_id = $log"
    " AND services.site = told.site AND services.site_kind = told.site_kind AND services.date = told.date",
    "INSERT INTO services FROM services_told($log)",
)
COUNT_PLACES = """
DELETE FROM service_points; INSERT INTO service_points FROM service_points_told;
DELETE FROM canteens; INSERT INTO canteens FROM canteens_told;
UPDATE deposits SET counted = active WHERE active <> counted
"""
# In DuckDB's message when a commit succeeded but its checkpoint failed.
DURABLE = "COMMIT succeeded and is durable"


def add_to_trail(cursor: duckdb.DuckDBPyConnection, actor: str, action: str, detail: Mapping[str, Any]) -> None:
    """Add one more audit line to a transaction; `Store.write` adds its own."""
    text = json.dumps(detail, ensure_ascii=False, default=str)
    cursor.execute(AUDIT_LINE, {"actor": actor, "action": action, "detail": text})


def count(cursor: duckdb.DuckDBPyConnection) -> None:
    """Bring `services`, `service_points` and `canteens` up to date with the deposits that a transaction changes."""
    deposits = cursor.execute(TO_COUNT).fetchall()
    for log in [deposit_id for deposit_id, kind in deposits if kind == "log"]:
        for statement in COUNT_SERVICES:
            cursor.execute(statement, {"log": log})
    if deposits:
        cursor.execute(COUNT_PLACES)


def store_path() -> Path:
    """Return the file named by ANTIGASPI_DB, or var/antigaspi.duckdb in the project."""
    return Path(os.environ.get("ANTIGASPI_DB") or DEFAULT_PATH)


class Store:
    """Owner of the only connection to one DuckDB file: a new cursor for each read, a lock around writes."""

    def __init__(self, path: Path) -> None:
        """Open or create the file, read all of it once, and migrate it to the current schema.

        Raises a StoreFault when this fails. `warning` is a French sentence when confirmed writes were lost.
        """
        self.path = path.resolve()
        self.work_folder = work_folder(self.path)
        self.warning: str | None = None
        self._write_lock = threading.Lock()
        self._cursors = Cursors()
        new = not self.path.exists()
        with ExitStack() as opened, as_store_fault(self.path, system=True):
            prepare_folder(self.path)
            if new:
                refuse_lone_journal(self.path)
                opened.push(partial(leave_nothing, self.path))
            self.work_folder.mkdir(exist_ok=True)
            self._last_writes = LastWrites(self.work_folder)
            self._open(opened)
            opened.pop_all()

    def _open(self, opened: ExitStack) -> None:
        before = None
        if self.path.exists():
            self._file = opened.enter_context(open_file(self.path))
            before = state_of(self._file, self.path)
        self._connection = opened.enter_context(connect(self.path, [self.work_folder]))
        check(self._connection, self.path)
        migrate(self._connection, self.path)
        self._remove_leftovers()
        self._state = (next(OPENINGS), self._read_version())
        if before is None:
            self._file = opened.enter_context(open_file(self.path))
            self._last_writes.forget()
        elif lost := self._last_writes.lost(self.version(), before):
            self._warn_of(lost)

    def _warn_of(self, lost: list[Write]) -> None:
        copies: list[Path] = []
        for journal in journals(self.path):
            copy = journal.with_name(f"{journal.name}.{datetime.now(PARIS):%Y%m%d-%H%M%S}")
            with suppress(OSError):  # even without room for a copy, the lost writes must be reported
                copies.append(Path(shutil.copyfile(journal, copy)))
        self.warning = sentence(lost, copies)
        logging.getLogger(__name__).warning(self.warning)
        self._last_writes.forget()

    def read(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return the whole result of one query as a DataFrame."""
        try:
            return self._answer(sql, parameters)
        except StoreFault:
            if not self._cursors.invalidated:
                raise
            return self._answer(sql, parameters)  # on a new connection, if the old one has no other cursor

    def _answer(self, sql: str, parameters: Mapping[str, Any] | None) -> pd.DataFrame:
        with self._cursor() as cursor:
            return cursor.execute(sql, dict(parameters) if parameters else None).df()

    @contextmanager
    def scratch(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Provide a cursor for temporary tables, which are dropped with it; the store does not change."""
        with self._cursor() as cursor:
            yield cursor

    def version(self) -> int:
        """Return the counter that every committed write increments."""
        return self._state[1]

    def state(self) -> State:
        """Return the key of cached answers: it changes with every committed write, and never comes back.

        A restored store may have any version; the number before it is that of the opening, unique in this process.
        """
        return self._state

    @contextmanager
    def write(self, actor: str, action: str, detail: Mapping[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
        """Run one transaction with its audit line: all of it is applied, or nothing.

        `detail` is read at the end of the block, so that the block can add to it.
        """
        with self._write_lock:
            with self._audited(actor, action, detail) as cursor:
                yield cursor
                count(cursor)
                cursor.execute("UPDATE store_state SET version = version + 1")
                [(version,)] = cursor.execute("SELECT version FROM store_state").fetchall()
            self._state = (self._state[0], int(version))
            self._last_writes.add(int(version), state_of(self._file, self.path), detail.get("file"))

    def note(self, actor: str, action: str, detail: Mapping[str, Any]) -> None:
        """Add an audit line about an act that changes no data: the version stays, and so do cached answers.

        Where it cannot be written (a full disk), the act is not refused for that: the log of the server has the line.
        """
        try:
            with self._write_lock, self._audited(actor, action, detail):
                pass
        except StoreFault as fault:
            logging.getLogger(__name__).warning("Not in the trail: %s %s %s (%s)", actor, action, dict(detail), fault)

    @contextmanager
    def _audited(self, actor: str, action: str, detail: Mapping[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._cursor() as cursor:
            cursor.begin()
            try:
                yield cursor
                add_to_trail(cursor, actor, action, detail)
                self._commit(cursor)
            except BaseException:
                with suppress(duckdb.Error):  # a failed commit has already rolled back; only its own error matters
                    cursor.rollback()
                raise

    def _commit(self, cursor: duckdb.DuckDBPyConnection) -> None:
        try:
            cursor.commit()
        except duckdb.FatalException as error:
            # The transaction is saved, but the disk has no room for the checkpoint that follows it.
            if DURABLE not in str(error):
                raise
            self._cursors.invalidated = True

    @contextmanager
    def without_writes(self) -> Iterator[IO[bytes]]:
        """Provide the file, from its beginning, while nobody writes; do not close it.

        To be copied from this handle: closing another one would release DuckDB's lock.
        """
        with self._write_lock:
            self._file.seek(0)
            yield self._file

    def clear_work_folder(self) -> None:
        """Remove the files kept beside the store; a running computation removes its own folder when it stops."""
        for file in self.work_folder.iterdir():
            if file.is_file() and file.name not in (self._last_writes.path.name, LAST_BACKUP, DOOR):
                file.unlink(missing_ok=True)

    def _remove_leftovers(self) -> None:
        """Remove the folders of killed computations: only this process has the store open, and it has started none."""
        for folder in self.work_folder.glob(f"{COMPUTATION}*"):
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Close the connection; the file can then be opened by another process."""
        with self._write_lock:
            self._connection.close()
            self._file.close()

    @contextmanager
    def closed_for_all(self) -> Iterator[None]:
        """Close the file during a block that puts another in its place, then open what is there.

        Waits for the questions under way; those of other threads wait for the end of the block, and read the new file.
        Raises StoreBusy when a question does not end.
        """
        with self._write_lock, self._cursors.none(self.path):
            self._connection.close()
            self._file.close()
            try:
                yield
            finally:
                self._cursors.invalidated = True  # should it not open, the next question tries again
                with as_store_fault(self.path, system=True):
                    self._reopen()
                self._cursors.invalidated = False

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with as_store_fault(self.path), self._cursors.one(self._reopen), self._connection.cursor() as cursor:
            yield cursor

    def _reopen(self) -> None:
        self._connection.close()
        opening = self._state[0]
        with ExitStack() as opened:
            if self._file.closed:  # another file is in its place
                self._file, opening = opened.enter_context(open_file(self.path)), next(OPENINGS)
                self._last_writes, self.warning = LastWrites(self.work_folder), None
            self._connection = connect(self.path, [self.work_folder])
            self._state = (opening, self._read_version())
            opened.pop_all()

    def _read_version(self) -> int:
        # All rows are fetched: an open result keeps its transaction open, which prevents checkpoints.
        [(version,)] = self._connection.execute("SELECT version FROM store_state").fetchall()
        return int(version)
