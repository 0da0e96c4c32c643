"""Deposits by the API: a file or lines, checked and recorded by the engine of the page; the history, undo and redo."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from typing import Any

import pandas as pd

from data.access.canteens import canteens_of_deposits, own_deposit
from data.access.rights import Act, Person, reach
from data.deposit import undo as undoing
from data.deposit.apply import DepositRefused, DepositReport, NotYours, apply, preview
from data.export.files import csv_of_texts, number
from data.kinds import kinds
from data.queries import inventory
from data.queries.forecasts import runs
from data.reading.formulas import escape
from data.store import Store
from data.typography import quoted
from ui import access, session
from ui.api.call import ApiRefusal, Call
from ui.kit.changes import actor_seen_by

MOST_LINES, MOST_COLUMNS = 100_000, 60
# The findings of each list that an answer has; a long file may have a million.
FINDINGS = 1000
PAGE = 100
JSON = "application/json"
COUNTS = ("lines", "accepted", "changed", "unchanged", "without_measure", "rejected", "warnings")


def deposit(call: Call) -> dict[str, Any]:
    """Deposit a file, or lines of one kind; with `dry_run`, say what it would change."""
    dry_run = call.flag("dry_run")
    if not access.may_upload(call.person) or not any(reach(call.person, Act.DEPOSIT, kind) for kind in kinds()):
        raise call.not_yours("deposit", "Ce jeton ne dépose rien\u00a0: son rôle ne le permet pas.")
    kind, name, content = _lines(call.body) if call.media == JSON else (None, call.query.get("filename", ""), call.body)
    try:
        report = preview(call.store, name, content, call.person)
        if kind is not None and report.kind != kind:
            raise ApiRefusal(422, f"Ces lignes sont lues comme {quoted(report.kind_title)}\u00a0: vérifiez « kind ».")
        if not dry_run:
            report = apply(call.store, name, content, call.person)
    except NotYours as refusal:
        raise call.not_yours("deposit", str(refusal)) from refusal
    except DepositRefused as refusal:
        raise ApiRefusal(422, str(refusal)) from refusal
    if report.deposit_id is not None and report.kind in runs.FORECAST_KINDS:
        session.request_refresh()
    return _answer(report, dry_run=dry_run)


def _answer(report: DepositReport, *, dry_run: bool) -> dict[str, Any]:
    return report.as_dict(FINDINGS) | {
        "rejected_lines": report.rejected_lines,
        "other_canteens": report.other_canteens,
        "deposit": report.deposit_id,
        "dry_run": dry_run,
    }


def _lines(body: bytes) -> tuple[str, str, bytes]:
    """Return the kind of JSON lines, and a file of that kind: its name and its content."""
    try:
        given = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ApiRefusal(400, "Ce n’est pas du JSON\u00a0: vérifiez ce que votre logiciel envoie.") from None
    kind, lines = (given.get("kind"), given.get("lines")) if isinstance(given, dict) else (None, None)
    if not isinstance(given, dict) or set(given) != {"kind", "lines"} or not isinstance(kind, str):
        raise ApiRefusal(400, 'Envoyez un objet {"kind": …, "lines": […]}, et rien d’autre.')
    if kind not in kinds():
        raise ApiRefusal(400, f"{quoted(kind)} n’existe pas. Choisissez parmi\u00a0: {', '.join(kinds())}.")
    if not isinstance(lines, list) or not 1 <= len(lines) <= MOST_LINES:
        raise ApiRefusal(400, f"« lines » est une liste de 1 à {MOST_LINES} lignes.")
    if not all(isinstance(line, dict) and line for line in lines):
        raise ApiRefusal(400, "Chaque ligne est un objet, de noms de colonnes et de valeurs.")
    columns = list(dict.fromkeys(name for line in lines for name in line))
    if len(columns) > MOST_COLUMNS:
        raise ApiRefusal(400, f"Ces lignes ont plus de {MOST_COLUMNS} colonnes.")
    rows = ([_text(line.get(name)) for name in columns] for line in lines)
    return kind, f"api_{kind}.csv", csv_of_texts(map(_text, columns), rows, "open")


def _text(value: object) -> str:
    """Write a value of a line as a file has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, str):
        # Half of a surrogate pair has no form in UTF-8.
        return escape(value.encode("utf-8", "replace").decode())
    raise ApiRefusal(400, "Une valeur est un texte, un nombre, true, false ou null.")


def _no_number(text: str) -> None:
    raise ValueError(text)


def history(call: Call) -> dict[str, Any]:
    """Return the deposits that the caller may see, the newest first."""
    if not any(reach(call.person, Act.DEPOSIT, kind) for kind in kinds()):
        raise call.not_yours("deposits", "Ce jeton ne voit aucun dépôt\u00a0: son rôle ne le permet pas.")
    before, limit = call.number("before", default=10**18), call.number("limit", default=PAGE)
    if limit > PAGE:
        raise ApiRefusal(400, f"Paramètre « limit »\u00a0: {PAGE} au plus. Demandez la suite avec « before ».")
    about = canteens_of_deposits(call.store)
    known = inventory.deposits(call.store)
    rows = known[known["deposit_id"] < before].to_dict("records")
    seen = [row for row in rows if _seen(call.person, row, about)][:limit]
    return {"deposits": [_row(call.person, row) for row in seen]}


def one(call: Call) -> dict[str, Any]:
    """Return one deposit."""
    deposit_id = call.number("deposit_id", call.path["deposit_id"])
    known = inventory.deposits(call.store)
    rows = known[known["deposit_id"] == deposit_id].to_dict("records")
    if rows and not _seen(call.person, rows[0], canteens_of_deposits(call.store)):
        raise call.not_yours(f"deposit {deposit_id}", "Ce dépôt n’est pas de ceux que ce jeton peut voir.")
    if not rows:
        raise ApiRefusal(404, f"Le dépôt n°\u00a0{deposit_id} n’existe pas.")
    return _row(call.person, rows[0])


def undo(call: Call) -> dict[str, Any]:
    """Undo a deposit."""
    return _switched(call, undoing.undo, active=False)


def redo(call: Call) -> dict[str, Any]:
    """Make an undone deposit active again."""
    return _switched(call, undoing.redo, active=True)


def _switched(call: Call, switch: Callable[[Store, int, Person | str], str | None], *, active: bool) -> dict[str, Any]:
    known = one(call)
    deposit_id = int(known["deposit"])
    try:
        warning = switch(call.store, deposit_id, call.person)
    except undoing.NotYours as refusal:
        raise call.not_yours(f"deposit {deposit_id}", str(refusal)) from refusal
    except undoing.NotPossible as refusal:
        raise ApiRefusal(409, str(refusal)) from refusal
    if known["kind"] in runs.FORECAST_KINDS:
        session.request_refresh()
    return {"deposit": deposit_id, "active": active, "warning": warning}


def _seen(person: Person, row: dict[Hashable, Any], about: dict[int, list[str | None]]) -> bool:
    return own_deposit(reach(person, Act.DEPOSIT, str(row["kind"])), about.get(int(row["deposit_id"])))


def _row(person: Person, row: dict[Hashable, Any]) -> dict[str, Any]:
    return {
        "deposit": int(row["deposit_id"]),
        "deposited_at": f"{pd.Timestamp(row['deposited_at']):%Y-%m-%dT%H:%M:%SZ}",
        "actor": actor_seen_by(person, str(row["actor"])),
        "file": str(row["file_name"]),
        "kind": str(row["kind"]),
        "active": bool(row["active"]),
        **{name: int(row[name]) for name in COUNTS},
    }
