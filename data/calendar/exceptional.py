"""The exceptional days: those that a declared event or an obvious typing error takes out of the ordinary.

The rule itself is SQL (`judged_services`, migration 0015), and the guide states it. Figures leave these days out
unless the selection asks for them.
"""

# ruff: noqa: S608 — statements share parts that are constants; every value is a parameter.
from __future__ import annotations

from typing import Any

import pandas as pd

from data.calendar.declared import declared_days
from data.once import once
from data.selection import Selection
from data.store import Store

TYPING_ERROR = "typing_error"

# One row per service that is exceptional or an obvious typing error: few of them, so that other statements join them
# in place of judging all services again.
JUDGED_SERVICES = """
SELECT site, site_kind, date, exceptional, mistyped
FROM judged_services($start, $end, $district, $canteen, $event_dates, $event_kinds, $event_canteens)
WHERE exceptional IS NOT NULL OR mistyped
"""
# The services of a selection with two more columns, `exceptional` and `mistyped`; who reads it takes `judged`.
JUDGED = """(
    SELECT selected.*, exceptional, coalesce(mistyped, FALSE) AS mistyped
    FROM selected_services($start, $end, $district, $canteen) AS selected
    LEFT JOIN (
        SELECT
            unnest($judged_sites::VARCHAR[]) AS site,
            unnest($judged_kinds::VARCHAR[]) AS site_kind,
            unnest($judged_dates::DATE[]) AS date,
            unnest($judged_reasons::VARCHAR[]) AS exceptional,
            unnest($judged_mistyped::BOOLEAN[]) AS mistyped
    ) USING (site, site_kind, date)
)"""
# The same as the selection wants them; who reads it takes `parameters`.
SELECTED = f"(SELECT * FROM {JUDGED} WHERE $with_exceptional OR exceptional IS NULL)"


def judged(store: Store, selection: Selection) -> dict[str, Any]:
    """Return what a statement that reads JUDGED asks for."""
    asked = selection.parameters()
    return asked | _judged(store, **asked)


@once
def _judged(store: Store, **asked: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the services that are exceptional or mistyped, as JUDGED takes them."""
    services = store.read(JUDGED_SERVICES, asked | _events(store))
    return {
        "judged_sites": services["site"].tolist(),
        "judged_kinds": services["site_kind"].tolist(),
        "judged_dates": [day.date() for day in services["date"]],
        "judged_reasons": [None if pd.isna(reason) else reason for reason in services["exceptional"]],
        "judged_mistyped": services["mistyped"].tolist(),
    }


@once
def _events(store: Store) -> dict[str, Any]:
    """Return the declared events day by day, as `judged_services` takes them."""
    days = declared_days(store)
    return {
        "event_dates": [day.date() for day in days["date"]],
        "event_kinds": days["kind"].tolist(),
        "event_canteens": [None if pd.isna(canteen) else canteen for canteen in days["canteen"]],
    }


def parameters(store: Store, selection: Selection) -> dict[str, Any]:
    """Return what a statement that reads SELECTED asks for."""
    return judged(store, selection) | {"with_exceptional": selection.exceptional}


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

    `place` is the canteen when only one of the selection's is concerned, and missing on the other days.
    """
    days = store.read(EXCEPTIONAL_DAYS, judged(store, selection))
    return days.assign(place=days["place"].where((days["canteens"] == 1) & (selection.canteen is None)))


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
    return store.read(TYPING_ERRORS, judged(store, selection))
