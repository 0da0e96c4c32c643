"""What keeps the store from serving, as classes whose messages are French sentences that say what to do."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

RESTORE = "restaurez la dernière sauvegarde (python -m data restore FICHIER)"


class StoreFault(Exception):
    """The store cannot serve; the message is a French sentence for whoever asked, and says what to do."""


class StoreBusy(StoreFault):
    """Another process holds the file."""


class StoreTooRecent(StoreFault):
    """The file was written by a later version of the application."""


class StoreDamaged(StoreFault):
    """The file, or the journal beside it, is truncated, corrupted, or not of this application."""


class StoreUnwritable(StoreFault):
    """The file or its folder cannot be created or written."""


class StoreFull(StoreFault):
    """The disk has no room left."""


def busy(path: Path, process: str = "") -> StoreBusy:
    """Say that another program holds the file."""
    holder = f" (processus {process})" if process else ""
    return StoreBusy(
        f"La base {path} est déjà ouverte par un autre programme{holder}. "
        "Fermez l’application ou attendez la fin de l’autre commande, puis recommencez."
    )


def too_recent(path: Path) -> StoreTooRecent:
    """Say that the application must be updated."""
    return StoreTooRecent(
        f"La base {path} a été écrite par une version plus récente d’Antigaspi. "
        "Mettez l’application à jour, puis recommencez."
    )


def foreign(path: Path) -> StoreDamaged:
    """Say that the file is something else than a store."""
    return StoreDamaged(
        f"{path} n’est pas une base d’Antigaspi. "
        f"Vérifiez le chemin donné (ANTIGASPI_DB)\u00a0; si c’est bien lui, {RESTORE}."
    )


def damaged(path: Path) -> StoreDamaged:
    """Say that a part of the file cannot be read."""
    return StoreDamaged(
        f"La base {path} est abîmée ou incomplète\u00a0: une partie ne se relit plus. "
        f"Arrêtez l’application et {RESTORE}\u00a0; le fichier abîmé sera gardé à côté."
    )


def wrong_journal(path: Path) -> StoreDamaged:
    """Say that what is beside the file cannot be put into it."""
    return StoreDamaged(
        f"Le journal {path}.wal, laissé à côté de la base {path}, est abîmé ou vient d’une autre base. "
        "Déplacez-le dans un autre dossier sans le supprimer, puis recommencez\u00a0: la base reprendra son dernier "
        f"état complet, et les fichiers des dépôts qui manqueraient seront à déposer à nouveau. Sinon, {RESTORE}."
    )


def lost_file(path: Path, journal: Path) -> StoreDamaged:
    """Say that only the journal of a store is left."""
    return StoreDamaged(
        f"Le fichier {path} manque, alors que son journal {journal} est là. Remettez ce fichier à sa place, "
        f"ou {RESTORE}\u00a0; pour partir d’une base vide, déplacez d’abord ce journal dans un autre dossier."
    )


def full(path: Path) -> StoreFull:
    """Say that room must be made."""
    return StoreFull(
        f"Le disque de {path} est plein\u00a0: ce qui était en cours n’a pas été enregistré, ce qui l’était avant est "
        "gardé. Libérez de la place, puis recommencez."
    )


def unwritable(path: Path) -> StoreUnwritable:
    """Say that a right is missing."""
    return StoreUnwritable(
        f"Antigaspi ne peut pas écrire {path}\u00a0: ce fichier ou son dossier est en lecture seule pour le compte qui "
        "lance la commande. Donnez-lui le droit d’y écrire, puis recommencez."
    )


def unreachable(path: Path) -> StoreUnwritable:
    """Say that the path leads nowhere."""
    return StoreUnwritable(
        f"Le chemin {path} ne mène à aucun fichier possible\u00a0: un de ses dossiers manque, ou n’en est pas un. "
        "Corrigez ce chemin (ANTIGASPI_DB pour la base), puis recommencez."
    )


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS)
UNREACHABLE = (errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP)


def of_system(error: OSError, path: Path) -> StoreFault:
    """Return what an error of the system means for who wanted to write this path."""
    for numbers, fault in ((FULL, full), (UNWRITABLE, unwritable), (UNREACHABLE, unreachable)):
        if error.errno in numbers:
            return fault(path)
    return StoreFault(
        f"Le système n’a pas pu lire ou écrire {path}. Vérifiez le disque qui le porte, puis recommencez\u00a0; "
        "si cela recommence, prévenez la mission numérique."
    )


# DuckDB gives these faults no class of their own; the first that matches counts.
LOCK_WORDS = re.compile(r"Could not set lock")
WORDS: dict[re.Pattern[str], Callable[[Path], StoreFault]] = {
    re.compile(r"storage version|newer version of DuckDB"): too_recent,
    re.compile(r"No space left|quota exceeded|File too large"): full,
    re.compile(r"Permission denied|Operation not permitted|Read-only file system|read-only mode"): unwritable,
    re.compile(r"replaying WAL|WAL does not match|WAL was created|Corrupt WAL"): wrong_journal,
    re.compile(r"No such file|Not a directory|File name too long"): unreachable,
    re.compile(r"[Cc]orrupt|not a valid DuckDB|Could not read|enough bytes|Input/output error"): damaged,
}


def of_duckdb(error: duckdb.Error, path: Path) -> StoreFault | None:
    """Return what an error of DuckDB means for the store, or None when the statement or its values are at fault."""
    fatal = isinstance(error, duckdb.FatalException)
    # A corrupted block is told by the base class itself.
    if not (fatal or isinstance(error, duckdb.OperationalError | duckdb.InternalError) or type(error) is duckdb.Error):
        return None
    text = str(error)
    if LOCK_WORDS.search(text):
        holder = re.search(r"PID (\d+)", text)
        return busy(path, holder[1] if holder else "")
    for words, fault in WORDS.items():
        if words.search(text):
            return fault(path)
    return damaged(path) if fatal or isinstance(error, duckdb.SerializationException) else None


@contextmanager
def told_in_french(path: Path, *, system: bool = False) -> Iterator[None]:
    """Raise a StoreFault in the place of an error of DuckDB (and of the system) that is about this file."""
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
