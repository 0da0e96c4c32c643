"""Questions about the agents' support: the age of the devices, the workshops, the requests for help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.store import Store

AGES = ("moins d’un an", "1 à 3 ans", "3 à 5 ans", "plus de 5 ans", "non renseigné")
STALE_DAYS = 7

DEVICE_AGES = """
WITH aged AS (
    SELECT coalesce(kind, 'non renseigné') AS kind, date_sub('year', installed_on, $today) AS years
    FROM devices
    WHERE state IS DISTINCT FROM 'retiré'
)
SELECT
    kind,
    CASE
        WHEN years IS NULL THEN 'non renseigné'
        WHEN years < 1 THEN 'moins d’un an'
        WHEN years < 3 THEN '1 à 3 ans'
        WHEN years < 5 THEN '3 à 5 ans'
        ELSE 'plus de 5 ans'
    END AS age,
    count(*) AS devices
FROM aged
GROUP BY kind, age
ORDER BY kind COLLATE FR, kind, age
"""

WORKSHOPS = """
SELECT date, school, title, seats_planned, seats_attended, date < $today AS held
FROM workshops
ORDER BY date DESC, school COLLATE FR, school, title COLLATE FR, title
"""

TICKETS_BY_TOPIC = """
SELECT
    coalesce(topic, 'non renseigné') AS topic,
    count(*) AS requests,
    count(*) FILTER (WHERE solved_on IS NULL) AS open,
    count(*) FILTER (WHERE solved_on IS NULL AND asked_on < $today - $stale) AS stale,
    median(solved_on - asked_on) AS days
FROM tickets
GROUP BY ALL
ORDER BY open DESC, requests DESC, topic COLLATE FR, topic
"""

TICKETS = """
SELECT
    count(*) AS requests,
    count(*) FILTER (WHERE solved_on IS NULL) AS open,
    count(*) FILTER (WHERE solved_on IS NULL AND asked_on < $today - $stale) AS stale,
    median(solved_on - asked_on) AS days
FROM tickets
"""

TO_DO = """
WITH to_do AS (
    SELECT school, 'en panne' AS what, count(*) AS devices
    FROM devices WHERE state = 'en panne' GROUP BY school
    UNION ALL
    SELECT school, 'à installer', count(*)
    FROM devices
    JOIN (SELECT school FROM pilot_stages WHERE stage = 'installation' AND actual_end IS NOT NULL) USING (school)
    WHERE state IN ('en stock', 'à préparer')
    GROUP BY school
)
SELECT * FROM to_do ORDER BY school COLLATE FR, school, what
"""


@dataclass(frozen=True)
class Tickets:
    """The requests for help: all, still open, open for over a week, and the median days to solve the others."""

    requests: int
    open: int
    stale: int
    median_days: float | None


def device_ages(store: Store, today: date) -> pd.DataFrame:
    """How old are the devices of each kind, without the withdrawn ones? One row per kind × age."""
    return store.read(DEVICE_AGES, {"today": today})


def workshops(store: Store, today: date) -> pd.DataFrame:
    """Which workshops were held or are planned? `data.people` rounds their attendance before it is shown."""
    return store.read(WORKSHOPS, {"today": today})


def tickets(store: Store, today: date) -> Tickets:
    """How many requests for help are open, and how many days did the others take?"""
    row = store.read(TICKETS, {"today": today, "stale": STALE_DAYS}).iloc[0]
    days = None if pd.isna(row["days"]) else float(row["days"])
    return Tickets(int(row["requests"]), int(row["open"]), int(row["stale"]), days)


def tickets_by_topic(store: Store, today: date) -> pd.DataFrame:
    """The same by topic: requests, open, stale, days (median; missing while none is solved)."""
    return store.read(TICKETS_BY_TOPIC, {"today": today, "stale": STALE_DAYS})


def devices_to_handle(store: Store) -> pd.DataFrame:
    """Which schools have broken devices, or devices not installed although their installation is finished?"""
    return store.read(TO_DO)
