"""The checks of a kind: run on the lines of a file, or on all the known rows once a deposit is undone."""

# ruff: noqa: S608 — the SQL is assembled from our own schemas and targets; what the file says travels as data.
from __future__ import annotations

from typing import NamedTuple

import duckdb

from data.deposit.comparison import overlay, same_key
from data.kinds import Kind
from data.kinds.records import RECORD_TABLES, Check, RecordTable
from data.reading.records import LINES
from data.typography import REASON, cut


def _subject(kind: Kind) -> str:
    """Return the SQL that names a line by its key: “CONTRIE · M/E · 24/05/2016 : ”."""
    date_formats = {field.name: field.date_format for field in kind.fields if field.type == "date"}
    parts = (
        f"strftime(\"{name}\", '{date_formats[name]}')" if name in date_formats else f'"{name}"' for name in kind.key
    )
    return f"concat_ws(' · ', {', '.join(parts)}) || ' : '"


def refuse_lines(cursor: duckdb.DuckDBPyConnection, kind: Kind, table: RecordTable) -> None:
    """Add to `rejections` the lines that fail a blocking check, with the column and the reason."""
    failing = _failing_lines(cursor, kind, [check for check in table.checks if check.blocking])
    for failing_lines in failing:
        cursor.execute(f"INSERT INTO rejections {failing_lines}")
    # The sum is wrong: so is each line it sums.
    cursor.execute("""
        INSERT INTO rejections
        SELECT added.line, "column", reason FROM added JOIN rejections ON rejections.line = added.first_line
        WHERE added.line NOT IN (SELECT line FROM rejections)
    """)


def line_warnings(cursor: duckdb.DuckDBPyConnection, kind: Kind, table: RecordTable) -> str:
    """Return the SQL of the warnings about the lines that are not rejected: line, column, reason."""
    failing_lines = _failing_lines(cursor, kind, [check for check in table.checks if not check.blocking])
    first = f"first_line % {LINES}"
    repeated = f"SELECT line, NULL, 'identique à la ligne ' || {first} || ' : comptée une seule fois' FROM repeats"
    return f'FROM ({" UNION ALL ".join([*failing_lines, repeated])}) AS warnings (line, "column", reason)'


def _failing_lines(cursor: duckdb.DuckDBPyConnection, kind: Kind, checks: list[Check]) -> list[str]:
    """Return, for each check that fails, the SQL of its lines not rejected yet: line, column, reason."""
    if not checks:
        return []
    # Most lines pass all the checks, and a wrong one fails a single one: one query keeps the others as `suspects`, one
    # says which checks these fail. Only these checks run again: they may depend on the lines rejected before.
    any_check = " OR ".join(f"({check.when})" for check in checks)
    lines = "file_lines"
    if RECORD_TABLES[kind.name].takes_back:
        lines = "(SELECT file_lines.*, now FROM file_lines LEFT JOIN overlaid AS now USING (line)) AS file_lines"
    created = cursor.execute(f"CREATE OR REPLACE TEMP TABLE suspects AS SELECT * FROM {lines} WHERE {any_check}")
    if created.fetchall() == [(0,)]:
        return []
    outcomes = ", ".join(f"bool_or({check.when})" for check in checks)
    [failed] = cursor.execute(f"SELECT {outcomes} FROM suspects AS file_lines").fetchall()
    return [
        f"SELECT line, '{check.column}', {_subject(kind)} || {check.reason} FROM suspects AS file_lines"
        f" WHERE line NOT IN (SELECT line FROM rejections) AND ({check.when})"
        for check, found in zip(checks, failed, strict=True)
        if found
    ]


class WrongRow(NamedTuple):
    """A known row that a check would refuse: its line in `file_lines`, its key, the column and the reason."""

    line: int
    key: tuple[object, ...]
    column: str
    reason: str


def wrong_rows(cursor: duckdb.DuckDBPyConnection, kind: Kind) -> list[WrongRow]:
    """Return the known rows that the checks would refuse; all of them are staged as one file in `file_lines`."""
    table = RECORD_TABLES[kind.name]
    cursor.execute(f"""
        CREATE OR REPLACE TEMP TABLE file_lines AS
        SELECT row_number() OVER () AS line, *, NULL::VARCHAR AS effacer FROM ({table.given_back})
    """)
    cursor.execute('CREATE OR REPLACE TEMP TABLE rejections (line BIGINT, "column" VARCHAR, reason VARCHAR)')
    cursor.execute("CREATE OR REPLACE TEMP TABLE added (line BIGINT, first_line BIGINT)")
    overlay(cursor, table)
    # No row counts as known before: a value that was accepted earlier may be the wrong one now.
    cursor.execute("UPDATE overlaid SET before = NULL")
    refuse_lines(cursor, kind, table)
    rejections = cursor.execute(f"""
        SELECT line, row({", ".join(f'file_lines."{name}"' for name in kind.key)}), "column", reason
        FROM rejections JOIN file_lines USING (line)
        ORDER BY line, "column"
    """).fetchall()
    return [WrongRow(line, key, column, cut(reason, REASON)) for line, key, column, reason in rejections]


def deposits_of_lines(
    cursor: duckdb.DuckDBPyConnection, table: RecordTable, lines: list[int], deposits: str
) -> list[int]:
    """Return the deposits (where the SQL `deposits` holds) that have one of these lines of `file_lines`, in order."""
    deposit_ids = cursor.execute(
        f"""
        SELECT DISTINCT deposit_id
        FROM {table.table} AS known
        JOIN (SELECT line, {table.projection} FROM file_lines) AS incoming ON {same_key(table)}
        JOIN (SELECT deposit_id FROM deposits WHERE {deposits}) USING (deposit_id)
        WHERE incoming.line IN (SELECT unnest($lines))
        ORDER BY deposit_id
        """,
        {"lines": lines},
    ).fetchall()
    return [int(number) for (number,) in deposit_ids]
