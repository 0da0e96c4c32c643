"""Results kept from one computation to the next: a task is not run again on what it has already read.

Each task is given what it reads and no more, so that a computation after a new day runs the last ones only. The file is
ours: in the store's work folder, which only the owner of the store reads.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from pathlib import Path
from typing import Any

from data.files import write_whole
from data.once import content_of
from models.run.fingerprint import fingerprint

NAME = "past_results"


class Remembered:
    """Runs tasks in a pool, but those whose results a folder keeps."""

    def __init__(self, pool: Executor, folder: Path | None) -> None:
        """Read what the folder keeps; without a folder, every task runs."""
        self.pool, self._file = pool, folder and folder / NAME
        self._tasks: dict[str, Future[Any]] = {}
        self._known: dict[str, Any] = {}
        with suppress(Exception):  # a file half written or of another version is computed again
            self._known = dict(pickle.loads(self._file.read_bytes())) if self._file else {}

    def submit(self, function: Callable[..., Any], *arguments: object) -> Future[Any]:
        """Return the result of a task: kept, or run in the pool."""
        key = content_of(fingerprint(), function, arguments)
        if key in self._known:
            self._tasks[key] = Future()
            self._tasks[key].set_result(self._known[key])
        elif key not in self._tasks:
            self._tasks[key] = self.pool.submit(function, *arguments)
        return self._tasks[key]

    def save(self) -> None:
        """Keep the results of these tasks, and no others; a folder that cannot be written costs time alone."""
        with suppress(OSError):
            if self._file:
                write_whole(self._file, pickle.dumps({key: task.result() for key, task in self._tasks.items()}))
