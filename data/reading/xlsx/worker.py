"""What the process of its own that reads a workbook does.

It reads the file open under that descriptor, and writes lines of JSON: the name of each sheet (a text), its first rows
(a list of `[line, cells]`), then null; for the number of a sheet read on its input, the rows of this sheet (in several
lists), then null; or, at any time, why the workbook is refused (`{"refused": …}`). Its input is a pipe held by the
process that started it: when that one is gone, the pipe ends, and so does this process.
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
from data.reading.xlsx.book import Book
from data.reading.xlsx.sheet import Row, rows

BATCH = 2**16


def main(descriptor: int) -> None:
    """Read a workbook within the limits of this process, or say why it cannot be."""
    asked: SimpleQueue[int] = SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    _limit()
    lines = _Lines(sys.stdout.buffer)
    try:
        with os.fdopen(descriptor, "rb") as file:
            _read(file, lines, asked)
    except DepositRefused as refused:
        refusal = refused
    except MemoryError:
        refusal = limits.too_large()
    except Exception:  # whatever a damaged workbook raises, deep in its parts
        refusal = limits.damaged()
    # Out of the handler, the memory that the reading took is free again.
    lines.refuse(refusal)


def _read(file: BinaryIO, lines: _Lines, asked: SimpleQueue[int]) -> None:
    book = Book(file)
    names = list(book.sheets)
    for name in names:
        lines.send(name)
        lines.send_rows(islice(rows(book, name), HEADER_SEARCH_LINES))
    while True:
        lines.send(None)
        lines.flush()
        lines.send_rows(rows(book, names[asked.get()]))


class _Lines:
    """The lines written, bounded in all."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output
        self._sent = 0
        self._encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

    def send(self, value: object) -> None:
        self._write(self._encode(value))

    def refuse(self, refusal: DepositRefused) -> None:
        self._output.write(self._encode({"refused": str(refusal)}).encode() + b"\n")
        self._output.flush()

    def send_rows(self, found: Iterable[Row]) -> None:
        batch: list[str] = []
        length = 0
        for row in found:
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


def _listen(asked: SimpleQueue[int]) -> None:
    for line in sys.stdin.buffer:
        asked.put(int(line))
    os._exit(1)


def _limit() -> None:
    """Limit the memory, from what is used now, and the processor time; the system ends a process that is over."""
    resource.setrlimit(resource.RLIMIT_CPU, (limits.CPU_SECONDS, limits.CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    status = Path("/proc/self/status")
    if not status.exists():  # not Linux: bounded by what is counted only
        return
    used = dict(line.split(":", 1) for line in status.read_text().splitlines())
    for limit, name in ((resource.RLIMIT_DATA, "VmData"), (resource.RLIMIT_AS, "VmSize")):
        most = int(used[name].split()[0]) * 1024 + limits.MEMORY
        resource.setrlimit(limit, (most, most))
