"""A deposit: a file is checked, its report is shown, then its lines are recorded in one transaction."""

# ruff: noqa: S608 — the SQL is assembled from our own schemas and targets; what the file says travels as data.
from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePath
from typing import Any, NamedTuple

import duckdb
import pandas as pd
import pyarrow as pa

from data.access.canteens import refuse_other_canteens
from data.access.rights import KITCHEN_KINDS, MANAGER_KINDS, Act, Person, Reach, as_person, reach
from data.deposit import plausibility
from data.deposit.checking import line_warnings, refuse_lines
from data.deposit.choices import NO_CHOICE, Choices
from data.deposit.comparison import changes, newest_deposit, overlay, sort_lines, whole_lines
from data.deposit.holiday_ends import with_last_days
from data.deposit.names.known_names import with_kinds, with_known_schools
from data.deposit.names.unknown_labels import attach, own_names, unknown_labels
from data.deposit.report import REASON_COLUMN, DepositReport, Finding, Findings
from data.deposit.staging import stage
from data.deposit.twins import Settled
from data.kinds import Kind
from data.kinds.records import PROGRAMME_KINDS, RECORD_TABLES, RecordTable
from data.reading.accents import tidy
from data.reading.cleaning import capped
from data.reading.grids.choose import grid_of
from data.reading.records import LINES
from data.reading.sheet import DepositRefused, Sheet, read_sheet
from data.reading.values import lookalikes
from data.store import State, Store
from data.typography import TITLE, cut, french

__all__ = ["DepositRefused", "DepositReport", "Finding", "apply", "preview"]

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
CHANGES_AUDITED = 60
CHANGE_COLUMNS = ["line", "key", "column", "old", "new"]
Attachments = dict[tuple[str, str], str | None]
Also = Callable[[duckdb.DuckDBPyConnection, int], None]
# The column of a strike's date, by kind of file.
STRIKE_COLUMNS = {"strikes": "date", "events": "date_debut"}


def preview(
    store: Store,
    file_name: str,
    content: bytes,
    actor: Person | str = "",
    *,
    typed: bool = False,
    choices: Choices = NO_CHOICE,
) -> DepositReport:
    """Report what depositing this file would change, without writing anything; `typed` lines come from a form.

    Raises DepositRefused when the whole file must be refused.
    """
    return _examined(store, store.state(), file_name, content, typed, choices, _unnamed(actor)).report


def apply(
    store: Store,
    file_name: str,
    content: bytes,
    actor: Person | str,
    attachments: Attachments | None = None,
    *,
    whole: bool = False,
    typed: bool = False,
    new: bool = False,
    choices: Choices = NO_CHOICE,
    also: Also | None = None,
) -> DepositReport:
    """Check the file against the store as it is now and record its valid lines, in one transaction.

    `attachments` has the canteens chosen for unknown labels (None: unattached), `choices` the decisions about a doubt.
    No line `typed` in a form is a total; lines about canteens that `actor` may not write for are rejected. A file
    without anything new leaves the store as it is: its report names the deposit with its lines. `also` is called in the
    transaction with its cursor and the deposit’s number; with it, known lines are recorded too, and outlive an undo.
    Raises DepositRefused when the whole file must be refused, or all its lines (`whole`: one; `new`: a known one).
    """
    name, unnamed = as_person(actor).name, _unnamed(actor)
    with ThreadPoolExecutor(1) as pool:
        digest = pool.submit(hashlib.sha256, content)
        report = _examined(store, store.state(), file_name, content, typed, choices, unnamed).report
    detail: dict[str, Any] = {"file": report.file, "kind": report.kind, "typed": typed}
    try:
        with suppress(_NothingToDo), store.write(name, "deposit", detail) as cursor:
            report, rows, changed = _examined(store, store.state(), file_name, content, typed, choices, unnamed)
            _refuse(report, whole=whole, new=new, known_too=also is not None and rows.num_rows > 0)
            deposit_id = _record(cursor, report, content, digest.result().hexdigest(), name)
            if also:
                also(cursor, deposit_id)
            _insert(cursor, RECORD_TABLES[report.kind], deposit_id, rows)
            attach(cursor, deposit_id, own_names(report.unknown_labels) | _allowed(attachments, unnamed))
            detail |= {"deposit": deposit_id} | _audit_counts(report, changed)
            report = replace(report, deposit_id=deposit_id)
    finally:
        forget()
    return report


