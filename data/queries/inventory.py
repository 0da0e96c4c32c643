"""The data of the store: by canteen and week, by kind of file, by deposit, and the labels without a canteen."""

from __future__ import annotations

from datetime import date

import pandas as pd

from data.selection import Selection
from data.store import Store

# Service days of a week: the days on which at least one canteen of the city served meals.
# A canteen without any data has its rows too, unless it opened after the period.
AVAILABILITY = """
WITH selected AS (
    SELECT
        canteen, date, meals_planned, meals_served,
        CASE WHEN canteen IS NULL THEN site END AS site,
        CASE WHEN canteen IS NULL THEN site_kind END AS site_kind
    FROM selected_services($start, $end, $district, $canteen)
), places AS (
    SELECT name AS canteen, NULL AS site, NULL AS site_kind
    FROM canteens
    WHERE ($district IS NULL OR district = $district)
        AND ($canteen IS NULL OR name = $canteen)
        AND (opened_on IS NULL OR opened_on <= $end)
    UNION
    SELECT canteen, site, site_kind FROM selected
), per_week AS (
    SELECT
        canteen, site, site_kind, date_trunc('week', date)::DATE AS week,
        count(DISTINCT date) FILTER (meals_planned IS NOT NULL AND meals_served IS NOT NULL) AS days
    FROM selected
    GROUP BY canteen, site, site_kind, week
), week_days AS (
    SELECT date_trunc('week', date)::DATE AS week, count(DISTINCT date) AS service_days
    FROM services
    WHERE date BETWEEN $start AND $end AND meals_served > 0
    GROUP BY week
)
SELECT
    places.canteen, places.site, places.site_kind,
    coalesce(canteens.label, trim(places.site) || ' ' || places.site_kind || ' (à rattacher)') AS place,
    places.canteen IS NOT NULL AS attached,
    week_days.week, coalesce(per_week.days, 0) AS days, week_days.service_days
FROM places CROSS JOIN week_days
LEFT JOIN canteens ON canteens.name = places.canteen
LEFT JOIN per_week
    ON per_week.canteen IS NOT DISTINCT FROM places.canteen
    AND per_week.site IS NOT DISTINCT FROM places.site
    AND per_week.site_kind IS NOT DISTINCT FROM places.site_kind
    AND per_week.week = week_days.week
ORDER BY place COLLATE FR, places.canteen, places.site, places.site_kind, week_days.week
"""


def availability(store: Store, selection: Selection) -> pd.DataFrame:
    """Return one row per place × week: days with both figures, and service days of the week.

    A place is a canteen (its key), or a label “à rattacher” (site and site_kind); `place` is what people read.
    """
    return store.read(AVAILABILITY, selection.parameters())


CANTEEN_DAYS = """
SELECT
    date, trim(site) || ' ' || site_kind AS service_point,
    meals_planned, meals_served, preparation_kg, unserved_kg, leftovers_kg, comment
FROM located_services
WHERE date BETWEEN $monday AND $monday + 6
    AND (canteen = $canteen OR ($canteen IS NULL AND canteen IS NULL AND site = $site AND site_kind = $site_kind))
ORDER BY date, service_point COLLATE FR, service_point
"""


def canteen_days(
    store: Store, canteen: str | None, site: str | None, site_kind: str | None, monday: date
) -> pd.DataFrame:
    """Return one row per service point × day of one place (keyed as in `availability`) in one week."""
    return store.read(CANTEEN_DAYS, {"canteen": canteen, "site": site, "site_kind": site_kind, "monday": monday})


UNATTACHED = """
SELECT site, site_kind, count(date) AS days, coalesce(sum(meals_served), 0)::BIGINT AS meals_served,
    min(date) AS first_day, max(date) AS last_day
FROM service_points LEFT JOIN services USING (site, site_kind)
WHERE canteen IS NULL
GROUP BY site, site_kind
ORDER BY meals_served DESC, site COLLATE FR, site, site_kind
"""


def unattached_labels(store: Store) -> pd.DataFrame:
    """Return one row per label “à rattacher”: a label of the files without a known canteen."""
    return store.read(UNATTACHED)


