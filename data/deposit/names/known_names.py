"""What the store knows of the names of a file: schools written otherwise, the types of the canteens of a grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import duckdb
import pyarrow as pa

from data.kinds import normalise
from data.kinds.records import PROGRAMME_KINDS, RECORD_TABLES
from data.kinds.records.names import plain
from data.kinds.records.programme_checks import KNOWN_SCHOOLS, schools_of
from data.reading.cleaning import capped
from data.reading.dates import Remark
from data.reading.sheet import Sheet
from data.reading.texts import coded, distinct, rewrite
from data.typography import TITLE, quoted

SCHOOL, PUPILS = "ecole", "enrolment"
OF_EVERY_SCHOOL = frozenset(("ecole", "publique", "public", "communale", "municipale", "primaire"))
BOTH = "M/E"
# The one type that each known name has, whether a service point or a canteen has it.
KNOWN_KINDS = f"""
SELECT name, any_value(kind)
FROM (
    SELECT {plain("site")} AS name, site_kind AS kind FROM service_points
    UNION
    SELECT {plain("name")}, kind FROM canteens WHERE kind IS NOT NULL
        AND {plain("name")} NOT IN (SELECT {plain("site")} FROM service_points)
)
GROUP BY name HAVING count(*) = 1
"""  # noqa: S608 — assembled from our own constants


def with_known_schools(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> Sheet:
    """Return a sheet of the programme, or of pupils, with known school names, and a remark per name that was replaced.

    Only case, accents, punctuation and a first word “École” may differ (of pupils: the order of the words too). A name
    that matches two schools is not replaced (a check refuses it). A name that known lines of the kind already use is
    not replaced either, so that these lines can be corrected.
    """
    if sheet.kind.name not in (*PROGRAMME_KINDS, PUPILS) or SCHOOL not in sheet.cells.column_names:
        return sheet
    of_pupils = sheet.kind.name == PUPILS
    known, used_by_kind = (
        {str(name) for (name,) in cursor.execute(names).fetchall()}
        for names in (
            "SELECT school FROM schools" if of_pupils else KNOWN_SCHOOLS,
            schools_of(RECORD_TABLES[sheet.kind.name].view),
        )
    )
    texts = set(distinct(sheet.cells[SCHOOL])) - used_by_kind
    known_names = _known_names(texts, known, _words if of_pupils else _plain)
    if not known_names:
        return sheet
    cells = rewrite(
        sheet.cells,
        SCHOOL,
        lambda texts: pa.array([known_names.get(text, text) for text in texts.to_pylist()], texts.type),
    )
    remarks: list[Remark] = [
        (None, SCHOOL, f"{quoted(text)} est lu {quoted(name, TITLE)}") for text, name in known_names.items()
    ]
    return replace(sheet, cells=cells, remarks=sheet.remarks + capped(remarks))


def _known_names(texts: set[str], known: set[str], form: Callable[[str], str]) -> dict[str, str]:
    """Return the known name of each unknown text that looks like exactly one known name, or has it in its path."""
    alike: dict[str, list[str]] = {}
    for name in known:
        alike.setdefault(form(name), []).append(name)
    known_names: dict[str, str] = {}
    for text in sorted(texts - known):
        parts = [form(part) for part in (text, *text.split(">"))]
        single = [alike[part][0] for part in parts if part and len(alike.get(part, [])) == 1]
        if single:
            known_names[text] = single[0]
    return known_names


def _plain(name: str) -> str:
    return normalise(name).removeprefix("ecole_")


def _words(name: str) -> str:
    """Return the words of a school in one order, without those that the ministry adds to each."""
    return " ".join(sorted(set(normalise(name).split("_")) - OF_EVERY_SCHOOL)) or normalise(name)


def with_kinds(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> Sheet:
    """Return a grid with a type in each of its lines, and a remark on each canteen whose type is assumed."""
    if not sheet.grid:
        return sheet
    known = dict(cursor.execute(KNOWN_KINDS).fetchall())
    names, kinds = sheet.cells["site_nom"].to_pylist(), sheet.cells["site_type"].to_pylist()
    assumed = {name for name, kind in zip(names, kinds, strict=True) if not kind}
    chosen = {name: known.get(normalise(name).replace("_", " ")) or _named(name) for name in assumed}
    filled = [kind or chosen[name] or BOTH for name, kind in zip(names, kinds, strict=True)]
    place = sheet.cells.column_names.index("site_type")
    cells = coded(sheet.cells.set_column(place, "site_type", pa.array(filled, pa.string())))
    remarks: list[Remark] = [
        (None, "site_type", f"le type de {quoted(name)} n’est pas écrit\u00a0: lu {kind or BOTH}")
        for name, kind in sorted(chosen.items())
    ]
    return replace(sheet, cells=cells, remarks=sheet.remarks + capped(remarks))


def _named(name: str) -> str | None:
    """Return the type that a name says: “Les Tilleuls maternelle”, “CHAUVINIERE E”."""
    words = set(normalise(name).split("_"))
    nursery = bool(words & {"maternelle", "mat", "m"})
    elementary = bool(words & {"elementaire", "elem", "e"})
    return BOTH if nursery and elementary else "M" if nursery else "E" if elementary else None
