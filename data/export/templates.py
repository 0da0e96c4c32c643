"""File templates: the empty model and the filled example of each kind of file, as CSV for French Excel and as .xlsx."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from data.export.files import csv_of_texts
from data.kinds import Field, Kind, kinds, normalise
from data.reading.formulas import defuse

Form = Literal["csv", "xlsx"]
FORMS: tuple[Form, ...] = ("csv", "xlsx")
HEADER_FILL = PatternFill("solid", fgColor="DDE7F3")
SHOWN_AS = {"date": "dd/mm/yyyy", "integer": "0", "number": "General"}
AS_TEXT = "@"


def empty_model(kind: str, form: Form) -> bytes:
    """Return a file with the columns of a kind and no rows."""
    return _file(kinds()[kind], [], form)


def filled_example(kind: str, form: Form) -> bytes:
    """Return a file with the columns of a kind and one row, the example of its Table Schema, ready to be deposited."""
    return _file(kinds()[kind], [[field.example for field in kinds()[kind].own_fields]], form)


def template_name(kind: str, form: Form, *, filled: bool) -> str:
    """Return the French name of a model or an example: modele_menus.csv, exemple_menus.xlsx."""
    return f"{'exemple' if filled else 'modele'}_{normalise(kinds()[kind].title)}.{form}"


def _file(kind: Kind, lines: Iterable[list[str]], form: Form) -> bytes:
    return _as_csv(kind, lines) if form == "csv" else _as_workbook(kind, lines)


def _as_csv(kind: Kind, lines: Iterable[list[str]]) -> bytes:
    rows = (
        [
            defuse(cell) if field.type not in SHOWN_AS else cell
            for field, cell in zip(kind.own_fields, line, strict=True)
        ]
        for line in lines
    )
    return csv_of_texts((field.name for field in kind.own_fields), rows)


def _as_workbook(kind: Kind, lines: Iterable[list[str]]) -> bytes:
    """Write cells as dates and numbers, so that Excel shows them in the French format."""
    workbook = Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    sheet.title = normalise(kind.title)[:31]
    sheet.freeze_panes = "A2"
    for place, field in enumerate(kind.own_fields, 1):
        _head(sheet, place, field)
    for row, line in enumerate(lines, 2):
        for place, (field, text) in enumerate(zip(kind.own_fields, line, strict=True), 1):
            _fill(sheet.cell(row, place), field, text)
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _head(sheet: Worksheet, place: int, field: Field) -> None:
    """Write the title of a column, a note that describes it, and the format of its cells."""
    column = sheet.column_dimensions[get_column_letter(place)]
    column.width = max(12, len(field.name) + 4)
    column.number_format = SHOWN_AS.get(field.type, AS_TEXT)
    cell = sheet.cell(1, place, field.name)
    cell.font = Font(bold=True)
    cell.fill = HEADER_FILL
    cell.alignment = Alignment(vertical="top")
    need = "Obligatoire." if field.required_column else "Facultatif."
    example = f" Exemple\u00a0: {field.example}" if field.example else ""
    note = f"{field.title}. {field.description}{field.values_note}{field.length_note} {need}{example}"
    cell.comment = Comment(note, "Antigaspi", height=120, width=260)


def _fill(cell: Cell, field: Field, text: str) -> None:
    cell.number_format = SHOWN_AS.get(field.type, AS_TEXT)
    if not text:
        return
    if field.type == "date":
        pattern = "%Y-%m-%d" if "-" in text else "%d/%m/%Y"
        cell.value = datetime.strptime(text, pattern).date()
    elif field.type == "integer":
        cell.value = int(text)
    elif field.type == "number":
        cell.value = float(text.replace(",", "."))
    else:
        cell.value = text
        cell.data_type = "s"  # a text stays a text, even when it looks like a formula
