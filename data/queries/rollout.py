"""Questions about the programme: the progress of the test schools, and the equipment of their agents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.kinds.records.programme_checks import undated_before
from data.once import once
from data.settings import value
from data.store import Store

INSTALLATION, LAST_STAGE = "installation", "généralisation"
# Step → its column in equipment_counts; each count is a part of the one before.
STEPS = {
    "Agents": "agents",
    "Identité créée": "identities_created",
    "Identité activée": "identities_activated",
    "Actifs (30\u00a0j)": "active_30_days",
    "Formés": "trained",
}
MAIL, ANSWERS = "Messagerie", "Réponses"
# Counts that are not steps → the step of which each is a part.
PARTS = {MAIL: "Identité créée", ANSWERS: "Agents"}
COUNTED = STEPS | {MAIL: "mail_addresses"}


@dataclass(frozen=True)
class RolloutSummary:
    """The progress of the programme: numbers of schools, and the schools whose connection is blocked.

    `goal`: the number of schools to equip, or of those known if they are more; `late_done`: the late schools that have
    finished the last stage of the programme.
    """

    schools: int
    goal: int
    equipped: int
    connected: int
    late: int
    late_done: int
    blocked: tuple[str, ...]


# ---------------------------------------------------------------- the rollout
PROGRESS = """
WITH ranked AS (
    -- The current stage is the last one started and not finished; between two stages, the next one.
    SELECT
        *,
        row_number() OVER (
            PARTITION BY school
            ORDER BY
                actual_end IS NULL AND actual_start IS NOT NULL DESC,
                actual_end IS NULL DESC,
                CASE WHEN actual_start IS NOT NULL THEN -position ELSE position END
        ) AS rank
    FROM (
        -- A stage that was skipped, planned or not, is left out.
        SELECT *, max(position) FILTER (actual_start IS NOT NULL) OVER (PARTITION BY school) AS last_begun
        FROM pilot_stages
    )
    WHERE actual_start IS NOT NULL OR position > coalesce(last_begun, 0)
), current_stages AS (
    SELECT * FROM ranked WHERE rank = 1
), following AS (
    -- The next stage: the first later one that has not begun.
    SELECT
        pilot_stages.school,
        arg_min(pilot_stages.stage, pilot_stages.position) AS next_stage,
        -- arg_min_null: without a date of its own, it does not take the date of a later stage.
        arg_min_null(pilot_stages.planned_start, pilot_stages.position) AS next_start
    FROM pilot_stages JOIN current_stages AS now USING (school)
    WHERE pilot_stages.position > now.position AND pilot_stages.actual_start IS NULL
    GROUP BY pilot_stages.school
), equipped AS (
    SELECT school, min(actual_end) AS equipped_on FROM pilot_stages WHERE stage = $installation GROUP BY school
)
SELECT
    sites.school, sites.district, stages.position, stages.stage,
    stages.planned_start, stages.planned_end, stages.actual_start, stages.actual_end,
    -- The larger of two delays: of its start, and of its end if it is not finished yet.
    CASE
        WHEN stages.actual_end IS NOT NULL THEN stages.actual_end - stages.planned_end
        WHEN coalesce(stages.planned_start, stages.planned_end) IS NOT NULL THEN coalesce(greatest(
            coalesce(stages.actual_start, CASE WHEN stages.planned_start < $today THEN $today END)
                - stages.planned_start,
            CASE WHEN stages.planned_end < $today THEN $today - stages.planned_end END
        ), 0)
    END AS delay_days,
    following.next_stage, following.next_start, equipped.equipped_on,
    sites.connection, sites.weather, sites.weather_reason, sites.next_step
FROM pilot_sites AS sites
LEFT JOIN current_stages AS stages USING (school)
LEFT JOIN following USING (school)
LEFT JOIN equipped USING (school)
ORDER BY stages.position DESC NULLS LAST, stages.actual_start NULLS LAST,
    sites.school COLLATE FR, sites.school
"""


def progress(store: Store, today: date) -> pd.DataFrame:
    """At which stage is each school? One row per school; delay_days is negative when ahead, missing when unknown."""
    return _progress(store, today).copy(deep=False)


@once
def _progress(store: Store, today: date) -> pd.DataFrame:
    return store.read(PROGRESS, {"today": today, "installation": INSTALLATION})


def finished(schools: pd.DataFrame) -> pd.Series:
    """Tell which schools of `progress` have finished the last stage of the programme, not only their last known one."""
    return (schools["stage"] == LAST_STAGE) & schools["actual_end"].notna()


def rollout_summary(store: Store, today: date) -> RolloutSummary:
    """How many schools are equipped (installation finished), connected, late, blocked, out of how many?"""
    schools = progress(store, today)
    return RolloutSummary(
        schools=len(schools),
        goal=max(len(schools), int(value(store, "schools_target"))),
        # As of that day: the page Synthèse asks for the last day of a period.
        equipped=int((schools["equipped_on"] <= pd.Timestamp(today)).sum()),
        connected=int((schools["connection"] == "faite").sum()),
        late=int((schools["delay_days"] > 0).sum()),
        late_done=int(((schools["delay_days"] > 0) & finished(schools)).sum()),
        blocked=tuple(schools.loc[schools["connection"] == "bloquée", "school"]),
    )


STAGES = """
SELECT * FROM pilot_stages SEMI JOIN pilot_sites USING (school)
ORDER BY school COLLATE FR, school, position
"""


def stages(store: Store) -> pd.DataFrame:
    """When was each stage of each test school planned, and when did it happen? One row per school × stage."""
    return store.read(STAGES)


FORGOTTEN = f"SELECT {undated_before('pilot_stages', '$school', '$stage')} AS words"


def forgotten(store: Store, school: str, stage: str) -> str | None:
    """Return the sentence on the earlier stages without any date, if there are any; file checks use the same one."""
    words = store.read(FORGOTTEN, {"school": school, "stage": stage})["words"].item()
    return words if isinstance(words, str) else None


# ---------------------------------------------------------------- the agents
def months(store: Store) -> list[date]:
    """Which months have counts of agents? The latest first."""
    rows = store.read("SELECT DISTINCT month FROM equipment_counts ORDER BY month DESC")
    return [month.date() for month in rows["month"]]


# ---------------------------------------------------------------- devices and workshops
DEVICES = """
SELECT
    coalesce(kind, 'non renseigné') AS kind, coalesce(state, 'non renseigné') AS state,
    count(*) AS devices,
    count(*) FILTER (WHERE sharing IS NULL) AS unknown
FROM devices
WHERE state IS DISTINCT FROM 'retiré'
GROUP BY ALL
ORDER BY kind, state
"""

IN_SERVICE = """
SELECT
    sites.school,
    count(*) FILTER (devices.sharing = 'partagé') AS shared,
    count(*) FILTER (devices.sharing = 'personnel') AS personal
FROM pilot_sites AS sites
LEFT JOIN devices ON devices.school = sites.school AND devices.state = 'en service'
GROUP BY sites.school
ORDER BY sites.school COLLATE FR, sites.school
"""


def devices(store: Store) -> pd.DataFrame:
    """How many devices of each kind and state, without the withdrawn ones?

    `unknown` counts the devices that may be shared or personal: nobody recorded which.
    """
    return store.read(DEVICES)


def devices_in_service(store: Store) -> pd.DataFrame:
    """How many devices are in service in each test school, shared by a team or personal?"""
    return store.read(IN_SERVICE)
