"""Atomic restore of a backup: at any moment, the path has the old store or the new one, complete."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from data import faults
from data.access.accounts import end_all_sessions
from data.clock import PARIS
from data.faults import StoreDamaged, StoreFault, StoreTooRecent, as_store_fault
from data.last_writes import LastWrites
from data.store import Store
from data.store_file import journals, prepare_folder, work_folder

PREFIX = "restore-"
UNTOUCHED = "La base actuelle n’a pas changé."


def restore(backup: Path, path: Path, actor: str) -> Path | None:
    """Replace the store at `path` by a backup; return the path where the former store is kept, if there was one.

    Raises a StoreFault when the backup cannot be used, or when a program has the store open.
    """
    path = path.resolve()
    with as_store_fault(path, system=True):
        _refuse_paths(backup, path)
        prepare_folder(path)
        with _scratch(path) as folder:
            new = _checked_copy(backup, folder / path.name, actor)
            _checkpoint(path)
            with _locked_store(path) as present:
                former = _keep_aside(present, path)
                LastWrites(work_folder(path)).forget()
                new.replace(path)
                _flush_folder(path.parent)
    return former


def _refuse_paths(backup: Path, path: Path) -> None:
    if not backup.is_file():
        raise StoreFault(f"Le fichier {backup} n’existe pas\u00a0: donnez le chemin d’une sauvegarde. {UNTOUCHED}")
    if path.is_dir():
        raise StoreFault(f"{path} est un dossier\u00a0: déplacez-le, puis recommencez. {UNTOUCHED}")
    if path.exists() and backup.samefile(path):
        raise StoreFault(f"{backup} est la base elle-même\u00a0: donnez le chemin d’une sauvegarde. {UNTOUCHED}")


@contextmanager
def _scratch(path: Path) -> Iterator[Path]:
    """Provide a temporary folder on the disk of the store, and remove the folders of restores that were killed."""
    work = work_folder(path)
    work.mkdir(exist_ok=True)
    for leftover in work.glob(f"{PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with TemporaryDirectory(prefix=PREFIX, dir=work) as folder:
        yield Path(folder)


def _checked_copy(backup: Path, copy: Path, actor: str) -> Path:
    """Copy the backup and open the copy as a store, which checks it and brings it to the current schema."""
    try:
        _copy(backup, copy)
        store = Store(copy)
        try:
            with store.write(actor, "restore", {"file": backup.name}) as cursor:
                end_all_sessions(cursor)
        finally:
            store.close()
    except StoreDamaged as error:
        raise StoreDamaged(
            f"Le fichier {backup} n’est pas une sauvegarde utilisable\u00a0: il est abîmé, incomplet, ou n’est pas une "
            f"base d’Antigaspi. Choisissez-en une autre. {UNTOUCHED}"
        ) from error
    except StoreFault as error:
        raise type(error)(f"{str(error).replace(str(copy), str(backup))} {UNTOUCHED}") from error
    if journals(copy):  # the disk had no room for a checkpoint
        raise faults.full(copy)
    _flush(copy)
    return copy


def _copy(backup: Path, copy: Path) -> None:
    with _locked(backup, fcntl.LOCK_SH) as content, copy.open("wb") as out:
        shutil.copyfileobj(content, out)
    for journal in journals(backup):
        shutil.copyfile(journal, copy.with_name(copy.name + journal.name.removeprefix(backup.name)))


def _checkpoint(path: Path) -> None:
    """Checkpoint the present store by opening it, so that it is a single file; a damaged one keeps its journal."""
    if not path.exists():
        return
    try:
        Store(path).close()
    except (StoreDamaged, StoreTooRecent):
        return
    if journals(path):
        raise faults.full(path)


@contextmanager
def _locked_store(path: Path) -> Iterator[IO[bytes] | None]:
    """Lock the present store, if there is one, so that no program can open it."""
    if not path.exists():
        yield None
        return
    with _locked(path, fcntl.LOCK_EX) as present:
        yield present


@contextmanager
def _locked(path: Path, lock: int) -> Iterator[IO[bytes]]:
    with path.open("r+b" if lock == fcntl.LOCK_EX else "rb") as file:
        try:
            fcntl.lockf(file, lock | fcntl.LOCK_NB)  # the lock that DuckDB takes
        except BlockingIOError as error:
            raise faults.busy(path) from error
        yield file


def _keep_aside(present: IO[bytes] | None, path: Path) -> Path | None:
    """Give the present store a second name, with the date; the journals of a damaged store are renamed too."""
    present_journals = journals(path)
    if present is None and not present_journals:
        return None
    aside = path.with_name(f"{path.stem}-avant-restauration-{datetime.now(PARIS):%Y%m%d-%H%M%S-%f}{path.suffix}")
    if present is not None:
        try:
            aside.hardlink_to(path)
        except OSError:  # a disk without hard links
            with aside.open("wb") as out:
                shutil.copyfileobj(present, out)
            _flush(aside)
    for journal in present_journals:
        journal.rename(aside.with_name(aside.name + journal.name.removeprefix(path.name)))
    return aside


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
