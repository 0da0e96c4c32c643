"""Files as people have them, one oddity each, and what their deposit must say."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import openpyxl

TITLES = ["site_nom", "site_type", "date", "prevision", "reel", "preparation_kg", "commentaire"]
HEADER = ";".join(TITLES)
A = "A;M;24/05/2016;72;68;1,5;"
B = "B;E;25/05/2016;80;79;;"
NBSP, THIN, NARROW = "\u00a0", "\u2009", "\u202f"


@dataclass(frozen=True)
class Awkward:
    """A file, and the report expected of it; `said` are fragments of warnings, `refused` a fragment of the refusal.

    `stored` has some columns of one service of the store, once the file is in; `read` some cells as read.
    """

    name: str
    make: Callable[[], bytes | str]
    lines: int = 2
    accepted: int = 2
    without_measure: int = 0
    rejected: tuple[tuple[int | None, str | None], ...] = ()
    said: tuple[str, ...] = ()
    refused: str = ""
    kind: str = "log"
    stored: dict[str, Any] = field(default_factory=dict)
    read: dict[int, dict[str, Any]] = field(default_factory=dict)
    unchanged: int = 0

    @property
    def content(self) -> bytes:
        """Write the file; a text is written in UTF-8."""
        made = self.make()
        return made.encode() if isinstance(made, str) else made


@dataclass
class Corpus:
    """The files, in the order they are described."""

    files: list[Awkward] = field(default_factory=list)

    def add(self, name: str, content: bytes | str | Callable[[], bytes | str], **expected: Any) -> None:  # noqa: ANN401
        """Describe one file; a large one is given as the function that makes it."""
        self.files.append(Awkward(name, content if callable(content) else lambda: content, **expected))

    def refuse(self, name: str, content: bytes | str | Callable[[], bytes | str], said: str) -> None:
        """Describe one file that must be refused as a whole, with a fragment of the message."""
        self.add(name, content, refused=said)


def text(*lines: str, header: str = HEADER, end: str = "\r\n") -> str:
    """Return a file of these lines under a header."""
    return "".join(line + end for line in (header, *lines))


def cells(column: str, *values: str) -> str:
    """Return a log that has one line per value of a column, all else being sound."""
    place = TITLES.index(column)
    sound = [f"S{number};M;24/05/2016;72;68;1,5;".split(";") for number in range(len(values))]
    for line, value in zip(sound, values, strict=True):
        line[place] = value
    return text(*(";".join(line) for line in sound))


def workbook(*sheets: Sequence[Sequence[Any]], change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    """Return an .xlsx with these sheets of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(list(row))
    if change:
        change(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def rezipped(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return an archive with one of its parts changed."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return written.getvalue()


def bomb(megabytes: int) -> bytes:
    """Return a workbook one of whose parts unpacks to this size, with no need of that much memory."""
    written = io.BytesIO(workbook(TABLE))
    with (
        zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as book,
        book.open("xl/media/image1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(megabytes):
            part.write(bytes(2**20))
    return written.getvalue()


def archive(**parts: bytes) -> bytes:
    """Return a ZIP with these parts; `__` stands for `/` and `_` for `.` in their names."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name.replace("__", "/").replace("_", "."), content)
    return written.getvalue()


DAY, NEXT = datetime(2016, 5, 24), date(2016, 5, 25)
TABLE = [TITLES, ["A", "M", DAY, 72, 68, 1.5, None], ["B", "E", NEXT, 80, 79, None, None]]
