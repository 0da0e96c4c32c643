"""Where each kind of file goes: its record table, the SQL that turns a checked line into a row and back, its checks."""

from __future__ import annotations

from data.kinds.records.base import Check, RecordTable
from data.kinds.records.equipment import DEVICES, EQUIPMENT, TICKETS, WORKSHOPS
from data.kinds.records.events import EVENTS, HOLIDAYS, SCHOOL_YEARS, STRIKES
from data.kinds.records.log import LOG
from data.kinds.records.menus import MENUS, MENUS_SCDL
from data.kinds.records.places import CANTEENS, ENROLMENT, MAPPING, SCHOOLS
from data.kinds.records.portfolio import PILOTS
from data.kinds.records.production import PRODUCTION, SURPLUS_USES
from data.kinds.records.rollout import DECISIONS, MILESTONES, RISKS, SITES, STAGES_OF_SCHOOLS

__all__ = ["COUNTS_OF_PEOPLE", "PROGRAMME_KINDS", "RECORD_TABLES", "Check", "RecordTable"]

RECORD_TABLES = {
    "log": LOG,
    "mapping": MAPPING,
    "canteens": CANTEENS,
    "schools": SCHOOLS,
    "enrolment": ENROLMENT,
    "menus": MENUS,
    "menus_scdl": MENUS_SCDL,
    "events": EVENTS,
    "strikes": STRIKES,
    "holidays": HOLIDAYS,
    "school_years": SCHOOL_YEARS,
    "sites": SITES,
    "stages": STAGES_OF_SCHOOLS,
    "milestones": MILESTONES,
    "risks": RISKS,
    "decisions": DECISIONS,
    "devices": DEVICES,
    "equipment": EQUIPMENT,
    "workshops": WORKSHOPS,
    "tickets": TICKETS,
    "pilots": PILOTS,
    "production": PRODUCTION,
    "surplus_uses": SURPLUS_USES,
}
# The programme belongs to the mission numérique: only that role deposits, edits and undoes these kinds.
PROGRAMME_KINDS = tuple(name for name, table in RECORD_TABLES.items() if table.takes_back)
# The kinds that count people by school: exact for the mission alone, never open data.
COUNTS_OF_PEOPLE = ("equipment", "workshops")
