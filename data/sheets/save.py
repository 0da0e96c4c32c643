"""A service sheet is stored once, as one deposit, and never over what somebody else told meanwhile."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import duckdb

from data.access.rights import Act, Person, reach
from data.deposit import edits
from data.kinds import kinds
from data.sheets.sheet import COLUMNS, FIELDS, Outcome, Point, Sheet, SheetRefused, same
from data.store import Store
from data.typography import french

KNOWN_SHEET = "SELECT canteen, actor, deposit_id, stored FROM sheets WHERE sheet_key = $key"
STORE_SHEET = """
INSERT INTO sheets (sheet_key, deposit_id, canteen, date, marks, stored, actor)
VALUES ($key, $deposit, $canteen, $date, $marks, $stored, $actor)
"""
PRESENT = f"""
SELECT {", ".join(f"{own} AS {name}" for name, own in COLUMNS.items())}
FROM services WHERE site = $site AND site_kind = $kind AND date = $date
"""
OTHER_POINTS = """
SELECT count(*) FROM (SELECT unnest($sites::VARCHAR[]) AS site, unnest($kinds::VARCHAR[]) AS site_kind)
ANTI JOIN (SELECT site, site_kind FROM service_points WHERE canteen = $canteen) USING (site, site_kind)
"""


class NotYours(SheetRefused):
    """The sheet is about a canteen that the person may not write for; the message is in French."""


class _Known(Exception):
    """Ends the transaction of a sheet that was stored before; carries what was answered then."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


class _Conflict(Exception):
    """Ends the transaction of a sheet that would overwrite what somebody else told meanwhile."""

    def __init__(self, conflicts: tuple[dict[str, Any], ...]) -> None:
        self.conflicts = conflicts


def save(store: Store, person: Person, sheet: Sheet) -> Outcome:
    """Store a sheet in one transaction, or tell why nothing is stored; a key that is known stores nothing again.

    Raises NotYours when the person may not write for the canteen.
    """
    if not reach(person, Act.DEPOSIT, "log").covers([sheet.canteen]):
        raise NotYours(french("Cette cantine n’est pas une des vôtres : rien n’est enregistré."))
    with store.scratch() as cursor:
        known = _known(cursor, person, sheet)
        if known:
            return known
        _refuse_other_points(cursor, sheet)
    try:
        return _deposited(store, person, sheet)
    except _Known as known_by_now:
        return known_by_now.outcome
    except _Conflict as conflict:
        return Outcome("conflict", conflicts=conflict.conflicts)


def _deposited(store: Store, person: Person, sheet: Sheet) -> Outcome:
    told = [(point, changed) for point in sheet.points if (changed := point.changed())]
    lines = [{"site_nom": point.site, "site_type": point.kind, "date": sheet.day, **changed} for point, changed in told]
    stored = tuple(
        {"site": point.site, "kind": point.kind, "field": name, "value": changed[name]}
        for point, changed in told
        for name in FIELDS
        if name in changed
    )
    outcome = Outcome("stored", stored=stored)

    def also(cursor: duckdb.DuckDBPyConnection, deposit_id: int | None) -> None:
        nonlocal outcome
        outcome = replace(outcome, deposit_id=deposit_id)
        _write(cursor, person, sheet, outcome)

    edit = edits.record(store, "log", lines, person, also=also) if lines else edits.Outcome()
    if edit.refusals:
        return Outcome("refused", refusals=tuple(_refusal(sheet, told, *each) for each in edit.refusals.items()))
    if not edit.saved:  # no figure and no comment: no deposit, but its key and its marks are kept
        with store.write(person.name, "sheet", {"canteen": sheet.canteen, "day": sheet.day}) as cursor:
            also(cursor, None)
    return replace(outcome, warnings=tuple(_warning(lines, reason) for reason in edit.warnings))


