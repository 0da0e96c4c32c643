"""The file of a store, what stands beside it, and what its header says."""

from __future__ import annotations

import os
import struct
import tempfile
from pathlib import Path
from typing import IO

import duckdb

from data import faults

MAGIC = slice(8, 12), b"DUCK"
# DuckDB writes its two headers in turn; the one with the higher number counts.
HEADERS = (4096, 8192)
FIRST_BLOCK = 12288
# What is confirmed but not yet in the file; the last two only exist while it is being put there.
JOURNAL_SUFFIXES = (".wal", ".wal.checkpoint", ".wal.recovery")

USED = "SELECT used_blocks * block_size FROM pragma_database_size()"
OURS = ("SELECT number, name FROM schema_migrations", "SELECT version, demo FROM store_state")
TABLES = "SELECT table_name, estimated_size FROM duckdb_tables() WHERE NOT internal AND NOT temporary"


def journals(path: Path) -> list[Path]:
    """Return the files that complete this one, where there are any."""
    beside = [path.with_name(path.name + suffix) for suffix in JOURNAL_SUFFIXES]
    return [journal for journal in beside if journal.is_file() and journal.stat().st_size > 0]


def work_folder(path: Path) -> Path:
    """Return the folder of what a store keeps beside its file."""
    return path.with_suffix(".work")


def refuse_lone_journal(path: Path) -> None:
    """Refuse to make a new store over what is left of another."""
    for journal in journals(path):
        raise faults.lost_file(path, journal)


def refuse_taken(target: Path) -> None:
    """Refuse to write over a file, or beside a journal that would be read as part of the new one."""
    for taken in [path for path in (target, *journals(target)) if path.exists()]:
        raise faults.StoreUnwritable(f"{taken} existe déjà\u00a0: choisissez un autre nom.")


def leave_nothing(path: Path, _kind: object, error: BaseException | None, _trace: object) -> None:
    """Remove what is left of a store that could not be made, unless it is the one another process has just made."""
    if not isinstance(error, faults.StoreBusy):
        for name in (path.name, *(path.name + suffix for suffix in JOURNAL_SUFFIXES)):
            path.with_name(name).unlink(missing_ok=True)


def prepare_folder(path: Path) -> None:
    """Make the folder of a file, and see that files can be made there: DuckDB finds out at the first write only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=path.parent):
        pass


def open_file(path: Path) -> IO[bytes]:
    """Open the file and see that it can be a store.

    The system gives DuckDB's lock back as soon as this process closes the file, whoever opened it: keep it open as
    long as the store is.
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
    """Return how often the journal was put into the file: the state of the file, as its header tells it."""
    return max(_number(os.pread(file.fileno(), 16, place)) for place in HEADERS)


def _number(header: bytes) -> int:
    return int(struct.unpack("<Q", header[8:16])[0]) if len(header) == 16 else 0


def check(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Refuse the database of another application, and one of ours that cannot be read whole.

    Every table is read once: DuckDB looks at the checksum of a block only when it reads it.
    """
    rows = dict(connection.execute(TABLES).fetchall())
    _check_origin(connection, path, set(rows))
    [(used,)] = connection.execute(USED).fetchall()
    if used and path.stat().st_size < FIRST_BLOCK + used:
        raise faults.damaged(path)
    readings = [f'SELECT bit_xor(hash(t)) FROM "{name}" AS t' for name in rows if rows[name]]  # noqa: S608  our names
    if readings:
        connection.execute(" UNION ALL ".join(readings)).fetchall()


def _check_origin(connection: duckdb.DuckDBPyConnection, path: Path, tables: set[str]) -> None:
    if tables and "schema_migrations" not in tables:
        raise faults.foreign(path)
    try:
        for question in OURS if len(tables) > 1 else ():
            connection.execute(question).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise faults.foreign(path) from error
