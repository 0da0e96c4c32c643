"""The exceptional days: those that a declared event or an obvious typing error takes out of the ordinary.

The rule itself is SQL (`judged_services`, migration 0015), and the guide states it. Figures leave these days out
unless the selection asks for them.
"""

# ruff: noqa: S608 — statements share parts that are constants; every value is a parameter.
from __future__ import annotations

from datetime import date
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


# What JUDGED takes of the services that are exceptional or mistyped, in the order of JUDGED_SERVICES.
JUDGED_COLUMNS = ("judged_sites", "judged_kinds", "judged_dates", "judged_reasons", "judged_mistyped")
# The longest period that is judged school year by school year.
MOST_YEARS = 4


def judged(store: Store, selection: Selection) -> dict[str, Any]:
    """Return what a statement that reads JUDGED asks for."""
    place = selection.district, selection.canteen
    services = [
        service
        for first, last in _periods(selection)
        for service in _judged(store, first, last, *place)
        if selection.start <= service[2] <= selection.end
    ]
    told = {name: [service[column] for service in services] for column, name in enumerate(JUDGED_COLUMNS)}
    return selection.parameters() | told


def _periods(selection: Selection) -> list[tuple[date, date]]:
    """Return the school years of a selection: a day is judged the same in any period, so that many share them."""
    first, last = (day.year - (day.month < 8) for day in (selection.start, selection.end))
    if last - first >= MOST_YEARS:
        return [(selection.start, selection.end)]
    return [(date(year, 8, 1), date(year + 1, 7, 31)) for year in range(first, last + 1)]


@once
def _judged(
    store: Store, start: date, end: date, district: str | None, canteen: str | None
) -> list[tuple[str, str, date, str | None, bool]]:
    """Return the services of a period and a place that are exceptional or mistyped, as JUDGED_SERVICES gives them."""
    asked = {"start": start, "end": end, "district": district, "canteen": canteen}
    return [
        (site, kind, day.date(), None if pd.isna(reason) else reason, mistyped)
        for site, kind, day, reason, mistyped in store.read(JUDGED_SERVICES, asked | _events(store)).itertuples(
            index=False, name=None
        )
    ]


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
