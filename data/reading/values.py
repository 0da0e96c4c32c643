"""Cells written as their kind expects them: other words for a value, school years; and names that look alike."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyarrow as pa

from data.kinds import Field, Kind, normalise
from data.reading.dates import Remark
from data.reading.texts import rewrite, used
from data.typography import quoted

SCHOOL_YEAR = re.compile(r"(?:annee_)?(?:scolaire_)?(20\d\d)_(?:20)?(\d\d)")
NAMES = ("site_nom", "ecole", "cantine_nom")


def rewritten(cells: pa.Table, kind: Kind) -> pa.Table:
    """Return the cells with each value in the words of its kind: “Maternelle” is M, 2016/17 is 2016-2017, '72 is 72."""
    for field in kind.fields:
        if field.name not in cells.column_names:
            continue
        if field.type in ("integer", "number", "date"):
            cells = _changed(cells, field.name, lambda text: text.removeprefix("'"))
        if field.unit:
            cells = _changed(cells, field.name, _without(field.unit))
        if field.value_synonyms:
            cells = _changed(cells, field.name, _chosen(field))
        if field.name == "annee_scolaire":
            cells = _changed(cells, field.name, _school_year)
    return cells


def _chosen(field: Field) -> Callable[[str], str]:
    """Return how a value of a field is written for one of its synonyms; any other text stays as it is."""
    return lambda text: text if text in field.enum else field.value_synonyms.get(normalise(text), text)


def _without(unit: str) -> Callable[[str], str]:
    """Return how a number is written without its unit."""
    return lambda text: text.removesuffix(unit).rstrip()


def _school_year(text: str) -> str:
    """Return 2016-2017 for 2016/17, 2016 – 2017… but for two years that follow each other only."""
    found = SCHOOL_YEAR.fullmatch(normalise(text))
    follow = found and (int(found[1]) + 1) % 100 == int(found[2])
    return f"{found[1]}-{int(found[1]) + 1}" if found and follow else text


def _changed(cells: pa.Table, name: str, change: Callable[[str], str]) -> pa.Table:
    def changed(texts: pa.Array) -> pa.Array:
        return pa.array([change(text) if len(text) < 60 else text for text in texts.to_pylist()], pa.string())

    return rewrite(cells, name, changed)


def lookalikes(cells: pa.Table, kind: Kind) -> list[Remark]:
    """Say which names of a file seem to be one, written in two ways: they are kept apart, and would add up."""
    name = kind.key[0]
    if name not in NAMES or kind.name == "mapping":
        return []
    written: dict[str, list[str]] = {}
    for text in used(cells[name]):
        written.setdefault(normalise(text), []).append(text)
    alike = [texts for word, texts in written.items() if word and len(texts) > 1]
    if not alike:
        return []
    shown = ", ".join(" et ".join(quoted(text, 40) for text in texts[:3]) for texts in alike[:3])
    more = f" (et {len(alike) - 3} autres)" if len(alike) > 3 else ""
    reason = (
        "ne diffèrent que par la casse, les accents, les espaces ou la ponctuation : ils sont gardés comme distincts"
    )
    return [(None, name, f"{shown}{more} {reason}")]
