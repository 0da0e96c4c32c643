"""An edit made on a page: a deposit of one or a few lines, checked, audited and undone like any other."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data.access.rights import Person
from data.clock import today_in_paris
from data.deposit.apply import Also, DepositRefused, DepositReport, apply, preview
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
IMPOSSIBLE = "impossible"  # is not a date, in whatever order it is read
FIRST_LINE = 2  # line 1 of a file is its header
Row = dict[str, Any]

RECENT = f"""
SELECT * FROM ({LINES})
-- Nobody made the deposits of the demonstration: they have no file, and are left out.
WHERE action = 'deposit' AND list_contains($kinds, kind) AND deposit_id IN (SELECT deposit_id FROM deposit_files)
ORDER BY deposit_id DESC
LIMIT $count
"""


@dataclass(frozen=True)
class Outcome:
    """The outcome of an edit: `refusals` gives the reason of each refused cell, by (line from 0, column).

    `known_by` is the deposit that already had these lines, if any.
    """

    saved: bool = False
    refusals: dict[tuple[int, str], str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    known_by: KnownBy | None = None


def rows(store: Store, kind: str) -> list[Row]:
    """Return the known rows of a kind, one dictionary per row, with the columns of its files as keys."""
    with store.scratch() as cursor:
        cursor.execute(RECORD_TABLES[kind].given_back)
        columns = [column[0] for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def schools(store: Store) -> dict[str, bool]:
    """Return the schools that a line may name, and whether each is a test school: first these, then the others."""
    ranked = store.read("""
        SELECT school, min(rank) AS rank
        FROM (SELECT school, 1 AS rank FROM pilot_sites UNION ALL SELECT school, 2 FROM schools)
        GROUP BY school
        ORDER BY rank, school COLLATE FR, school
    """)
    return {str(school): bool(rank == 1) for school, rank in zip(ranked["school"], ranked["rank"], strict=True)}


def recent(store: Store, count: int = 6, kinds: tuple[str, ...] = PROGRAMME_KINDS) -> list[Row]:
    """Return the last edits and files of the programme, undone or not, as lines of the journal with `changes`."""
    return [journal_line(row) for row in store.read(RECENT, {"kinds": list(kinds), "count": count}).to_dict("records")]


def line_of(kind: str, known: Mapping[str, Any], typed: Mapping[str, Any]) -> Row:
    """Return the line that turns the known row into the typed one: its key, the new values, the columns to clear."""
    key = kinds()[kind].key
    changed = {name: value for name, value in typed.items() if name in key or value != known.get(name)}
    cleared = [name for name, value in changed.items() if value is None and known.get(name) is not None]
    return changed | ({TAKE_BACK: ";".join(cleared)} if cleared else {})


def as_text(value: Any) -> str:  # noqa: ANN401
    """Write a value as people type it: jj/mm/aaaa, a decimal comma, nothing when it is unknown."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    return f"{value:.10g}".replace(".", ",") if isinstance(value, float) else str(value)


def record(
    store: Store,
    kind: str,
    lines: Sequence[Mapping[str, Any]],
    actor: Person | str,
    *,
    new: bool = False,
    also: Also | None = None,
) -> Outcome:
    """Deposit all these lines or none of them; `new` ones must not be known yet, `also` is that of `apply`.

    Their values may be texts as people type them: they are read and checked like those of a file.
    """
    described = kinds()[kind]
    name = f"saisie_{normalise(described.title)}_{today_in_paris():%Y-%m-%d}.csv"
    # In a file, the other dates of a column show whether the month is first. In a form the day is always first.
    reasons = _invalid_dates(described, lines) | _missing_values(described, lines)
    content = _file(described, lines)
    try:
        report = preview(store, name, content, actor, typed=True)
        refusals = _refusals(described, lines, report) | reasons
        if refusals:
            return Outcome(refusals=refusals)
        # Somebody else may have saved since the preview: the outcome is the one of `apply`.
        report = apply(store, name, content, actor, whole=True, typed=True, new=new, also=also)
    except DepositRefused as refusal:
        # Of empty lines, the refusal says that the file is empty: the missing values are better reasons.
        return Outcome(refusals=reasons or {(0, described.key[0]): str(refusal)})
    warnings = tuple(finding.reason for finding in report.warnings if finding.line is not None)
    return Outcome(report.deposit_id is not None, warnings=warnings, known_by=report.known_by)


def _missing_values(kind: Kind, lines: Sequence[Mapping[str, Any]]) -> dict[tuple[int, str], str]:
    """Return the reason for each required field that was left empty, in the words of a form."""
    return {
        (index, field.name): french(f"« {field.title} » est obligatoire : remplissez cette case")
        for index, line in enumerate(lines)
        for field in kind.fields
        if field.required and as_text(line.get(field.name)).strip().upper() in ("", *kind.missing)
    }


def _invalid_dates(kind: Kind, lines: Sequence[Mapping[str, Any]]) -> dict[tuple[int, str], str]:
    """Return the reason for each numeric date that does not exist when it is read day first."""
    return {
        (index, described.name): french(f"« {line[described.name]} » n’est pas {nature(described)}")
        for index, line in enumerate(lines)
        for described in kind.fields
        if described.type == "date" and _day_first(line.get(described.name)) == ""
    }


def _day_first(value: Any) -> str:  # noqa: ANN401
    """Return a numeric date as aaaa-mm-jj, nothing when it does not exist, and any other text unchanged."""
    text = value.isoformat() if isinstance(value, date) else as_text(value).strip()
    numbers = NUMERIC.fullmatch(text)
    if not numbers:
        return text or "-"
    day = day_of(numbers[3], numbers[2], numbers[1])
    return day.isoformat() if day else ""


def _file(kind: Kind, lines: Sequence[Mapping[str, Any]]) -> bytes:
    """Write lines as a file of their kind, one line each, since a refusal is placed by the number of its line."""
    rows = ([_cell(described, line.get(described.name)) for described in kind.fields] for line in lines)
    return csv_of_texts((field.name for field in kind.fields), rows)


def _cell(described: Field, value: Any) -> str:  # noqa: ANN401
    if described.type == "date":
        return _day_first(value) or IMPOSSIBLE
    text = as_text(value) if described.preserve_spaces else " ".join(as_text(value).split())
    return escape(text) if described.type == "string" else text


def _refusals(kind: Kind, lines: Sequence[Mapping[str, Any]], report: DepositReport) -> dict[tuple[int, str], str]:
    """Return the first reason of each refused cell, without the key of the line, which a form shows already."""
    reasons: dict[tuple[int, str], str] = {}
    for finding in report.rejected:
        index = (finding.line or FIRST_LINE) - FIRST_LINE
        column = (finding.column or kind.key[0]).split(",")[0]
        reasons.setdefault((index, column), finding.reason.removeprefix(subject(kind, lines[index])).strip())
    return reasons


def subject(kind: Kind, line: Mapping[str, Any]) -> str:
    """Return the key of a line as `data.deposit.checking` writes it before a reason: “École A · formation : ”."""
    fields = {described.name: described for described in kind.fields}
    parts = [_as_shown(fields[name], line[name]) for name in kind.key if line.get(name)]
    return french(f"{' · '.join(parts)} :")


def _as_shown(described: Field, value: Any) -> str:  # noqa: ANN401
    if described.type != "date":
        return str(value)
    try:
        return date.fromisoformat(as_iso(_day_first(value), month=described.month)).strftime(described.date_format)
    except ValueError:
        return str(value)