def _audit_counts(report: DepositReport, changed_values: list[dict[str, str | None]] | None) -> dict[str, Any]:
    """Return what the audit trail keeps of a deposit: its counts, and the changed values of a kind edited by forms."""
    # A line of the programme that has no value yet adds its name; of a log, it is a day without figures.
    names_added = report.new_without_measure if report.kind in PROGRAMME_KINDS else 0
    counts: dict[str, Any] = {
        "accepted": report.accepted,
        "changed": report.changed,
        "added": report.new + names_added,
    }
    if report.other_canteens:
        counts["other_canteens"] = report.other_canteens
    if made := report.choices.as_json():
        counts["choices"] = json.loads(made)
    return counts if changed_values is None else counts | {"changes": changed_values}


def forget() -> None:
    """Free the memory of the last file examined, which nobody will apply."""
    _examined.cache_clear()


class _Examined(NamedTuple):
    """The report of a file, the rows it would record, and its changed values before and after (None: not kept)."""

    report: DepositReport
    rows: pa.Table
    changed_values: list[dict[str, str | None]] | None


# People preview a file, then apply it. The examination of the last file is kept, and reused if the store is the same.
@lru_cache(maxsize=1)
def _examined(
    store: Store,
    state: State,  # noqa: ARG001
    file_name: str,
    content: bytes,
    typed: bool,
    choices: Choices,
    person: Person,
) -> _Examined:
    """Examine a file against the store of this version."""
    sheet = read_sheet(content, typed=typed, early_dates=choices.early_dates, grid_of=grid_of)
    within = reach(person, Act.DEPOSIT, sheet.kind.name)
    if not within:
        raise NotYours(_not_yours(sheet.kind))
    with store.scratch() as cursor:
        report = _examine(cursor, file_name, sheet, choices, within)
        if typed or report.nothing_to_do:
            report = replace(report, known_by=newest_deposit(cursor, RECORD_TABLES[sheet.kind.name]))
        rows = cursor.sql(
            f"SELECT * EXCLUDE (empty, carries) REPLACE (line % {LINES} AS line)"
            " FROM incoming WHERE carries AND line NOT IN (SELECT line FROM repeats)"
        )
        return _Examined(report, rows.to_arrow_table(), _before_and_after(cursor, RECORD_TABLES[sheet.kind.name]))


def _before_and_after(cursor: duckdb.DuckDBPyConnection, table: RecordTable) -> list[dict[str, str | None]] | None:
    """Return each value that changes, before and after; None for the kinds that are not edited by forms."""
    if not table.takes_back:
        return None
    changed = pd.concat([whole_lines(cursor, table), changes(cursor, table, ("changed", "new"))])
    return [
        {name: None if pd.isna(row[name]) else str(row[name]) for name in ("key", "column", "old", "new")}
        for row in changed.sort_values("line", kind="stable").head(CHANGES_AUDITED).to_dict("records")
    ]


def _allowed(attachments: Attachments | None, person: Person) -> Attachments:
    """Return the canteens chosen for labels, if the person may attach labels."""
    return attachments if attachments and reach(person, Act.ATTACH) else {}


class NotYours(DepositRefused):
    """The person may not deposit any line of this kind; the message is in French."""


def _not_yours(kind: Kind) -> str:
    if kind.name in MANAGER_KINDS:
        return french("Votre compte n’a encore aucune cantine : demandez à la mission numérique de vous les confier.")
    if kind.name in KITCHEN_KINDS:
        return french(f"« {kind.title} » : seules la cuisine centrale et la mission numérique en écrivent les lignes.")
    return french(f"« {kind.title} » : seule la mission numérique dépose ces fichiers. Envoyez-lui celui-ci.")


def _unnamed(actor: Person | str) -> Person:
    """Return who acts without their name, which no examination depends on."""
    return replace(as_person(actor), name="")


class _NothingToDo(Exception):
    """Ends the transaction of a file that changes nothing."""


def _refuse(report: DepositReport, *, whole: bool, new: bool, known_too: bool) -> None:
    _refuse_if_unreadable(report, whole)
    _refuse_if_known(report, new)
    # Recorded again, known lines stand when the deposit that told them first is undone.
    if report.nothing_to_do and not known_too:
        raise _NothingToDo


