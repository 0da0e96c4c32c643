"""A record of the last writes, kept beside the store: what DuckDB lost of a damaged journal without a word.

One JSON line per write that is confirmed but perhaps not yet in the file itself. It speaks of one state of one file, so
that it says nothing of a backup put in its place.
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
    """Which state of which file: how often its journal was put into it, and when it last changed."""

    checkpoint: int
    modified: int
    has_journal: bool


def state_of(file: IO[bytes], path: Path) -> FileState:
    """Return the state of the file now; before DuckDB opens it, what it will open."""
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
    """Keep the confirmed writes of the present state of the file, each on the disk before its author is answered."""

    def __init__(self, folder: Path) -> None:
        """Read the record of this folder, which may not exist yet."""
        self.path = folder / "last_writes.jsonl"
        self._known = self._read()

    def add(self, version: int, state: FileState, file_name: str | None) -> None:
        """Add a confirmed write; a record that cannot be written says nothing later, and stops nobody."""
        at = datetime.now(UTC).isoformat()
        write = Write(version, state.checkpoint, state.modified, at, file_name)
        same_state = bool(self._known) and self._known[-1].checkpoint == state.checkpoint
        self._known = [write]
        with suppress(OSError), self.path.open("a" if same_state else "w", encoding="utf-8") as record:
            record.write(json.dumps(asdict(write), ensure_ascii=False) + "\n")
            record.flush()
            os.fsync(record.fileno())

    def lost(self, version: int, before: FileState) -> list[Write]:
        """Return the writes confirmed in this state of the file that it no longer has."""
        last = self._known[-1] if self._known else None
        if last is None or last.checkpoint != before.checkpoint:
            return []
        # Without its journal, the same file to the nanosecond: a backup put in its place has another date.
        if not before.has_journal and last.modified != before.modified:
            return []
        return [write for write in self._known if write.version > version]

    def forget(self) -> None:
        """Start again: what it told was told, or the file is another."""
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
    """Say what was lost, when it was written, and what to do."""
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
    # An account, a deposit taken back, forecasts.
    redo = (
        [f"Refaites ce qui n’était pas un dépôt (comptes, annulations, prévisions\u00a0: {others})."] if others else []
    )
    return again + redo
