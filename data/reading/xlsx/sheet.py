"""The rows of one sheet of a workbook, as text, with the line numbers that Excel shows; its merged and hidden cells."""

from __future__ import annotations

from collections.abc import Iterator

from data.reading import limits
from data.reading.accents import tidy
from data.reading.decoding import DepositRefused
from data.reading.header import MAX_COLUMNS
from data.reading.limits import damaged, too_large
from data.reading.records import MAX_CELL, NO_VALUE, Layout
from data.reading.xlsx.book import Book
from data.reading.xlsx.cells import as_text, too_long, typed
from data.reading.xlsx.markup import Handler, parse

Row = tuple[int, list[str]]


def _merge(layout: Layout, ref: str) -> None:
    """Keep a merged range, such as C2:C3."""
    first, _, last = ref.replace("$", "").partition(":")
    if not last:
        return
    if len(layout.merged) >= limits.MAX_MERGED:
        raise DepositRefused(
            f"Le classeur a plus de {limits.MAX_MERGED // 1000}\u00a0000 cellules fusionnées. "
            "Annulez les fusions, ou enregistrez la feuille au format CSV, puis déposez ce CSV."
        )
    layout.merged.append((_line(first), _line(last), _column(first), _column(last)))


def _hide_columns(layout: Layout, attributes: dict[str, str]) -> None:
    """Keep the columns that an element `col` hides."""
    if _is_hidden(attributes, "width") and len(layout.hidden_columns) < MAX_COLUMNS:
        layout.hidden_columns.append((int(attributes["min"]), int(attributes["max"])))


def _is_hidden(attributes: dict[str, str], size: str) -> bool:
    return attributes.get("hidden") in ("1", "true") or attributes.get(size) in ("0", "0.0")


def rows(book: Book, name: str, layout: Layout | None = None) -> Iterator[Row]:
    """Yield the line and cells of each row that is not empty; at the end, `layout` is filled."""
    reader = _Reader(book, layout or Layout())
    chunks = book.archive.chunks(book.sheets[name], limits.MAX_LONG_PART, limits.MAX_LONG_MARKS)
    for _ in parse(chunks, reader):
        yield from reader.take()


class _Reader(Handler):
    """A SAX handler that makes rows from the elements row > c > (v, f, is > t) of a sheet, and its layout."""

    def __init__(self, book: Book, layout: Layout) -> None:
        self._book = book
        self._layout = layout
        self._hidden = False
        self._ready: list[Row] = []
        self._line = self._column = 0
        self._row: list[str] = []
        self._cells = self._text = 0
        self._attributes: dict[str, str] | None = None
        self._pieces: list[str] = []
        self._length = self._row_length = 0
        self._kept = self._phonetic = self._formula = self._valued = False

    def take(self) -> list[Row]:
        """Return the rows read since the last call."""
        ready, self._ready = self._ready, []
        return ready

    def start(self, name: str, attributes: dict[str, str]) -> None:
        # Called millions of times: the code of Handler is repeated here, to avoid a second call.
        self.depth += 1
        if self.depth > limits.MAX_DEPTH:
            raise too_large()
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self._attributes, self._length = attributes, 0
            self._formula = self._valued = False
            self._pieces.clear()
        elif self._attributes is None:
            if name == "row":
                self._start_row(attributes.get("r"))
                self._hidden = _is_hidden(attributes, "ht")
            elif name == "mergeCell":
                _merge(self._layout, attributes["ref"])
            elif name == "col":
                _hide_columns(self._layout, attributes)
        elif name == "v":
            self._valued = True
            self._kept = self._attributes.get("t") != "inlineStr"
        elif name == "t":
            self._kept = self._attributes.get("t") == "inlineStr" and not self._phonetic
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._phonetic = True

    def text(self, piece: str) -> None:
        if self._kept:
            self._pieces.append(piece)
            self._length += len(piece)
            if self._length > MAX_CELL:
                raise too_long()

    def end(self, name: str) -> None:
        self.depth -= 1
        self._kept = False
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c" and self._attributes is not None:
            self._end_cell(self._attributes)
            self._attributes = None
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._phonetic = False

    def _start_row(self, number: str | None) -> None:
        line = self._line + 1 if number is None else int(float(number))
        if line > limits.MAX_ROWS:
            raise too_large()
        if line <= self._line:
            raise damaged()
        self._line, self._column, self._row_length = line, 0, 0

    def _end_cell(self, attributes: dict[str, str]) -> None:
        self._cells += 1
        if self._cells > limits.MAX_CELLS:
            raise too_large()
        place = attributes.get("r")
        self._column = _column(place) if place else self._column + 1
        kind, text = attributes.get("t", "n"), "".join(self._pieces)
        if text:
            self._put(self._shown(kind, text, attributes.get("s", "0")))
        elif self._formula and not (self._valued and kind == "str"):
            # This formula has no value. (A formula that gives a text may have an empty one.)
            self._put(NO_VALUE)

    def _shown(self, kind: str, text: str, style: str) -> str:
        if kind == "s":
            text = self._book.strings[int(text)]
        elif kind in ("n", "b", "d"):
            return as_text(typed(kind, text, self._book.shapes.get(style), self._book.epoch))
        return text if text.isascii() else tidy(text)

    def _put(self, text: str) -> None:
        if self._column > MAX_COLUMNS:
            raise DepositRefused(
                f"Le classeur a plus de {MAX_COLUMNS} colonnes. Gardez les colonnes utiles, puis déposez-le."
            )
        missing = self._column - len(self._row)
        if missing > 0:
            self._cells += missing - 1
            self._row += [""] * missing
        self._row[self._column - 1] = text
        self._row_length += len(text)
        if self._row_length > limits.MAX_ROW_TEXT:
            raise too_large()

    def _end_row(self) -> None:
        if not self._row:
            return
        self._text += self._row_length
        if self._text > limits.MAX_TEXT:
            raise too_large()
        self._ready.append((self._line, self._row))
        self._row = []
        if self._hidden and len(self._layout.hidden_lines) < limits.MAX_HIDDEN:
            self._layout.hidden_lines.append(self._line)


def _line(name: str) -> int:
    """Return the line, from 1, of a cell name such as AB12."""
    return int(name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))


_COLUMNS: dict[str, int] = {}


def _column(name: str) -> int:
    """Return the column, from 1, of a cell name such as AB12."""
    letters = name.rstrip("0123456789")
    column = _COLUMNS.get(letters, 0)
    if not column:
        if not (1 <= len(letters) <= 3 and letters.isascii() and letters.isalpha()):
            raise damaged()
        for letter in letters.upper():
            column = column * 26 + ord(letter) - 64
        _COLUMNS[letters] = column
    return column