COUNTS_BY_KIND = """
SELECT 'log' AS kind, count(*) AS rows, min(date) AS first_day, max(date) AS last_day FROM services
    WHERE coalesce(meals_planned, meals_served, preparation_kg, unserved_kg, leftovers_kg) IS NOT NULL
UNION ALL SELECT 'mapping', count(*), NULL, NULL FROM service_points WHERE canteen IS NOT NULL
UNION ALL SELECT 'canteens', count(*), NULL, NULL FROM canteens
UNION ALL SELECT 'schools', count(*), NULL, NULL FROM schools
UNION ALL SELECT 'enrolment', count(*), NULL, NULL FROM enrolments
UNION ALL SELECT 'menus', count(*), min(date), max(date) FROM menus
UNION ALL SELECT 'strikes', count(*), min(starts_on), max(ends_on) FROM events WHERE kind = 'strike'
UNION ALL SELECT 'holidays', count(*), min(starts_on), max(ends_on) FROM events WHERE kind = 'holiday'
UNION ALL SELECT 'school_years', count(*), min(starts_on), max(ends_on) FROM events WHERE kind = 'school_year'
UNION ALL SELECT 'events', count(*), min(starts_on), max(ends_on) FROM events
    WHERE kind NOT IN ('strike', 'holiday', 'school_year')
UNION ALL SELECT 'sites', count(*), NULL, NULL FROM pilot_sites
UNION ALL SELECT 'stages', count(*), min(least(planned_start, actual_start)), max(greatest(planned_end, actual_end))
    FROM pilot_stages
UNION ALL SELECT 'milestones', count(*), min(coalesce(reached_on, planned_on)), max(coalesce(reached_on, planned_on))
    FROM pilot_milestones
UNION ALL SELECT 'risks', count(*), NULL, NULL FROM pilot_risks
UNION ALL SELECT 'decisions', count(*), min(coalesce(decided_on, due_on)), max(coalesce(decided_on, due_on))
    FROM pilot_decisions
UNION ALL SELECT 'devices', count(*), min(installed_on), max(installed_on) FROM devices
UNION ALL SELECT 'equipment', count(*), min(month), max(last_day(month)) FROM equipment_counts
UNION ALL SELECT 'workshops', count(*), min(date), max(date) FROM workshops
UNION ALL SELECT 'tickets', count(*), min(asked_on), max(coalesce(solved_on, asked_on)) FROM tickets
UNION ALL SELECT 'pilots', count(*), NULL, NULL FROM pilots
UNION ALL SELECT 'production', count(*), min(date), max(date) FROM production
UNION ALL SELECT 'surplus_uses', count(*), min(date), max(date) FROM surplus_uses
"""


def counts_by_kind(store: Store) -> pd.DataFrame:
    """Return one row per kind of file: the number of known rows, and their first and last dates."""
    return store.read(COUNTS_BY_KIND)


DEPOSITS = """
SELECT
    deposit_id, deposited_at, actor, file_name, kind, active,
    lines, accepted, changed, unchanged, without_measure, rejected, warnings, choices,
    deposit_id IN (SELECT deposit_id FROM deposit_files) AS has_file
FROM deposits
ORDER BY deposit_id DESC
"""


def deposits(store: Store) -> pd.DataFrame:
    """Return the deposits, undone or not, the newest first; the page decides whether to show who made each."""
    return store.read(DEPOSITS)


def deposited_file(store: Store, deposit_id: int) -> bytes:
    """Return the file of a deposit as it was received."""
    query = "SELECT content FROM deposit_files WHERE deposit_id = $deposit_id"
    return bytes(store.read(query, {"deposit_id": deposit_id})["content"].iloc[0])


LABELS = """
SELECT site, site_kind, canteens.label AS canteen
FROM service_points LEFT JOIN canteens ON canteens.name = service_points.canteen
ORDER BY site COLLATE FR, site, site_kind
"""


def labels(store: Store) -> pd.DataFrame:
    """Return one row per label of the files: site, site_kind, and its canteen (NULL while “à rattacher”)."""
    return store.read(LABELS)


NAMESAKES = """
SELECT
    trim(name) AS name, label,
    coalesce(list(site || ' (' || site_kind || ')' ORDER BY site) FILTER (site IS NOT NULL), []) AS labels
FROM canteens LEFT JOIN service_points ON service_points.canteen = canteens.name
WHERE trim(name) IN (SELECT trim(name) FROM canteens GROUP BY trim(name) HAVING count(*) > 1)
GROUP BY canteens.name, label
ORDER BY trim(canteens.name) COLLATE FR, label COLLATE FR, label
"""


def namesakes(store: Store) -> pd.DataFrame:
    """Return one row per canteen whose name differs from another one only by spaces: its labels in the files."""
    return store.read(NAMESAKES)


POINTS_IN_CITY_TOTAL = """
SELECT count(DISTINCT (site, site_kind)) AS points
FROM located_services
WHERE canteen IS NULL AND meals_served > 0 AND (
    SELECT (specification ->> '$.unattached_points_in_city_total')::BOOLEAN FROM forecast_runs WHERE run_id = $run_id
)
"""


def unattached_in_total(store: Store, run_id: int) -> int:
    """Return how many points “à rattacher” are part of the city's forecast."""
    return int(store.read(POINTS_IN_CITY_TOTAL, {"run_id": run_id})["points"].iloc[0])
