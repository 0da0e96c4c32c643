"""The French names of kinds of files and of their columns; the values of record tables in French."""

from __future__ import annotations

import re
from functools import cache

from data.kinds import Field, kinds
from data.kinds.records import RECORD_TABLES
from ui.kit.formats import MISSING, is_missing

ISO_DAY = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
DECIMAL = re.compile(r"-?\d+\.\d+")


@cache
def _fields_of(column: str, kind: str | None) -> tuple[Field, ...]:
    """Return the columns of files that fill a column of a record table, in files of this kind, or of any kind."""
    names = RECORD_TABLES if kind is None else [kind]
    return tuple(
        field
        for name in names
        for field in kinds()[name].fields
        if RECORD_TABLES[name].columns.get(field.name) == column
    )


def column_title(column: str, kind: str | None) -> str:
    """Return the French title of a column of the record table of a kind."""
    return next((field.title for field in _fields_of(column, kind)), column)


def column_headers(column: str) -> frozenset[str]:
    """Return the titles that files may give to a column of a record table, without capitals or accents."""
    return frozenset(header for field in _fields_of(column, None) for header in field.headers)


def french_days(text: str) -> str:
    """Write the dates of a text as jj/mm/aaaa."""
    return ISO_DAY.sub(r"\3/\2/\1", text)


def key_in_words(key: str, kind: str | None) -> str:
    """Name a line by its key; its dates are days, or months in the kinds that count by month."""
    file_kind = kinds().get(kind or "")
    by_month = file_kind is not None and any(field.month for field in file_kind.fields if field.name in file_kind.key)
    return ISO_DAY.sub(r"\2/\1", key) if by_month else french_days(key)


def value_in_words(value: object) -> str:
    """Write a value of a record table the French way: decimals, dates, “—” when it is missing."""
    if is_missing(value):
        return MISSING
    text = str(value)
    return f"{float(text):.10g}".replace(".", ",") if DECIMAL.fullmatch(text) else french_days(text)


def title_of(kind: str) -> str:
    """Return the French title of a kind of file."""
    file_kind = kinds().get(kind)
    return file_kind.title if file_kind else kind
