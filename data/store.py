"""The store: one DuckDB file, one connection, one writer at a time."""

from __future__ import annotations

import json
import os
import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from data.clock import PARIS

MIGRATIONS = Path(__file__).parent / "migrations"
DEFAULT_PATH = Path(__file__).parent.parent / "var" / "antigaspi.duckdb"

LOCKED_DOWN: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
}


class StoreBusy(Exception):
    """Another process holds the file; the message is a French sentence for the person who started this one."""


class StoreTooRecent(Exception):
    """The file was written by a later version of the application; the message is in French."""


def store_path() -> Path:
    """Return the file named by ANTIGASPI_DB, or var/antigaspi.duckdb in the project."""
    return Path(os.environ.get("ANTIGASPI_DB") or DEFAULT_PATH)


class Store:
    """Own the only connection to one DuckDB file: a fresh cursor per read, a lock around writes."""

    def __init__(self, path: Path) -> None:
        """Open or create the file and bring it to the current schema.

        Raises StoreBusy when another process holds it, StoreTooRecent when its schema is ahead of this code.
        """
        self.path = path.resolve()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.work_folder = self.path.with_suffix(".work")
        self.work_folder.mkdir(exist_ok=True)
        self._connection = _connect(self.path, [self.work_folder])
        self._write_lock = threading.Lock()
        try:
            _migrate(self._connection)
            self._remove_leftovers()
        except BaseException:
            self._connection.close()
            raise
        self._version = self._read_version()

    def read(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return the whole result of one query as a DataFrame."""
        with self._connection.cursor() as cursor:
            return cursor.execute(sql, dict(parameters) if parameters else None).df()

    @contextmanager
    def scratch(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend a cursor for temporary tables, which vanish with it; nothing of the store is changed."""
        with self._connection.cursor() as cursor:
            yield cursor

    def version(self) -> int:
        """Return the counter that every committed write raises."""
        return self._version

    @contextmanager
    def write(self, actor: str, action: str, detail: Mapping[str, Any]) -> Iterator[duckdb.DuckDBPyConnection]:
        """Run one transaction, with its audit line; everything is applied, or nothing is.

        `detail` is read at the end of the block, so the block may still add to it.
        """
        with self._write_lock, self._connection.cursor() as cursor:
            cursor.begin()
            try:
                yield cursor
                cursor.execute(
                    "INSERT INTO audit_log (actor, action, detail) VALUES ($actor, $action, $detail)",
                    {"actor": actor, "action": action, "detail": json.dumps(detail, ensure_ascii=False, default=str)},
                )
                cursor.execute("UPDATE store_state SET version = version + 1")
                cursor.commit()
            except BaseException:
                with suppress(duckdb.Error):  # a failed commit has already rolled back; its own error must be told
                    cursor.rollback()
                raise
            self._version = self._read_version()

    def backup(self, target: Path) -> None:
        """Write a complete copy of the store into a new file, which appears only once it is whole."""
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(target.name + ".part")
        with self._write_lock, self._connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
            shutil.copyfile(self.path, unfinished)
        unfinished.replace(target)

    def clear_work_folder(self) -> None:
        """Remove the files kept beside the store; a computation under way removes its own folder when it stops."""
        for file in self.work_folder.iterdir():
            if file.is_file():
                file.unlink(missing_ok=True)

    def _remove_leftovers(self) -> None:
        """Remove the folders of computations that were killed: one process holds the store, and it only begins."""
        for folder in self.work_folder.iterdir():
            if folder.is_dir():
                shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Close the connection; the file can then be opened by another process."""
        with self._write_lock:
            self._connection.close()

    def _read_version(self) -> int:
        with self._connection.cursor() as cursor:
            row = cursor.execute("SELECT version FROM store_state").fetchone()
        return int(row[0]) if row else 0


def _connect(path: Path, folders: list[Path]) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(str(path), config=LOCKED_DOWN)
    except duckdb.IOException as error:
        if "lock" not in str(error).lower():
            raise
        holder = re.search(r"PID (\d+)", str(error))
        raise StoreBusy(
            f"La base {path} est déjà ouverte par un autre programme"
            + (f" (processus {holder[1]})" if holder else "")
            + ". Fermez l’application ou attendez la fin de l’autre commande, puis recommencez."
        ) from error
    connection.execute("SET allowed_directories = $folders", {"folders": [str(folder) for folder in folders]})
    # What `current_date` is; what is written is in UTC, and says so.
    connection.execute(f"SET GLOBAL TimeZone = '{PARIS.key}'")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Apply the migrations the file has not seen, each with its record in one transaction."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations"
        " (number INTEGER PRIMARY KEY, name VARCHAR NOT NULL, applied_at TIMESTAMP DEFAULT (now() AT TIME ZONE 'UTC'))"
    )
    applied = {row[0] for row in connection.execute("SELECT number FROM schema_migrations").fetchall()}
    files = {int(file.name[:4]): file for file in sorted(MIGRATIONS.glob("[0-9]*.sql"))}
    if applied - files.keys():
        raise StoreTooRecent(
            "Cette base a été écrite par une version plus récente d’Antigaspi. Mettez l’application à jour."
        )
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
