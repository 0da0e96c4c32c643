"""The canteens that lines are about: those of a file, and those of a deposit."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

import duckdb

from data.access.rights import Person, Reach
from data.kinds.records.names import plain
from data.store import Store


def own_canteen(label: str) -> str:
    """Return the SQL of the canteen whose name a label is: one canteen alone, of a label that no mapping knows."""
    return f"""(
        SELECT any_value(name) FROM canteens WHERE {plain("name")} = {plain(label)} HAVING count(*) = 1
            AND {label} NOT IN (SELECT site FROM service_points)
    )"""


# The canteen of a line, by kind of file; None for the city, or for a label that belongs to no canteen.
CANTEEN_OF_LINE = {
    "log": f"""coalesce((
        SELECT canteen FROM service_points AS points
        WHERE points.site = file_lines.site_nom AND points.site_kind = file_lines.site_type
    ), {own_canteen("file_lines.site_nom")})""",
    "events": "cantine_nom",
    "surplus_uses": "cantine_nom",
}
REASON = {
    "log": "'« ' || site_nom || ' » (' || site_type || ') n’est pas un point de service de vos cantines'",
    "events": "coalesce('« ' || cantine_nom || ' » n’est pas une de vos cantines', 'un événement de toute la ville')",
    "surplus_uses": "'« ' || cantine_nom || ' » n’est pas une de vos cantines'",
}
COLUMN = {"log": "site_nom", "events": "cantine_nom", "surplus_uses": "cantine_nom"}
CANTEENS_OF_DEPOSITS = """
SELECT deposit_id, list(DISTINCT coalesce(points.canteen, given.canteen, '')) AS canteens
FROM log_rows
LEFT JOIN service_points AS points USING (site, site_kind)
LEFT JOIN (
    SELECT deposit_id, site, site_kind, any_value(canteen) AS canteen FROM mapping_rows GROUP BY ALL
) AS given USING (deposit_id, site, site_kind)
GROUP BY deposit_id
UNION ALL
SELECT deposit_id, list(DISTINCT coalesce(canteen, '')) FROM event_rows GROUP BY deposit_id
UNION ALL
SELECT deposit_id, list(DISTINCT canteen) FROM surplus_use_rows GROUP BY deposit_id
"""


def refuse_other_canteens(cursor: duckdb.DuckDBPyConnection, kind: str, reach: Reach) -> int:
    """Add to `rejections` the lines of a staged file that are about canteens out of reach; return how many."""
    if reach.canteens is None:
        return 0
    [(count,)] = cursor.execute(
        f"""
        INSERT INTO rejections
        SELECT line, '{COLUMN[kind]}', {REASON[kind]} || ' : cette ligne est réservée à la mission numérique'
        FROM (SELECT *, {CANTEEN_OF_LINE[kind]} AS own FROM file_lines)
        WHERE line NOT IN (SELECT line FROM rejections) AND (own IS NULL OR NOT list_contains($canteens, own))
        """,
        {"canteens": sorted(reach.canteens)},
    ).fetchall()
    return int(count)


def canteens_of_deposit(cursor: duckdb.DuckDBPyConnection, deposit_id: int) -> list[str | None]:
    """Return the canteens that a deposit is about; None for the city, or for a label that belongs to no canteen."""
    query = f"SELECT unnest(canteens) FROM ({CANTEENS_OF_DEPOSITS}) WHERE deposit_id = $deposit"
    rows = cursor.execute(query, {"deposit": deposit_id}).fetchall()
    return [canteen or None for (canteen,) in rows] or [None]


def own_deposit(within: Reach, canteens: list[str | None] | None) -> bool:
    """Tell whether a deposit, about these canteens, may be seen, undone and redone; None: it is about the city."""
    return within.canteens is None or (bool(within) and within.covers(canteens or [None]))


def canteens_of_deposits(store: Store) -> dict[int, list[str | None]]:
    """Return the canteens (keys) of each deposit of the log or of events; None as above."""
    rows = store.read(CANTEENS_OF_DEPOSITS)
    return {
        int(deposit): [canteen or None for canteen in canteens]
        for deposit, canteens in zip(rows["deposit_id"], rows["canteens"], strict=True)
    }


CHOSEN = "canteen_chosen"


def remember_chosen(store: Store, person: Person, canteen: str) -> None:
    """Remember the canteen that somebody with several ones chose: a line of the trail, no change of data."""
    store.note(person.name, CHOSEN, {"canteen": canteen})


def last_chosen(store: Store, name: str) -> str | None:
    """Return the canteen that somebody chose last, if any."""
    rows = store.read(
        "SELECT detail ->> '$.canteen' AS canteen FROM audit_log"
        " WHERE actor = $name AND action = $action ORDER BY audit_id DESC LIMIT 1",
        {"name": name, "action": CHOSEN},
    )
    return str(rows["canteen"].iloc[0]) if len(rows) else None
