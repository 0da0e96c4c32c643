"""The records of a text file, one after the other: line numbers of the file, quotes understood, memory bounded."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator

from data.reading.decoding import DepositRefused

MAX_CELL = 100_000
MAX_LINE = 1_000_000
MAX_RECORD_LINES = 200
MAX_UNCLOSED = 1_000
# Stands for the value of a formula that was saved without it.
NO_VALUE = "#FORMULE SANS VALEUR"

# First line and last line in the file (from 1), and the cells; None for a line whose quote is never closed.
Record = tuple[int, int, list[str] | None]

csv.field_size_limit(MAX_CELL)


def records(text: bytes, separator: str) -> Iterator[Record]:
    """Yield the records of a UTF-8 text.

    A quote that is opened and never closed costs its own line only: reading resumes at the next one. Raises
    DepositRefused for a line or a cell of unreasonable length.
    """
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    unclosed = 0
    while True:
        cells: list[str] | None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = _one_line(lines.recover(), separator, lines.start)
            unclosed += cells is None
            reader = csv.reader(lines, delimiter=separator, strict=True)
        if unclosed > MAX_UNCLOSED:
            raise DepositRefused(
                f"Plus de {MAX_UNCLOSED} lignes ont un guillemet qui n’est pas refermé. "
                "Exportez le tableau à nouveau, puis déposez ce fichier."
            )
        yield lines.start, lines.end, cells
        lines.accept()


def _one_line(line: str | None, separator: str, number: int) -> list[str] | None:
    """Read one line alone, as Excel does: text after a closing quote is kept. None when its quote stays open."""
    if line is None:
        return None
    try:
        # A quote left open takes the line break in, which the last line of a file may lack.
        cells = next(csv.reader([line.rstrip("\r\n") + "\n"], delimiter=separator), [])
    except csv.Error as error:
        raise DepositRefused(
            f"La ligne {number} ne peut pas être lue\u00a0: une cellule dépasse 100\u00a0000 caractères. "
            "Corrigez cette ligne, puis déposez le fichier à nouveau."
        ) from error
    return None if cells and cells[-1].endswith("\n") else cells


class _Lines:
    """The lines handed to the csv module, remembered until their record is accepted."""

    def __init__(self, text: bytes) -> None:
        self.start = 1
        self._given: list[str] = []
        self._again: deque[str] = deque()
        self._stream = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")

    @property
    def end(self) -> int:
        return self.start + len(self._given) - 1

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self._given) >= MAX_RECORD_LINES:
            raise csv.Error("unclosed quote")
        line = self._again.popleft() if self._again else self._stream.readline(MAX_LINE + 1)
        if not line:
            raise StopIteration
        if len(line) > MAX_LINE:
            raise DepositRefused(
                f"La ligne {self.end + 1} dépasse un million de caractères\u00a0: ce n’est pas un tableau attendu. "
                "Exportez le tableau à nouveau, puis déposez ce fichier."
            )
        self._given.append(line)
        return line

    def accept(self) -> None:
        """Count the lines of the record just read."""
        self.start += len(self._given)
        self._given.clear()

    def recover(self) -> str | None:
        """Keep only the first line of a record that went wrong; return it if it was alone."""
        first, *others = self._given
        self._again.extendleft(reversed(others))
        self._given = [first]
        return None if others else first


def body(text: bytes, header_line: int) -> tuple[int, int]:
    """Return where the lines under the header start, and where the last of them ends."""
    start = 0
    for _ in range(header_line):
        feed, back = text.find(b"\n", start), text.find(b"\r", start)
        stop = min((place for place in (feed, back) if place >= 0), default=len(text))
        start = stop + (2 if text[stop : stop + 2] == b"\r\n" else 1)
    end = len(text)
    while end > start and text[end - 1 : end] in (b"\n", b"\r"):
        end -= 1
    return min(start, end), end


def line_breaks(text: bytes, start: int, end: int) -> int:
    """Count the line breaks of a text that writes them all alike; -1 when it does not."""
    feeds, backs = text.count(b"\n", start, end), text.count(b"\r", start, end)
    if feeds and backs:
        return feeds if feeds == backs == text.count(b"\r\n", start, end) else -1
    return feeds or backs
