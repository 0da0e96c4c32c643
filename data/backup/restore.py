"""Atomic restore of a backup: at any moment, the path has the old store or the new one, complete."""

from __future__ import annotations

import fcntl
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from data import faults
from data.access.accounts import end_all_sessions
from data.access.tokens import revoke_again, revoked_hashes
from data.clock import PARIS
from data.faults import StoreDamaged, StoreFault, StoreTooRecent, as_store_fault
from data.last_writes import LastWrites
from data.store import State, Store
from data.store_file import flush, flush_folder, journals, prepare_folder, work_folder

PREFIX = "restore-"
UNTOUCHED = "La base actuelle n’a pas changé."


_one_at_a_time = threading.Lock()


def restore(backup: Path, path: Path, actor: str) -> Path | None:
    """Replace the store at `path` by a backup; return the path where the former store is kept, if there was one.

    Raises a StoreFault when the backup cannot be used, or when a program has the store open.
    """
    path = path.resolve()
    with as_store_fault(path, system=True):
        refuse_paths(backup, path)
        prepare_folder(path)
        with _scratch(path) as folder:
            new = _checked_copy(backup, folder / path.name, actor)
            _revoke(new, _checkpoint(path), actor)
            return _swap(new, path)


def restore_open(backup: Path, store: Store, actor: str, read_at: State) -> Path | None:
    """Do the same while people work: their pages wait for a moment, and read the restored store from then on.

    `read_at` is the state of the store that the person saw: what somebody wrote since is not lost, it is refused.
    """
    with as_store_fault(store.path, system=True):
        refuse_paths(backup, store.path)
        with _scratch(store.path) as folder:
            new = _checked_copy(backup, folder / store.path.name, actor)
            _revoke(new, revoked_hashes(store), actor)
            with store.closed_for_all():
                if store.state() != read_at:
                    raise StoreFault(f"Quelqu’un a enregistré pendant la vérification\u00a0: recommencez. {UNTOUCHED}")
                if journals(store.path):  # the disk had no room for the checkpoint that closing makes
                    raise faults.full(store.path)
                return _swap(new, store.path)


def _swap(new: Path, path: Path) -> Path | None:
    with _locked_store(path) as present:
        former = _keep_aside(present, path)
        LastWrites(work_folder(path)).forget()
        new.replace(path)
        flush_folder(path.parent)
    return former


def refuse_paths(backup: Path, path: Path) -> None:
    """Refuse a backup that does not exist or is the store itself, which must not be opened: see `open_file`."""
    if not backup.is_file():
        raise StoreFault(f"Le fichier {backup} n’existe pas\u00a0: donnez le chemin d’une sauvegarde. {UNTOUCHED}")
    if path.is_dir():
        raise StoreFault(f"{path} est un dossier\u00a0: déplacez-le, puis recommencez. {UNTOUCHED}")
    if path.exists() and backup.samefile(path):
        raise StoreFault(f"{backup} est la base elle-même\u00a0: donnez le chemin d’une sauvegarde. {UNTOUCHED}")


@contextmanager
def _scratch(path: Path) -> Iterator[Path]:
    """Provide a temporary folder on the disk of the store, and remove the folders of restores that were killed."""
    if not _one_at_a_time.acquire(blocking=False):
        raise StoreFault(f"Une autre restauration est en cours\u00a0: attendez qu’elle se termine. {UNTOUCHED}")
    try:
        work = work_folder(path)
        work.mkdir(exist_ok=True)
        for leftover in work.glob(f"{PREFIX}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        with TemporaryDirectory(prefix=PREFIX, dir=work) as folder:
            yield Path(folder)
    finally:
        _one_at_a_time.release()


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
    except StoreFault as error:
        raise refusal(error, backup, copy) from error
    if journals(copy):  # the disk had no room for a checkpoint
        raise faults.full(copy)
    flush(copy)
    return copy


def refusal(error: StoreFault, backup: Path, copy: Path) -> StoreFault:
    """Return the fault of a backup, from that of its copy."""
    if isinstance(error, StoreDamaged):
        return StoreDamaged(
            f"Le fichier {backup} n’est pas une sauvegarde utilisable\u00a0: il est abîmé, incomplet, ou n’est pas une "
            f"base d’Antigaspi. Choisissez-en une autre. {UNTOUCHED}"
        )
    return type(error)(f"{str(error).replace(str(copy), str(backup))} {UNTOUCHED}")


def _copy(backup: Path, copy: Path) -> None:
    with _locked(backup, fcntl.LOCK_SH) as content, copy.open("wb") as out:
        shutil.copyfileobj(content, out)
    for journal in journals(backup):
        shutil.copyfile(journal, copy.with_name(copy.name + journal.name.removeprefix(backup.name)))


def _checkpoint(path: Path) -> list[str]:
    """Checkpoint the present store by opening it, so that it is a single file; a damaged one keeps its journal.

    Returns the hashes of its revoked tokens.
    """
    if not path.exists():
        return []
    try:
        store = Store(path)
    except (StoreDamaged, StoreTooRecent):
        return []
    try:
        revoked = revoked_hashes(store)
    finally:
        store.close()
    if journals(path):
        raise faults.full(path)
    return revoked


def _revoke(new: Path, revoked: list[str], actor: str) -> None:
    """Revoke in the restored store the tokens that were revoked since the backup."""
    if not revoked:
        return
    store = Store(new)
    try:
        with store.write(actor, "token", {"rows": len(revoked), "active": False}) as cursor:
            revoke_again(cursor, revoked)
    finally:
        store.close()
    if journals(new):  # no room for the checkpoint that closing makes
        raise faults.full(new)
    flush(new)


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
            flush(aside)
    for journal in present_journals:
        journal.rename(aside.with_name(aside.name + journal.name.removeprefix(path.name)))
    return aside
