"""Sandboxed worker process that reads a workbook.

It reads the file from an open descriptor and writes lines of JSON. First come the name of each sheet (a text) and its
first rows (a list of `[line, cells]`), then null. Then, for each number of a sheet that it receives on its input, come
the rows of this sheet (in several lists), its layout (`{"merged": …}`), then null. A refusal may come at any time
(`{"refused": …}`). Its input is a pipe of the parent process: when the parent ends, the pipe closes, and this process
ends too.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO

from data.reading import limits
from data.reading.decoding import DepositRefused
from data.reading.header import HEADER_SEARCH_LINES
from data.reading.records import Layout
from data.reading.xlsx.book import Book
from data.reading.xlsx.sheet import Row, rows

BATCH = 2**16


def main(descriptor: int) -> None:
    """Read a workbook within the limits of this process, or send a refusal."""
    requests: SimpleQueue[int] = SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    _limit()
    lines = _Lines(sys.stdout.buffer)
    try:
        with os.fdopen(descriptor, "rb") as file:
            _read(file, lines, requests)
    except DepositRefused as refused:
        refusal = refused
    except MemoryError:
        refusal = limits.too_large()
    except Exception:  # a damaged workbook may raise any error
        refusal = limits.damaged()
    # Outside of the `except` blocks, the memory of the reading is free again.
    lines.refuse(refusal)


def _read(file: BinaryIO, lines: _Lines, requests: SimpleQueue[int]) -> None:
    book = Book(file)
    names = list(book.sheets)
    for name in names:
        lines.send(name)
        lines.send_rows(islice(rows(book, name), HEADER_SEARCH_LINES))
    while True:
        lines.send(None)
        lines.flush()
        name = names[requests.get()]
        layout = Layout(hidden=name in book.hidden)
        lines.send_rows(rows(book, name, layout))
        lines.send(vars(layout))


class _Lines:
    """The lines sent, with a limit on their total size."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output
        self._sent = 0
        self._encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

    def send(self, value: object) -> None:
        self._write(self._encode(value))

    def refuse(self, refusal: DepositRefused) -> None:
        self._output.write(self._encode({"refused": str(refusal)}).encode() + b"\n")
        self._output.flush()

    def send_rows(self, sheet_rows: Iterable[Row]) -> None:
        batch: list[str] = []
        length = 0
        for row in sheet_rows:
            batch.append(self._encode(row))
            length += len(batch[-1])
            if length > BATCH:
                self._write(f"[{','.join(batch)}]")
                batch, length = [], 0
        self._write(f"[{','.join(batch)}]")

    def _write(self, text: str) -> None:
        line = text.encode() + b"\n"
        self._sent += len(line)
        if self._sent > limits.MAX_SENT:
            raise limits.too_large()
        self._output.write(line)

    def flush(self) -> None:
        self._output.flush()


def _listen(requests: SimpleQueue[int]) -> None:
    for line in sys.stdin.buffer:
        requests.put(int(line))
    os._exit(1)


def _limit() -> None:
    """Limit the memory above the present use, and the processor time; the system kills a process over its limit."""
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CPU_SECONDS, limits.CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    status = Path("/proc/self/status")
    if not status.exists():  # not Linux: only the sizes that are counted are limited
        return
    used = dict(line.split(":", 1) for line in status.read_text().splitlines())
    for limit, name in ((resource.RLIMIT_DATA, "VmData"), (resource.RLIMIT_AS, "VmSize")):
        most = int(used[name].split()[0]) * 1024 + limits.MEMORY
        resource.setrlimit(limit, (most, most))
