"""Take a deposit back, or put it back: one flag, since what is true is derived from the deposits still active."""

from __future__ import annotations

from typing import Any

import duckdb

from data.deposit.checking import Wrong, told_by, wrong_now
from data.kinds import Kind, kinds
from data.kinds.records import PROGRAMME_KINDS, RECORD_TABLES
from data.store import Store
from data.typography import french

NAMED = 5
# What became wrong, by the undos and redos that said so.
SAID = """
SELECT DISTINCT unnest((detail -> '$.wrong')::VARCHAR[]) FROM audit_log WHERE action IN ('undo', 'redo')
"""


class NotPossible(Exception):
    """The deposit does not exist, or is already so; the message is in French."""


def undo(store: Store, deposit_id: int, actor: str) -> str | None:
    """Take a deposit back: the store then holds exactly what the other active deposits give, in their order.

    Returns a French warning when a line of the programme is wrong without it, which was not.
    """
    return _set_active(store, deposit_id, actor, active=False)


def redo(store: Store, deposit_id: int, actor: str) -> str | None:
    """Put a deposit that was taken back at its place among the others, with the same warning."""
    return _set_active(store, deposit_id, actor, active=True)


def still_wrong(store: Store, names: tuple[str, ...]) -> list[str]:
    """Which lines of these kinds of the programme, that an undo or a redo made wrong, still are? Their reasons."""
    with store.scratch() as cursor:
        said = {text for (text,) in cursor.execute(SAID).fetchall()}
        return [
            french(wrong.reason)
            for name in names
            if any(text.startswith(f"{name} ") for text in said)
            for wrong in wrong_now(cursor, kinds()[name])
            if _written(kinds()[name], wrong) in said
        ]


def _written(kind: Kind, wrong: Wrong) -> str:
    """Name what is wrong, for the audit trail: its kind, what it is about, its column."""
    return f"{kind.name} " + " · ".join([*map(str, wrong.about), wrong.column])


def _set_active(store: Store, deposit_id: int, actor: str, *, active: bool) -> str | None:
    detail: dict[str, Any] = {"deposit": deposit_id}
    with store.write(actor, "redo" if active else "undo", detail) as cursor:
        row = cursor.execute("SELECT active, kind FROM deposits WHERE deposit_id = $id", {"id": deposit_id}).fetchone()
        if row is None:
            raise NotPossible(f"Le dépôt n°\u00a0{deposit_id} n’existe pas. L’historique donne les numéros.")
        if bool(row[0]) == active:
            state = "déjà actif" if active else "déjà annulé"
            raise NotPossible(f"Le dépôt n°\u00a0{deposit_id} est {state}\u00a0: rien ne change.")
        # Only the programme is edited line by line, each line judged on those before it.
        kind = kinds()[row[1]] if row[1] in PROGRAMME_KINDS else None
        known = wrong_now(cursor, kind) if kind else []
        cursor.execute(
            "UPDATE deposits SET active = $active WHERE deposit_id = $id", {"active": active, "id": deposit_id}
        )
        if kind is None:
            return None
        before = {(wrong.about, wrong.column) for wrong in known}
        found = [wrong for wrong in wrong_now(cursor, kind) if (wrong.about, wrong.column) not in before]
        if not found:
            return None
        detail["wrong"] = [_written(kind, wrong) for wrong in found]
        return _what_became_wrong(cursor, kind, found, deposit_id, active=active)


def _what_became_wrong(
    cursor: duckdb.DuckDBPyConnection, kind: Kind, found: list[Wrong], deposit_id: int, *, active: bool
) -> str:
    """Say which row is wrong now that was not, and which deposits to take back, or to put back, as well."""
    others = "NOT active" if active else f"active AND deposit_id > {deposit_id:d}"
    also = told_by(cursor, RECORD_TABLES[kind.name], [wrong.line for wrong in found], others)
    lines = "une ligne est fausse" if len(found) == 1 else f"{len(found)} lignes sont fausses, dont une"
    state, verb = ("rétabli : avec lui", "Rétablissez") if active else ("annulé : sans lui", "Annulez")
    way = f"{verb} aussi {_named(also)}, ou corrigez" if also else "Corrigez"
    return french(f"Le dépôt n° {deposit_id} est {state}, {lines} ({found[0].reason}). {way} dans « Mettre à jour ».")


def _named(deposits: list[int]) -> str:
    """Name deposits: “le dépôt n° 4”, “les dépôts n° 7 et 4”; the newest first, as they must be taken back."""
    numbers = [str(number) for number in sorted(deposits, reverse=True)]
    if len(numbers) == 1:
        return f"le dépôt n°\u00a0{numbers[0]}"
    shown, rest = numbers[:NAMED], len(numbers) - NAMED
    *head, last = [*shown, f"{rest} autre{'s' if rest > 1 else ''}"] if rest > 0 else shown
    return f"les dépôts n°\u00a0{', '.join(head)} et {last}"
