"""What data the store holds: which canteen, which week, which files, which labels have no canteen yet."""

from __future__ import annotations

from datetime import date

import pandas as pd

from data.selection import Selection
from data.store import Store

# Service days of a week: the days on which at least one canteen of the city served meals.
AVAILABILITY = """
WITH selected AS (
    SELECT
        coalesce(canteen_label, trim(site) || ' ' || site_kind || ' (à rattacher)') AS place,
        canteen IS NOT NULL AS attached, date, meals_planned, meals_served
    FROM located_services
    WHERE date BETWEEN $start AND $end
        AND ($district IS NULL OR district = $district)
        AND ($canteen IS NULL OR canteen = $canteen)
), per_week AS (
    SELECT
        place, date_trunc('week', date)::DATE AS week,
        count(DISTINCT date) FILTER (meals_planned IS NOT NULL AND meals_served IS NOT NULL) AS days
    FROM selected
    GROUP BY place, week
), places AS (
    SELECT place, bool_or(attached) AS attached FROM selected GROUP BY place
), week_days AS (
    SELECT date_trunc('week', date)::DATE AS week, count(DISTINCT date) AS service_days
    FROM services
    WHERE date BETWEEN $start AND $end AND meals_served > 0
    GROUP BY week
)
SELECT places.place, places.attached, week_days.week, coalesce(per_week.days, 0) AS days, week_days.service_days
FROM places CROSS JOIN week_days
LEFT JOIN per_week ON per_week.place = places.place AND per_week.week = week_days.week
ORDER BY places.place, week_days.week
"""


def availability(store: Store, selection: Selection) -> pd.DataFrame:
    """Return one row per canteen × week: days with both figures, and service days of the week."""
    return store.read(AVAILABILITY, selection.parameters())


CANTEEN_DAYS = """
SELECT
    date, trim(site) || ' ' || site_kind AS service_point,
    meals_planned, meals_served, preparation_kg, unserved_kg, leftovers_kg, comment
FROM located_services
WHERE date BETWEEN $monday AND $monday + 6
    AND coalesce(canteen_label, trim(site) || ' ' || site_kind || ' (à rattacher)') = $place
ORDER BY date, service_point
"""


def canteen_days(store: Store, place: str, monday: date) -> pd.DataFrame:
    """Return one row per service point × day of one canteen (as `availability` names it) in one week."""
    return store.read(CANTEEN_DAYS, {"place": place, "monday": monday})


UNATTACHED = """
SELECT site, site_kind, count(date) AS days, coalesce(sum(meals_served), 0)::BIGINT AS meals_served,
    min(date) AS first_day, max(date) AS last_day
FROM service_points LEFT JOIN services USING (site, site_kind)
WHERE canteen IS NULL
GROUP BY site, site_kind
ORDER BY meals_served DESC, site, site_kind
"""


def unattached_labels(store: Store) -> pd.DataFrame:
    """Return one row per label “à rattacher”: found in files, but of no known canteen."""
    return store.read(UNATTACHED)


COUNTS_BY_KIND = """
SELECT 'log' AS kind, count(*) AS rows, min(date) AS first_day, max(date) AS last_day FROM services
UNION ALL SELECT 'mapping', count(*), NULL, NULL FROM service_points WHERE canteen IS NOT NULL
UNION ALL SELECT 'canteens', count(*), NULL, NULL FROM canteens
UNION ALL SELECT 'schools', count(*), NULL, NULL FROM schools
UNION ALL SELECT 'enrolment', count(*), NULL, NULL FROM enrolments
UNION ALL SELECT 'menus', count(*), min(date), max(date) FROM menus
UNION ALL SELECT 'strikes', count(*), min(starts_on), max(ends_on) FROM events WHERE kind = 'strike'
UNION ALL SELECT 'holidays', count(*), min(starts_on), max(ends_on) FROM events WHERE kind = 'holiday'
UNION ALL SELECT 'school_years', count(*), min(starts_on), max(ends_on) FROM events WHERE kind = 'school_year'
"""


def counts_by_kind(store: Store) -> pd.DataFrame:
    """Return one row per kind of file: how many things are known from it, and over which dates."""
    return store.read(COUNTS_BY_KIND)


DEPOSITS = """
SELECT deposited_at, file_name, kind, actor, lines, accepted, changed, unchanged, without_measure, rejected, warnings
FROM deposits
WHERE active
ORDER BY deposit_id DESC
LIMIT 100
"""


def deposits(store: Store) -> pd.DataFrame:
    """Return the last hundred deposits, the newest first."""
    return store.read(DEPOSITS)


LAST_ACTIONS = "SELECT done_at, actor, action, detail::VARCHAR AS detail FROM audit_log ORDER BY audit_id DESC LIMIT 20"


def last_actions(store: Store) -> pd.DataFrame:
    """Return the last twenty lines of the audit log, the newest first."""
    return store.read(LAST_ACTIONS)
