"""Value normalisation: synonyms of a value, units, school years; and near-duplicate names."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyarrow as pa

from data.kinds import Field, Kind, normalise
from data.reading.dates import Remark
from data.reading.texts import distinct, rewrite
from data.typography import quoted

SCHOOL_YEAR = re.compile(r"(?:annee_)?(?:scolaire_)?(20\d\d)_(?:20)?(\d\d)")
NUMBER_AND_UNIT = re.compile(r"([+-]?\s?\d(?:[\d\s.,]*\d)?)\s*([^\d\s.,].*)")
NAMES = ("site_nom", "ecole", "cantine_nom")


def normalise_values(cells: pa.Table, kind: Kind) -> pa.Table:
    """Write each value as its Table Schema does: “Maternelle” becomes M, 2016/17 becomes 2016-2017, '72 becomes 72."""
    for field in kind.fields:
        if field.name not in cells.column_names:
            continue
        if field.type in ("integer", "number", "date"):
            cells = _changed(cells, field.name, lambda text: text.removeprefix("'"))
        if field.units:
            cells = _changed(cells, field.name, _without_unit(frozenset(field.units)))
        if field.value_synonyms:
            cells = _changed(cells, field.name, _without_synonyms(field))
        if field.name == "annee_scolaire":
            cells = _changed(cells, field.name, _school_year)
    return cells


def _without_synonyms(field: Field) -> Callable[[str], str]:
    """Return a function that replaces a synonym by its value; any other text stays as it is."""
    return lambda text: text if text in field.enum else field.value_synonyms.get(normalise(text), text)


def _without_unit(units: frozenset[str]) -> Callable[[str], str]:
    """Return a function that removes the unit of a number, if it is one of these; another one stays, to be doubted."""

    def without_unit(text: str) -> str:
        if text[-1:].isdigit() or not (number := NUMBER_AND_UNIT.fullmatch(text)):
            return text
        return number[1] if normalise(number[2]) in units else text

    return without_unit


def _school_year(text: str) -> str:
    """Return 2016-2017 for 2016/17, 2016 – 2017…; the text as it is when the two years do not follow each other."""
    years = SCHOOL_YEAR.fullmatch(normalise(text))
    consecutive = years and (int(years[1]) + 1) % 100 == int(years[2])
    return f"{years[1]}-{int(years[1]) + 1}" if years and consecutive else text


def _changed(cells: pa.Table, name: str, change: Callable[[str], str]) -> pa.Table:
    def changed(texts: pa.Array) -> pa.Array:
        return pa.array([change(text) if len(text) < 60 else text for text in texts.to_pylist()], pa.string())

    return rewrite(cells, name, changed)


def lookalikes(cells: pa.Table, kind: Kind) -> list[Remark]:
    """Return a remark on the names of a file that differ only by their spelling: they stay distinct, and add up."""
    name = kind.key[0]
    if name not in NAMES or kind.name == "mapping":
        return []
    spellings: dict[str, list[str]] = {}
    for text in distinct(cells[name]):
        spellings.setdefault(normalise(text), []).append(text)
    alike = [texts for word, texts in spellings.items() if word and len(texts) > 1]
    if not alike:
        return []
    shown = ", ".join(" et ".join(quoted(text, 40) for text in texts[:3]) for texts in alike[:3])
    more = f" (et {len(alike) - 3} autres)" if len(alike) > 3 else ""
    reason = (
        "ne diffèrent que par la casse, les accents, les espaces ou la ponctuation : ils sont gardés comme distincts"
    )
    return [(None, name, f"{shown}{more} {reason}")]
