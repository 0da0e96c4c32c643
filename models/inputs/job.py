"""The job: all the data one computation reads, taken from the store. This module does not load Prophet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pandas as pd

from data.calendar.declared import declared_days
from data.calendar.event_kinds import CLOSING, STRIKE
from data.calendar.school import next_service_days, service_days
from data.calendar.strikes import swapped
from data.deposit.plausibility import FULL_YEARS
from data.queries.forecasts.runs import DAYS_AHEAD, STALE_AFTER_DAYS
from data.queries.overview import PLACES, last_complete_day
from data.store import Store
from models.inputs.panel import no_events, no_pupils

# Four years for the canteens' own levels, two more to judge past forecasts, and one to learn the first of these.
HISTORY_YEARS = 7
# The service points “à rattacher” form one series, so that the city's total stays complete.
UNATTACHED = "\u0000unattached"

# One row per canteen × day, the sum of its service points. Zero meals served means a day not filled in. A weighing
# counts when its three places of loss are known. A day is incomplete when a point has a plan and no meals.
HISTORY = """
WITH point_days AS (
    SELECT *, coalesce(canteen, $unattached) AS place
    FROM located_services
    -- Whole months: what a past forecast knew stays the same from one day to the next.
    WHERE date >= date_trunc('month', $last::DATE - to_years($years)) AND date <= $last
)
SELECT
    place AS canteen,
    date,
    count(*) FILTER (meals_served > 0) AS points,
    coalesce(bool_or(meals_planned > 0 AND coalesce(meals_served, 0) = 0), FALSE) AS incomplete,
    sum(meals_served) FILTER (meals_served > 0) AS served,
    sum(meals_planned) FILTER (meals_planned > 0) AS planned,
    sum(meals_planned) FILTER (meals_served > 0 AND meals_planned IS NOT NULL) AS paired_planned,
    sum(meals_served) FILTER (meals_served > 0 AND meals_planned IS NOT NULL) AS paired_served,
    sum(wasted_kg) FILTER (meals_served > 0) AS weighed_kg,
    sum(meals_served) FILTER (meals_served > 0 AND wasted_kg IS NOT NULL) AS weighed_served,
    sum(point_days.preparation_kg) FILTER (meals_served > 0 AND wasted_kg IS NOT NULL) AS preparation_kg,
    sum(point_days.unserved_kg) FILTER (meals_served > 0 AND wasted_kg IS NOT NULL) AS unserved_kg,
    sum(point_days.leftovers_kg) FILTER (meals_served > 0 AND wasted_kg IS NOT NULL) AS leftovers_kg
