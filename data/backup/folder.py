"""The folder of the backups: the name of each, their list, which ones a rotation removes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from data.clock import PARIS

# The time is in the name, in UTC: copying a file elsewhere does not change it, nor does the end of summer time.
NAMES = "antigaspi-%Y%m%d-%H%M%SZ.duckdb"
OURS = re.compile(r"antigaspi-\d{8}-\d{6}Z\.duckdb")
UNFINISHED = "antigaspi-*Z.duckdb.part*"
KEPT_ASIDE = "-avant-restauration-"


@dataclass(frozen=True)
class Backup:
    """A file that can be restored: ours (read again once written), the store before a restore, or somebody's copy."""

    path: Path
    made_at: datetime
    size: int
    kind: Literal["ours", "former", "other"]


def beside(store_path: Path) -> Path:
    """Return the folder of the backups of a store when no setting names another."""
    return store_path.with_suffix(".sauvegardes")


def free_path(folder: Path, now: datetime) -> Path:
    """Return the path of a backup made now."""
    while (path := folder / now.strftime(NAMES)).exists():
        now += timedelta(seconds=1)
    return path


def made_at(path: Path) -> datetime | None:
    """Return the time in the name of a backup of ours, None for another file."""
    with suppress(ValueError):
        if OURS.fullmatch(path.name):
            return datetime.strptime(path.name, NAMES).replace(tzinfo=UTC)
    return None


def backups(folder: Path, store_path: Path) -> list[Backup]:
    """Return what can be restored, the newest first. No file is opened: one of them may be the store itself."""
    former = store_path.parent.glob(f"{store_path.stem}{KEPT_ASIDE}*{store_path.suffix}")
    files = {file.resolve() for file in (*former, *folder.glob("*.duckdb")) if file.is_file()} - {store_path.resolve()}
    return sorted(map(_backup, files), key=lambda backup: (backup.made_at, backup.path), reverse=True)


def _backup(path: Path) -> Backup:
    status, ours = path.stat(), made_at(path)
    kind: Literal["ours", "former", "other"] = "ours" if ours else "former" if KEPT_ASIDE in path.name else "other"
    # A store that was put aside keeps the time of its last write.
    return Backup(path, ours or datetime.fromtimestamp(status.st_mtime, UTC), status.st_size, kind)


def superfluous(paths: Iterable[Path], days: int, weeks: int, now: datetime) -> list[Path]:
    """Return the backups of ours to remove.

    Kept: all those of the last 24 hours, the last of each of the last `days` days and `weeks` weeks that have one. Days
    and weeks are counted where there is a backup, so that a clock moved forward removes nothing more; a backup dated
    after now, left by a clock moved back, neither counts nor goes.
    """
    times = {path: time for path in paths if (time := made_at(path)) and time <= now}
    newest_first = sorted(times, key=lambda path: times[path], reverse=True)
    kept = {path for path in newest_first if now - times[path] < timedelta(days=1)}
    for count, period in ((days, "%Y-%m-%d"), (weeks, "%G-%V")):
        last: dict[str, Path] = {}
        for path in newest_first:
            last.setdefault(times[path].astimezone(PARIS).strftime(period), path)
        kept |= set(list(last.values())[:count])
    return [path for path in newest_first if path not in kept]


def rotate(folder: Path, days: int, weeks: int, now: datetime) -> None:
    """Remove the superfluous backups; one that cannot be removed stays."""
    for path in superfluous(folder.glob("antigaspi-*.duckdb"), days, weeks, now):
        with suppress(OSError):
            path.unlink()


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed process left of a backup."""
    for path in folder.glob(UNFINISHED):
        with suppress(OSError):
            path.unlink()