def _refuse_if_unreadable(report: DepositReport, whole: bool) -> None:
    if whole and report.rejected_lines:
        raise DepositRefused(f"Rien n’est enregistré : {report.rejected[0].reason}.")
    if report.rejected_lines == report.lines:
        first = report.rejected[0]
        none = f"Aucune des {report.lines} lignes n’a" if report.lines > 1 else "La seule ligne du fichier n’a pas"
        raise DepositRefused(
            f"{none} pu être lue. Première raison, ligne {first.line} : {first.reason}. "
            "Corrigez le fichier, puis déposez-le à nouveau."
        )


def _refuse_if_known(report: DepositReport, new: bool) -> None:
    """Refuse a new line that is known already: somebody else may have just added it, and would lose it."""
    if not new or report.new + report.new_without_measure == report.lines:
        return
    known = report.known_by
    author = f", par {known.actor} (dépôt n° {known.deposit_id})" if known else ""
    raise DepositRefused(f"déjà connu{author} : choisissez-le dans la liste pour le modifier")


def base_name(file_name: str) -> str:
    """Return the name of a file without its folder and invisible marks, short enough to be shown anywhere."""
    path = PurePath(PurePath(CONTROLS.sub(" ", tidy(file_name)).replace("\\", "/")).name)
    ending = path.suffix if len(path.suffix) < 10 else ""
    return cut(path.name.removesuffix(ending), TITLE - len(ending)) + ending or "sans nom"


def _examine(
    cursor: duckdb.DuckDBPyConnection, file_name: str, sheet: Sheet, choices: Choices, within: Reach
) -> DepositReport:
    sheet = with_kinds(cursor, with_last_days(cursor, with_known_schools(cursor, sheet)))
    settled = stage(cursor, sheet, choices)
    table = RECORD_TABLES[sheet.kind.name]
    other_canteens = refuse_other_canteens(cursor, sheet.kind.name, within)
    if table.takes_back:
        overlay(cursor, table)
    refuse_lines(cursor, sheet.kind, table)
    sort_lines(cursor, sheet.kind, table)
    buckets = dict(cursor.execute("SELECT bucket, count(*) FROM outcome GROUP BY bucket").fetchall())
    rejected_lines = _count(cursor, "SELECT count(DISTINCT line) FROM rejections")
    is_new_without_measure = "bucket = 'without_measure' AND carries AND NOT is_known"
    unknown = _compared(cursor, sheet.kind.name)
    return DepositReport(
        file=base_name(file_name),
        kind=sheet.kind.name,
        kind_title=sheet.kind.title,
        lines=sheet.cells.num_rows + len(sheet.broken) - settled.set_aside,
        accepted=buckets.get("new", 0) + buckets.get("changed", 0),
        without_measure=buckets.get("without_measure", 0),
        changed=buckets.get("changed", 0),
        unchanged=buckets.get("unchanged", 0),
        rejected=_findings(cursor, "FROM rejections"),
        warnings=_warnings(cursor, sheet, settled, unknown),
        changes=changes(cursor, table) if buckets.get("changed") else pd.DataFrame(columns=CHANGE_COLUMNS),
        rejected_lines=rejected_lines,
        unknown_labels=unknown,
        rejected_rows=_rejected_rows(cursor, sheet) if rejected_lines else pd.DataFrame(),
        grid=tuple(sheet.grid),
        new_without_measure=_count(cursor, f"SELECT count(*) FROM outcome WHERE {is_new_without_measure}"),
        splits=settled.splits,
        early_columns=sheet.early_columns,
        choices=settled.choices,
        other_canteens=other_canteens,
    )


def _warnings(cursor: duckdb.DuckDBPyConnection, sheet: Sheet, settled: Settled, unknown: pd.DataFrame) -> Findings:
    """Return what is to be checked: the columns not read, unknown labels, doubtful lines, what reading decided."""
    used = (REASON_COLUMN, settled.choices.column)
    ignored = capped([(None, name, "colonne inconnue, ignorée") for name in sheet.ignored if name not in used])
    about_lines = _findings(cursor, line_warnings(cursor, sheet.kind, RECORD_TABLES[sheet.kind.name]))
    decided = [*settled.remarks, *sheet.remarks, *lookalikes(sheet.cells, sheet.kind)]
    above = Findings.of([*(Finding(*remark) for remark in ignored), *_about_labels(unknown)])
    return above + about_lines + Findings.of(Finding(*remark) for remark in decided)


