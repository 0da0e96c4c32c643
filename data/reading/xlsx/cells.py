"""Cell formatting: the text of one cell, with dates as aaaa-mm-jj, exact numbers, and the units Excel shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import from_excel, from_ISO8601

from data.reading.decoding import DepositRefused
from data.reading.records import MAX_CELL

# The unit that a number format shows after the number.
SHOWN_UNIT = re.compile(r"%|\[\$([^\]-]+)|\"([^\"]*[^\"\s][^\"]*)\"|€")
SECONDS_PER_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Shape:
    """How Excel shows a number: as a date, as a duration, or with a unit that we do not expect."""

    is_date: bool
    is_duration: bool
    unit: str | None


def shape_of(number: int, custom: dict[int, str]) -> Shape | None:
    """Return how a number format shows a number, or None when it shows the number as it is."""
    code = custom.get(number, BUILTIN_FORMATS.get(number, ""))
    if is_date_format(code):
        return Shape(True, is_timedelta_format(code), None)
    unit = SHOWN_UNIT.search(code)
    if unit:
        return Shape(False, False, (unit[1] or unit[2] or unit[0]).strip())
    return None


def typed(kind: str, text: str, shape: Shape | None, epoch: datetime) -> object:
    """Return the value of a cell that is not a text; `kind` is the attribute t of the cell."""
    if kind == "n":
        number = float(text) if "." in text or "E" in text or "e" in text else int(text)
        return _shown(number, shape, epoch) if shape else number
    if kind == "b":
        return bool(int(text))
    # openpyxl would drop the “Z” of universal time.
    return text if text.endswith("Z") else from_ISO8601(text.replace(" ", "T"))


def _shown(number: float, shape: Shape, epoch: datetime) -> object:
    if shape.unit:
        return f"{round(number * 100, 6) if shape.unit == '%' else number:.12g} {shape.unit}"
    if not shape.is_duration:
        # A midnight computed by a program may fall short of it by less than a second.
        number = round(number * SECONDS_PER_DAY) / SECONDS_PER_DAY
    try:
        return from_excel(number, epoch, timedelta=shape.is_duration)
    except (OverflowError, ValueError):
        return "#VALUE!"


def as_text(value: object) -> str:
    """Write a cell's value exactly: dates as aaaa-mm-jj, numbers with a point and without exponent."""
    if isinstance(value, bool):
        return "VRAI" if value else "FAUX"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, date | time | timedelta | int):
        return str(value)
    return str(value)


def too_long() -> DepositRefused:
    """Return the refusal of a text that is too long for a cell."""
    return DepositRefused(
        f"Une cellule dépasse {MAX_CELL // 1000}\u00a0000 caractères. Raccourcissez-la, puis déposez à nouveau."
    )
