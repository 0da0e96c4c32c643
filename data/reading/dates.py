"""Date parsing: day-first or month-first order, decided over a whole column; dates written in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

import pyarrow as pa

from data.calendar.names import MONTHS, WEEKDAYS
from data.clock import PARIS
from data.kinds import Kind, normalise
from data.reading.texts import distinct, rewrite, value_counts
from data.typography import quoted

# Line in the file, column, reason: a warning that rejects nothing.
Remark = tuple[int | None, str | None, str]

NUMERIC = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")
UNIVERSAL = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]00:?00)")
TIME = re.compile(
    r"(?<=\d)[\s,T]+(à )?\d{1,2}[:hH]\d{0,2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm]|Z| ?[+-]\d{2}:?\d{2}| UTC)?$"
)
SEPARATOR = re.compile(r"\s*([/.\u2010-\u2015-])\s*(?=\d)")
# “mar” is Tuesday (mardi), but “mars” is a month.
WEEKDAY = re.compile(r"^(?!mars\b)(lun|mar|mer|jeu|ven|sam|dim)[a-z]*[.,]?\s+", re.IGNORECASE)
IN_WORDS = re.compile(r"(\d{1,2})(?:er)?_([a-z]+)_(\d{4}|\d{2})")
MONTH = re.compile(r"(\d{1,2})[/.-](\d{4})|(\d{4})[/.-](\d{1,2})")
MONTH_IN_WORDS = re.compile(r"([a-z]+)_(\d{4}|\d{2})")
PLAIN_MONTHS = [normalise(name) for name in MONTHS]
ISO_AMBIGUOUS = re.compile(r"\d{4}-\d\d-(0\d|1[0-2])")
# A column is read month first when at least this share of its dates exists in that order only.
LEAST_SHARE = 1 / 3
EXCHANGED = (
    "cette colonne a aussi de vraies dates\u00a0: si le tableur les a converties en les croyant jour/mois, "
    "jour et mois y sont échangés ; vérifiez-les"
)


def normalise_dates(cells: pa.Table, kind: Kind) -> tuple[pa.Table, list[Remark]]:
    """Rewrite as aaaa-mm-jj the month-first dates and those in words; return a remark on each column decided.

    The French order, day first, is the default. A column is read month first when enough of its dates exist in that
    order only, and none in the other order only: one mistyped date is not enough. A column that fits both orders,
    apart from such a date, follows the other columns of its file.
    """
    remarks: list[Remark] = []
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
        order, example = orders[name]
        month_first = order == "month" or (order in ("either", "stray") and known_orders == {"month"})
        if month_first:
            remarks.append((None, name, _month_first(example) if order == "month" else _as_other_columns(example)))
            if any(ISO_AMBIGUOUS.fullmatch(text) for text in bare.values()):
                remarks.append((None, name, EXCHANGED))
        elif order == "both":
            remarks.append((None, name, _both(example)))
        elif order == "stray":
            remarks.append((None, name, _stray(example)))
        elif order == "either" and not known_orders:
            remarks.append((None, name, _either(example)))
        iso_dates = {text: _iso(short, month_first=month_first) for text, short in bare.items()}
        remarks += [(None, name, why) for text, iso in iso_dates.items() if (why := _wrong_weekday(text, iso))][:5]
        cells = _replaced(cells, name, iso_dates | months[name])
    return cells, remarks


def as_iso(text: str, *, month: bool) -> str:
    """Return as aaaa-mm-jj a day written in words, or a month; any other text stays as it is."""
    return (month and _first_of_month(text)) or _iso(_bare(text), month_first=False)


def _bare(text: str) -> str:
    """Return a date without its weekday, its time and the spaces around its separators; a UTC time becomes Paris."""
    if UNIVERSAL.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(PARIS).date().isoformat()
        except (ValueError, OverflowError):
            return text
    return SEPARATOR.sub(_separator, TIME.sub("", WEEKDAY.sub("", text, count=1)))


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
    words = IN_WORDS.fullmatch(normalise(text)) if any(map(str.isalpha, text)) else None
    if words and (month := _month(words[2])):
        return _iso_or_text(words[3], month, int(words[1]), text)
    numbers = NUMERIC.fullmatch(text) if month_first else None
    if numbers:
        return _iso_or_text(numbers[3], int(numbers[1]), int(numbers[2]), text)
    return text


def _wrong_weekday(text: str, iso: str) -> str | None:
    """Return a remark with the real day of the week of a date, when the text names another one."""
    weekday = WEEKDAY.match(text)
    numbers = NUMERIC.fullmatch(iso)
    try:
        day = day_of(numbers[3], numbers[2], numbers[1]) if numbers else date.fromisoformat(iso)
    except ValueError:
        return None
    if day is None:
        return None
    name = WEEKDAYS[day.weekday()]
    if weekday is None or name.startswith(weekday[1].lower()):
        return None
    return f"{quoted(text, 40)} : ce jour est un {name} ; la date est gardée, vérifiez-la"


def _month(word: str) -> int | None:
    """Return the month of a French name or of its abbreviation (“janv”, “juil”), None for an ambiguous one."""
    months = [number for number, name in enumerate(PLAIN_MONTHS, 1) if len(word) > 2 and name.startswith(word)]
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