def _compared(cursor: duckdb.DuckDBPyConnection, kind: str) -> pd.DataFrame:
    """Prepare what the lines are compared with; return the unknown labels of a log."""
    if kind in STRIKE_COLUMNS:
        plausibility.prepare_strikes(cursor, STRIKE_COLUMNS[kind])
    if kind != "log":
        return pd.DataFrame()
    plausibility.prepare(cursor)
    return unknown_labels(cursor)


def _about_labels(unknown: pd.DataFrame) -> list[Finding]:
    return [
        Finding(
            int(row["line"]),
            "site_nom",
            _about_label(row),
        )
        for row in unknown.to_dict("records")
    ]


def _about_label(row: dict[Hashable, Any]) -> str:
    label = f"« {row['site']} » ({row['site_kind']})"
    if row["alike"]:
        return (
            f"{label} s’écrit presque comme « {row['alike']} » ({row['site_kind']}), déjà connu : si c’est le même "
            "point de service, écrivez-le de la même façon, sans quoi ses repas s’ajouteront à ceux de l’autre"
        )
    if row["own_canteen"]:
        return f"{label} est le nom d’une cantine, « {row['own_canteen']} » : il lui est rattaché"
    closest = f" ; le nom connu le plus proche est « {row['closest']} »" if row["canteens"] else ""
    return f"{label} n’est rattaché à aucune cantine{closest}"


def _rejected_rows(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> pd.DataFrame:
    """Return the rejected lines as they were read, with their reasons in a last column."""
    # The columns that are not read come back too: they may tell lines apart.
    others = {name: sheet.others[name] for name in sheet.others.column_names if name not in ("line", REASON_COLUMN)}
    cells = {name: sheet.cells[name] for name in sheet.cells.column_names}
    cursor.register("sheet", pa.table(cells | others))
    rows = cursor.execute(f"""
        SELECT sheet.* EXCLUDE (line), reasons AS "{REASON_COLUMN}"
        FROM sheet JOIN (
            SELECT line, string_agg(concat_ws(' : ', "column", reason), ' ; ' ORDER BY "column") AS reasons
            FROM rejections GROUP BY line
        ) USING (line)
        ORDER BY line
    """).df()
    cursor.unregister("sheet")
    return rows.assign(**{REASON_COLUMN: rows[REASON_COLUMN].map(french)})


def _count(cursor: duckdb.DuckDBPyConnection, query: str) -> int:
    [(count,)] = cursor.execute(query).fetchall()
    return int(count)


def _findings(cursor: duckdb.DuckDBPyConnection, source: str) -> Findings:
    findings = f'SELECT line % {LINES} AS line, "column", reason {source} ORDER BY 1, "column"'
    return Findings(cursor.sql(findings).to_arrow_table())


def _record(cursor: duckdb.DuckDBPyConnection, report: DepositReport, content: bytes, sha256: str, actor: str) -> int:
    [(deposit_id,)] = cursor.execute(
        """
        INSERT INTO deposits (kind, file_name, sha256, actor, lines, accepted, without_measure, changed, unchanged,
            rejected, warnings, choices)
        VALUES ($kind, $file, $sha256, $actor, $lines, $accepted, $without_measure, $changed, $unchanged,
            $rejected, $warnings, $choices)
        RETURNING deposit_id
        """,
        {
            "sha256": sha256,
            "actor": actor,
            "rejected": report.rejected_lines,
            "warnings": len(report.warnings),
            "choices": report.choices.as_json(),
            **{
                name: getattr(report, name)
                for name in ("kind", "file", "lines", "accepted", "without_measure", "changed", "unchanged")
            },
        },
    ).fetchall()
    # A registered table is not copied, as a parameter would be: it matters for a long file.
    cursor.register("received", pa.table({"content": pa.array([content], pa.binary())}))
    cursor.execute("INSERT INTO deposit_files SELECT $deposit, content FROM received", {"deposit": deposit_id})
    cursor.unregister("received")
    return int(deposit_id)


def _insert(cursor: duckdb.DuckDBPyConnection, table: RecordTable, deposit_id: int, rows: pa.Table) -> None:
    cursor.register("rows", rows)
    cursor.execute(
        f"INSERT INTO {table.table} BY NAME SELECT $deposit AS deposit_id, * FROM rows", {"deposit": deposit_id}
    )
    cursor.unregister("rows")