FROM point_days
GROUP BY place, date
ORDER BY canteen, date
"""

# One row per canteen × day to come with a plan, and the number of its points that have a plan. `known_meals`: the meals
# of the events that were declared before the newest part of the plan, which therefore counts them already.
PLANS = """
WITH planned AS (
    SELECT
        coalesce(canteen, $unattached) AS canteen, date, sum(meals_planned) AS planned, count(meals_planned) AS points
    FROM located_services
    WHERE date > $last AND meals_planned > 0
    GROUP BY ALL
), told AS (
    SELECT canteen, date, max(deposit_id) AS told_by
    FROM log_rows JOIN active_deposits USING (deposit_id) JOIN service_points USING (site, site_kind)
    WHERE date > $last AND meals_planned > 0
    GROUP BY ALL
), declared AS (
    SELECT canteen, effect_meals, deposit_id,
        unnest(generate_series(starts_on, ends_on, INTERVAL 1 DAY))::DATE AS date
    FROM event_rows JOIN active_deposits USING (deposit_id)
    WHERE effect_meals IS NOT NULL AND ends_on > $last
), known AS (
    SELECT canteen, date, sum(effect_meals) AS known_meals
    FROM told JOIN declared USING (canteen, date)
    WHERE deposit_id < told_by
    GROUP BY ALL
)
SELECT planned.*, coalesce(known_meals, 0) AS known_meals
FROM planned LEFT JOIN known USING (canteen, date)
ORDER BY ALL
"""

# The menus, past and to come: dishes change the meals a little, and the waste more.
MENUS = """
SELECT date, dish, bool_or(position IN (2, 3)) AS main
FROM menus
WHERE date >= date_trunc('month', $last::DATE - to_years($years))
GROUP BY date, dish
ORDER BY ALL
"""

# The pupils of the canteens by the year in which the school year begins, coming years included.
PUPILS = f"""
SELECT canteen, left(school_year, 4)::INTEGER AS year, pupils::DOUBLE AS pupils, kind
FROM ({FULL_YEARS}) LEFT JOIN canteens ON name = canteen
WHERE pupils > 0
ORDER BY ALL
"""  # noqa: S608

CLOSURES = """
SELECT canteen, starts_on, ends_on FROM events WHERE list_contains($closing, kind) AND canteen IS NOT NULL
"""


@dataclass(frozen=True)
class Job:
    """The whole input of one computation; history has one row per canteen × day of the last HISTORY_YEARS years."""

    data_version: int
    last_service_on: date
    history: pd.DataFrame
    service_days: list[date]
    days: list[date]
    closures: pd.DataFrame
    plans: pd.DataFrame
    strikes: list[date]
    swapped_strikes: list[date]
    events: pd.DataFrame = field(default_factory=no_events)
    menus: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["date", "dish", "main"]))
    pupils: pd.DataFrame = field(default_factory=no_pupils)
    places: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["name", "district"]))


@dataclass(frozen=True)
class Result:
    """The output of one computation: rows of its tables (`models.refresh.TABLES`), and its specification."""

    forecasts: pd.DataFrame
    terms: pd.DataFrame
    backtest: pd.DataFrame
    waste_backtest: pd.DataFrame
    specification: dict[str, Any]


def extract(store: Store, today: date) -> Job | None:
    """Return the job of a store, or None when no meal was ever served."""
    version = store.version()
    last_day = last_complete_day(store, today)
    if last_day is None:
        return None
    history = store.read(HISTORY, history_parameters(last_day))
    events = declared_days(store)
    return Job(
        data_version=version,
        last_service_on=last_day,
        history=history,
        service_days=service_days(store, history["date"].min().date(), last_day),
        days=days_to_forecast(store, last_day, today),
        closures=store.read(CLOSURES, {"closing": CLOSING}),
        plans=store.read(PLANS, {"unattached": UNATTACHED, "last": last_day}),
        strikes=strikes_of(events),
        swapped_strikes=[day.date() for day in pd.to_datetime(swapped(store)["declared"])],
        events=events,
        menus=store.read(MENUS, {"last": last_day, "years": HISTORY_YEARS}),
        pupils=store.read(PUPILS),
        places=store.read(PLACES),
    )


def history_parameters(last: date, years: int = HISTORY_YEARS) -> dict[str, Any]:
    """Return the parameters of HISTORY: the years up to a last day."""
    return {"unattached": UNATTACHED, "last": last, "years": years}


def strikes_of(events: pd.DataFrame) -> list[date]:
    """Return the strike days of the whole city, without those of a single canteen."""
    of_city = (events["kind"] == STRIKE) & events["canteen"].isna()
    return sorted({day.date() for day in events.loc[of_city, "date"]})


def days_to_forecast(store: Store, last_day: date, today: date) -> list[date]:
    """Return the service days after the last one served: 30 of them, counted from today while the data is recent."""
    if (today - last_day).days >= STALE_AFTER_DAYS:
        return next_service_days(store, last_day, DAYS_AHEAD)
    unknown_days = service_days(store, last_day + timedelta(days=1), today)
    return unknown_days + next_service_days(store, max(last_day, today), DAYS_AHEAD)
