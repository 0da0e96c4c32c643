"""A deposit: a file checked, shown, then applied in one transaction; every one of its lines is accounted for."""

# ruff: noqa: S608 — the SQL is assembled from our own schemas and targets; what the file says travels as data.
from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import Any

import duckdb
import pandas as pd

from data.labels import attach, unknown_labels
from data.reading import DepositRefused, Sheet, read_sheet
from data.report import DepositReport, Finding
from data.schemas import Kind
from data.staging import stage
from data.store import Store
from data.targets import TARGETS, Target

__all__ = ["DepositRefused", "DepositReport", "Finding", "apply", "preview"]

CHANGES_SHOWN = 200
CHANGE_COLUMNS = ["line", "key", "column", "old", "new"]
REASON_COLUMN = "motif_du_rejet"


def preview(store: Store, file_name: str, content: bytes) -> DepositReport:
    """Tell what depositing this file would do; nothing is written.

    Raises DepositRefused when the file as a whole cannot be taken.
    """
    sheet = read_sheet(content)
    with store.scratch() as cursor:
        return _examine(cursor, file_name, sheet)


def apply(
    store: Store, file_name: str, content: bytes, actor: str, attachments: dict[tuple[str, str], str] | None = None
) -> DepositReport:
    """Check the file again against the store of this instant and apply its good lines, in one transaction.

    `attachments` gives the canteens chosen for unknown labels (site, kind); they are remembered with the deposit.
    A file that brings nothing new leaves the store as it is. Raises DepositRefused when the file as a whole cannot be
    taken, or when all its lines are rejected.
    """
    sheet = read_sheet(content)
    detail: dict[str, Any] = {"file": _base_name(file_name), "kind": sheet.kind.name}
    try:
        with store.write(actor, "deposit", detail) as cursor:
            report = _examine(cursor, file_name, sheet)
            _refuse_if_unreadable(report)
            if report.nothing_to_do:
                raise _NothingToDo
            deposit_id = _record(cursor, report, content, actor)
            _insert(cursor, TARGETS[sheet.kind.name], deposit_id)
            attach(cursor, deposit_id, attachments or {})
            detail |= {"deposit": deposit_id, "accepted": report.accepted, "changed": report.changed}
    except _NothingToDo:
        pass
    return report


class _NothingToDo(Exception):
    """Leaves the transaction of a file that changes nothing."""


def _refuse_if_unreadable(report: DepositReport) -> None:
    if report.rejected_lines == report.lines:
        first = report.rejected[0]
        raise DepositRefused(
            f"Aucune des {report.lines} lignes n’a pu être lue. Première raison, ligne {first.line} : {first.reason}. "
            "Corrigez le fichier, puis déposez-le à nouveau."
        )


def _base_name(file_name: str) -> str:
    return PurePath(file_name.replace("\\", "/")).name[:200] or "sans nom"


def _examine(cursor: duckdb.DuckDBPyConnection, file_name: str, sheet: Sheet) -> DepositReport:
    stage(cursor, sheet)
    target = TARGETS[sheet.kind.name]
    _check_lines(cursor, sheet.kind, target, blocking=True)
    _sort_lines(cursor, sheet.kind, target)
    buckets = dict(cursor.execute("SELECT bucket, count(*) FROM outcome GROUP BY bucket").fetchall())
    rejected_lines = _count(cursor, "SELECT count(DISTINCT line) FROM rejections")
    blank = "bucket = 'without_measure' AND carries AND NOT is_known"
    cursor.execute('CREATE OR REPLACE TEMP TABLE warned (line BIGINT, "column" VARCHAR, reason VARCHAR)')
    _check_lines(cursor, sheet.kind, target, blocking=False)
    cursor.execute(
        "INSERT INTO warned SELECT line, NULL, 'identique à la ligne ' || first_line || ' : comptée une seule fois'"
        " FROM repeats"
    )
    unknown = unknown_labels(cursor) if sheet.kind.name == "log" else pd.DataFrame()
    ignored = [Finding(None, name, "colonne inconnue, ignorée") for name in sheet.ignored if name != REASON_COLUMN]
    return DepositReport(
        file=_base_name(file_name),
        kind=sheet.kind.name,
        kind_title=sheet.kind.title,
        lines=sheet.cells.num_rows + len(sheet.broken),
        accepted=buckets.get("new", 0) + buckets.get("changed", 0),
        without_measure=buckets.get("without_measure", 0),
        changed=buckets.get("changed", 0),
        unchanged=buckets.get("unchanged", 0),
        rejected=_findings(cursor, "rejections"),
        warnings=ignored + _warnings(cursor, sheet, unknown),
        changes=_changes(cursor, target) if buckets.get("changed") else pd.DataFrame(columns=CHANGE_COLUMNS),
        rejected_lines=rejected_lines,
        unknown_labels=unknown,
        rejected_rows=_rejected_rows(cursor, sheet) if rejected_lines else pd.DataFrame(),
        new_without_measure=_count(cursor, f"SELECT count(*) FROM outcome WHERE {blank}"),
    )


def _warnings(cursor: duckdb.DuckDBPyConnection, sheet: Sheet, unknown: pd.DataFrame) -> list[Finding]:
    labels = [
        Finding(
            int(row["line"]),
            "site_nom",
            f"« {row['site']} » ({row['site_kind']}) n’est rattaché à aucune cantine"
            + (f" ; le nom connu le plus proche est « {row['closest']} »" if row["canteens"] else ""),
        )
        for row in unknown.to_dict("records")
    ]
    return labels + _findings(cursor, "warned") + [Finding(*remark) for remark in sheet.remarks]


