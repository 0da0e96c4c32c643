"""What the checks of a kind say: of the lines of a file, and of what is true once a deposit is taken back."""

# ruff: noqa: S608 — the SQL is assembled from our own schemas and targets; what the file says travels as data.
from __future__ import annotations

from typing import NamedTuple

import duckdb

from data.deposit.comparison import overlay, same_key
from data.kinds import Kind
from data.kinds.records import RECORD_TABLES, Check, RecordTable
from data.typography import REASON, cut


def _subject(kind: Kind) -> str:
    """Name what a line is about, in SQL: “CONTRIE · M/E · 24/05/2016 : ”."""
    written = {field.name: field.date_format for field in kind.fields if field.type == "date"}
    parts = (f"strftime(\"{name}\", '{written[name]}')" if name in written else f'"{name}"' for name in kind.key)
    return f"concat_ws(' · ', {', '.join(parts)}) || ' : '"


def refuse_lines(cursor: duckdb.DuckDBPyConnection, kind: Kind, target: RecordTable) -> None:
    """Add to `rejections` the lines a blocking check finds wrong, once for each of its cells."""
    for found in _lines_found(cursor, kind, [check for check in target.checks if check.blocking]):
        cursor.execute(f"INSERT INTO rejections {found}")


def doubts(cursor: duckdb.DuckDBPyConnection, kind: Kind, target: RecordTable) -> str:
    """Return the SQL of what is said of the lines that are kept."""
    found = _lines_found(cursor, kind, [check for check in target.checks if not check.blocking])
    repeated = "SELECT line, NULL, 'identique à la ligne ' || first_line || ' : comptée une seule fois' FROM repeats"
    return f'FROM ({" UNION ALL ".join([*found, repeated])}) AS found (line, "column", reason)'


def _lines_found(cursor: duckdb.DuckDBPyConnection, kind: Kind, checks: list[Check]) -> list[str]:
    """Return the SQL of what each check says of the lines that are not rejected yet."""
    # Most lines pass them all: one look at the whole file finds the others, then each check looks at these only.
    any_of_them = " OR ".join(f"({check.when})" for check in checks) or "FALSE"
    lines = "typed"
    if RECORD_TABLES[kind.name].takes_back:
        lines = "(SELECT typed.*, now FROM typed LEFT JOIN overlaid AS now USING (line)) AS typed"
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE suspects AS SELECT * FROM {lines} WHERE {any_of_them}")
    return [
        f"SELECT line, '{check.column}', {_subject(kind)} || {check.reason} FROM suspects AS typed"
        f" WHERE line NOT IN (SELECT line FROM rejections) AND ({check.when})"
        for check in checks
    ]


class Wrong(NamedTuple):
    """A row that a check would refuse: its line in `typed`, what it is about, the column and the reason."""

    line: int
    about: tuple[object, ...]
    column: str
    reason: str


def wrong_now(cursor: duckdb.DuckDBPyConnection, kind: Kind) -> list[Wrong]:
    """Return what the checks would refuse in the rows true now, were they one file, which is staged as `typed`."""
    target = RECORD_TABLES[kind.name]
    cursor.execute(f"""
        CREATE OR REPLACE TEMP TABLE typed AS
        SELECT row_number() OVER () AS line, *, NULL::VARCHAR AS effacer FROM ({target.given_back})
    """)
    cursor.execute('CREATE OR REPLACE TEMP TABLE rejections (line BIGINT, "column" VARCHAR, reason VARCHAR)')
    overlay(cursor, target)
    # Nothing counts as told before: what was admitted of a row may be what is wrong now.
    cursor.execute("UPDATE overlaid SET before = NULL")
    refuse_lines(cursor, kind, target)
    found = cursor.execute(f"""
        SELECT line, row({", ".join(f'typed."{name}"' for name in kind.key)}), "column", reason
        FROM rejections JOIN typed USING (line)
        ORDER BY line, "column"
    """).fetchall()
    return [Wrong(line, about, column, cut(reason, REASON)) for line, about, column, reason in found]


def told_by(cursor: duckdb.DuckDBPyConnection, target: RecordTable, lines: list[int], deposits: str) -> list[int]:
    """Return which of these deposits (SQL over `deposits`) speak of these lines of `typed`, in their order."""
    found = cursor.execute(
        f"""
        SELECT DISTINCT deposit_id
        FROM {target.table} AS known
        JOIN (SELECT line, {target.projection} FROM typed) AS incoming ON {same_key(target)}
        JOIN (SELECT deposit_id FROM deposits WHERE {deposits}) USING (deposit_id)
        WHERE incoming.line IN (SELECT unnest($lines))
        ORDER BY deposit_id
        """,
        {"lines": lines},
    ).fetchall()
    return [int(number) for (number,) in found]
