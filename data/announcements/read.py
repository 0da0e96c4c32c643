"""The announcements that a person may read, each with what became of it."""

from __future__ import annotations

from datetime import date

import pandas as pd

from data.access.rights import Act, Person, reach
from data.store import Store

# `active`: not withdrawn, here or on the page of deposits. Whoever answers has seen.
THREADS = """
SELECT
    announcement_id, announcements.canteen, coalesce(canteens.label, announcements.canteen) AS place,
    event_rows.kind AS event, starts_on AS date, effect_meals AS meals, event_rows.label AS sentence,
    too_late, active, deposited_at AS announced_at,
    min(done_at) FILTER (act <> 'withdrawn') AS seen_at,
    min(done_at) FILTER (act = 'accepted') AS accepted_at,
    arg_max(acts.sentence, act_id) FILTER (act = 'answered') AS answer,
    max(done_at) FILTER (act = 'answered') AS answered_at
FROM announcements
JOIN deposits USING (deposit_id)
JOIN event_rows USING (deposit_id)
LEFT JOIN canteens ON canteens.name = announcements.canteen
LEFT JOIN announcement_acts AS acts USING (announcement_id)
WHERE starts_on >= $since AND ($canteens IS NULL OR list_contains($canteens, announcements.canteen))
GROUP BY ALL
ORDER BY announcement_id DESC
"""
LATEST = """
SELECT
    (SELECT max(announcement_id) FROM announcements),
    (SELECT max(act_id) FROM announcement_acts),
    (SELECT count(*) FROM announcements JOIN deposits USING (deposit_id) WHERE active),
    (SELECT max(note_id) FROM kitchen_notes),
    (SELECT count(withdrawn_at) FROM kitchen_notes)
"""


def threads(store: Store, person: Person, since: date, canteen: str | None = None) -> pd.DataFrame:
    """Return the announcements about days from `since` on, the newest first, of the canteens that one may see."""
    within = reach(person, Act.SEE).canteens
    if canteen is not None:
        within = frozenset([canteen]) & (frozenset([canteen]) if within is None else within)
    rows = store.read(THREADS, {"since": since, "canteens": None if within is None else sorted(within)})
    return rows.astype({"answer": object, "sentence": object})


def latest(store: Store) -> tuple[int | None, ...]:
    """Return what changes with each announcement, act and note, and with nothing else."""
    with store.scratch() as cursor:
        return cursor.execute(LATEST).fetchone() or ()
