"""The sheets of a canteen that were stored, and how one is taken back."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from data.access.rights import Act, Person, reach
from data.deposit.undo import NotPossible, NotYours, undo
from data.sheets.read import STANDING
from data.store import Store
from data.typography import french

__all__ = ["NotYours", "recent", "take_back"]

# One row per sheet of a canteen, the newest first. later: another deposit told the same service since.
RECENT = f"""
SELECT
    sheet_key, deposit_id, date, stored, active, actor, saved_at,
    deposit_id IS NOT NULL AND active AND NOT EXISTS (
        SELECT 1
        FROM log_rows AS own
        JOIN log_rows AS others USING (site, site_kind, date)
        JOIN active_deposits ON active_deposits.deposit_id = others.deposit_id
        WHERE own.deposit_id = sheets.deposit_id AND others.deposit_id > own.deposit_id
    ) AS may_be_undone
FROM ({STANDING}) AS sheets
ORDER BY saved_at DESC, deposit_id DESC
LIMIT $count
"""  # noqa: S608
CANTEEN = "SELECT canteen FROM sheets WHERE sheet_key = $key"


def recent(store: Store, canteen: str, count: int = 5) -> list[dict[str, Any]]:
    """Return the last sheets of a canteen: key, day, stored, active, actor, saved_at (UTC), may_be_undone."""
    rows = store.read(RECENT, {"canteen": canteen, "count": count}).to_dict("records")
    return [
        {
            **{str(name): value for name, value in row.items()},
            "stored": json.loads(row["stored"]),
            "day": row["date"].date(),
        }
        for row in rows
    ]


def take_back(store: Store, person: Person, key: str) -> date:
    """Undo the deposit of a sheet, while nothing later told the same service; return its day.

    Raises NotPossible (NotYours: another canteen's), with the reason in French.
    """
    canteens = store.read(CANTEEN, {"key": key})["canteen"]
    if canteens.empty:
        raise NotPossible(french("Cette saisie n’est pas connue : rien n’est annulé."))
    if not reach(person, Act.DEPOSIT, "log").covers(canteens):
        raise NotYours(french("Cette saisie est celle d’une autre cantine : rien n’est annulé."))
    [row] = [each for each in recent(store, canteens.iloc[0], 10_000) if each["sheet_key"] == key]
    if not row["may_be_undone"]:
        reason = "a été corrigée depuis" if row["active"] else "est déjà annulée"
        raise NotPossible(french(f"Cette saisie {reason} : rien ne change."))
    undo(store, int(row["deposit_id"]), person)
    return row["day"]
