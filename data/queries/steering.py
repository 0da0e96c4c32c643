"""Questions about the steering of the programme: milestones, risks, expected decisions, places of the schools."""

from __future__ import annotations

from datetime import date

import pandas as pd

from data.store import Store

MILESTONES = """
SELECT
    milestone, school, planned_on, reached_on,
    CASE
        WHEN reached_on IS NOT NULL THEN reached_on - planned_on
        WHEN planned_on < $today THEN $today - planned_on
    END AS delay_days
FROM pilot_milestones
ORDER BY reached_on IS NOT NULL, planned_on NULLS LAST, milestone COLLATE FR, milestone, school COLLATE FR, school
"""

RISKS = """
WITH ranked AS (
    SELECT
        *,
        list_position(['faible', 'moyenne', 'forte'], probability) AS probability_rank,
        list_position(['faible', 'moyen', 'fort'], impact) AS impact_rank
    FROM pilot_risks
)
SELECT
    risk, school, probability, impact, probability_rank, impact_rank, probability_rank * impact_rank AS score,
    answer, coalesce(state, 'ouvert') AS state
FROM ranked
ORDER BY coalesce(state, 'ouvert') = 'clos', score DESC NULLS LAST, risk COLLATE FR, risk, school COLLATE FR, school
"""

DECISIONS = """
SELECT
    decision, school, due_on, decided_on, outcome, owner, act_by, state, done_on,
    CASE WHEN decided_on IS NULL AND due_on < $today THEN $today - due_on END AS delay_days
FROM pilot_decisions
ORDER BY decided_on IS NOT NULL, due_on NULLS LAST, decision COLLATE FR, decision, school COLLATE FR, school
"""

PLACES = """
SELECT
    sites.school,
    coalesce(sites.district, canteens.district) AS district,
    canteens.latitude, canteens.longitude
FROM pilot_sites AS sites
LEFT JOIN schools USING (school)
LEFT JOIN canteens ON canteens.name = coalesce(sites.canteen, schools.canteen)
ORDER BY sites.school COLLATE FR, sites.school
"""

CITY = """
SELECT district, latitude, longitude FROM canteens
WHERE latitude IS NOT NULL AND longitude IS NOT NULL
ORDER BY district, name
"""


def milestones(store: Store, today: date) -> pd.DataFrame:
    """Which milestones are expected, and which are reached? delay_days is missing where there is no delay."""
    return store.read(MILESTONES, {"today": today})


def risks(store: Store) -> pd.DataFrame:
    """Return the risks by decreasing score, the closed ones last; score: probability × impact, each from 1 to 3."""
    return store.read(RISKS)


def decisions(store: Store, today: date) -> pd.DataFrame:
    """Which decisions are expected from the comité, the earliest date first, and which were taken?"""
    return store.read(DECISIONS, {"today": today})


def places(store: Store) -> pd.DataFrame:
    """Where is each test school? At its canteen; latitude and longitude (degrees) are missing where unknown."""
    return store.read(PLACES)


def city(store: Store) -> pd.DataFrame:
    """Where are the canteens of the city, in which districts? Those whose place is known."""
    return store.read(CITY)
