"""Last days of holidays: a calendar that writes the day of return, as the official one does, is read as such."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from data.calendar.school import DEFAULT_WEEKDAYS, public_holiday
from data.deposit.staging import date_sql
from data.reading.dates import Remark
from data.reading.sheet import Sheet
from data.reading.texts import distinct, rewrite

START, END = "date_debut", "date_fin"
# Shorter periods are bridges: they say nothing of how the ends are written. Nor does summer, which ends on any day.
SHORTEST = timedelta(days=4)
SUMMER = (6, 7)
# The columns of the official calendar alone.
OFFICIAL = {"population", "academie"}


def with_last_days(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> Sheet:
    """Return a sheet of holidays whose ends are last days: the day before, where the file writes the day of return.

    The file writes it when it fills the columns of the official calendar, or when most of its periods end on a day of
    school: holidays end on a weekend or on a public holiday.
    """
    if sheet.kind.name != "holidays" or not {START, END} <= set(sheet.cells.column_names):
        return sheet
    ends = _dates(cursor, sheet, END)
    # An export of ours has these columns too, and leaves them empty.
    official = any(any(distinct(sheet.cells[name])) for name in OFFICIAL & set(sheet.cells.column_names))
    if not (official or _end_on_school_days(cursor, sheet, ends)):
        return sheet
    last_days = {text: (day - timedelta(days=1)).isoformat() for text, day in ends.items()}
    cells = rewrite(
        sheet.cells, END, lambda texts: pa.array([last_days.get(text, text) for text in texts.to_pylist()], texts.type)
    )
    return replace(sheet, cells=cells, remarks=[*sheet.remarks, *_remark(ends)])


def _remark(ends: dict[str, date]) -> list[Remark]:
    if not ends:
        return []
    first = min(ends.values())
    return [
        (
            None,
            END,
            "la fin écrite est le jour de la reprise, comme dans le calendrier officiel\u00a0: les vacances sont lues "
            f"jusqu’à la veille ({first:%d/%m/%Y}\u00a0: dernier jour le {first - timedelta(days=1):%d/%m/%Y})",
        )
    ]


def _dates(cursor: duckdb.DuckDBPyConnection, sheet: Sheet, column: str) -> dict[str, date]:
    """Return the date of each text of a column that is one."""
    cursor.register("date_texts", pa.table({"text": pa.array(distinct(sheet.cells[column]), pa.string())}))
    days = cursor.execute(f"SELECT text, {date_sql('text')} AS day FROM date_texts WHERE day IS NOT NULL").fetchall()
    cursor.unregister("date_texts")
    return dict(days)


def _end_on_school_days(cursor: duckdb.DuckDBPyConnection, sheet: Sheet, ends: dict[str, date]) -> bool:
    starts = _dates(cursor, sheet, START)
    periods = {
        (starts[start], ends[end])
        for start, end in zip(sheet.cells[START].to_pylist(), sheet.cells[END].to_pylist(), strict=True)
        if start in starts and end in ends
    }
    usual = [end for start, end in periods if end - start >= SHORTEST and start.month not in SUMMER]
    on_school_days = [day for day in usual if day.isoweekday() in DEFAULT_WEEKDAYS and not public_holiday(day)]
    return 2 * len(on_school_days) > len(usual)
