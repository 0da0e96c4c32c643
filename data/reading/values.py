"""Value normalisation: synonyms of a value, units, school years, columns of other systems; near-duplicate names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from data.kinds import Field, Kind, normalise
from data.reading.dates import Remark
from data.reading.header import Header
from data.reading.texts import coded, distinct, rewrite
from data.typography import quoted

SCHOOL_YEAR = re.compile(r"(?:annee_)?(?:scolaire_)?(20\d\d)_(?:20)?(\d\d)")
NUMBER_AND_UNIT = re.compile(r"([+-]?\s?\d(?:[\d\s.,]*\d)?)\s*([^\d\s.,].*)")
# The activity of a canteen in ma-cantine, or the status of a school in the files of the ministry: no part of a city.
ACTIVITIES = re.compile(
    r"ecole|creche|college|lycee|ehpad|maternel|elementaire|universit|hopita|administration|entreprise|etablissement"
    r"|residence|scolaire|sante|social|^(public|prive)\b"
)
DENOMINATIONS = ("denomination_principale", "denomination", "nature", "nature_uai_libelle", "type_etablissement")
FIRST_YEAR = re.compile(r"20\d\d")
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
    """Return a function that replaces a synonym by its value; any other text stays as it is.

    Of a path, such as “Matériel > Tablette” in GLPI, the first part that is a value is kept.
    """
    values = {normalise(value): value for value in field.enum} | field.value_synonyms

    def value_of(text: str) -> str:
        if text in field.enum:
            return text
        parts = [text, *text.split(">")] if ">" in text else [text]
        return next((values[word] for part in parts if (word := normalise(part)) in values), text)

    return value_of


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


def as_ours(table: pa.Table, header: Header) -> tuple[pa.Table, Header, list[Remark]]:
    """Return a table and its header with the columns of other systems read as what they mean, and remarks."""
    titles = [normalise(title) for title in header.titles]
    remarks: list[Remark] = []
    if header.kind.name == "canteens":
        table, header, remarks = _activity(table, header)
    elif header.kind.name == "enrolment":
        table = _full_names(table, header)
        table = _school_years(table, header, titles)
    return table, header, remarks


def _activity(table: pa.Table, header: Header) -> tuple[pa.Table, Header, list[Remark]]:
    """Read as an activity a district whose values are activities, in a file whose titles are not our own."""
    own_names = {title.strip() for title in header.titles} >= {"cantine_nom", "secteur"}
    if "secteur" not in header.names or "activite" in header.names or own_names:
        return table, header, []
    texts = [normalise(text) for text in distinct(table["secteur"]) if text]
    if 2 * sum(ACTIVITIES.search(text) is not None for text in texts) <= len(texts):
        return table, header, []
    place = header.names.index("secteur")
    names = tuple("activite" if name == "secteur" else name for name in header.names)
    reason = (
        f"{quoted(header.titles[place].strip(), 40)} donne l’activité, pas un secteur de la ville\u00a0: lu comme tel"
    )
    remark = (header.line, "activite", reason)
    columns = ["activite" if name == "secteur" else name for name in table.column_names]
    return table.rename_columns(columns), replace(header, names=names), [remark]


def denomination(header: Header) -> int | None:
    """Return the place of the column that goes before the patronym of a school, in the files of the ministry."""
    titles = [normalise(title) for title in header.titles]
    if "ecole" not in header.names or titles[header.names.index("ecole")] != "patronyme":
        return None
    return next((titles.index(title) for title in DENOMINATIONS if title in titles), None)


def _full_names(table: pa.Table, header: Header) -> pa.Table:
    """Put “ECOLE MATERNELLE” before “LES TILLEULS”: two schools of the ministry have one patronym."""
    place = denomination(header)
    if place is None:
        return table
    # A school without a patronym is named by its denomination.
    parts = zip(table[header.columns[place]].to_pylist(), table["ecole"].to_pylist(), strict=True)
    names = pa.array([" ".join(filter(None, map(str.strip, part))) for part in parts], pa.string())
    return coded(table.set_column(table.column_names.index("ecole"), "ecole", names))


def _school_years(table: pa.Table, header: Header, titles: list[str]) -> pa.Table:
    """Write the school year of a “rentrée”: 2025 begins 2025-2026."""
    if "annee_scolaire" not in header.names or not titles[header.names.index("annee_scolaire")].startswith("rentree"):
        return table

    def years(texts: pa.Array) -> pa.Array:
        firsts = (FIRST_YEAR.fullmatch(text.strip()) for text in texts.to_pylist())
        named = [first and f"{first[0]}-{int(first[0]) + 1}" for first in firsts]
        return pc.coalesce(pa.array(named, pa.string()), texts)

    return rewrite(table, "annee_scolaire", years)
