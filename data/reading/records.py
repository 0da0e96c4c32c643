"""CSV parsing, one record at a time: with the line numbers of the file, within a bounded memory."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from data.reading.decoding import DepositRefused

SEPARATORS = ";,\t|"
MAX_CELL = 100_000
MAX_LINE = 1_000_000
MAX_RECORD_LINES = 200
MAX_UNCLOSED = 1_000
# A line of a grid is read as several: its number in the file is what remains of theirs once divided by this.
LINES = 100_000_000
# Replaces the value of a formula that was saved without its value.
NO_VALUE = "#FORMULE SANS VALEUR"

# First line and last line in the file (from 1), and the cells; None instead of them when a quote is never closed.
Record = tuple[int, int, list[str] | None]

# A cell between quotes, after a separator and spaces. Its length is bounded, as that of the search.
SPACED_QUOTES = {
    separator: re.compile(rb'(?m)(?:^|%b) +"[^"]{0,1000}"(?:"[^"]{0,1000}")*\s*?(?:%b|$|\r)' % (escaped, escaped))
    for separator in SEPARATORS
    if (escaped := re.escape(separator.encode()))
}


@dataclass
class Layout:
    """What a sheet of a workbook shows beside its cells: merged ranges, hidden lines and columns.

    A merged range has its first and last lines, then its first and last columns. Lines and columns count from 1;
    `hidden_columns` are ranges. `hidden` tells that the whole sheet is hidden.
    """

    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_lines: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    hidden: bool = False


def has_spaced_quotes(text: bytes, separator: str) -> bool:
    """Tell whether some quoted cells come after a separator and spaces, as in `A, "B"`."""
    # Most files have no quote, or none after a space: searching one byte, then two, is faster than the pattern.
    return b'"' in text and b' "' in text and SPACED_QUOTES[separator].search(text) is not None


def records(text: bytes, separator: str) -> Iterator[Record]:
    """Yield the records of a UTF-8 text.

    When a quote is never closed, only its own line is lost: reading continues at the next line. Raises DepositRefused
    for a line or a cell that is too long.
    """
    csv.field_size_limit(MAX_CELL)  # the limit of the whole process, which another library may have changed
    lines = _Lines(text)
    spaced = has_spaced_quotes(text, separator)
    reader = csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=spaced)
    unclosed = 0
    while True:
        cells: list[str] | None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = _single_line(lines.recover(), separator, lines.start, spaced=spaced)
            unclosed += cells is None
            reader = csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=spaced)
        if unclosed > MAX_UNCLOSED:
            raise DepositRefused(
                f"Plus de {MAX_UNCLOSED} lignes ont un guillemet qui n’est pas refermé. "
                "Exportez le tableau à nouveau, puis déposez ce fichier."
            )
        yield lines.start, lines.end, cells
        lines.accept()


def _single_line(line: str | None, separator: str, number: int, *, spaced: bool) -> list[str] | None:
    """Read one line as Excel does: text after a closing quote is kept. Return None when a quote is never closed."""
    if line is None:
        return None
    try:
        # The line break shows an unclosed quote, which includes it. The last line of a file may have none: it is added.
        cells = next(csv.reader([line.rstrip("\r\n") + "\n"], delimiter=separator, skipinitialspace=spaced), [])
    except csv.Error as error:
        raise DepositRefused(
            f"La ligne {number} ne peut pas être lue\u00a0: une cellule dépasse 100\u00a0000 caractères. "
            "Corrigez cette ligne, puis déposez le fichier à nouveau."
        ) from error
    return None if cells and cells[-1].endswith("\n") else cells


class _Lines:
    """The lines given to the csv module, kept until their record is accepted."""

    def __init__(self, text: bytes) -> None:
        self.start = 1
        self._current: list[str] = []
        self._to_repeat: deque[str] = deque()
        self._stream = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")

    @property
    def end(self) -> int:
        return self.start + len(self._current) - 1

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self._current) >= MAX_RECORD_LINES:
            raise csv.Error("unclosed quote")
        line = self._to_repeat.popleft() if self._to_repeat else self._stream.readline(MAX_LINE + 1)
        if not line:
            raise StopIteration
        if len(line) > MAX_LINE:
            raise DepositRefused(
                f"La ligne {self.end + 1} dépasse un million de caractères\u00a0: ce n’est pas un tableau attendu. "
                "Exportez le tableau à nouveau, puis déposez ce fichier."
            )
        self._current.append(line)
        return line

    def accept(self) -> None:
        """Move to the line after the record just read."""
        self.start += len(self._current)
        self._current.clear()

    def recover(self) -> str | None:
        """Keep only the first line of a record that could not be read; return it if the record had no other line."""
        first, *others = self._current
        self._to_repeat.extendleft(reversed(others))
        self._current = [first]
        return None if others else first


def body_span(text: bytes, header_line: int) -> tuple[int, int]:
    """Return the start of the lines under the header, and the end of the last one."""
    start = 0
    for _ in range(header_line):
        line_feed, carriage_return = text.find(b"\n", start), text.find(b"\r", start)
        stop = min((place for place in (line_feed, carriage_return) if place >= 0), default=len(text))
        start = stop + (2 if text[stop : stop + 2] == b"\r\n" else 1)
    end = len(text)
    while end > start and text[end - 1 : end] in (b"\n", b"\r"):
        end -= 1
    return min(start, end), end


def line_breaks(text: bytes, start: int, end: int) -> int:
    """Count the line breaks of a text, or return -1 when they are not all of one sort."""
    line_feeds, carriage_returns = text.count(b"\n", start, end), text.count(b"\r", start, end)
    if line_feeds and carriage_returns:
        return line_feeds if line_feeds == carriage_returns == text.count(b"\r\n", start, end) else -1
    return line_feeds or carriage_returns
