"""The declared events, as people read them."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from data.calendar.events import CLOSURE, KINDS
from data.calendar.strikes import readings
from data.store import Store

# The deposit that last spoke of an event; taking it back takes nothing else back when it is its only line.
DECLARED = """
WITH told AS (
    SELECT kind, starts_on, ends_on, canteen, label, max(deposit_id) AS deposit_id
    FROM event_rows JOIN active_deposits USING (deposit_id)
    GROUP BY ALL
)
SELECT
    events.kind, events.starts_on, events.ends_on, events.canteen, canteens.label AS place, events.label,
    effect_meals, effect_percent, told.deposit_id, deposits.lines = 1 AS alone
FROM events
JOIN told ON told.kind = events.kind AND told.starts_on = events.starts_on AND told.ends_on = events.ends_on
    AND told.canteen IS NOT DISTINCT FROM events.canteen AND told.label IS NOT DISTINCT FROM events.label
JOIN deposits ON deposits.deposit_id = told.deposit_id
LEFT JOIN canteens ON canteens.name = events.canteen
WHERE list_contains($kinds, events.kind)
ORDER BY events.starts_on, events.ends_on, events.kind, place COLLATE FR, place, events.label
"""


def declared_events(store: Store, first: date, last: date) -> pd.DataFrame:
    """Return one row per event of a period, with its canteen (missing: the whole city) and its expected effect.

    A strike is where it is read, `declared_on` keeps its date when that is another one. `alone` tells whether its
    deposit, `deposit_id`, brought nothing else.
    """
    rows = store.read(DECLARED, {"kinds": [*KINDS, CLOSURE]})
    days = [day.date() for day in rows["starts_on"]]
    doubtful = (rows["kind"] == "strike") & rows["canteen"].isna() & (rows["starts_on"] == rows["ends_on"])
    meant = readings(store) if doubtful.any() else {}
    read = [meant.get(day, day) if doubted else day for day, doubted in zip(days, doubtful, strict=True)]
    swapped = pd.Series([day != other for day, other in zip(days, read, strict=True)], rows.index, dtype=bool)
    starts = pd.to_datetime(pd.Series(read, rows.index, dtype=object))
    rows = rows.assign(
        declared_on=rows["starts_on"].where(swapped),
        starts_on=starts,
        ends_on=rows["ends_on"].where(~swapped, starts),
    )
    within = (rows["ends_on"] >= pd.Timestamp(first)) & (rows["starts_on"] < pd.Timestamp(last + timedelta(days=1)))
    return rows[within].sort_values(["starts_on", "ends_on"], kind="stable", ignore_index=True)
