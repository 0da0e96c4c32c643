"""Compare the lines of a file with the known rows: new, changed or unchanged, and each value that changes."""

# ruff: noqa: S608 — the SQL is assembled from our own schemas and targets.
from __future__ import annotations

from typing import Any

import duckdb
import pandas as pd

from data.deposit.report import KnownBy
from data.kinds import Kind
from data.kinds.records import RecordTable
from data.reading.records import LINES
from data.typography import REASON, cut_sql

CHANGES_SHOWN = 200
WHOLE_LINE = "ligne"


def sort_lines(cursor: duckdb.DuckDBPyConnection, kind: Kind, table: RecordTable) -> None:
    """Create `incoming`, the lines not rejected, as rows of their record table, and `outcome`, the bucket of each."""
    empty = " AND ".join(f'"{name}" IS NULL' for name in kind.measures)
    # A whole row can be taken back, even one without any value.
    row_removed = ["list_contains(incoming.cleared, '*') IS TRUE"] if table.takes_back else []
    differs = " OR ".join([*(_differs(table, name) for name in table.values), *row_removed]) or "FALSE"
    cursor.execute(f"""
        CREATE OR REPLACE TEMP VIEW incoming AS
        SELECT line, {table.projection}, ({empty}) OR NOT ({table.carries}) AS empty, {table.carries} AS carries
        FROM file_lines
        WHERE line NOT IN (SELECT line FROM rejections)
    """)
    within, period = _period(cursor, table, "incoming")
    cursor.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE outcome AS
        WITH known AS (
            SELECT * FROM {table.view} AS view {within}
        ), matches AS (
            SELECT line, {differs} AS differs FROM incoming JOIN known ON {same_key(table)}
        )
        SELECT line, carries, differs IS NOT NULL AS is_known, CASE
            WHEN empty THEN 'without_measure'
            WHEN line IN (SELECT line FROM repeats) THEN 'unchanged'
            WHEN differs IS NULL THEN 'new'
            WHEN differs THEN 'changed'
            ELSE 'unchanged'
        END AS bucket
        FROM incoming LEFT JOIN matches USING (line)
    """,
        period,
    )
    # A line added up to another one has the bucket of that one.
    cursor.execute("""
        INSERT INTO outcome
        SELECT added.line, carries, is_known, bucket FROM added JOIN outcome ON outcome.line = added.first_line
    """)


def same_key(table: RecordTable) -> str:
    """Return the SQL that joins `incoming` and `known` rows of the same key."""
    return " AND ".join(f"incoming.{name} IS NOT DISTINCT FROM known.{name}" for name in table.key)


def newest_deposit(cursor: duckdb.DuckDBPyConnection, table: RecordTable) -> KnownBy | None:
    """Return the newest active deposit that has a row with the key of an `incoming` line, if any."""
    deposits = cursor.execute(f"""
        SELECT deposit_id, actor, deposited_at FROM deposits WHERE deposit_id = (
            SELECT max(deposit_id)
            FROM {table.table} AS known JOIN incoming ON {same_key(table)} JOIN active_deposits USING (deposit_id)
        )
    """).fetchall()
    return KnownBy(*deposits[0]) if deposits else None


def _period(cursor: duckdb.DuckDBPyConnection, table: RecordTable, lines: str) -> tuple[str, dict[str, Any]]:
    """Return the SQL condition, and its parameters, that reads known rows only over the days of these lines."""
    if "date" not in table.key:
        return "", {}
    [(first, last)] = cursor.execute(f"SELECT min(date), max(date) FROM {lines}").fetchall()
    return "WHERE date BETWEEN $first AND $last", {"first": first, "last": last}


def _differs(table: RecordTable, name: str) -> str:
    """Return the SQL condition of a changed value; a missing value changes nothing, unless the line clears it."""
    new = f"incoming.{name} IS NOT NULL AND incoming.{name} IS DISTINCT FROM known.{name}"
    removed = f" OR ({_cleared(name)} AND known.{name} IS NOT NULL)" if table.takes_back else ""
    return f"({new}{removed})"


def _cleared(name: str) -> str:
    return f"coalesce(list_has_any(incoming.cleared, ['{name}', '*']), FALSE)"


def overlay(cursor: duckdb.DuckDBPyConnection, table: RecordTable) -> None:
    """Create `overlaid`: the known rows as they would be once the lines are applied, each with its line (NULL: none).

    `before` is the row as it is known now, NULL for a new one; `removed`: the line takes the whole row back.
    """
    key = ", ".join(f"coalesce(incoming.{name}, known.{name}) AS {name}" for name in table.key)
    values = ", ".join(
        f"CASE WHEN NOT {_cleared(name)} THEN coalesce(incoming.{name}, known.{name}) END AS {name}"
        for name in table.values
    )
    cursor.execute(f"""
        CREATE OR REPLACE TEMP TABLE overlaid AS
        WITH incoming AS (
            SELECT line, {table.projection} FROM file_lines WHERE line NOT IN (SELECT line FROM rejections)
        )
        SELECT
            incoming.line, before IS NOT NULL AS known, before, list_contains(incoming.cleared, '*') IS TRUE AS removed,
            {key}, {values}
        FROM incoming FULL JOIN (SELECT *, row AS before FROM {table.view} AS row) AS known ON {same_key(table)}
    """)


def changes(
    cursor: duckdb.DuckDBPyConnection, table: RecordTable, buckets: tuple[str, ...] = ("changed",)
) -> pd.DataFrame:
    """Return the first changed values of the lines in these buckets, in order: line, key, column, old, new."""
    cursor.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE changed AS
        SELECT * FROM incoming
        WHERE line IN (
            SELECT line FROM outcome WHERE list_contains($buckets, bucket) ORDER BY line LIMIT {CHANGES_SHOWN}
        )
    """,
        {"buckets": list(buckets)},
    )
    within, period = _period(cursor, table, "changed")
    values = ", ".join(
        f"{{rank: {rank}, differs: {_differs(table, name)}, \"column\": '{name}',"
        f" old: {_shown_value(f'known.{name}')}, new: {_shown_value(f'incoming.{name}')}}}"
        for rank, name in enumerate(table.values)
    )
    return cursor.execute(
        f"""
        WITH known AS (
            SELECT * FROM {table.view} AS view {within}
        ), compared AS (
            SELECT line, {_shown_key(table)} AS key, unnest([{values}]) AS value
            FROM changed AS incoming LEFT JOIN known ON {same_key(table)}
        )
        SELECT line % {LINES} AS line, key, value."column" AS "column", value.old AS old, value.new AS new
        FROM compared WHERE value.differs
        ORDER BY 1, key, value.rank LIMIT {CHANGES_SHOWN}
    """,
        period,
    ).df()


def whole_lines(cursor: duckdb.DuckDBPyConnection, table: RecordTable) -> pd.DataFrame:
    """Return, as `changes` does, the new lines that have only a key, and the lines that take a whole row back."""
    return cursor.execute(f"""
        SELECT line, {_shown_key(table)} AS key, '{WHOLE_LINE}' AS "column", NULL AS old,
            CASE WHEN bucket = 'changed' THEN 'retirée' ELSE 'ajoutée' END AS new
        FROM incoming JOIN outcome USING (line)
        WHERE bucket = 'without_measure' AND outcome.carries AND NOT is_known
            OR bucket = 'changed' AND list_contains(cleared, '*')
        ORDER BY line LIMIT {CHANGES_SHOWN}
    """).df()


def _shown_key(table: RecordTable) -> str:
    return cut_sql("concat_ws(' · ', " + ", ".join(f"incoming.{name}" for name in table.key) + ")", REASON)


def _shown_value(name: str) -> str:
    return cut_sql(f"{name}::VARCHAR", REASON)
