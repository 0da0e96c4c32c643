"""The declared events, as a list and day by day, with the swapped dates of strikes corrected."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from data.calendar.event_kinds import DECLARED, STRIKE
from data.calendar.events import COLUMNS, Event
from data.calendar.strikes import readings
from data.once import once
from data.store import Store

# Each event with the newest deposit that has it. When the event is its only line (`alone`), undoing this deposit
# changes nothing else.
LAST_DEPOSITED = """
WITH newest AS (
    SELECT kind, starts_on, ends_on, canteen, label, max(deposit_id) AS deposit_id
    FROM event_rows JOIN active_deposits USING (deposit_id)
    GROUP BY ALL
)
SELECT
    events.kind, events.starts_on, events.ends_on, events.canteen, canteens.label AS place, events.label,
    effect_meals, effect_percent, newest.deposit_id, deposits.lines = 1 AS alone
FROM events
JOIN newest ON newest.kind = events.kind AND newest.starts_on = events.starts_on AND newest.ends_on = events.ends_on
    AND newest.canteen IS NOT DISTINCT FROM events.canteen AND newest.label IS NOT DISTINCT FROM events.label
JOIN deposits ON deposits.deposit_id = newest.deposit_id
LEFT JOIN canteens ON canteens.name = events.canteen
WHERE list_contains($kinds, events.kind)
ORDER BY events.starts_on, events.ends_on, events.kind, place COLLATE FR, place, events.label
"""


def declared_events(store: Store, first: date, last: date) -> pd.DataFrame:
    """Return one row per event of a period, with its canteen (missing: the whole city) and its expected effect.

    A strike stands on its corrected date; `declared_on` is the date of the file where that differs. `alone`: the event
    is the only line of its deposit, `deposit_id`.
    """
    rows = store.read(LAST_DEPOSITED, {"kinds": DECLARED})
    starts = _corrected_days(store, rows, rows["starts_on"], rows["starts_on"] == rows["ends_on"])
    swapped = starts != rows["starts_on"]
    rows = rows.assign(
        declared_on=rows["starts_on"].where(swapped),
        starts_on=starts,
        ends_on=rows["ends_on"].where(~swapped, starts),
    )
    within = (rows["ends_on"] >= pd.Timestamp(first)) & (rows["starts_on"] < pd.Timestamp(last + timedelta(days=1)))
    return rows[within].sort_values(["starts_on", "ends_on"], kind="stable", ignore_index=True)


DAYS_OF_EVENTS = """
SELECT
    unnest(generate_series(starts_on, ends_on, INTERVAL 1 DAY))::DATE AS date,
    kind, canteen, effect_meals, effect_percent, starts_on = ends_on AS one_day
FROM events
WHERE list_contains($kinds, kind)
ORDER BY ALL
"""


def declared_days(store: Store, what_if: Event | None = None) -> pd.DataFrame:
    """Return one row per day × event that changes the meals: COLUMNS, with corrected strike dates."""
    known = _known_days(store)
    return known.copy(deep=False) if what_if is None else pd.concat([known, _days_of(what_if)], ignore_index=True)


@once
def _known_days(store: Store) -> pd.DataFrame:
    days = store.read(DAYS_OF_EVENTS, {"kinds": DECLARED})
    days["date"] = _corrected_days(store, days, days["date"], days["one_day"])
    return days[COLUMNS]


def _corrected_days(store: Store, events: pd.DataFrame, days: pd.Series, one_day: pd.Series) -> pd.Series:
    """Return the days of these events, with the corrected dates of the strikes of the whole city."""
    city_strike = (events["kind"] == STRIKE) & events["canteen"].isna() & one_day
    corrections = readings(store) if city_strike.any() else {}
    corrected = [
        corrections.get(day.date(), day.date()) if is_city_strike else day
        for day, is_city_strike in zip(days, city_strike, strict=True)
    ]
    return pd.to_datetime(pd.Series(corrected, index=days.index, dtype=object))


def _days_of(event: Event) -> pd.DataFrame:
    days = pd.date_range(event.starts_on, event.ends_on)
    columns = {name: getattr(event, name) for name in COLUMNS[1:]}
    return pd.DataFrame({"date": days, **columns}).astype({"effect_meals": float, "effect_percent": float})
