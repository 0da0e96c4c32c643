"""CSV export of the store, for French Excel or as strict open data: an exported file changes nothing when deposited."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import duckdb

from data.access.canteens import CANTEEN_OF_LINE
from data.access.rights import EVERYTHING, Reach
from data.kinds import Field, Kind, kinds, normalise
from data.kinds.records import RECORD_TABLES
from data.reading.formulas import defuse
from data.store import Store

Style = Literal["excel", "open"]
STYLES: tuple[Style, ...] = ("excel", "open")
ROWS_AT_ONCE = 20_000
# Menus have two kinds of file and one content: the open data is the standard one (SCDL).
OPEN_FORM = {"menus": "menus_scdl"}
EXPORTED = tuple(name for name in kinds() if name not in OPEN_FORM.values())


def export(store: Store, kind: str, style: Style, within: Reach = EVERYTHING) -> bytes:
    """Return the data of a kind of file, under the columns of its Table Schema; of the log and events, those `within`.

    “excel”: UTF-8 with a byte-order mark, “;”, decimal comma, jj/mm/aaaa.
    “open”: UTF-8, comma, decimal point, ISO dates; menus as the standard SCDL menus-collectifs 1.2.3.
    In both, no text is one that a spreadsheet reads as a formula.
    """
    form = _form(kind, style)
    with store.scratch() as cursor:
        _execute(cursor, form, within)
        columns = [column[0] for column in cursor.description or ()]
        rows = (row for batch in iter(lambda: cursor.fetchmany(ROWS_AT_ONCE), []) for row in batch)
        return csv_bytes(form, _in_order(form, columns, rows), style)


def _execute(cursor: duckdb.DuckDBPyConnection, form: Kind, within: Reach) -> None:
    given_back = RECORD_TABLES[form.name].given_back
    if within.canteens is None:
        cursor.execute(given_back)
        return
    cursor.execute(
        f"SELECT * FROM ({given_back}) AS file_lines WHERE list_contains($canteens, {CANTEEN_OF_LINE[form.name]})",  # noqa: S608
        {"canteens": sorted(within.canteens)},
    )


def is_empty(store: Store, kind: str) -> bool:
    """Tell whether the store has no data of a kind of file."""
    question = f"SELECT NOT EXISTS (FROM ({RECORD_TABLES[kind].given_back})) AS nothing"
    return bool(store.read(question)["nothing"].item())


def file_name(kind: str, style: Style) -> str:
    """Return the name of the file of a kind, from its French title: journal_des_cantines.csv."""
    return f"{normalise(_form(kind, style).title)}.csv"


def csv_bytes(kind: Kind, rows: Iterable[Iterable[Any]], style: Style) -> bytes:
    """Write rows of values, in the order of the kind's fields, as a file of that kind."""
    writers = [_writer_of(field, style) for field in kind.own_fields]
    texts = (["" if value is None else write(value) for value, write in zip(row, writers, strict=True)] for row in rows)
    return csv_of_texts((field.name for field in kind.own_fields), texts, style)


def csv_of_texts(header: Iterable[str], rows: Iterable[Iterable[str]], style: Style = "excel") -> bytes:
    """Write cells that are already texts: the only place of the project that writes a CSV file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if style == "excel" else ",", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig" if style == "excel" else "utf-8")


def _form(kind: str, style: Style) -> Kind:
    return kinds()[OPEN_FORM.get(kind, kind) if style == "open" else kind]


def _in_order(kind: Kind, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> Iterator[list[Any]]:
    """Put the cells of each row in the order of the kind's fields; a field without a column stays empty."""
    places = [columns.index(field.name) if field.name in columns else None for field in kind.own_fields]
    return ([None if place is None else row[place] for place in places] for row in rows)


def _writer_of(field: Field, style: Style) -> Callable[[Any], str]:
    """Return the function that writes a value of a field: a text can never become a formula in Excel."""
    if field.type == "date":
        return _french_date if style == "excel" else _iso_date
    if field.type == "number":
        return _french_number if style == "excel" else number
    if field.type == "integer":
        return str
    return defuse


def number(value: float) -> str:
    """Write a number with all its digits and no exponent: it is the same number when it is read again."""
    text = repr(value)
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.removesuffix(".0")


def _french_number(value: float) -> str:
    return number(value).replace(".", ",")


def _french_date(value: date) -> str:
    return value.strftime("%d/%m/%Y")


def _iso_date(value: date) -> str:
    return value.isoformat()
