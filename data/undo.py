"""Take a deposit back, or put it back: one flag, since what is true is derived from the deposits still active."""

from __future__ import annotations

from data.store import Store


class NotPossible(Exception):
    """The deposit does not exist or is already so; the message is in French."""


def undo(store: Store, deposit_id: int, actor: str) -> None:
    """Take a deposit back: the store then holds exactly what the other active deposits give, in their order."""
    _set_active(store, deposit_id, actor, active=False)


def redo(store: Store, deposit_id: int, actor: str) -> None:
    """Put a deposit that was taken back at its place among the others."""
    _set_active(store, deposit_id, actor, active=True)


def _set_active(store: Store, deposit_id: int, actor: str, *, active: bool) -> None:
    with store.write(actor, "redo" if active else "undo", {"deposit": deposit_id}) as cursor:
        row = cursor.execute("SELECT active FROM deposits WHERE deposit_id = $id", {"id": deposit_id}).fetchone()
        if row is None:
            raise NotPossible(f"Le dépôt n°\u00a0{deposit_id} n’existe pas. L’historique donne les numéros.")
        if bool(row[0]) == active:
            state = "déjà actif" if active else "déjà annulé"
            raise NotPossible(f"Le dépôt n°\u00a0{deposit_id} est {state}\u00a0: rien ne change.")
        cursor.execute(
            "UPDATE deposits SET active = $active WHERE deposit_id = $id", {"active": active, "id": deposit_id}
        )
