"""The backup of each day: when it is due, the copy, the rotation, and the old lines of the audit trail."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from data.backup import copy
from data.backup import folder as backup_folder
from data.clock import PARIS
from data.faults import as_store_fault
from data.files import write_whole
from data.settings import value, values
from data.store import Store
from data.store_file import LAST_BACKUP, work_folder

APPLICATION = "application"
_one_at_a_time = threading.RLock()


def folder_of(store: Store) -> Path:
    """Return the folder of the backups of a store."""
    return Path(value(store, "backup_folder") or backup_folder.beside(store.path))


def back_up(store: Store, actor: str, progress: copy.Progress | None = None, now: datetime | None = None) -> Path:
    """Write a backup into the folder, verified and recorded in the trail, and remove the superfluous ones.

    Raises a StoreFault; the backups already there are then untouched.
    """
    now, settings = now or datetime.now(UTC), values(store)
    folder = folder_of(store)
    with _one_at_a_time, as_store_fault(folder, system=True):
        folder.mkdir(parents=True, exist_ok=True)
        backup_folder.remove_unfinished(folder)
        path = backup_folder.free_path(folder, now)
        copy.back_up(store, path, progress)
        record(store.path, path, now)
        backup_folder.rotate(folder, settings["backup_days"].value, settings["backup_weeks"].value, now)
    store.note(actor, "backup", {"file": path.name, "bytes": path.stat().st_size})
    return path


def record(store_path: Path, backup: Path, made_at: datetime) -> None:
    """Write beside the store which backup is the last, for those who may not open the store."""
    text = json.dumps({"path": str(backup.resolve()), "made_at": made_at.isoformat()})
    with suppress(OSError):
        write_whole(work_folder(store_path) / LAST_BACKUP, text.encode())


def last_good(store_path: Path) -> tuple[Path, datetime] | None:
    """Return the last backup of a store and its time, without opening the store; None when it is no longer there."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        last = json.loads((work_folder(store_path) / LAST_BACKUP).read_text(encoding="utf-8"))
        path, made_at = Path(last["path"]), datetime.fromisoformat(last["made_at"])
        if path.is_file():
            return path, made_at
    return None


def due(store: Store, now: datetime) -> bool:
    """Tell whether the last scheduled hour has passed without a backup; one dated after now does not count."""
    if not store.version():  # nobody has written anything yet
        return False
    scheduled = datetime.combine(now.astimezone(PARIS).date(), time(value(store, "backup_hour")), PARIS)
    if scheduled > now:
        scheduled -= timedelta(days=1)
    made = [b.made_at for b in backup_folder.backups(folder_of(store), store.path) if b.kind == "ours"]
    return not any(scheduled <= moment <= now for moment in made)


def run_when_due(store: Store, now: datetime | None = None) -> Path | None:
    """Make the daily backup if it is due, then remove from the trail what is older than the setting says."""
    now = now or datetime.now(UTC)
    with _one_at_a_time:  # somebody may be making one just now
        if not due(store, now):
            return None
        path = back_up(store, APPLICATION, now=now)
    forget_old_lines(store, now)
    return path


def forget_old_lines(store: Store, now: datetime) -> int:
    """Remove the lines of the trail that are older than the setting says; return their number."""
    months = value(store, "trail_months")
    if not months:
        return 0
    question = f"SELECT ($now::TIMESTAMP - INTERVAL {int(months)} MONTH) AS before"
    before = store.read(question, {"now": now.astimezone(UTC).replace(tzinfo=None)})["before"].item().to_pydatetime()
    old = "FROM audit_log WHERE done_at < $before"
    lines = int(store.read(f"SELECT count(*) AS lines {old}", {"before": before})["lines"].item())
    if lines:
        with store.write(APPLICATION, "trail", {"rows": lines, "before": before.date().isoformat()}) as cursor:
            cursor.execute(f"DELETE {old}", {"before": before})
    return lines
