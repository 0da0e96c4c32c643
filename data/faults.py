"""Error handling of the store: exceptions whose messages are French sentences with what to do."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

RESTORE = "restaurez la dernière sauvegarde (python -m data restore FICHIER)"


class StoreFault(Exception):
    """The store cannot be used; the message is a French sentence for the user, with what to do."""


class StoreBusy(StoreFault):
    """Another process has the file open."""


class StoreTooRecent(StoreFault):
    """A later version of the application wrote the file."""


class StoreDamaged(StoreFault):
    """The file, or its journal, is truncated, corrupted, or of another application."""


class StoreUnwritable(StoreFault):
    """The file or its folder cannot be created, or cannot be written."""


class StoreFull(StoreFault):
    """The disk has no room left."""


def busy(path: Path, process: str = "") -> StoreBusy:
    """Return the fault of a file that another program has open."""
    holder = f" (processus {process})" if process else ""
    return StoreBusy(
        f"La base {path} est déjà ouverte par un autre programme{holder}. "
        "Fermez l’application ou attendez la fin de l’autre commande, puis recommencez."
    )


def in_use(path: Path) -> StoreBusy:
    """Return the fault of a file whose questions do not end."""
    return StoreBusy(
        f"La base {path} répond encore à d’autres personnes\u00a0: rien n’a changé. Recommencez dans une minute."
    )


def too_recent(path: Path) -> StoreTooRecent:
    """Return the fault of a file that needs a later version of the application."""
    return StoreTooRecent(
        f"La base {path} a été écrite par une version plus récente d’Antigaspi. "
        "Mettez l’application à jour, puis recommencez."
    )


def foreign(path: Path) -> StoreDamaged:
    """Return the fault of a file that is not a store."""
    return StoreDamaged(
        f"{path} n’est pas une base d’Antigaspi. "
        f"Vérifiez le chemin donné (ANTIGASPI_DB)\u00a0; si c’est bien lui, {RESTORE}."
    )


def damaged(path: Path) -> StoreDamaged:
    """Return the fault of a file that has an unreadable part."""
    return StoreDamaged(
        f"La base {path} est abîmée ou incomplète\u00a0: une partie ne se relit plus. "
        f"Arrêtez l’application et {RESTORE}\u00a0; le fichier abîmé sera gardé à côté."
    )


def wrong_journal(path: Path) -> StoreDamaged:
    """Return the fault of a journal that cannot be applied to its file."""
    return StoreDamaged(
        f"Le journal {path}.wal, laissé à côté de la base {path}, est abîmé ou vient d’une autre base. "
        "Déplacez-le dans un autre dossier sans le supprimer, puis recommencez\u00a0: la base reprendra son dernier "
        f"état complet, et les fichiers des dépôts qui manqueraient seront à déposer à nouveau. Sinon, {RESTORE}."
    )


def lost_file(path: Path, journal: Path) -> StoreDamaged:
    """Return the fault of a journal whose file is missing."""
    return StoreDamaged(
        f"Le fichier {path} manque, alors que son journal {journal} est là. Remettez ce fichier à sa place, "
        f"ou {RESTORE}\u00a0; pour partir d’une base vide, déplacez d’abord ce journal dans un autre dossier."
    )


def full(path: Path) -> StoreFull:
    """Return the fault of a full disk."""
    return StoreFull(
        f"Le disque de {path} est plein\u00a0: ce qui était en cours n’a pas été enregistré, ce qui l’était avant est "
        "gardé. Libérez de la place, puis recommencez."
    )


def unwritable(path: Path) -> StoreUnwritable:
    """Return the fault of a file without write permission."""
    return StoreUnwritable(
        f"Antigaspi ne peut pas écrire {path}\u00a0: ce fichier ou son dossier est en lecture seule pour le compte qui "
        "lance la commande. Donnez-lui le droit d’y écrire, puis recommencez."
    )


def unreachable(path: Path) -> StoreUnwritable:
    """Return the fault of a path that cannot exist."""
    return StoreUnwritable(
        f"Le chemin {path} ne mène à aucun fichier possible\u00a0: un de ses dossiers manque, ou n’en est pas un. "
        "Corrigez ce chemin (ANTIGASPI_DB pour la base), puis recommencez."
    )


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS)
UNREACHABLE = (errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP)


def of_system(error: OSError, path: Path) -> StoreFault:
    """Return the fault that explains an error of the system on this path."""
    for numbers, fault in ((FULL, full), (UNWRITABLE, unwritable), (UNREACHABLE, unreachable)):
        if error.errno in numbers:
            return fault(path)
    return StoreFault(
        f"Le système n’a pas pu lire ou écrire {path}. Vérifiez le disque qui le porte, puis recommencez\u00a0; "
        "si cela recommence, prévenez la mission numérique."
    )


# DuckDB has no exception class for these faults: the first pattern that matches its message decides.
LOCK_MESSAGE = re.compile(r"Could not set lock")
MESSAGES: dict[re.Pattern[str], Callable[[Path], StoreFault]] = {
    re.compile(r"storage version|newer version of DuckDB"): too_recent,
    re.compile(r"No space left|quota exceeded|File too large"): full,
    re.compile(r"Permission denied|Operation not permitted|Read-only file system|read-only mode"): unwritable,
    re.compile(r"replaying WAL|WAL does not match|WAL was created|Corrupt WAL"): wrong_journal,
    re.compile(r"No such file|Not a directory|File name too long"): unreachable,
    re.compile(r"[Cc]orrupt|not a valid DuckDB|Could not read|enough bytes|Input/output error"): damaged,
}


def of_duckdb(error: duckdb.Error, path: Path) -> StoreFault | None:
    """Return the fault that explains an error of DuckDB, or None when the error is in the statement or its values."""
    fatal = isinstance(error, duckdb.FatalException)
    # For a corrupted block, DuckDB raises its base class itself.
    if not (fatal or isinstance(error, duckdb.OperationalError | duckdb.InternalError) or type(error) is duckdb.Error):
        return None
    text = str(error)
    if LOCK_MESSAGE.search(text):
        process = re.search(r"PID (\d+)", text)
        return busy(path, process[1] if process else "")
    for pattern, fault in MESSAGES.items():
        if pattern.search(text):
            return fault(path)
    return damaged(path) if fatal or isinstance(error, duckdb.SerializationException) else None


@contextmanager
def as_store_fault(path: Path, *, system: bool = False) -> Iterator[None]:
    """Convert the errors of DuckDB (with `system`, those of the system too) on this file into StoreFaults."""
    try:
        yield
    except duckdb.Error as error:
        fault = of_duckdb(error, path)
        if fault is None:
            raise
        raise fault from error
    except OSError as error:
        if not system:
            raise
        raise of_system(error, path) from error
