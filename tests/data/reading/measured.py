"""Read crafted files in a process of its own, and say what each costs: `python -m tests.data.reading.measured [name…]`.

For each, a line of JSON: its name, what came of it, the seconds, the most memory (this process and the one that reads
workbooks, in MB) and the longest time a thread that ticks every 50 ms had to wait while this process worked.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from data.reading.decoding import DepositRefused
from data.reading.sheet import read_sheet
from tests.data.reading.crafted_texts import SLOW_TEXTS, TEXTS
from tests.data.reading.crafted_workbooks import SLOW_WORKBOOKS, WORKBOOKS

TICK = 0.05


class Watch(threading.Thread):
    """Ticks as the health address has to answer, and looks at the child meanwhile."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.longest = self.child_mb = 0.0

    def run(self) -> None:
        while True:
            before, worked = time.monotonic(), time.process_time()
            time.sleep(TICK)
            # What other processes took of the machine meanwhile is no fault of the file.
            waited = min(time.monotonic() - before - TICK, time.process_time() - worked)
            self.longest = max(self.longest, waited)
            with suppress(OSError):
                self.child_mb = max([self.child_mb, *map(peak_mb, children())])


def children() -> list[str]:
    """Return the processes this one started, once they run their own program."""
    threads = Path("/proc/self/task").iterdir()
    started = [child for thread in threads for child in (thread / "children").read_text().split()]
    return [child for child in started if b"data.reading.xlsx" in Path(f"/proc/{child}/cmdline").read_bytes()]


def peak_mb(process: str) -> float:
    """Return the most memory a process has held."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def outcome(content: bytes) -> str:
    """Read a file and say what came of it."""
    try:
        return f"{read_sheet(content).cells.num_rows} rows"
    except DepositRefused as refusal:
        return str(refusal)


def main(asked: list[str]) -> None:
    """Read the files of these names, or `all`; without a name, all but the slow ones."""
    files = {**WORKBOOKS, **TEXTS}
    names = asked or [name for name in files if name not in SLOW_WORKBOOKS | SLOW_TEXTS]
    watch = Watch()
    watch.start()
    for name in files if names == ["all"] else names:
        content = files[name]()
        Path("/proc/self/clear_refs").write_text("5")
        watch.longest = watch.child_mb = 0.0
        begun = time.monotonic()
        said = outcome(content)
        seconds, memory = time.monotonic() - begun, peak_mb(str(os.getpid())) + watch.child_mb
        print(json.dumps([name, said, round(seconds, 2), round(memory), round(watch.longest, 2)]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
