"""Date parsing: day-first or month-first order, decided over a whole column; dates in words; dates a day early."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pyarrow as pa

from data.calendar.names import ENGLISH_MONTHS, ENGLISH_WEEKDAYS, MONTHS, WEEKDAYS
from data.clock import PARIS
from data.kinds import Kind, normalise
from data.reading.texts import distinct, rewrite, value_counts
from data.reading.times import NEXT_DAY, TIME, decided, evening_texts
from data.typography import quoted

# Line in the file, column, reason: a warning that rejects nothing.
Remark = tuple[int | None, str | None, str]

NUMERIC = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")
UNIVERSAL = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?: ?(?:Z|UTC|GMT)|[+-]00:?00)")
SERIAL = re.compile(r"(\d{5})[.,]\d+")
EXCEL_EPOCH = date(1899, 12, 30)
SEPARATOR = re.compile(r"\s*([/.\u2010-\u2015-])\s*(?=\d)")
# “mar” is Tuesday (mardi), but “mars” is a month, and so is “Mar 7, 2026”.
WEEKDAY = re.compile(
    r"^(?!mars\b|mar\.?\s+\d{1,2},?\s+\d{4})(lun|mar|mer|jeu|ven|sam|dim)[a-z]*[.,]?\s+", re.IGNORECASE
)
ENGLISH_WEEKDAY = re.compile(
    rf"^({'|'.join(f'{name[:3]}({name[3:]})?' for name in ENGLISH_WEEKDAYS)})[.,]*\s+", re.IGNORECASE
)
IN_WORDS = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)?_([a-z]+)_(\d{4}|\d{2})")
ENGLISH_IN_WORDS = re.compile(r"([a-z]+)_(\d{1,2})(?:st|nd|rd|th)?_(\d{4})")
MONTH = re.compile(r"(\d{1,2})[/.-](\d{4})|(\d{4})[/.-](\d{1,2})")
MONTH_IN_WORDS = re.compile(r"([a-z]+)_(\d{4}|\d{2})")
PLAIN_MONTHS = [(normalise(french), english) for french, english in zip(MONTHS, ENGLISH_MONTHS, strict=True)]
ISO_AMBIGUOUS = re.compile(r"\d{4}-\d\d-(0\d|1[0-2])")
# A column is read month first when at least this share of its dates exists in that order only.
LEAST_SHARE = 1 / 3
EXCHANGED = (
    "cette colonne a aussi de vraies dates\u00a0: si le tableur les a converties en les croyant jour/mois, "
    "jour et mois y sont échangés ; vérifiez-les"
)


class ReadDates(NamedTuple):
    """The cells with their dates as aaaa-mm-jj, the remarks, and the texts of each column that may be a day early."""

    cells: pa.Table
    remarks: list[Remark]
    early: dict[str, list[str]]


def normalise_dates(cells: pa.Table, kind: Kind, early_dates: str | None = None) -> ReadDates:
    """Rewrite as aaaa-mm-jj the month-first dates and those in words; return a remark on each column decided.

    The French order, day first, is the default. A column is read month first when enough of its dates exist in that
    order only, and none in the other order only: one mistyped date is not enough. A column that fits both orders,
    apart from such a date, follows the other columns of its file. Dates that may be a day early stay as they are
    written until `early_dates` says how to read them.
    """
    remarks: list[Remark] = []
    early: dict[str, list[str]] = {}
    dates = [field for field in kind.fields if field.type == "date" and field.name in cells.column_names]
    months = {
        field.name: {
            text: day for text in distinct(cells[field.name]) if field.month and (day := _first_of_month(text))
        }
        for field in dates
    }
    texts = {
        field.name: {text: _bare(text) for text in distinct(cells[field.name]) if text not in months[field.name]}
        for field in dates
    }
    counts = {name: value_counts(cells[name]) for name in texts}
    orders = {name: _order((short, counts[name][text]) for text, short in bare.items()) for name, bare in texts.items()}
    known_orders = {order for order, _ in orders.values()} - {"either", "none", "stray"}
    for name, bare in texts.items():
        month_first, decision = _decision(*orders[name], known_orders, bare.values())
        remarks += [(None, name, reason) for reason in decision]
        iso_dates = {text: _iso(short, month_first=month_first) for text, short in bare.items()}
        remarks += [(None, name, why) for text, iso in iso_dates.items() if (why := _wrong_weekday(text, iso))][:5]
        if evening := evening_texts(iso_dates):
            early[name] = evening
            iso_dates |= {text: _on_day(text, iso_dates[text], early_dates) for text in evening}
            remarks += [(None, name, decided(early_dates))] if early_dates else []
        cells = _replaced(cells, name, iso_dates | months[name])
    return ReadDates(cells, remarks, early)


def _decision(order: str, example: str, known_orders: set[str], dates: Iterable[str]) -> tuple[bool, list[str]]:
    """Tell whether a column is read month first, with the remarks in French on that decision."""
    if order == "month" or (order in ("either", "stray") and known_orders == {"month"}):
        remarks = [_month_first(example) if order == "month" else _as_other_columns(example)]
        return True, remarks + [EXCHANGED] * any(ISO_AMBIGUOUS.fullmatch(text) for text in dates)
    if order == "both":
        return False, [_both(example)]
    if order == "stray":
        return False, [_stray(example)]
    return False, [_either(example)] if order == "either" and not known_orders else []


def _on_day(text: str, iso: str, early_dates: str | None) -> str:
    """Return a date that may be a day early as it was decided to read it; as it is written when nobody decided."""
    if early_dates is None:
        return text
    day = _existing_day(iso) if early_dates == NEXT_DAY else None
    return (day + timedelta(1)).isoformat() if day else iso


def _existing_day(text: str) -> date | None:
    """Return the day of a date written year first, day first or as a serial number of Excel, if it exists."""
    if numbers := NUMERIC.fullmatch(text):
        return day_of(numbers[3], numbers[2], numbers[1])
    if serial := SERIAL.fullmatch(text):
        return EXCEL_EPOCH + timedelta(int(serial[1]))
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def as_iso(text: str, *, month: bool) -> str:
    """Return as aaaa-mm-jj a day written in words, or a month; any other text stays as it is."""
    return (month and _first_of_month(text)) or _iso(_bare(text), month_first=False)


def _bare(text: str) -> str:
    """Return a date without its weekday, its time and the spaces around its separators; a UTC time becomes Paris."""
    universal = UNIVERSAL.fullmatch(text)
    if universal and not evening_texts([text]):
        try:
            return datetime.fromisoformat(universal[1]).replace(tzinfo=UTC).astimezone(PARIS).date().isoformat()
        except (ValueError, OverflowError):
            return text
    without_day = ENGLISH_WEEKDAY.sub("", WEEKDAY.sub("", text, count=1), count=1)
    return SEPARATOR.sub(_separator, TIME.sub("", without_day))


def _first_of_month(text: str) -> str | None:
    """Return the first day of a month written 11/2026, 2026-11, novembre 2026 or nov. 2026.

    A month that does not exist is returned as it is, and None for a text that is not written as a month.
    """
    short = SEPARATOR.sub(_separator, text)
    if numbers := MONTH.fullmatch(short):
        return _iso_or_text(numbers[2] or numbers[3], int(numbers[1] or numbers[4]), 1, text)
    words = MONTH_IN_WORDS.fullmatch(normalise(text))
    if words and (month := _month(words[1])):
        return _iso_or_text(words[2], month, 1, text)
    return None


def _separator(match: re.Match[str]) -> str:
    return match[1] if match[1] in "/.-" else "-"


def _order(texts: Iterable[tuple[str, int]]) -> tuple[str, str]:
    """Detect the date order of a column (“day”, “month”, “both”, “either”, “none” or “stray”), with an example.

    “both”: some dates exist day first only, others month first only. “either”: each date exists in both orders.
    “none”: no date with numbers only. “stray”: too few dates exist month first only for the whole column to be read
    so. Each text comes with its number of cells.
    """
    examples: dict[tuple[bool, bool], str] = {}
    sizes: Counter[tuple[bool, bool]] = Counter()
    for text, count in texts:
        numbers = NUMERIC.fullmatch(text)
        if numbers and numbers[1] != numbers[2]:
            first, second, year = numbers.groups()
            # Whether the date exists day first, and month first.
            exists = day_of(year, second, first) is not None, day_of(year, first, second) is not None
            examples.setdefault(exists, text)
            sizes[exists] += count
    if month_first := sizes[False, True]:
        enough = month_first >= LEAST_SHARE * sizes.total()
        return "both" if (True, False) in sizes else "month" if enough else "stray", examples[False, True]
    if (True, False) in sizes:
        return "day", examples[True, False]
    return ("either", examples[True, True]) if (True, True) in sizes else ("none", "")


def day_of(year: str, month: str | int, day: str | int) -> date | None:
    """Return the date with these numbers, or None when it does not exist; a year of two digits is of this century."""
    try:
        return date(_year(year), int(month), int(day))
    except ValueError:
        return None


def _replaced(cells: pa.Table, name: str, new_texts: dict[str, str]) -> pa.Table:
    return rewrite(
        cells, name, lambda texts: pa.array([new_texts.get(text, text) for text in texts.to_pylist()], pa.string())
    )


def _iso(text: str, *, month_first: bool) -> str:
    """Return aaaa-mm-jj for a date in words, or for one that starts with its month; any other text stays as it is."""
    plain = normalise(text) if any(map(str.isalpha, text)) else ""
    if (words := IN_WORDS.fullmatch(plain)) and (month := _month(words[2])):
        return _iso_or_text(words[3], month, int(words[1]), text)
    if (words := ENGLISH_IN_WORDS.fullmatch(plain)) and (month := _month(words[1])):
        return _iso_or_text(words[3], month, int(words[2]), text)
    numbers = NUMERIC.fullmatch(text) if month_first else None
    if numbers:
        return _iso_or_text(numbers[3], int(numbers[1]), int(numbers[2]), text)
    return text


def _wrong_weekday(text: str, iso: str) -> str | None:
    """Return a remark with the real day of the week of a date, when the text names another one."""
    weekday = WEEKDAY.match(text)
    day = _existing_day(iso) if weekday else None
    if day is None:
        return None
    name = WEEKDAYS[day.weekday()]
    if weekday is None or name.startswith(weekday[1].lower()):
        return None
    return f"{quoted(text, 40)} : ce jour est un {name} ; la date est gardée, vérifiez-la"


def _month(word: str) -> int | None:
    """Return the month of a French or English name or of its abbreviation (“juil”, “feb”), None if it is ambiguous."""
    names = enumerate(PLAIN_MONTHS, 1) if len(word) > 2 else ()
    months = [number for number, languages in names if any(name.startswith(word) for name in languages)]
    return months[0] if len(months) == 1 else None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _iso_or_text(year: str, month: int, day: int, text: str) -> str:
    known_day = day_of(year, month, day)
    return known_day.isoformat() if known_day else text


def _month_first(example: str) -> str:
    return (
        f"dates lues mois/jour/année\u00a0: {quoted(example, 30)} n’existe que dans cet ordre "
        f"({_in_words(example, month_first=True)}), et aucune date de la colonne n’existe que dans l’autre"
    )


def _as_other_columns(example: str) -> str:
    return (
        "dates lues mois/jour/année, comme celles des autres colonnes "
        f"({quoted(example, 30)}\u00a0: {_in_words(example, month_first=True)})"
    )


def _stray(example: str) -> str:
    return (
        f"{quoted(example, 30)} n’existe que mois/jour/année ; "
        "les autres dates de la colonne sont lues jour/mois/année\u00a0: vérifiez-les"
    )


def _both(example: str) -> str:
    return (
        f"cette colonne mélange deux ordres\u00a0: {quoted(example, 30)} n’existe que mois/jour/année ; "
        "les autres dates sont lues jour/mois/année\u00a0: vérifiez-les"
    )


def _either(example: str) -> str:
    return (
        "chaque date de cette colonne existe dans les deux sens ; elles sont lues jour/mois/année "
        f"({quoted(example, 30)}\u00a0: {_in_words(example, month_first=False)})"
    )


def _in_words(example: str, *, month_first: bool) -> str:
    numbers = NUMERIC.fullmatch(example)
    assert numbers is not None
    first, second = int(numbers[1]), int(numbers[2])
    day, month = (second, first) if month_first else (first, second)
    return f"{'1er' if day == 1 else day} {MONTHS[month - 1]} {_year(numbers[3])}"
