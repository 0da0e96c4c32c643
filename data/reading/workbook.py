"""Sandboxed reading of Excel workbooks (.xlsx, .xlsm): the records of each sheet, as text.

A separate process (`data.reading.xlsx`) reads the workbook, within limits of memory and time: a crafted workbook can
exhaust that process only. It sends JSON, whose size is bounded here too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, Any

from data.faults import of_system
from data.reading.decoding import MAX_BYTES, DepositRefused
from data.reading.limits import MAX_PARTS, MAX_SENT, MAX_SENT_LINE, SECONDS, damaged, too_large
from data.reading.records import Layout, Record

PROJECT = Path(__file__).resolve().parents[2]
# One memory arena for all threads of the process: an arena for each would use up its limited memory.
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}
ENTRY = b"PK\x01\x02"
# One reading process per processor of the smallest server: a third workbook waits a few seconds.
READERS = threading.BoundedSemaphore(2)


def is_zip(content: bytes) -> bool:
    """Tell whether a file is a ZIP archive, as modern office documents are."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


@contextmanager
def open_workbook(content: bytes) -> Iterator[Workbook]:
    """Open an Excel workbook; raises DepositRefused for any other archive, and for a ZIP bomb."""
    if len(content) > MAX_BYTES:
        raise DepositRefused("Le fichier dépasse 200\u00a0Mo. Découpez-le, par exemple par année scolaire.")
    if content.count(ENTRY) > 2 * MAX_PARTS:
        raise too_large()
    with READERS:
        yield from _workbook_of(content)


def _workbook_of(content: bytes) -> Iterator[Workbook]:
    try:
        with tempfile.TemporaryFile() as file:
            file.write(content)
            file.flush()
            file.seek(0)
            reader = _start(file.fileno())
    except OSError as error:
        raise of_system(error, Path(tempfile.gettempdir())) from error
    deadline = threading.Timer(SECONDS, reader.kill)
    deadline.daemon = True
    deadline.start()
    try:
        yield Workbook(reader)
    finally:
        deadline.cancel()
        reader.kill()
        reader.communicate()


def _start(descriptor: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "data.reading.xlsx", str(descriptor)],
        cwd=PROJECT,
        env=os.environ | ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(descriptor,),
    )


class Workbook:
    """The sheets of a workbook, the visible ones first, in their order; `tops` has the first records of each.

    `layout` has the merged and hidden parts of the last sheet whose records were read to the end.
    """

    def __init__(self, reader: subprocess.Popen[bytes]) -> None:
        if not reader.stdin or not reader.stdout:
            raise ValueError("a reader has an input and an output")
        self._input: IO[bytes] = reader.stdin
        self._output: IO[bytes] = reader.stdout
        self._received = 0
        self.tops: dict[str, list[Record]] = {}
        self.layout = Layout()
        for value in self._answer():
            if isinstance(value, str):
                top = self.tops[value] = []
            else:
                top += _records(value)
        self.names = list(self.tops)

    def records(self, name: str) -> Iterator[Record]:
        """Yield the rows of a sheet as text; raises DepositRefused when they are damaged or too large."""
        try:
            self._input.write(b"%d\n" % self.names.index(name))
            self._input.flush()
        except BrokenPipeError:
            raise too_large() from None
        return chain.from_iterable(map(self._rows_of, self._answer()))

    def _rows_of(self, value: Any) -> Iterator[Record]:  # noqa: ANN401
        if isinstance(value, dict):
            self.layout = Layout(**value)
            return iter(())
        return _records(value)

    def _answer(self) -> Iterator[Any]:
        """Yield the answers of the process; if it ends without an answer, it reached its limit of memory or time."""
        while line := self._output.readline(MAX_SENT_LINE):
            self._received += len(line)
            if self._received > MAX_SENT or not line.endswith(b"\n"):
                raise too_large()
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                raise damaged() from None
            if value is None:
                return
            if isinstance(value, dict) and "refused" in value:
                raise DepositRefused(value["refused"])
            yield value
        raise too_large()


def _records(rows: list[tuple[int, list[str]]]) -> Iterator[Record]:
    return ((line, line, cells) for line, cells in rows)
