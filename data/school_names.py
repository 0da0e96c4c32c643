"""The schools of a file under the names the store knows: “élémentaire Les Lilas” is “École élémentaire Les Lilas”."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import duckdb
import pyarrow as pa

from data.cleaning import capped
from data.dates import Remark
from data.reading import Sheet
from data.schemas import normalise
from data.targets import PROGRAMME_KINDS
from data.texts import rewrite, used

SCHOOL = "ecole"
KNOWN = "SELECT school FROM schools UNION SELECT school FROM enrolments UNION SELECT school FROM pilot_sites"


def with_known_schools(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> Sheet:
    """Return a sheet of the programme whose schools have their known names, and say which ones were read so.

    Only case, accents, punctuation and a first word “École” may differ. A name that could be two schools' stays as it
    is, to be refused.
    """
    if sheet.kind.name not in PROGRAMME_KINDS or SCHOOL not in sheet.cells.column_names:
        return sheet
    known = [str(name) for (name,) in cursor.execute(KNOWN).fetchall()]
    read = _known_names(used(sheet.cells[SCHOOL]), known)
    if not read:
        return sheet
    cells = rewrite(
        sheet.cells, SCHOOL, lambda texts: pa.array([read.get(text, text) for text in texts.to_pylist()], texts.type)
    )
    said: list[Remark] = [(None, SCHOOL, f"« {text[:60]} » est lu « {name} »") for text, name in read.items()]
    return replace(sheet, cells=cells, remarks=sheet.remarks + capped(said))


def _known_names(texts: Iterable[str], known: list[str]) -> dict[str, str]:
    """Return the known name of each text that is nobody's name but looks like one, and only one."""
    alike: dict[str, list[str]] = {}
    for name in known:
        alike.setdefault(_plain(name), []).append(name)
    unknown = (text for text in set(texts) - set(known) if _plain(text))
    return {text: names[0] for text in sorted(unknown) if len(names := alike.get(_plain(text), [])) == 1}


def _plain(name: str) -> str:
    return normalise(name).removeprefix("ecole_")
