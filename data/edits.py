"""An edit made on a page: a deposit of one line or a few, checked, audited and undone as any other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data.deposit import DepositRefused, DepositReport, apply, preview
from data.export import csv_bytes
from data.schemas import Kind, kinds, normalise
from data.store import Store
from data.targets import PROGRAMME_KINDS, TARGETS
from data.typography import french

TAKE_BACK = "effacer"
FIRST_LINE = 2  # of a file: the first is its header
Row = dict[str, Any]

RECENT = """
SELECT
    deposits.deposit_id, deposits.kind, deposits.file_name, deposits.actor, deposits.deposited_at,
    deposits.lines, deposits.accepted, deposits.changed, audit_log.detail::VARCHAR AS detail
FROM deposits
LEFT JOIN audit_log
    ON audit_log.action = 'deposit'
    AND try_cast(json_extract_string(audit_log.detail, '$.deposit') AS BIGINT) = deposits.deposit_id
WHERE deposits.active AND list_contains($kinds, deposits.kind)
ORDER BY deposits.deposit_id DESC
LIMIT $count
"""


@dataclass(frozen=True)
class Outcome:
    """What became of an edit: `refusals` gives the reason of each cell refused, by (line from 0, column)."""

    saved: bool = False
    refusals: dict[tuple[int, str], str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def rows(store: Store, kind: str) -> list[Row]:
    """What is true now of a kind? One dictionary per row, under the columns of its files."""
    with store.scratch() as cursor:
        cursor.execute(TARGETS[kind].given_back)
        columns = [column[0] for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def recent(store: Store, count: int = 6) -> list[Row]:
    """Which edits and files of the programme came last? Each with its `changes` (key, column, old, new)."""
    found = store.read(RECENT, {"kinds": list(PROGRAMME_KINDS), "count": count}).to_dict("records")
    return [
        {str(name): value for name, value in row.items() if name != "detail"}
        | {"changes": json.loads(row["detail"]).get("changes") or [] if isinstance(row["detail"], str) else []}
        for row in found
    ]


def line_of(kind: str, known: Mapping[str, Any], typed: Mapping[str, Any]) -> Row:
    """Return the line that turns what is known into what was typed: its key, what changed, what is taken back."""
    key = kinds()[kind].key
    changed = {name: value for name, value in typed.items() if name in key or value != known.get(name)}
    gone = [name for name, value in changed.items() if value is None and known.get(name) is not None]
    return changed | ({TAKE_BACK: ";".join(gone)} if gone else {})


def record(store: Store, kind: str, lines: Sequence[Mapping[str, Any]], actor: str, *, new: bool = False) -> Outcome:
    """Deposit these lines together, or none of them; `new` ones must not be known yet."""
    described = kinds()[kind]
    name = f"saisie_{normalise(described.title)}_{date.today():%Y-%m-%d}.csv"
    content = csv_bytes(described, [[_cell(line.get(f.name)) for f in described.fields] for line in lines], "open")
    try:
        report = preview(store, name, content)
        refusals = _refusals(described, lines, report)
        if new and not refusals and report.new < len(lines):
            refusals = {(0, described.key[0]): french("déjà connu : choisissez-le dans la liste pour le modifier")}
        if refusals:
            return Outcome(refusals=refusals)
        apply(store, name, content, actor, whole=True)
    except DepositRefused as refusal:
        return Outcome(refusals={(0, described.key[0]): str(refusal)})
    warnings = tuple(finding.reason for finding in report.warnings if finding.line is not None)
    return Outcome(saved=not report.nothing_to_do, warnings=warnings)


def _cell(value: Any) -> Any:  # noqa: ANN401
    # One line of the form is one line of the file: its refusals are told by line.
    return " ".join(value.split()) or None if isinstance(value, str) else value


def _refusals(kind: Kind, lines: Sequence[Mapping[str, Any]], report: DepositReport) -> dict[tuple[int, str], str]:
    """Return the first reason of each cell, without the subject that only a file needs."""
    found: dict[tuple[int, str], str] = {}
    for finding in report.rejected:
        place = (finding.line or FIRST_LINE) - FIRST_LINE
        column = (finding.column or kind.key[0]).split(",")[0]
        found.setdefault((place, column), finding.reason.removeprefix(_subject(kind, lines[place])).strip())
    return found


def _subject(kind: Kind, line: Mapping[str, Any]) -> str:
    """Return what a check says first, as `data.deposit` does: “École A · formation : ”."""
    values = [line.get(name) for name in kind.key]
    told = [value.strftime("%d/%m/%Y") if isinstance(value, date) else str(value) for value in values if value]
    return french(f"{' · '.join(told)} :")
