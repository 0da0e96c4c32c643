"""The sheets of a canteen that were stored, and how one is taken back."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import duckdb

from data.access.rights import Act, Person, reach
from data.deposit.undo import NotPossible, NotYours, undo
from data.sheets.read import STANDING
from data.store import Store
from data.typography import french

__all__ = ["NotYours", "recent", "take_back"]

# Whether another deposit told the same service since.
CORRECTED = """
SELECT count(*) > 0
FROM log_rows AS own
JOIN log_rows AS others USING (site, site_kind, date)
JOIN active_deposits ON active_deposits.deposit_id = others.deposit_id
WHERE own.deposit_id = {deposit} AND others.deposit_id > own.deposit_id
"""
# One row per sheet of a canteen, the newest first.
RECENT = f"""
SELECT
    sheet_key, deposit_id, date, stored, active, actor, saved_at,
    deposit_id IS NOT NULL AND active AND NOT ({CORRECTED.format(deposit="sheets.deposit_id")}) AS may_be_undone
FROM ({STANDING}) AS sheets
ORDER BY saved_at DESC, deposit_id DESC
LIMIT $count
"""  # noqa: S608
ONE = """
SELECT sheets.canteen, sheets.date, deposit_id, deposits.active
FROM sheets LEFT JOIN deposits USING (deposit_id)
WHERE sheet_key = $key
"""


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
    with store.scratch() as cursor:
        row = cursor.execute(ONE, {"key": key}).fetchone()
    if row is None:
        raise NotPossible(french("Cette saisie n’est pas connue : rien n’est annulé."))
    canteen, day, deposit_id, active = row
    if not reach(person, Act.DEPOSIT, "log").covers([canteen]):
        raise NotYours(french("Cette saisie est celle d’une autre cantine : rien n’est annulé."))
    if not active:
        raise NotPossible(french("Cette saisie est déjà annulée, ou n’avait rien de nouveau : rien ne change."))
    undo(store, deposit_id, person, also=_refuse_corrected)
    return day


def _refuse_corrected(cursor: duckdb.DuckDBPyConnection, deposit_id: int) -> None:
    [(corrected,)] = cursor.execute(CORRECTED.format(deposit="$deposit"), {"deposit": deposit_id}).fetchall()
    if corrected:
        raise NotPossible(french("Cette saisie a été corrigée depuis : rien ne change."))
