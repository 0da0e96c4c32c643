"""The production of a day as a workbook: numbers are numbers, and no text is a formula."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from data.reading.formulas import defuse


def workbook_of(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """Return a workbook with one sheet per table, under its title; a missing value is an empty cell."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, table in sheets.items():
        sheet = workbook.create_sheet(title)
        sheet.append([defuse(str(name)) for name in table.columns])
        for row in table.itertuples(index=False):
            sheet.append([_value(value) for value in row])
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for place, name in enumerate(table.columns, 1):
            longest = max((len(str(value)) for value in [name, *table[name].dropna()]), default=10)
            sheet.column_dimensions[get_column_letter(place)].width = min(longest + 3, 50)
        sheet.freeze_panes = "B2"
        sheet.print_title_rows = "1:1"
        sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = 9, 0  # A4, as many pages as needed
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _value(value: object) -> object:
    if pd.isna(value):  # pyrefly: ignore[no-matching-overload]
        return None
    return defuse(value) if isinstance(value, str) else value
