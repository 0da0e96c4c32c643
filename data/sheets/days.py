"""The days of a canteen: those it serves, and those of which it has not told the meals yet."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

from datetime import date, datetime, timedelta

from data.calendar.event_kinds import CLOSING
from data.calendar.school import served_weekdays, service_days
from data.store import Store

MISSING_DAYS = 21  # three weeks: what is older is no longer asked for
DAYS_SHOWN = 15
DAYS_SEARCHED = 75  # longer than the summer holidays
NOON = 12
ALL_WEEKDAYS = frozenset(range(1, 8))

# The service points that a canteen uses: those known in the three months before its last service, or all of a new one.
POINTS = """
WITH points AS MATERIALIZED (
    SELECT site, site_kind, max(date) AS last_known
    FROM service_points
    LEFT JOIN (SELECT * FROM services WHERE date <= $today) AS services USING (site, site_kind)
    WHERE canteen = $canteen
    GROUP BY site, site_kind
), used AS MATERIALIZED (
    SELECT site, site_kind
    FROM points
    WHERE last_known >= (SELECT max(last_known) FROM points) - INTERVAL 90 DAY
        OR (SELECT max(last_known) FROM points) IS NULL
)
"""
# A weekday is usual for a point when it has a meaningful share of its last 41 services; the city's, for a new point.
DAYS = f"""
{POINTS}, known AS MATERIALIZED (
    SELECT site, site_kind, date, meals_served FROM services JOIN used USING (site, site_kind) WHERE date <= $today
), last_served AS (
    SELECT site, site_kind, isodow(date) AS weekday
    FROM known
    WHERE meals_served > 0
    QUALIFY row_number() OVER (PARTITION BY site, site_kind ORDER BY date DESC) <= 41
), usual AS (
    SELECT site, site_kind, weekday
    FROM last_served
    GROUP BY site, site_kind, weekday
    QUALIFY count(*) >= 0.2 * max(count(*)) OVER (PARTITION BY site, site_kind)
    UNION ALL
    SELECT site, site_kind, unnest($weekdays::BIGINT[]) FROM used ANTI JOIN last_served USING (site, site_kind)
)
SELECT day, bool_or(meals_served IS NULL) AS missing
FROM (SELECT unnest($days::DATE[]) AS day)
JOIN usual ON weekday = isodow(day)
LEFT JOIN known ON known.date = day AND known.site = usual.site AND known.site_kind = usual.site_kind
WHERE NOT EXISTS (
    SELECT 1 FROM events
    WHERE list_contains($closing, kind) AND canteen = $canteen AND day BETWEEN starts_on AND ends_on
)
GROUP BY day
ORDER BY day
"""


def last_days(store: Store, canteen: str, today: date) -> dict[date, bool]:
    """Return the last days of service of a canteen (its key) up to today, and whether some meals are not told yet."""
    days = service_days(store, today - timedelta(days=DAYS_SEARCHED), today, ALL_WEEKDAYS)
    rows = store.read(
        DAYS,
        {
            "canteen": canteen,
            "today": today,
            "days": days,
            "weekdays": sorted(served_weekdays(store)),
            "closing": list(CLOSING),
        },
    ).tail(DAYS_SHOWN)
    return {day.date(): bool(missing) for day, missing in zip(rows["day"], rows["missing"], strict=True)}


def missing_days(store: Store, canteen: str, today: date) -> list[date]:
    """Return the days of service of the three weeks before today whose meals a canteen has not told, in order."""
    return missing_of(last_days(store, canteen, today), today)


def missing_of(days: dict[date, bool], today: date) -> list[date]:
    """Return those of the last days of a canteen that are asked for."""
    since = today - timedelta(days=MISSING_DAYS)
    return [day for day, missing in days.items() if missing and since <= day < today]


def day_to_tell(days: dict[date, bool], now: datetime) -> date:
    """Return the day that a sheet is about when none is asked for: the last that is not told, today from noon on."""
    last = now.date() if now.hour >= NOON else now.date() - timedelta(days=1)
    missing = [day for day, is_missing in days.items() if is_missing and day <= last]
    return max(missing or days, default=now.date())
