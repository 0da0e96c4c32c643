"""Replace the school names of a file by known ones: “élémentaire Les Lilas” becomes “École élémentaire Les Lilas”."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pyarrow as pa

from data.kinds import normalise
from data.kinds.records import PROGRAMME_KINDS, RECORD_TABLES
from data.kinds.records.programme_checks import KNOWN_SCHOOLS, schools_of
from data.reading.cleaning import capped
from data.reading.dates import Remark
from data.reading.sheet import Sheet
from data.reading.texts import distinct, rewrite
from data.typography import TITLE, quoted

SCHOOL = "ecole"


def with_known_schools(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> Sheet:
    """Return a sheet of the programme with known school names, and one remark per name that was replaced.

    Only case, accents, punctuation and a first word “École” may differ. A name that matches two schools is not replaced
    (a check refuses it). A name that known lines of the kind already use is not replaced either, so that these lines
    can be corrected.
    """
    if sheet.kind.name not in PROGRAMME_KINDS or SCHOOL not in sheet.cells.column_names:
        return sheet
    known, used_by_kind = (
        {str(name) for (name,) in cursor.execute(names).fetchall()}
        for names in (KNOWN_SCHOOLS, schools_of(RECORD_TABLES[sheet.kind.name].view))
    )
    known_names = _known_names(set(distinct(sheet.cells[SCHOOL])) - used_by_kind, known)
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


def _known_names(texts: set[str], known: set[str]) -> dict[str, str]:
    """Return the known name of each unknown text that looks like exactly one known name."""
    alike: dict[str, list[str]] = {}
    for name in known:
        alike.setdefault(_plain(name), []).append(name)
    unknown = (text for text in texts - known if _plain(text))
    return {text: names[0] for text in sorted(unknown) if len(names := alike.get(_plain(text), [])) == 1}


def _plain(name: str) -> str:
    return normalise(name).removeprefix("ecole_")
