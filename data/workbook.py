"""The records of an Excel workbook (.xlsx, .xlsm), as text: same lines, same values as in the program that wrote it."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from xml.etree import ElementTree

import openpyxl
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE, is_date_format

from data.accents import tidy
from data.cleaning import NO_VALUE
from data.decoding import AS_CSV, MAX_BYTES, DepositRefused
from data.header import MAX_COLUMNS
from data.records import MAX_CELL, Record

MAX_UNPACKED = 400 * 2**20
MAX_STYLES = 8 * 2**20
MAX_STRINGS = 2_000_000
MAX_PARTS = 5_000
MAX_CELLS = 10_000_000
MAX_ROWS = 1_048_576
OTHERS = {
    "content.xml": "un classeur LibreOffice (.ods) ou un document du même programme",
    "xl/workbook.bin": "un classeur Excel binaire (.xlsb)",
    "word/document.xml": "un document Word (.docx)",
    "ppt/presentation.xml": "une présentation PowerPoint (.pptx)",
    "Index/Document.iwa": "un document Numbers ou Pages",
}
# What a number format shows after the number, and what kilograms and meals are called in one.
SHOWN_UNIT = re.compile(r"%|\[\$([^\]-]+)|\"([^\"]*[^\"\s][^\"]*)\"|€")
OUR_UNITS = re.compile(r"(kg|kilo|repas|couvert|enfant|élève|part)", re.IGNORECASE)
P = ParamSpec("P")
T = TypeVar("T")

# openpyxl warns of styles and extensions it leaves out: nothing of the values.
warnings.filterwarnings("ignore", module="openpyxl")


def is_zip(content: bytes) -> bool:
    """Tell whether a file is a ZIP archive, as modern office documents are."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def open_workbook(content: bytes) -> Workbook:
    """Open an Excel workbook; raises DepositRefused for any other archive, and for one that unpacks out of measure."""
    if len(content) > MAX_BYTES:
        raise DepositRefused("Le fichier dépasse 200\u00a0Mo. Découpez-le, par exemple par année scolaire.")
    return _open(content)


def _refusing_damage(function: Callable[P, T]) -> Callable[P, T]:
    """Turn whatever a damaged workbook raises, deep in its XML, into one refusal."""

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except DepositRefused:
            raise
        except Exception as error:
            raise _damaged() from error

    return guarded


def _damaged() -> DepositRefused:
    return DepositRefused(
        "Ce classeur est abîmé ou incomplet\u00a0: Excel lui-même devrait le réparer. Ouvrez-le, enregistrez-le à "
        "nouveau au format .xlsx ou CSV, puis déposez ce fichier."
    )


@_refusing_damage
def _open(content: bytes) -> Workbook:
    archive = zipfile.ZipFile(io.BytesIO(content))
    names = set(archive.namelist())
    for part, nature in OTHERS.items():
        if part in names:
            raise DepositRefused(f"Ce fichier n’est pas un tableau lisible ici\u00a0: c’est {nature}. {AS_CSV}")
    if "[Content_Types].xml" not in names:
        raise DepositRefused(
            "C’est une archive compressée (.zip)\u00a0: déposez un par un les fichiers qu’elle contient."
        )
    _refuse_bombs(archive)
    return Workbook(archive, content)


def _refuse_bombs(archive: zipfile.ZipFile) -> None:
    """Refuse an archive whose declared sizes, which zipfile never exceeds, are out of measure."""
    parts = archive.infolist()
    styles = max((part.file_size for part in parts if part.filename.endswith("styles.xml")), default=0)
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED or styles > MAX_STYLES:
        raise _too_large()
    for part in parts:
        if part.filename.endswith("sharedStrings.xml") and _count(archive, part, b"<si") > MAX_STRINGS:
            raise _too_large()


def _too_large() -> DepositRefused:
    return DepositRefused(
        "Ce classeur est démesuré une fois décompressé. Enregistrez la feuille utile au format CSV, "
        "puis déposez ce CSV."
    )


def _count(archive: zipfile.ZipFile, part: zipfile.ZipInfo, mark: bytes) -> int:
    with archive.open(part) as stream:
        return sum(chunk.count(mark) for chunk in iter(lambda: stream.read(2**20), b""))


