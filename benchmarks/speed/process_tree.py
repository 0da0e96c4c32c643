"""The peak memory of this process and of all its descendants while a block runs (Linux)."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

EVERY_SECONDS = 0.2


@dataclass
class Peak:
    """The peak memory in gigabytes; a page shared by several processes counts once."""

    gigabytes: float = 0.0


@contextmanager
def watched() -> Iterator[Peak]:
    """Measure the memory of the whole tree of processes until the block ends."""
    peak, over = Peak(), threading.Event()

    def watch() -> None:
        while not over.wait(EVERY_SECONDS):
            peak.gigabytes = max(peak.gigabytes, sum(map(_kilobytes, _tree())) / 1e6)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _tree() -> list[int]:
    """Return this process and its descendants."""
    children = defaultdict(list)
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        children[int(fields[1])].append(int(status.parent.name))
    processes = [os.getpid()]
    for process in processes:
        processes += children[process]
    return processes


def _kilobytes(process: int) -> int:
    """Return the proportional set size of a process: each shared page is divided among its processes."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