def _warning(lines: list[dict[str, Any]], reason: str) -> dict[str, Any]:
    """Place what is to be checked: a reason begins with the key of its line."""
    for line in lines:
        about = edits.subject(kinds()["log"], line)
        if reason.startswith(about):
            return {"site": line["site_nom"], "kind": line["site_type"], "reason": reason.removeprefix(about).strip()}
    return {"site": None, "kind": None, "reason": reason}


def _refusal(sheet: Sheet, told: list[Any], place: tuple[int, str], reason: str) -> dict[str, Any]:
    index, name = place
    point = told[index][0] if index < len(told) else sheet.points[0]
    return {"site": point.site, "kind": point.kind, "field": name if name in FIELDS else None, "reason": reason}


def _write(cursor: duckdb.DuckDBPyConnection, person: Person, sheet: Sheet, outcome: Outcome) -> None:
    """Keep the sheet beside its deposit; raises what ends the transaction when it must not be stored."""
    known = _known(cursor, person, sheet)
    if known:
        raise _Known(known)
    conflicts = tuple(conflict for point in sheet.points for conflict in _conflicts(cursor, sheet, point))
    if conflicts:
        raise _Conflict(conflicts)
    cursor.execute(
        STORE_SHEET,
        {
            "key": sheet.key,
            "deposit": outcome.deposit_id,
            "canteen": sheet.canteen,
            "date": sheet.day,
            "marks": json.dumps(dict(sheet.marks), ensure_ascii=False),
            "stored": json.dumps(outcome.stored, ensure_ascii=False),
            "actor": person.name,
        },
    )


def _known(cursor: duckdb.DuckDBPyConnection, person: Person, sheet: Sheet) -> Outcome | None:
    """Return what was answered to this sheet when it was stored, None when it was not."""
    row = cursor.execute(KNOWN_SHEET, {"key": sheet.key}).fetchone()
    if row is None:
        return None
    canteen, actor, deposit_id, stored = row
    if (canteen, actor) != (sheet.canteen, person.name):
        raise NotYours(french("Cette saisie est celle de quelqu’un d’autre : rien n’est enregistré."))
    return Outcome("already", deposit_id, tuple(json.loads(stored)))


def _refuse_other_points(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> None:
    points = [(point.site, point.kind) for point in sheet.points]
    parameters = {
        "sites": [site for site, _ in points],
        "kinds": [kind for _, kind in points],
        "canteen": sheet.canteen,
    }
    [(others,)] = cursor.execute(OTHER_POINTS, parameters).fetchall()
    if others or len(set(points)) < len(points):
        raise SheetRefused(
            french("Les lieux de cette cantine ont changé : rechargez la page, puis recommencez la saisie.")
        )


def _conflicts(cursor: duckdb.DuckDBPyConnection, sheet: Sheet, point: Point) -> list[dict[str, Any]]:
    """Return the values of a point that somebody changed since the tablet saw them, unless both tell the same."""
    place = {"site": point.site, "kind": point.kind, "date": sheet.day}
    row = cursor.execute(PRESENT, place).fetchone() or (None,) * len(FIELDS)
    present = dict(zip(FIELDS, row, strict=True))
    return [
        {
            "site": point.site,
            "kind": point.kind,
            "field": name,
            "present": present[name],
            "typed": value,
            **_author(cursor, place, name),
        }
        for name, value in point.changed().items()
        if not same(present[name], point.base.get(name)) and not same(present[name], value)
    ]


def _author(cursor: duckdb.DuckDBPyConnection, place: dict[str, Any], name: str) -> dict[str, Any]:
    """Return who told the present value of a service, and when (UTC); nobody when it was taken back."""
    row = cursor.execute(
        f"""
        SELECT actor, deposited_at FROM log_rows JOIN deposits USING (deposit_id)
        WHERE active AND site = $site AND site_kind = $kind AND date = $date AND {COLUMNS[name]} IS NOT NULL
        ORDER BY deposit_id DESC LIMIT 1
        """,
        place,
    ).fetchone()
    return {"who": row[0], "when": row[1].isoformat()} if row else {"who": None, "when": None}