def _rejected_rows(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> pd.DataFrame:
    """Return the rejected lines as they were read, with a last column that says why."""
    cursor.register("sheet", sheet.cells)
    rows = cursor.execute(f"""
        SELECT sheet.* EXCLUDE (line), reasons AS "{REASON_COLUMN}"
        FROM sheet JOIN (
            SELECT line, string_agg(concat_ws(' : ', "column", reason), ' ; ' ORDER BY "column") AS reasons
            FROM rejections GROUP BY line
        ) USING (line)
        ORDER BY line
    """).df()
    cursor.unregister("sheet")
    return rows


def _count(cursor: duckdb.DuckDBPyConnection, question: str) -> int:
    row = cursor.execute(question).fetchone()
    return int(row[0]) if row else 0


def _subject(kind: Kind) -> str:
    """Name what a line is about, in SQL: “CONTRIE · M/E · 24/05/2016 : ”."""
    dates = {field.name for field in kind.fields if field.type == "date"}
    parts = (f"strftime(\"{name}\", '%d/%m/%Y')" if name in dates else f'"{name}"' for name in kind.key)
    return f"concat_ws(' · ', {', '.join(parts)}) || ' : '"


def _check_lines(cursor: duckdb.DuckDBPyConnection, kind: Kind, target: Target, *, blocking: bool) -> None:
    table = "rejections" if blocking else "warned"
    for check in target.checks:
        if check.blocking == blocking:
            cursor.execute(
                f"INSERT INTO {table} SELECT line, $column, {_subject(kind)} || {check.reason} FROM typed"
                f" WHERE line NOT IN (SELECT line FROM rejections) AND ({check.when})",
                {"column": check.column},
            )


def _sort_lines(cursor: duckdb.DuckDBPyConnection, kind: Kind, target: Target) -> None:
    """Create `outcome`: every line that is not rejected, as a row of its record table, with its bucket."""
    empty = " AND ".join(f'"{name}" IS NULL' for name in kind.measures)
    same_key = " AND ".join(f"incoming.{name} IS NOT DISTINCT FROM known.{name}" for name in target.key)
    differs = " OR ".join(_differs(name) for name in target.values) or "FALSE"
    cursor.execute(f"""
        CREATE OR REPLACE TEMP TABLE outcome AS
        WITH incoming AS (
            SELECT line, {target.projection}, ({empty}) OR NOT ({target.carries}) AS empty, {target.carries} AS carries
            FROM typed
            WHERE line NOT IN (SELECT line FROM rejections)
        ), known AS (
            SELECT *, TRUE AS is_known FROM {target.view} AS view
        )
        SELECT incoming.*, coalesce(is_known, FALSE) AS is_known, CASE
            WHEN empty THEN 'without_measure'
            WHEN line IN (SELECT line FROM repeats) THEN 'unchanged'
            WHEN is_known IS NULL THEN 'new'
            WHEN {differs} THEN 'changed'
            ELSE 'unchanged'
        END AS bucket
        FROM incoming LEFT JOIN known ON {same_key}
    """)


def _differs(name: str) -> str:
    """Tell whether a known value is new: a missing value never erases one that is there."""
    return f"(incoming.{name} IS NOT NULL AND incoming.{name} IS DISTINCT FROM known.{name})"


def _changes(cursor: duckdb.DuckDBPyConnection, target: Target) -> pd.DataFrame:
    """Return the first changes as line, key, column, old, new (all text)."""
    same_key = " AND ".join(f"incoming.{name} IS NOT DISTINCT FROM known.{name}" for name in target.key)
    shown_key = "concat_ws(' · ', " + ", ".join(f"incoming.{name}" for name in target.key) + ")"
    selects = [
        f"SELECT line, {shown_key} AS key, '{name}' AS \"column\","
        f" known.{name}::VARCHAR AS old, incoming.{name}::VARCHAR AS new"
        f" FROM incoming JOIN {target.view} AS known ON {same_key} WHERE {_differs(name)}"
        for name in target.values
    ]
    return cursor.execute(
        "WITH incoming AS (SELECT * FROM outcome WHERE bucket = 'changed') "
        + " UNION ALL ".join(selects)
        + f" ORDER BY line LIMIT {CHANGES_SHOWN}"
    ).df()


def _findings(cursor: duckdb.DuckDBPyConnection, table: str) -> list[Finding]:
    rows = cursor.execute(f'SELECT line, "column", reason FROM {table} ORDER BY line, "column"').fetchall()
    return [Finding(*row) for row in rows]


def _record(cursor: duckdb.DuckDBPyConnection, report: DepositReport, content: bytes, actor: str) -> int:
    row = cursor.execute(
        """
        INSERT INTO deposits (kind, file_name, sha256, actor, lines, accepted, without_measure, changed, unchanged,
            rejected, warnings)
        VALUES ($kind, $file, $sha256, $actor, $lines, $accepted, $without_measure, $changed, $unchanged,
            $rejected, $warnings)
        RETURNING deposit_id
        """,
        {
            "sha256": hashlib.sha256(content).hexdigest(),
            "actor": actor,
            "rejected": report.rejected_lines,
            "warnings": len(report.warnings),
            **{
                name: getattr(report, name)
                for name in ("kind", "file", "lines", "accepted", "without_measure", "changed", "unchanged")
            },
        },
    ).fetchone()
    assert row is not None
    cursor.execute("INSERT INTO deposit_files VALUES ($deposit, $content)", {"deposit": row[0], "content": content})
    return int(row[0])


def _insert(cursor: duckdb.DuckDBPyConnection, target: Target, deposit_id: int) -> None:
    cursor.execute(
        f"INSERT INTO {target.table} BY NAME"
        " SELECT $deposit AS deposit_id, * EXCLUDE (empty, carries, is_known, bucket) FROM outcome"
        " WHERE carries AND line NOT IN (SELECT line FROM repeats)",
        {"deposit": deposit_id},
    )
