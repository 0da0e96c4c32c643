"""French formats: numbers, dates, plurals, with their no-break spaces; escaping of texts."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pandas as pd

from data.calendar.names import MONTHS, WEEKDAYS
from data.clock import PARIS

MISSING = "—"
MOST_DIGITS = 6  # of the end of an interval
THIN = "\u202f"  # between thousands
MARKUP = re.compile(r"[\\`*_\[\]<>~$&#]")
# In Markdown, a backslash does not disable links, icon names and lists. An invisible character, the word joiner, does.
SHORTCUT = re.compile(r"(?<=[:@.])(?=\S)|(?<=[wW]{3})(?=\.)|^(?=[-+]\s|\d+[.)]\s)")
WORD_JOINER = "\u2060"
SPACE = "\u00a0"  # before % : ; ? ! and between a number and its unit


def is_missing(value: object) -> bool:
    """Tell whether a value is missing: None, NaN or NaT."""
    return value is None or bool(pd.isna(value))  # pyrefly: ignore[no-matching-overload]


def number(value: float | None, digits: int = 0) -> str:
    """Write a number the French way: 1234.5 → “1 234,5”; “—” when missing."""
    if value is None or is_missing(value):
        return MISSING
    text = f"{value:,.{digits}f}".replace(",", THIN).replace(".", ",")
    # The minus sign is “−”, not a hyphen; a value rounded to zero has no sign.
    return text.lstrip("-") if float(f"{value:.{digits}f}") == 0 else text.replace("-", "−")


def writer_of(values: pd.Series, digits: int) -> Callable[[Any], str] | None:
    """Return how to write a column, numbers and dates the French way; None for one that is text already."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return day
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return None
    return partial(number, digits=0 if pd.api.types.is_integer_dtype(values) else digits)


def signed(value: float | None, digits: int = 1) -> str:
    """Write a difference with its sign: “+1,2”, “−0,4”."""
    text = number(value, digits)
    return f"+{text}" if value is not None and not is_missing(value) and round(value, digits) > 0 else text


def bound(value: float, digits: int = 1) -> str:
    """Write the end of an interval with its sign; one beside zero takes the digits that say on which side it is."""
    while value and not round(value, digits) and digits < MOST_DIGITS:
        digits += 1
    return signed(value, digits)


def quantity(value: float | None, unit: str, digits: int = 0) -> str:
    """Write a number and its unit: “1 234 kg”; only “—” when missing."""
    return MISSING if value is None or is_missing(value) else f"{number(value, digits)}{SPACE}{unit}"


def percent(value: float | None, digits: int = 1) -> str:
    """Write a value that is already in percent: 9.7 → “9,7 %”."""
    return quantity(value, "%", digits)


def about(text: str, *, exact: bool) -> str:
    """Add “≈” to a number that comes from rounded counts: “≈ 15”."""
    return text if exact or text == MISSING else f"≈{SPACE}{text}"


def day(value: date | datetime | pd.Timestamp | None) -> str:
    """Write a date as jj/mm/aaaa."""
    return MISSING if value is None or is_missing(value) else value.strftime("%d/%m/%Y")


def month_name(month: date) -> str:
    """Write a month in French: “novembre 2026”."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def long_day(value: date | datetime | pd.Timestamp | None) -> str:
    """Write a date in full: “jeudi 1er juin 2017”."""
    if value is None or is_missing(value):
        return MISSING
    rank = "1er" if value.day == 1 else str(value.day)
    return f"{WEEKDAYS[value.weekday()]} {rank} {MONTHS[value.month - 1]} {value.year}"


def weekday(value: date | datetime | pd.Timestamp) -> str:
    """Return the French name of the day of the week."""
    return WEEKDAYS[value.weekday()]


def moment(value: datetime | pd.Timestamp | None) -> str:
    """Write a stored UTC timestamp in Paris time: “24/05/2026 à 14 h 05”."""
    if value is None or is_missing(value):
        return MISSING
    local = (value.replace(tzinfo=UTC) if value.tzinfo is None else value).astimezone(PARIS)
    return f"{local:%d/%m/%Y} à {local:%H}{SPACE}h{SPACE}{local:%M}"


def plural(count: float, word: str, words: str | None = None) -> str:
    """Write a count and its noun: “1 école”, “1 234 écoles” (zero is singular in French)."""
    return f"{number(count)}{SPACE}{word if abs(count) < 2 else words or word + 's'}"


def count_of(count: int, total: int, word: str, words: str | None = None) -> str:
    """Write a numerator and its denominator: “7 écoles sur 12”."""
    return f"{plural(count, word, words)} sur {number(total)}"


def enumeration(names: list[str]) -> str:
    """Join names in a sentence: “A, B et C”."""
    return names[0] if len(names) == 1 else " et ".join([", ".join(names[:-1]), names[-1]]) if names else MISSING


def escape(text: str) -> str:
    """Escape text for st.html: it is shown as it is, never read as HTML."""
    return html.escape(text, quote=True)


def as_text(text: str) -> str:
    """Escape text for Streamlit's Markdown (figures, helps, labels): it is shown as it is."""
    one_line = re.sub(r"[ \t\r\n]+", " ", text).strip(" ")
    return MARKUP.sub(r"\\\g<0>", SHORTCUT.sub(WORD_JOINER, one_line))


def in_chart(text: str) -> str:
    """Escape text for plotly, which reads tags and links but would show `&quot;` unchanged."""
    return html.escape(text, quote=False)


def shortened(text: str, length: int) -> str:
    """Cut text to a length and escape it, for the axis of a chart."""
    return in_chart(text if len(text) <= length else text[: length - 1] + "…")


def school_name(name: str) -> str:
    """Return the name of a school without its first word “École”: “Élémentaire Les Lilas”."""
    short = name.removeprefix("École ")
    return short[:1].upper() + short[1:]
