"""Where each kind of file goes: its record table, the SQL that turns a checked line into a row and back, its checks."""

from __future__ import annotations

from data.targets.base import Check, Target
from data.targets.events import EVENTS, HOLIDAYS, SCHOOL_YEARS, STRIKES
from data.targets.log import LOG
from data.targets.menus import MENUS, MENUS_SCDL
from data.targets.places import CANTEENS, ENROLMENT, MAPPING, SCHOOLS

__all__ = ["TARGETS", "Check", "Target"]

TARGETS = {
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
}
