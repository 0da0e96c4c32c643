"""Every way a store can be found that it cannot be opened in, each made for real."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from data.store import Store

BLOCK, FIRST_BLOCK = 262_144, 12_288


def left_open(blank: Path, folder: Path) -> Path:
    """Return the path of a store as a killed application leaves it: three confirmed writes are in its journal only."""
    path = folder / "left.duckdb"
    store = Store(Path(shutil.copy(blank, folder / "running.duckdb")))
    for number in range(3):
        with store.write("agent", "deposit", {"file": f"journal{number}.csv"}) as cursor:
            cursor.execute("INSERT INTO users VALUES ($email, 'mission', TRUE)", {"email": f"a{number}@ville.fr"})
    path.with_suffix(".work").mkdir()
    # With their dates, as the files of a machine that stopped.
    for file in (store.path, store.path.with_name("running.duckdb.wal"), *store.work_folder.iterdir()):
        place = path.with_suffix(".work") / file.name if file.suffix == ".jsonl" else folder / file.name
        shutil.copy2(file, place.with_name(place.name.replace("running", "left")))
    store.close()
    return path


def move_copy(source: Path, target: Path) -> Path:
    """Copy a store with all that is beside it."""
    for suffix in ("", ".wal"):
        if (file := source.with_name(source.name + suffix)).exists():
            shutil.copy2(file, target.with_name(target.name + suffix))
    if source.with_suffix(".work").exists():
        shutil.copytree(source.with_suffix(".work"), target.with_suffix(".work"))
    return target


def wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _truncated(length: int) -> Callable[[Path], None]:
    """A length under zero counts from the end."""
    return lambda path: os.truncate(path, length if length >= 0 else path.stat().st_size + length)


def _over(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


def _sqlite(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE notes (text)")
    connection.commit()
    connection.close()


def _zip(path: Path) -> None:
    path.unlink()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("journal.csv", "site_nom;date\n" * 1000)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _other_application(path: Path, tables: str = "CREATE TABLE notes AS SELECT 1 AS n") -> None:
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute(tables)


def _other_migrations(path: Path) -> None:
    _other_application(path, "CREATE TABLE schema_migrations AS SELECT 'x' AS version; CREATE TABLE notes (n INTEGER)")


def _newer(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO schema_migrations (number, name) VALUES (9999, '9999_futur.sql')")


def _bad_block(path: Path) -> None:
    """Spoil a block of a table, somewhere in the middle of the file."""
    with duckdb.connect(str(path)) as connection:
        [(block,)] = connection.execute(
            "SELECT max(block_id) FROM pragma_storage_info('schema_migrations') WHERE block_id >= 0"
        ).fetchall()
    with path.open("r+b") as file:
        file.seek(FIRST_BLOCK + block * BLOCK + 100)
        file.write(b"spoilt" * 10)


def _bad_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096 + 20)
        file.write(b"\xff\xff")


def _journal_spoilt(offset: int) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        content = bytearray(wal(path).read_bytes())
        content[offset] ^= 0xFF
        wal(path).write_bytes(content)

    return spoil


def _journal_of_another(path: Path) -> None:
    kept = wal(path).read_bytes()
    wal(path).unlink()
    path.unlink()
    Store(path).close()
    wal(path).write_bytes(kept)


def _journal_of_before(path: Path) -> None:
    """The file got its journal, which is still there: a backup put back beside what was left."""
    kept = wal(path).read_bytes()
    Store(path).close()
    wal(path).write_bytes(kept)


def _journal_alone(path: Path) -> None:
    path.unlink()


DAMAGED: dict[str, Callable[[Path], None]] = {
    **{f"truncated to {n}": _truncated(n) for n in (0, 1, 100, 4096, 8192, 12_288, 100_000, 400_000, -1000, -1)},
    "text": _over(b"site_nom;date\n" * 1000),
    "zeros": _over(bytes(20_000)),
    "sqlite": _sqlite,
    "zip": _zip,
    "folder in its place": _folder,
    "other application": _other_application,
    "other migrations": _other_migrations,
    "newer schema": _newer,
    "bad block": _bad_block,
    "bad header": _bad_header,
}
JOURNALS: dict[str, Callable[[Path], None]] = {
    **{f"journal spoilt at {offset}": _journal_spoilt(offset) for offset in (150, 800, -30)},
    "journal of another store": _journal_of_another,
    "journal of before": _journal_of_before,
    "journal alone": _journal_alone,
}


# One of each sort, where what matters is not which.
FEW = ("truncated to 100", "truncated to -1", "text", "newer schema", "bad block")
FEW_JOURNALS = ("journal spoilt at 150", "journal of another store", "journal alone")


# ---------------------------------------------------------------- what the machine refuses
def _system(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine does not allow {' '.join(command[:2])}: {done.stderr.strip()}")


@contextmanager
def small_disk(folder: Path, megabytes: int = 20) -> Iterator[Path]:
    """Lend a folder that is a disk of its own."""
    folder.mkdir()
    _system("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


@contextmanager
def no_room(disk: Path, left: int = 0) -> Iterator[None]:
    """Fill a disk, but for some bytes."""
    filling = disk / "filling"
    size = shutil.disk_usage(disk).free - left
    with filling.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)
    try:
        yield
    finally:
        filling.unlink()


@contextmanager
def _immutable(path: Path) -> Iterator[None]:
    _system("chattr", "+i", str(path))
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", str(path)], check=False)


@contextmanager
def read_only_file(path: Path) -> Iterator[Path]:
    with _immutable(path):
        yield path


@contextmanager
def read_only_folder(path: Path) -> Iterator[Path]:
    with _immutable(path.parent):
        yield path


@contextmanager
def read_only_disk(path: Path) -> Iterator[Path]:
    """Lend the same store on a disk that is mounted to be read."""
    with small_disk(path.parent / "disk") as disk:
        moved = move_copy(path, disk / path.name)
        _system("mount", "-o", "remount,ro", str(disk))
        yield moved


@contextmanager
def a_file_for_folder(path: Path) -> Iterator[Path]:
    yield path / "base" / "antigaspi.duckdb"


@contextmanager
def no_folder_possible(path: Path) -> Iterator[Path]:
    with _immutable(path.parent):
        yield path.parent / "new" / "antigaspi.duckdb"


@contextmanager
def held(path: Path) -> Iterator[Path]:
    """Hold the file as another application does."""
    script = (
        "import fcntl, sys; file = open(sys.argv[1], 'r+b'); fcntl.lockf(file, fcntl.LOCK_EX);"
        " print(flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-S", "-c", script, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        yield path
        holder.kill()


REFUSED = {
    "read-only file": (read_only_file, "lecture seule"),
    "read-only folder": (read_only_folder, "lecture seule"),
    "read-only disk": (read_only_disk, "lecture seule"),
    "a file for folder": (a_file_for_folder, "un de ses dossiers manque"),
    "no folder possible": (no_folder_possible, "lecture seule"),
    "busy": (held, "déjà ouverte par un autre programme"),
}
