"""The order of day and month, decided over whole columns; and dates written in words."""

from __future__ import annotations

import re
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from data.schemas import Kind, normalise

# Line in the file, column, reason: what reading has to say without rejecting anything.
Remark = tuple[int | None, str | None, str]

NUMERIC = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?=$|[ T])")
WEEKDAY = re.compile(r"(?:lun|mar|mer|jeu|ven|sam|dim)[a-z]*[.,]? +", re.IGNORECASE)
IN_WORDS = re.compile(r"(\d{1,2})(?:er)?_([a-z]+)_(\d{4}|\d{2})")
MONTH_NAMES = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"]
MONTH_NAMES += ["septembre", "octobre", "novembre", "décembre"]
MONTHS = [normalise(name) for name in MONTH_NAMES]


def settle_dates(cells: pa.Table, kind: Kind) -> tuple[pa.Table, list[Remark]]:
    """Rewrite as aaaa-mm-jj the dates that only the whole column, or words, make clear; say what was decided.

    French order is the rule. A column is read month first when that is the only order in which all its dates exist;
    a column that fits both follows the others of its file.
    """
    texts = {
        field.name: pc.unique(cells[field.name])
        for field in kind.fields
        if field.type == "date" and field.name in cells.column_names
    }
    orders = {name: _order(unique.to_pylist()) for name, unique in texts.items()}
    decided = {order for order, _ in orders.values()} - {"either", "none"}
    remarks: list[Remark] = []
    for name, unique in texts.items():
        order, example = orders[name]
        month_first = order == "month" or (order == "either" and decided == {"month"})
        if month_first:
            remarks.append((None, name, _month_first(example)))
        elif order == "either" and not decided:
            remarks.append((None, name, _either(example)))
        cells = _rewritten(cells, name, unique, month_first=month_first)
    return cells, remarks


def _order(texts: list[str]) -> tuple[str, str]:
    """Return which of day and month comes first in these dates (“day”, “month”, “either”, “none”), and an example."""
    fits: dict[tuple[bool, bool], str] = {}
    for text in texts:
        found = NUMERIC.match(WEEKDAY.sub("", text, count=1))
        if found and found[1] != found[2]:
            first, second, year = (int(group) for group in found.groups())
            fits.setdefault((_exists(year, second, first), _exists(year, first, second)), text)
    if (True, False) in fits:
        return "day", fits[True, False]
    if (False, True) in fits:
        return "month", fits[False, True]
    return ("either", fits[True, True]) if (True, True) in fits else ("none", "")


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return False
    return True


def _rewritten(cells: pa.Table, name: str, unique: pa.Array, *, month_first: bool) -> pa.Table:
    changed = {text: new for text in unique.to_pylist() if (new := _iso(text, month_first=month_first)) != text}
    if not changed:
        return cells
    texts = pa.array([changed.get(text, text) for text in unique.to_pylist()], pa.string())
    places = pc.index_in(cells[name], unique)
    return cells.set_column(cells.column_names.index(name), name, texts.take(places.combine_chunks()))


def _iso(text: str, *, month_first: bool) -> str:
    """Return aaaa-mm-jj for a date in words, or for one that starts with its month; any other text as it is."""
    bare = WEEKDAY.sub("", text, count=1)
    words = IN_WORDS.fullmatch(normalise(bare)) if any(map(str.isalpha, bare)) else None
    if words and (month := _month(words[2])):
        return _shown(words[3], month, int(words[1]), text)
    numbers = NUMERIC.match(bare) if month_first else None
    if numbers:
        return _shown(numbers[3], int(numbers[1]), int(numbers[2]), text)
    return bare


def _month(word: str) -> int | None:
    """Return the month of a French name or of its abbreviation (“janv”, “juil”), never of an ambiguous one."""
    found = [number for number, name in enumerate(MONTHS, 1) if len(word) > 2 and name.startswith(word)]
    return found[0] if len(found) == 1 else None


def _shown(year: str, month: int, day: int, text: str) -> str:
    full = int(year) if len(year) == 4 else 2000 + int(year)
    return f"{full:04d}-{month:02d}-{day:02d}" if _exists(full, month, day) else text


def _month_first(example: str) -> str:
    return (
        "dates lues mois/jour/année, seul ordre où toutes les dates de la colonne existent "
        f"(«\u00a0{example[:30]}\u00a0»\u00a0: {_in_words(example, month_first=True)})"
    )


def _either(example: str) -> str:
    return (
        "chaque date de cette colonne existe dans les deux sens ; elles sont lues jour/mois/année "
        f"(«\u00a0{example[:30]}\u00a0»\u00a0: {_in_words(example, month_first=False)})"
    )


def _in_words(example: str, *, month_first: bool) -> str:
    found = NUMERIC.match(WEEKDAY.sub("", example, count=1))
    assert found is not None
    first, second = int(found[1]), int(found[2])
    day, month = (second, first) if month_first else (first, second)
    year = found[3] if len(found[3]) == 4 else f"20{found[3]}"
    return f"{'1er' if day == 1 else day} {MONTH_NAMES[month - 1]} {year}"
