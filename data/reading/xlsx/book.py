"""Workbook metadata (Office Open XML): relationships, list of sheets, number formats, shared strings."""

from __future__ import annotations

import posixpath
from array import array
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, NamedTuple

from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from data.reading import limits
from data.reading.decoding import DepositRefused
from data.reading.limits import damaged, too_large
from data.reading.records import MAX_CELL
from data.reading.xlsx.archive import Archive
from data.reading.xlsx.cells import Shape, shape_of, too_long
from data.reading.xlsx.markup import Handler, parse_all

WORKBOOK = "xl/workbook.xml"


class Relation(NamedTuple):
    """An OOXML relationship of a part to another one: its nature, and the name of that part in the archive."""

    nature: str
    part: str


class _Relations(Handler):
    def __init__(self, folder: str) -> None:
        self.by_id: dict[str, Relation] = {}
        self._folder = folder

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name != "Relationship" or attributes.get("TargetMode") == "External":
            return
        if len(self.by_id) >= limits.MAX_RELATIONS:
            raise too_large()
        target = posixpath.normpath(posixpath.join("/", self._folder, attributes["Target"])).lstrip("/")
        self.by_id[attributes["Id"]] = Relation(attributes["Type"].rpartition("/")[2], target)


class _Contents(Handler):
    """The sheets of a workbook (name, relation, whether it is visible), and whether its days count from 1904."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.since_1904 = False

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            self.since_1904 = attributes.get("date1904", "0") in ("1", "true", "on")
        elif name == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            self.sheets.append((attributes["name"], relation, attributes.get("state", "visible") == "visible"))
            if len(self.sheets) > limits.MAX_SHEETS:
                raise DepositRefused(
                    f"Le classeur a plus de {limits.MAX_SHEETS} feuilles. "
                    "Enregistrez la feuille utile au format CSV, puis déposez ce CSV."
                )


class _Styles(Handler):
    """The shapes of the cell styles: how each style shows a number, where it changes it."""

    def __init__(self) -> None:
        self._custom: dict[int, str] = {}
        self._cached: dict[int, Shape | None] = {}
        self._inside = False
        self._count = 0
        self.shapes: dict[str, Shape] = {}

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt" and self.depth == 3:
            if len(self._custom) >= limits.MAX_FORMATS:
                raise too_large()
            self._custom[int(attributes["numFmtId"])] = attributes["formatCode"][: limits.MAX_FORMAT_LENGTH]
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            self._add(int(attributes.get("numFmtId", "0")))

    def closed(self, name: str) -> None:
        if name == "cellXfs":
            self._inside = False

    def _add(self, number: int) -> None:
        if number not in self._cached:
            self._cached[number] = shape_of(number, self._custom)
        if shape := self._cached[number]:
            self.shapes[str(self._count)] = shape
        self._count += 1
        if self._count > limits.MAX_STYLES:
            raise too_large()


class Strings(Handler):
    """The shared strings, joined in one buffer: a list of strings takes five times more memory."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q")
        self._pieces: list[str] = []
        self._length = 0
        self._kept = self._phonetic = False

    def __getitem__(self, place: int) -> str:
        if place < 0:
            raise damaged()
        start = self._ends[place - 1] if place else 0
        return self._bytes[start : self._ends[place]].decode()

    def opened(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        """Keep the texts of a string, without its phonetic guides (Japanese)."""
        if name == "t":
            self._kept = not self._phonetic
        elif name == "rPh":
            self._phonetic = True

    def closed(self, name: str) -> None:
        """Add the string that ends here."""
        if name == "t":
            self._kept = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            # Excel writes “_x005F_” for an underscore that would otherwise start an escape.
            self._bytes += "".join(self._pieces).replace("x005F_", "").encode()
            self._ends.append(len(self._bytes))
            self._pieces.clear()
            self._length = 0
            if len(self._ends) > limits.MAX_STRINGS or len(self._bytes) > limits.MAX_STRINGS_BYTES:
                raise too_large()

    def text(self, piece: str) -> None:
        """Keep a piece of a string."""
        if self._kept:
            self._pieces.append(piece)
            self._length += len(piece)
            if self._length > MAX_CELL:
                raise too_long()


class Book:
    """An open workbook: `sheets` has the part of each sheet by name, the visible ones first, in their order.

    `hidden` has the names of the others.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.archive = Archive(file)
        main = self._main()
        contents = _Contents()
        self._read(main, contents)
        relations = self._relations(main)
        self.epoch: datetime = MAC_EPOCH if contents.since_1904 else WINDOWS_EPOCH
        self.sheets = dict(self._sheets(contents, relations))
        self.hidden = {name for name, _, visible in contents.sheets if not visible}
        if not self.sheets:
            raise damaged()
        self.shapes = self._styles(relations)
        self.strings = Strings()
        if part := self._related(relations, "sharedStrings"):
            parse_all(self.archive.chunks(part, limits.MAX_LONG_PART, limits.MAX_LONG_MARKS), self.strings)

    def _read(self, part: str, handler: Handler) -> None:
        parse_all(self.archive.chunks(part, limits.MAX_SHORT_PART, limits.MAX_SHORT_MARKS), handler)

    def _relations(self, part: str) -> dict[str, Relation]:
        folder, name = posixpath.split(part)
        relations = _Relations(folder)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path in self.archive:
            self._read(path, relations)
        return relations.by_id

    def _main(self) -> str:
        return self._related(self._relations(""), "officeDocument") or WORKBOOK

    def _related(self, relations: dict[str, Relation], nature: str) -> str | None:
        parts = (relation.part for relation in relations.values() if relation.nature == nature)
        return next((part for part in parts if part in self.archive), None)

    def _styles(self, relations: dict[str, Relation]) -> dict[str, Shape]:
        styles = _Styles()
        if part := self._related(relations, "styles"):
            self._read(part, styles)
        return styles.shapes

    def _sheets(self, contents: _Contents, relations: dict[str, Relation]) -> Iterator[tuple[str, str]]:
        """Yield the name and part of each sheet of cells: a sheet may be a chart instead."""
        for name, key, _ in sorted(contents.sheets, key=lambda sheet: not sheet[2]):
            relation = relations.get(key)
            if relation and relation.nature == "worksheet" and relation.part in self.archive:
                yield name, relation.part
