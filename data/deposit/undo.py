"""Undo or redo a deposit: one flag, since the known rows are derived from the active deposits."""

from __future__ import annotations

from typing import Any

import duckdb

from data.access.canteens import canteens_of_deposit
from data.access.rights import Act, Person, as_person, reach
from data.deposit.apply import Also
from data.deposit.checking import WrongRow, deposits_of_lines, wrong_rows
from data.kinds import Kind, kinds
from data.kinds.records import PROGRAMME_KINDS, RECORD_TABLES
from data.store import Store
from data.typography import french

DEPOSITS_NAMED = 5
# The rows that an undo or a redo made wrong, as they were written in the audit trail.
REPORTED_WRONG = """
SELECT DISTINCT unnest((detail -> '$.wrong')::VARCHAR[]) FROM audit_log WHERE action IN ('undo', 'redo')
"""


class NotPossible(Exception):
    """The deposit does not exist, or is already undone or active; the message is in French."""


class NotYours(NotPossible):
    """The deposit has lines of canteens that are not those of the person; the message is in French."""


def undo(store: Store, deposit_id: int, actor: Person | str, *, also: Also | None = None) -> str | None:
    """Undo a deposit: the store then has exactly what the other active deposits give, in their order.

    `also` is called with the cursor and the number of the deposit, in the same transaction.
    Returns a French warning when this makes a row of the programme wrong.
    """
    return _set_active(store, deposit_id, actor, active=False, also=also)


def redo(store: Store, deposit_id: int, actor: Person | str) -> str | None:
    """Make an undone deposit active again, at its rank among the others, with the same warning."""
    return _set_active(store, deposit_id, actor, active=True)


def still_wrong(store: Store, names: tuple[str, ...]) -> list[str]:
    """Return the reasons of the rows of these kinds that an undo or a redo made wrong and that still are."""
    with store.scratch() as cursor:
        reported = {text for (text,) in cursor.execute(REPORTED_WRONG).fetchall()}
        return [
            french(row.reason)
            for name in names
            if any(text.startswith(f"{name} ") for text in reported)
            for row in wrong_rows(cursor, kinds()[name])
            if _audit_text(kinds()[name], row) in reported
        ]


def _audit_text(kind: Kind, row: WrongRow) -> str:
    """Return how the audit trail names a wrong row: its kind, its key, the column."""
    return f"{kind.name} " + " · ".join([*map(str, row.key), row.column])


def _set_active(
    store: Store, deposit_id: int, actor: Person | str, *, active: bool, also: Also | None = None
) -> str | None:
    detail: dict[str, Any] = {"deposit": deposit_id}
    person = as_person(actor)
    with store.write(person.name, "redo" if active else "undo", detail) as cursor:
        row = cursor.execute("SELECT active, kind FROM deposits WHERE deposit_id = $id", {"id": deposit_id}).fetchone()
        if row is None:
            raise NotPossible(f"Le dépôt n°\u00a0{deposit_id} n’existe pas. L’historique donne les numéros.")
        if not reach(person, Act.DEPOSIT, row[1]).covers(canteens_of_deposit(cursor, deposit_id)):
            raise NotYours(
                f"Le dépôt n°\u00a0{deposit_id} parle d’autres cantines\u00a0: demandez à la mission numérique."
            )
        if bool(row[0]) == active:
            state = "déjà actif" if active else "déjà annulé"
            raise NotPossible(f"Le dépôt n°\u00a0{deposit_id} est {state}\u00a0: rien ne change.")
        # Only a line of the programme is checked against the lines before it, so only these can become wrong.
        kind = kinds()[row[1]] if row[1] in PROGRAMME_KINDS else None
        wrong_before = wrong_rows(cursor, kind) if kind else []
        cursor.execute(
            "UPDATE deposits SET active = $active WHERE deposit_id = $id", {"active": active, "id": deposit_id}
        )
        if also:
            also(cursor, deposit_id)
        if kind is None:
            return None
        before = {(row.key, row.column) for row in wrong_before}
        newly_wrong = [row for row in wrong_rows(cursor, kind) if (row.key, row.column) not in before]
        if not newly_wrong:
            return None
        detail["wrong"] = [_audit_text(kind, row) for row in newly_wrong]
        return _warning(cursor, kind, newly_wrong, deposit_id, active=active)


def _warning(
    cursor: duckdb.DuckDBPyConnection, kind: Kind, newly_wrong: list[WrongRow], deposit_id: int, *, active: bool
) -> str:
    """Return the sentence that says which row became wrong, and which other deposits to undo or to redo."""
    others = "NOT active" if active else f"active AND deposit_id > {deposit_id:d}"
    also = deposits_of_lines(cursor, RECORD_TABLES[kind.name], [row.line for row in newly_wrong], others)
    lines = "une ligne est fausse" if len(newly_wrong) == 1 else f"{len(newly_wrong)} lignes sont fausses, dont une"
    state, verb = ("rétabli : avec lui", "Rétablissez") if active else ("annulé : sans lui", "Annulez")
    way = f"{verb} aussi {_named(also)}, ou corrigez" if also else "Corrigez"
    return french(
        f"Le dépôt n° {deposit_id} est {state}, {lines} ({newly_wrong[0].reason}). {way} dans « Mettre à jour »."
    )


def _named(deposits: list[int]) -> str:
    """Name deposits: “le dépôt n° 4”, “les dépôts n° 7 et 4”; the newest first, the order in which to undo them."""
    numbers = [str(number) for number in sorted(deposits, reverse=True)]
    if len(numbers) == 1:
        return f"le dépôt n°\u00a0{numbers[0]}"
    shown, rest = numbers[:DEPOSITS_NAMED], len(numbers) - DEPOSITS_NAMED
    *head, last = [*shown, f"{rest} autre{'s' if rest > 1 else ''}"] if rest > 0 else shown
    return f"les dépôts n°\u00a0{', '.join(head)} et {last}"
