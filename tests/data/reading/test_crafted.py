"""A crafted file freezes nothing: whatever it asks for, the server goes on answering, within a bounded memory.

Every kind is read; the slow ones that a cheaper one of their kind stands for are left out, and so are those over two
seconds. ANTIGASPI_CRAFTED=all reads them all (about four minutes).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data.reading.sheet import read_sheet
from data.reading.workbook import open_workbook
from tests.data.reading.awkward import TABLE, workbook
from tests.data.reading.crafted import numbered, sheet_of
from tests.data.reading.test_fuzz import WHAT_TO_DO

PROJECT = Path(__file__).resolve().parents[3]
SECONDS, MEGABYTES, WAIT = 20, 500, 1


def test_no_crafted_file_takes_the_time_memory_or_breath_of_the_server() -> None:
    measured = costs(*(["all"] if os.environ.get("ANTIGASPI_CRAFTED") == "all" else []))
    assert len(measured) > 80
    assert [one for one in measured if not (one[1].endswith(" rows") or WHAT_TO_DO.search(one[1]))] == []
    over = [one for one in measured if is_over(one)]
    for _ in range(3):  # on a busy machine a thread may wait for its turn: what a file takes, it takes each time
        over = [one for one in costs(*[one[0] for one in over]) if is_over(one)] if over else []
    assert over == []


def costs(*names: str) -> list[tuple[str, str, float, float, float]]:
    """Return what each file costs, as a process of its own measures it."""
    command = [sys.executable, "-m", "tests.data.reading.measured", *names]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]
    return [json.loads(line) for line in run.stdout.splitlines()]


def is_over(cost: tuple[str, str, float, float, float]) -> bool:
    _, _, seconds, megabytes, wait = cost
    return seconds > SECONDS or megabytes > MEGABYTES or wait >= WAIT


def test_a_sound_workbook_of_100_000_lines_is_read_whole() -> None:
    texts = b"".join(b'<c t="inlineStr"><is><t>%s</t></is></c>' % text for text in (b"S#", b"M", b"24/05/2016"))
    row = b'<row r="#">' + texts + b'<c r="D#"><v>#</v></c><c r="E#"><v>1</v></c><c r="F#"><v>0.5</v></c></row>'
    assert read_sheet(sheet_of(numbered(row, 100_000))).cells.num_rows == 100_000


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_the_process_that_reads_a_workbook_ends_with_the_one_that_asked() -> None:
    script = (
        "import os, signal\n"
        "from data.reading.workbook import open_workbook\n"
        "from tests.data.reading.awkward import TABLE, workbook\n"
        "with open_workbook(workbook(TABLE)):\n"
        "    tasks = [open(f'/proc/self/task/{t}/children').read() for t in os.listdir('/proc/self/task')]\n"
        "    print(*tasks, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True)
    assert run.returncode == -signal.SIGKILL
    child = Path("/proc", run.stdout.split()[0])
    deadline = time.monotonic() + 5
    while child.exists() and "(zombie)" not in (child / "status").read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not child.exists() or "(zombie)" in (child / "status").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_nothing_of_a_workbook_is_left_behind() -> None:
    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir()))
    with open_workbook(workbook(TABLE)) as book:
        assert len(list(book.records(book.names[0]))) == 3
    assert len(list(descriptors.iterdir())) == before
