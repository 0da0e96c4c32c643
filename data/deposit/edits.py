"""An edit made on a page: a deposit of one line or a few, checked, audited and undone as any other."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data.clock import today_in_paris
from data.deposit.apply import DepositRefused, DepositReport, apply, preview
from data.deposit.report import KnownBy
from data.deposit.staging import nature
from data.export.files import csv_of_texts
from data.kinds import Field, Kind, kinds, normalise
from data.kinds.records import PROGRAMME_KINDS, RECORD_TABLES
from data.queries.journal import LINES, journal_line
from data.reading.dates import NUMERIC, as_iso, day_of
from data.reading.formulas import escape
from data.store import Store
from data.typography import french

TAKE_BACK = "effacer"
IMPOSSIBLE = "impossible"  # no date in any order
FIRST_LINE = 2  # of a file: the first is its header
Row = dict[str, Any]

RECENT = f"""
SELECT * FROM ({LINES})
-- What came with the demonstration is not a change somebody made: it has no file.
WHERE action = 'deposit' AND list_contains($kinds, kind) AND deposit_id IN (SELECT deposit_id FROM deposit_files)
ORDER BY deposit_id DESC
LIMIT $count
"""


@dataclass(frozen=True)
class Outcome:
    """What became of an edit: `refusals` gives the reason of each cell refused, by (line from 0, column).

    `known_by` is the deposit that spoke of these lines before, if any.
    """

    saved: bool = False
    refusals: dict[tuple[int, str], str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    known_by: KnownBy | None = None


def rows(store: Store, kind: str) -> list[Row]:
    """What is true now of a kind? One dictionary per row, under the columns of its files."""
    with store.scratch() as cursor:
        cursor.execute(RECORD_TABLES[kind].given_back)
        columns = [column[0] for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def schools(store: Store) -> dict[str, bool]:
    """Which schools may a line name, and is each a test school? The test schools first, then the others, by name."""
    found = store.read("""
        SELECT school, min(rank) AS rank
        FROM (SELECT school, 1 AS rank FROM pilot_sites UNION ALL SELECT school, 2 FROM schools)
        GROUP BY school
        ORDER BY rank, school COLLATE FR, school
    """)
    return {str(school): bool(rank == 1) for school, rank in zip(found["school"], found["rank"], strict=True)}


def recent(store: Store, count: int = 6, kinds: tuple[str, ...] = PROGRAMME_KINDS) -> list[Row]:
    """Which edits and files of the programme came last, taken back or not? As lines of the journal, with `changes`."""
    return [journal_line(row) for row in store.read(RECENT, {"kinds": list(kinds), "count": count}).to_dict("records")]


def line_of(kind: str, known: Mapping[str, Any], typed: Mapping[str, Any]) -> Row:
    """Return the line that turns what is known into what was typed: its key, what changed, what is taken back."""
    key = kinds()[kind].key
    changed = {name: value for name, value in typed.items() if name in key or value != known.get(name)}
    gone = [name for name, value in changed.items() if value is None and known.get(name) is not None]
    return changed | ({TAKE_BACK: ";".join(gone)} if gone else {})


def as_text(value: Any) -> str:  # noqa: ANN401
    """Write a value as people type it: jj/mm/aaaa, a decimal comma, nothing when it is unknown."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return f"{value:.10g}".replace(".", ",") if isinstance(value, float) else str(value)


def record(store: Store, kind: str, lines: Sequence[Mapping[str, Any]], actor: str, *, new: bool = False) -> Outcome:
    """Deposit these lines together, or none of them; `new` ones must not be known yet.

    Their values may be texts as people type them: they are read and checked as those of a file.
    """
    described = kinds()[kind]
    name = f"saisie_{normalise(described.title)}_{today_in_paris():%Y-%m-%d}.csv"
    # A file may write its dates month first, and its columns tell which: a form asks for the day first, always.
    wrong = _not_dates(described, lines) | _lacking(described, lines)
    content = _file(described, lines)
    try:
        report = preview(store, name, content, typed=True)
        refusals = _refusals(described, lines, report) | wrong
        if refusals:
            return Outcome(refusals=refusals)
        # Somebody else may have saved since: only what is then done is told.
        report = apply(store, name, content, actor, whole=True, typed=True, new=new)
    except DepositRefused as refusal:
        # Of lines without anything, only a file would say that it is empty.
        return Outcome(refusals=wrong or {(0, described.key[0]): str(refusal)})
    warnings = tuple(finding.reason for finding in report.warnings if finding.line is not None)
    return Outcome(not report.nothing_to_do, warnings=warnings, known_by=report.known_by)


def _lacking(kind: Kind, lines: Sequence[Mapping[str, Any]]) -> dict[tuple[int, str], str]:
    """Return what to say of the fields left empty that must be filled, in the words of a form."""
    return {
        (place, field.name): french(f"« {field.title} » est obligatoire : remplissez cette case")
        for place, line in enumerate(lines)
        for field in kind.fields
        if field.required and as_text(line.get(field.name)).strip().upper() in ("", *kind.missing)
    }


def _not_dates(kind: Kind, lines: Sequence[Mapping[str, Any]]) -> dict[tuple[int, str], str]:
    """Return what to say of the numeric dates that do not exist, day first."""
    return {
        (place, described.name): french(f"« {line[described.name]} » n’est pas {nature(described)}")
        for place, line in enumerate(lines)
        for described in kind.fields
        if described.type == "date" and _day_first(line.get(described.name)) == ""
    }


def _day_first(value: Any) -> str:  # noqa: ANN401
    """Return a numeric date as aaaa-mm-jj, nothing when it does not exist; any other text as it is, to be read."""
    text = value.isoformat() if isinstance(value, date) else as_text(value).strip()
    numbers = NUMERIC.fullmatch(text)
    if not numbers:
        return text or "-"
    found = day_of(numbers[3], numbers[2], numbers[1])
    return found.isoformat() if found else ""


def _file(kind: Kind, lines: Sequence[Mapping[str, Any]]) -> bytes:
    """Write lines as a file of their kind: each one on a line of its own, since refusals are told by line."""
    rows = ([_cell(described, line.get(described.name)) for described in kind.fields] for line in lines)
    return csv_of_texts((field.name for field in kind.fields), rows)


def _cell(described: Field, value: Any) -> str:  # noqa: ANN401
    if described.type == "date":
        return _day_first(value) or IMPOSSIBLE
    text = as_text(value) if described.preserve_spaces else " ".join(as_text(value).split())
    return escape(text) if described.type == "string" else text


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
    fields = {described.name: described for described in kind.fields}
    told = [_told(fields[name], line[name]) for name in kind.key if line.get(name)]
    return french(f"{' · '.join(told)} :")


def _told(described: Field, value: Any) -> str:  # noqa: ANN401
    if described.type != "date":
        return str(value)
    try:
        return date.fromisoformat(as_iso(_day_first(value), month=described.month)).strftime(described.date_format)
    except ValueError:
        return str(value)
