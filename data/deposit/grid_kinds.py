"""The type of the canteens of a grid, which has no column for it: the one that is known, or that the name says."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pyarrow as pa

from data.kinds import normalise
from data.kinds.records.names import plain
from data.reading.cleaning import capped
from data.reading.dates import Remark
from data.reading.sheet import Sheet
from data.reading.texts import coded
from data.typography import quoted

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
