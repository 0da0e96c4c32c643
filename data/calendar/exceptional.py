"""The exceptional days: those that a declared event or an obvious typing error takes out of the ordinary.

The rule itself is SQL (`judged_services`, migration 0015), and the guide states it. Figures leave these days out
unless the selection asks for them.
"""

# ruff: noqa: S608 — statements share parts that are constants; every value is a parameter.
from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import pandas as pd

from data.calendar.declared import declared_days
from data.selection import Selection
from data.store import Store

TYPING_ERROR = "typing_error"
JUDGED = "judged_services($start, $end, $district, $canteen, $event_dates, $event_kinds, $event_canteens)"
# The services of a selection; statements that read it take `parameters`.
SELECTED = f"(SELECT * FROM {JUDGED} WHERE $with_exceptional OR exceptional IS NULL)"

_known_events: WeakKeyDictionary[Store, tuple[int, dict[str, Any]]] = WeakKeyDictionary()


def events(store: Store) -> dict[str, Any]:
    """Return the declared events day by day, as `judged_services` takes them; kept until the store changes."""
    version = store.version()
    kept = _known_events.get(store)
    if kept is None or kept[0] != version:
        days = declared_days(store)
        canteens = [None if pd.isna(canteen) else canteen for canteen in days["canteen"]]
        lists = {
            "event_dates": [day.date() for day in days["date"]],
            "event_kinds": days["kind"].tolist(),
            "event_canteens": canteens,
        }
        kept = _known_events[store] = (version, lists)
    return kept[1]


def parameters(store: Store, selection: Selection) -> dict[str, Any]:
    """Return what a statement that reads SELECTED asks for."""
    return selection.parameters() | events(store) | {"with_exceptional": selection.exceptional}


EXCEPTIONAL_DAYS = f"""
SELECT
    date, exceptional AS reason,
    count(DISTINCT canteen) AS canteens,
    any_value(canteen_label) AS place,
    coalesce(sum(greatest(gap, 0)), 0)::BIGINT AS surplus_meals,
    coalesce(sum(greatest(-gap, 0)), 0)::BIGINT AS shortage_meals
FROM {JUDGED}
WHERE exceptional IS NOT NULL
GROUP BY date, reason
ORDER BY date, reason
"""


def exceptional_days(store: Store, selection: Selection) -> pd.DataFrame:
    """Return one row per exceptional day × reason: kinds of events or TYPING_ERROR, canteens, meals in excess, short.

    `place` is the canteen when there is only one.
    """
    days = store.read(EXCEPTIONAL_DAYS, selection.parameters() | events(store))
    return days.assign(place=days["place"].where(days["canteens"] == 1))


TYPING_ERRORS = f"""
SELECT
    date, any_value(canteen_label) AS place,
    sum(meals_planned)::BIGINT AS planned, sum(meals_served)::BIGINT AS served
FROM {JUDGED}
WHERE mistyped AND gap IS NOT NULL AND exceptional IS NULL AND canteen IS NOT NULL
GROUP BY date, canteen
ORDER BY abs(planned - served) DESC, date
"""


def counted_typing_errors(store: Store, selection: Selection) -> pd.DataFrame:
    """Return the canteen-days that are obvious typing errors, and too small to make the selection's day exceptional."""
    return store.read(TYPING_ERRORS, selection.parameters() | events(store))
