"""Integrity checks of a store: its file, its journals (write-ahead log), its header."""

from __future__ import annotations

import os
import struct
import tempfile
from pathlib import Path
from typing import IO

import duckdb

from data import faults
from data.connection import LOCKED_DOWN

MAGIC = slice(8, 12), b"DUCK"
# DuckDB writes its two headers alternately; the valid one has the higher number.
HEADERS = (4096, 8192)
FIRST_BLOCK = 12288
# The journals, with the writes that are not in the file yet. The last two exist only during a checkpoint.
JOURNAL_SUFFIXES = (".wal", ".wal.checkpoint", ".wal.recovery")

# In the work folder: how a command speaks to the application that has the store open (`data.cli.running`).
DOOR = "application.json"
# In the work folder: the path of the last backup.
LAST_BACKUP = "last_backup"

USED = "SELECT used_blocks * block_size FROM pragma_database_size()"
OURS = ("SELECT number, name FROM schema_migrations", "SELECT version, demo FROM store_state")
TABLES = "SELECT table_name, estimated_size FROM duckdb_tables() WHERE NOT internal AND NOT temporary"


def journals(path: Path) -> list[Path]:
    """Return the journals of a file that exist and are not empty."""
    candidates = [path.with_name(path.name + suffix) for suffix in JOURNAL_SUFFIXES]
    return [journal for journal in candidates if journal.is_file() and journal.stat().st_size > 0]


def work_folder(path: Path) -> Path:
    """Return the work folder of a store, beside its file."""
    return path.with_suffix(".work")


def refuse_lone_journal(path: Path) -> None:
    """Refuse to create a store beside a journal whose file is missing."""
    for journal in journals(path):
        raise faults.lost_file(path, journal)


def refuse_taken(target: Path) -> None:
    """Refuse to overwrite a file, or to write beside a journal that would become part of the new file."""
    for taken in [path for path in (target, *journals(target)) if path.exists()]:
        raise faults.StoreUnwritable(f"{taken} existe déjà\u00a0: choisissez un autre nom.")


def leave_nothing(path: Path, _kind: object, error: BaseException | None, _trace: object) -> None:
    """Remove the files of a store that could not be created, unless another process has just created it."""
    if not isinstance(error, faults.StoreBusy):
        for name in (path.name, *(path.name + suffix for suffix in JOURNAL_SUFFIXES)):
            path.with_name(name).unlink(missing_ok=True)


def prepare_folder(path: Path) -> None:
    """Create the folder of a file, and check that it is writable: DuckDB would fail only at the first write."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path.parent):
        pass


def open_file(path: Path) -> IO[bytes]:
    """Open the file and check that it can be a store.

    Keep it open as long as the store: the system releases DuckDB's lock when this process closes any descriptor of
    the file.
    """
    if path.is_dir():
        raise faults.foreign(path)
    file = path.open("rb")
    place, magic = MAGIC
    if os.pread(file.fileno(), place.stop, 0)[place] == magic:
        return file
    empty = path.stat().st_size == 0
    file.close()
    raise faults.damaged(path) if empty else faults.foreign(path)


def checkpoint_number(file: IO[bytes]) -> int:
    """Return the number of checkpoints of a file, from its headers."""
    return max(_number(os.pread(file.fileno(), 16, place)) for place in HEADERS)


def _number(header: bytes) -> int:
    return int(struct.unpack("<Q", header[8:16])[0]) if len(header) == 16 else 0


def flush(path: Path) -> None:
    """Have the system write a file to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Have the system write the names of the files of a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Refuse the database of another application, and a store with a damaged block.

    Every table is read once: DuckDB verifies the checksum of a block only when it reads the block.
    """
    rows = dict(connection.execute(TABLES).fetchall())
    _check_origin(connection, path, set(rows))
    [(used,)] = connection.execute(USED).fetchall()
    if used and path.stat().st_size < FIRST_BLOCK + used:
        raise faults.damaged(path)
    readings = [f'SELECT bit_xor(hash(t)) FROM "{name}" AS t' for name in rows if rows[name]]  # noqa: S608  our names
    if readings:
        connection.execute(" UNION ALL ".join(readings)).fetchall()


def read_again(copy: Path, version: int) -> None:
    """Make one file of a copy and its journal; refuse it when damaged, or when it has another version of the store."""
    duckdb.connect(str(copy), config=LOCKED_DOWN).close()
    if journals(copy):  # no room for the checkpoint that closing makes
        raise faults.full(copy)
    flush(copy)
    with duckdb.connect(str(copy), read_only=True, config=LOCKED_DOWN) as connection:
        check(connection, copy)
        if connection.execute("SELECT version FROM store_state").fetchall() != [(version,)]:
            raise faults.damaged(copy)


def _check_origin(connection: duckdb.DuckDBPyConnection, path: Path, tables: set[str]) -> None:
    if tables and "schema_migrations" not in tables:
        raise faults.foreign(path)
    try:
        for question in OURS if len(tables) > 1 else ():
            connection.execute(question).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise faults.foreign(path) from error