class Workbook:
    """The visible sheets of a workbook, in their order, then the hidden ones."""

    def __init__(self, archive: zipfile.ZipFile, content: bytes) -> None:
        self._archive = archive
        self._book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheets = sorted(self._book.worksheets, key=lambda sheet: sheet.sheet_state != "visible")
        self.names: list[str] = [sheet.title for sheet in sheets]
        self._units = _units(self._book)

    def records(self, name: str) -> Iterator[Record]:
        """Yield the rows of a sheet as text; raises DepositRefused when they are damaged or out of measure."""
        rows = self._records(name)
        step = _refusing_damage(lambda: next(rows, None))
        while (record := step()) is not None:
            yield record

    def _records(self, name: str) -> Iterator[Record]:
        sheet = self._book[name]
        # The size a program declares is not always true: rows are read to their end.
        sheet.reset_dimensions()
        unvalued: dict[int, set[int]] | None = None
        seen = 0
        for line, values in enumerate(self._rows(sheet), 1):
            seen += len(values) + 1
            if line > MAX_ROWS or seen > MAX_CELLS:
                raise _too_large()
            if not values:
                continue
            if unvalued is None:
                unvalued = self._unvalued(sheet._worksheet_path)
            cells = [_as_text(value) for value in _without_tail(values)]
            if columns := unvalued.get(line):
                cells += [""] * (max(columns) - len(cells))
                cells = [NO_VALUE if place in columns else cell for place, cell in enumerate(cells, 1)]
            yield line, line, cells

    def _rows(self, sheet: Any) -> Iterator[tuple[object, ...]]:  # noqa: ANN401
        """Yield the values of each row; a number shown with another unit (%, €, g) becomes the text one sees."""
        if not self._units:
            yield from sheet.iter_rows(values_only=True)
            return
        for row in sheet.iter_rows():
            yield tuple(_shown(cell.value, self._units.get(getattr(cell, "_style_id", 0))) for cell in row)

    def _unvalued(self, path: str) -> dict[int, set[int]]:
        """Return, by row, the columns whose formula was saved without its value, as non-office programs do."""
        found: dict[int, set[int]] = {}
        with self._archive.open(path) as part:
            for _, element in ElementTree.iterparse(part):
                kind = element.tag.rpartition("}")[2]
                if kind == "c" and _is_unvalued(element):
                    row, column = _coordinate(element.get("r", ""))
                    found.setdefault(row, set()).add(column)
                elif kind == "row":
                    element.clear()
        return found


def _units(book: openpyxl.Workbook) -> dict[int, str]:
    """Return, for the cell styles of a workbook that show a number with a unit that is not ours, this unit."""
    units: dict[int, str] = {}
    for place, style in enumerate(book._cell_styles):
        custom = style.numFmtId - BUILTIN_FORMATS_MAX_SIZE
        known = custom < 0 or custom >= len(book._number_formats)
        shape = BUILTIN_FORMATS.get(style.numFmtId, "") if known else book._number_formats[custom]
        unit = SHOWN_UNIT.search(shape)
        if unit and not is_date_format(shape) and not OUR_UNITS.match((unit[2] or "").strip()):
            units[place] = (unit[1] or unit[2] or unit[0]).strip()
    return units


def _shown(value: object, unit: str | None) -> object:
    if unit is None or not isinstance(value, int | float) or isinstance(value, bool):
        return value
    return f"{round(value * 100, 6) if unit == '%' else value:g} {unit}"


def _is_unvalued(cell: ElementTree.Element) -> bool:
    """Tell whether a cell has a formula and no value; the value of a formula that gives a text may be empty."""
    value = cell.find("{*}v")
    return cell.find("{*}f") is not None and (value is None or not (value.text or cell.get("t") == "str"))


def _coordinate(name: str) -> tuple[int, int]:
    """Return (row, column), from 1, of a cell name such as AB12; (0, 0) when it has none."""
    found = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", name)
    if not found:
        return 0, 0
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def _without_tail(values: tuple[object, ...]) -> tuple[object, ...]:
    """Drop the empty cells that end a row: a format alone can stretch it to the last column of the sheet."""
    end = len(values)
    while end and values[end - 1] is None:
        end -= 1
    if end > MAX_COLUMNS:
        raise DepositRefused(
            f"Le classeur a plus de {MAX_COLUMNS} colonnes. Gardez les colonnes utiles, puis déposez-le."
        )
    return values[:end]


def _as_text(value: object) -> str:
    """Write a cell's value exactly: dates as aaaa-mm-jj, numbers with a point and without exponent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "VRAI" if value else "FAUX"
    if isinstance(value, float):
        shown = format(Decimal(repr(value)), "f")
        return shown.removesuffix(".0")
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time | timedelta | int):
        return str(value)
    text = str(value) if str(value).isascii() else tidy(str(value))
    if len(text) > MAX_CELL:
        raise DepositRefused("Une cellule dépasse 100\u00a0000 caractères. Raccourcissez-la, puis déposez à nouveau.")
    return text
