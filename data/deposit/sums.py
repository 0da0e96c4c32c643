"""Lines of one key added up: two services of one day, two bins weighed, when the depositor chose so."""

# ruff: noqa: S608 — assembled from our own schemas.
from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data.kinds import Field, Kind
from data.reading.cleaning import capped
from data.reading.dates import Remark


def add_up(
    cursor: duckdb.DuckDBPyConnection, kind: Kind, lines: pa.Table, chosen: str, once: tuple[str, ...]
) -> tuple[pa.Table, list[Remark]]:
    """Return the lines with one line of sums for each key of `twins` where `chosen` holds, and the remarks.

    The measures of `once` are the same on each line: they are not added. A figure that one line lacks has no sum. Keys
    whose lines cannot be added up are left open. Fills `added` (line, first line); closes the keys added up.
    """
    values = [field for field in kind.fields if field.name not in kind.key]
    summed = [field for field in values if field.name in kind.additive and field.name not in once]
    joined = [field for field in values if _is_free_text(field)]
    same = [field for field in values if field not in summed and field not in joined]
    conflicts = [f'min("{field.name}") <> max("{field.name}")' for field in same]
    conflicts += [f'sum("{field.name}") > {field.maximum}' for field in summed if field.maximum is not None]
    columns = _columns(kind, summed, joined, same)
    cursor.execute(f"""
        CREATE OR REPLACE TEMP TABLE sums AS
        SELECT first_line AS line, count(*) AS size, {", ".join(columns)}
        FROM members JOIN (SELECT first_line FROM twins WHERE open AND {chosen}) USING (first_line)
        WHERE line = same_as
        GROUP BY first_line
        HAVING NOT coalesce({" OR ".join(conflicts) or "FALSE"}, FALSE)
    """)
    cursor.execute("UPDATE twins SET open = FALSE WHERE first_line IN (SELECT line FROM sums)")
    cursor.execute("""
        INSERT INTO added
        SELECT line, first_line FROM members
        WHERE line = same_as AND line <> first_line AND first_line IN (SELECT line FROM sums)
    """)
    return _with_sums(cursor, kind, lines), capped(_remarks(cursor, summed, once))


def _columns(kind: Kind, summed: list[Field], joined: list[Field], same: list[Field]) -> list[str]:
    """Return the SQL of each column of a line of sums, and whether a line lacks one of its figures."""
    return [
        *(f'any_value("{name}") AS "{name}"' for name in kind.key),
        *(f'any_value("{field.name}") AS "{field.name}"' for field in same),
        *(
            f'CASE WHEN count("{field.name}") = count(*) THEN sum("{field.name}") END AS "{field.name}"'
            for field in summed
        ),
        *(
            f'left(string_agg(DISTINCT "{field.name}", \' ; \'), {field.max_length}) AS "{field.name}"'
            for field in joined
        ),
        *(f'count("{field.name}") BETWEEN 1 AND count(*) - 1 AS "lacks {field.name}"' for field in summed),
    ]


def _is_free_text(field: Field) -> bool:
    return field.type == "string" and not field.enum and not field.pattern and field.max_length is not None


def _with_sums(cursor: duckdb.DuckDBPyConnection, kind: Kind, lines: pa.Table) -> pa.Table:
    """Return the lines with the sums in place of what they sum."""
    replaced = cursor.sql("SELECT line FROM added UNION ALL SELECT line FROM sums").to_arrow_table()["line"]
    names = ", ".join(f'"{field.name}"' for field in kind.fields)
    sums = cursor.sql(f"SELECT line, {names}, FALSE AS invalid FROM sums").to_arrow_table()
    others = lines.filter(pc.invert(pc.is_in(lines["line"], replaced)))
    return pa.concat_tables([others, sums.select(lines.column_names).cast(lines.schema)]).unify_dictionaries()


def _remarks(cursor: duckdb.DuckDBPyConnection, summed: list[Field], once: tuple[str, ...]) -> list[Remark]:
    """Return how many lines were added up, and a remark on each figure that a line lacks."""
    [(lines, keys)] = cursor.execute("SELECT coalesce(sum(size), 0)::BIGINT, count(*) FROM sums").fetchall()
    repeated = f" ; {', '.join(once)}\u00a0: répété sur chaque ligne, compté une seule fois" if once else ""
    remarks: list[Remark] = [(None, None, f"{lines} lignes additionnées en {keys}, comme choisi{repeated}")]
    for field in summed:
        missing = f'SELECT line FROM sums WHERE "lacks {field.name}" ORDER BY line'
        reason = "absent d’une des lignes additionnées\u00a0: leur somme est inconnue"
        remarks += [(line, field.name, reason) for (line,) in cursor.execute(missing).fetchall()]
    return remarks
