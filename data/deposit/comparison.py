"""The lines of a file compared with what the store knows: new, changed, unchanged, and what changes in them."""

# ruff: noqa: S608 — the SQL is assembled from our own schemas and targets.
from __future__ import annotations

from typing import Any

import duckdb
import pandas as pd

from data.deposit.report import KnownBy
from data.kinds import Kind
from data.kinds.records import RecordTable
from data.typography import REASON, cut_sql

CHANGES_SHOWN = 200
WHOLE_LINE = "ligne"


def sort_lines(cursor: duckdb.DuckDBPyConnection, kind: Kind, target: RecordTable) -> None:
    """Create `incoming`, every line that is not rejected as a row of its record table, and `outcome`, its bucket."""
    empty = " AND ".join(f'"{name}" IS NULL' for name in kind.measures)
    # A row without any value is taken back too.
    gone = ["list_contains(incoming.cleared, '*') IS TRUE"] if target.takes_back else []
    differs = " OR ".join([*(_differs(target, name) for name in target.values), *gone]) or "FALSE"
    cursor.execute(f"""
        CREATE OR REPLACE TEMP VIEW incoming AS
        SELECT line, {target.projection}, ({empty}) OR NOT ({target.carries}) AS empty, {target.carries} AS carries
        FROM typed
        WHERE line NOT IN (SELECT line FROM rejections)
    """)
    within, period = _period(cursor, target, "incoming")
    cursor.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE outcome AS
        WITH known AS (
            SELECT * FROM {target.view} AS view {within}
        ), met AS (
            SELECT line, {differs} AS differs FROM incoming JOIN known ON {same_key(target)}
        )
        SELECT line, carries, differs IS NOT NULL AS is_known, CASE
            WHEN empty THEN 'without_measure'
            WHEN line IN (SELECT line FROM repeats) THEN 'unchanged'
            WHEN differs IS NULL THEN 'new'
            WHEN differs THEN 'changed'
            ELSE 'unchanged'
        END AS bucket
        FROM incoming LEFT JOIN met USING (line)
    """,
        period,
    )


def same_key(target: RecordTable) -> str:
    """Return the SQL that joins `incoming` and `known` rows of the same key."""
    return " AND ".join(f"incoming.{name} IS NOT DISTINCT FROM known.{name}" for name in target.key)


def last_said(cursor: duckdb.DuckDBPyConnection, target: RecordTable) -> KnownBy | None:
    """Return the newest of the active deposits that speak of any of the `incoming` lines."""
    found = cursor.execute(f"""
        SELECT deposit_id, actor, deposited_at FROM deposits WHERE deposit_id = (
            SELECT max(deposit_id)
            FROM {target.table} AS known JOIN incoming ON {same_key(target)} JOIN active_deposits USING (deposit_id)
        )
    """).fetchall()
    return KnownBy(*found[0]) if found else None


def _period(cursor: duckdb.DuckDBPyConnection, target: RecordTable, lines: str) -> tuple[str, dict[str, Any]]:
    """Return what limits the state to the days of some lines: the other years need not be worked out."""
    if "date" not in target.key:
        return "", {}
    [(first, last)] = cursor.execute(f"SELECT min(date), max(date) FROM {lines}").fetchall()
    return "WHERE date BETWEEN $first AND $last", {"first": first, "last": last}


def _differs(target: RecordTable, name: str) -> str:
    """Tell whether a known value is new: a missing value never erases one that is there, unless it is taken back."""
    new = f"incoming.{name} IS NOT NULL AND incoming.{name} IS DISTINCT FROM known.{name}"
    gone = f" OR ({_cleared(name)} AND known.{name} IS NOT NULL)" if target.takes_back else ""
    return f"({new}{gone})"


def _cleared(name: str) -> str:
    return f"coalesce(list_has_any(incoming.cleared, ['{name}', '*']), FALSE)"


def overlay(cursor: duckdb.DuckDBPyConnection, target: RecordTable) -> None:
    """Create `overlaid`: what would be true once the lines are applied, each with its line (NULL where none speaks).

    `before` is the row as it is known, NULL for a new one.
    """
    key = ", ".join(f"coalesce(incoming.{name}, known.{name}) AS {name}" for name in target.key)
    values = ", ".join(
        f"CASE WHEN NOT {_cleared(name)} THEN coalesce(incoming.{name}, known.{name}) END AS {name}"
        for name in target.values
    )
    cursor.execute(f"""
        CREATE OR REPLACE TEMP TABLE overlaid AS
        WITH incoming AS (
            SELECT line, {target.projection} FROM typed WHERE line NOT IN (SELECT line FROM rejections)
        )
        SELECT
            incoming.line, before IS NOT NULL AS known, before, list_contains(incoming.cleared, '*') IS TRUE AS gone,
            {key}, {values}
        FROM incoming FULL JOIN (SELECT *, row AS before FROM {target.view} AS row) AS known ON {same_key(target)}
    """)


def changes(
    cursor: duckdb.DuckDBPyConnection, target: RecordTable, buckets: tuple[str, ...] = ("changed",)
) -> pd.DataFrame:
    """Return the first changes by line and column, those of new lines if asked for: line, key, column, old, new."""
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
    within, period = _period(cursor, target, "changed")
    shown_key = _shown_key(target)
    selects = [
        f"SELECT line, {place} AS place, {shown_key} AS key, '{name}' AS \"column\","
        f" {_shown_value(f'known.{name}')} AS old, {_shown_value(f'incoming.{name}')} AS new"
        f" FROM changed AS incoming LEFT JOIN known ON {same_key(target)} WHERE {_differs(target, name)}"
        for place, name in enumerate(target.values)
    ]
    return cursor.execute(
        f"WITH known AS MATERIALIZED (SELECT * FROM {target.view} AS view {within}) "
        f'SELECT line, key, "column", old, new FROM ({" UNION ALL ".join(selects)}) '
        f"ORDER BY line, place LIMIT {CHANGES_SHOWN}",
        period,
    ).df()


def whole_lines(cursor: duckdb.DuckDBPyConnection, target: RecordTable) -> pd.DataFrame:
    """Return, as `changes` does, the lines added with nothing but their name, and those taken back whole."""
    return cursor.execute(f"""
        SELECT line, {_shown_key(target)} AS key, '{WHOLE_LINE}' AS "column", NULL AS old,
            CASE WHEN bucket = 'changed' THEN 'retirée' ELSE 'ajoutée' END AS new
        FROM incoming JOIN outcome USING (line)
        WHERE bucket = 'without_measure' AND outcome.carries AND NOT is_known
            OR bucket = 'changed' AND list_contains(cleared, '*')
        ORDER BY line LIMIT {CHANGES_SHOWN}
    """).df()


def _shown_key(target: RecordTable) -> str:
    return cut_sql("concat_ws(' · ', " + ", ".join(f"incoming.{name}" for name in target.key) + ")", REASON)


def _shown_value(name: str) -> str:
    return cut_sql(f"{name}::VARCHAR", REASON)
