"""The schools of a file under the names the store knows: “élémentaire Les Lilas” is “École élémentaire Les Lilas”."""

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
    """Return a sheet of the programme whose schools have their known names, and say which ones were read so.

    Only case, accents, punctuation and a first word “École” may differ. A name that could be two schools' stays as it
    is, to be refused, and so does one that lines of the kind already have: they are corrected under it.
    """
    if sheet.kind.name not in PROGRAMME_KINDS or SCHOOL not in sheet.cells.column_names:
        return sheet
    known, had = (
        {str(name) for (name,) in cursor.execute(names).fetchall()}
        for names in (KNOWN_SCHOOLS, schools_of(RECORD_TABLES[sheet.kind.name].view))
    )
    read = _known_names(set(distinct(sheet.cells[SCHOOL])) - had, known)
    if not read:
        return sheet
    cells = rewrite(
        sheet.cells, SCHOOL, lambda texts: pa.array([read.get(text, text) for text in texts.to_pylist()], texts.type)
    )
    said: list[Remark] = [(None, SCHOOL, f"{quoted(text)} est lu {quoted(name, TITLE)}") for text, name in read.items()]
    return replace(sheet, cells=cells, remarks=sheet.remarks + capped(said))


def _known_names(texts: set[str], known: set[str]) -> dict[str, str]:
    """Return the known name of each text that is nobody's name but looks like one, and only one."""
    alike: dict[str, list[str]] = {}
    for name in known:
        alike.setdefault(_plain(name), []).append(name)
    unknown = (text for text in texts - known if _plain(text))
    return {text: names[0] for text in sorted(unknown) if len(names := alike.get(_plain(text), [])) == 1}


def _plain(name: str) -> str:
    return normalise(name).removeprefix("ecole_")
