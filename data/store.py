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
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from data import faults
from data.clock import PARIS
from data.connection import LOCKED_DOWN, Cursors, connect
from data.faults import StoreBusy, StoreDamaged, StoreFault, StoreFull, StoreTooRecent, StoreUnwritable, as_store_fault
from data.last_writes import LastWrites, Write, sentence, state_of
from data.store_file import (
    DOOR,
    check,
    journals,
    leave_nothing,
    open_file,
    prepare_folder,
    refuse_lone_journal,
    refuse_taken,
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

MIGRATIONS = Path(__file__).parent / "migrations"
DEFAULT_PATH = Path(__file__).parent.parent / "var" / "antigaspi.duckdb"

COPIED_AT_ONCE = 1 << 20
# The audit lines of acts that change no data: they do not raise the version.
NOTED = ("sign_in", "refused", "export")
# The prefix of the folders of computations, in the work folder.
COMPUTATION = "refresh-"
# In DuckDB's message when a commit succeeded but its checkpoint failed.
DURABLE = "COMMIT succeeded and is durable"


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
        _migrate(self._connection, self.path)
        self._remove_leftovers()
        self._version = self._read_version()
        if before is None:
            self._file = opened.enter_context(open_file(self.path))
            self._last_writes.forget()
        elif lost := self._last_writes.lost(self._version, before):
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
        return self._version

    @contextmanager
    def write(self, actor: str, action: str, detail: Mapping[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
        """Run one transaction with its audit line: all of it is applied, or nothing.

        `detail` is read at the end of the block, so that the block can add to it.
        """
        with self._write_lock:
            with self._audited(actor, action, detail) as cursor:
                yield cursor
                cursor.execute("UPDATE store_state SET version = version + 1")
                [(version,)] = cursor.execute("SELECT version FROM store_state").fetchall()
            self._version = int(version)
            self._last_writes.add(self._version, state_of(self._file, self.path), detail.get("file"))

    def note(self, actor: str, action: str, detail: Mapping[str, Any]) -> None:
        """Add an audit line about an act of NOTED: no data changes, so neither do the version nor cached answers."""
        if action not in NOTED:
            raise ValueError(action)
        with self._write_lock, self._audited(actor, action, detail):
            pass

    @contextmanager
    def _audited(self, actor: str, action: str, detail: Mapping[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._cursor() as cursor:
            cursor.begin()
            try:
                yield cursor
                cursor.execute(
                    "INSERT INTO audit_log (actor, action, detail) VALUES ($actor, $action, $detail)",
                    {"actor": actor, "action": action, "detail": json.dumps(detail, ensure_ascii=False, default=str)},
                )
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

    def backup(self, target: Path) -> None:
        """Write a complete copy of the store into a new file, which appears after it has been read again."""
        with as_store_fault(target, system=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            refuse_taken(target)
            unfinished = target.with_name(target.name + ".part")
            try:
                self._copy_to(unfinished)
                _read_again(unfinished, self._version)
                unfinished.replace(target)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise

    def _copy_to(self, copy: Path) -> None:
        with self._write_lock:
            with self._cursor() as cursor:
                cursor.execute("CHECKPOINT")
            # Copied from the file that is already open: closing another descriptor would release DuckDB's lock.
            self._file.seek(0)
            with copy.open("wb") as out:
                shutil.copyfileobj(self._file, out, COPIED_AT_ONCE)
                out.flush()
                os.fsync(out.fileno())

    def clear_work_folder(self) -> None:
        """Remove the files kept beside the store; a running computation removes its own folder when it stops."""
        for file in self.work_folder.iterdir():
            if file.is_file() and file.name not in (self._last_writes.path.name, DOOR):
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
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with as_store_fault(self.path), self._cursors.one(self._reopen), self._connection.cursor() as cursor:
            yield cursor

    def _reopen(self) -> None:
        self._connection.close()
        self._connection = connect(self.path, [self.work_folder])
        self._version = self._read_version()

    def _read_version(self) -> int:
        # All rows are fetched: an open result keeps its transaction open, which prevents checkpoints.
        [(version,)] = self._connection.execute("SELECT version FROM store_state").fetchall()
        return int(version)


def _read_again(copy: Path, version: int) -> None:
    with duckdb.connect(str(copy), read_only=True, config=LOCKED_DOWN) as connection:
        check(connection, copy)
        if connection.execute("SELECT version FROM store_state").fetchall() != [(version,)]:
            raise faults.damaged(copy)


def _migrate(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Apply the missing migrations, each with its record in one transaction."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations"
        " (number INTEGER PRIMARY KEY, name VARCHAR NOT NULL, applied_at TIMESTAMP DEFAULT (now() AT TIME ZONE 'UTC'))"
    )
    applied = {row[0] for row in connection.execute("SELECT number FROM schema_migrations").fetchall()}
    files = {int(file.name[:4]): file for file in sorted(MIGRATIONS.glob("[0-9]*.sql"))}
    if applied - files.keys():
        raise faults.too_recent(path)
    for number in sorted(files.keys() - applied):
        connection.begin()
        try:
            connection.execute(files[number].read_text(encoding="utf-8"))
            connection.execute(
                "INSERT INTO schema_migrations (number, name) VALUES (?, ?)", [number, files[number].name]
            )
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
