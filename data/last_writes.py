"""Write log kept beside the store, to detect confirmed writes that DuckDB lost with a damaged journal.

The log has one JSON line per confirmed write that may not be in the file yet. It applies to one state of one file: it
is ignored for a backup that replaces the file.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from data.clock import PARIS
from data.store_file import checkpoint_number, journals

FILES_NAMED = 10


@dataclass(frozen=True)
class FileState:
    """The state of a file: its number of checkpoints, its modification time, whether it has a journal."""

    checkpoint: int
    modified: int
    has_journal: bool


def state_of(file: IO[bytes], path: Path) -> FileState:
    """Return the present state of a file; to be called before DuckDB opens it, since opening may change it."""
    return FileState(checkpoint_number(file), os.fstat(file.fileno()).st_mtime_ns, bool(journals(path)))


@dataclass(frozen=True)
class Write:
    """One confirmed write."""

    version: int
    checkpoint: int
    modified: int
    at: str
    file: str | None


class LastWrites:
    """The log of the writes of the present state of the file; each is on the disk before the user's confirmation."""

    def __init__(self, folder: Path) -> None:
        """Read the log of this folder, which may not exist yet."""
        self.path = folder / "last_writes.jsonl"
        self._known = self._read()

    def add(self, version: int, state: FileState, file_name: str | None) -> None:
        """Add a confirmed write; when the log cannot be written, the write itself still succeeds."""
        at = datetime.now(UTC).isoformat()
        write = Write(version, state.checkpoint, state.modified, at, file_name)
        same_state = bool(self._known) and self._known[-1].checkpoint == state.checkpoint
        self._known = [write]
        with suppress(OSError), self.path.open("a" if same_state else "w", encoding="utf-8") as log:
            log.write(json.dumps(asdict(write), ensure_ascii=False) + "\n")
            log.flush()
            os.fsync(log.fileno())

    def lost(self, version: int, before: FileState) -> list[Write]:
        """Return the writes confirmed in this state of the file that are no longer in it."""
        last = self._known[-1] if self._known else None
        if last is None or last.checkpoint != before.checkpoint:
            return []
        # Without a journal, a file with another modification time is a backup that replaced the store.
        if not before.has_journal and last.modified != before.modified:
            return []
        return [write for write in self._known if write.version > version]

    def forget(self) -> None:
        """Empty the log: its writes have been reported, or the file is another one."""
        self._known = []
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _read(self) -> list[Write]:
        writes: list[Write] = []
        with suppress(OSError):
            for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
                with suppress(ValueError, TypeError):  # a line cut short by a crash
                    writes.append(Write(**json.loads(line)))
        return writes


def sentence(lost: list[Write], kept: list[Path]) -> str:
    """Return a French sentence with the lost writes, their times, and what to do."""
    several = len(lost) > 1
    times = dict.fromkeys(
        f"{datetime.fromisoformat(w.at).astimezone(PARIS):%d/%m/%Y à %H:%M}" for w in (lost[0], lost[-1])
    )
    count = f"{len(lost)} actions confirmées" if several else "une action confirmée"
    return " ".join(
        [
            f"Le journal de la base était abîmé\u00a0: {count} (le {', puis le '.join(times)})",
            "n’ont pas pu être relues." if several else "n’a pas pu être relue.",
            *_to_do([write.file for write in lost]),
            *(f"Ce qui restait du journal est gardé\u00a0: {path}." for path in kept),
        ]
    )


def _to_do(files: list[str | None]) -> list[str]:
    named = [f"«\u00a0{name}\u00a0»" for name in files if name]
    others = len(files) - len(named)
    more = f" et {len(named) - FILES_NAMED} autres fichiers" if len(named) > FILES_NAMED else ""
    again = [f"Déposez à nouveau {', '.join(named[:FILES_NAMED])}{more}."] if named else []
    # The other writes are accounts, deposits taken back, forecasts.
    redo = (
        [f"Refaites ce qui n’était pas un dépôt (comptes, annulations, prévisions\u00a0: {others})."] if others else []
    )
    return again + redo
