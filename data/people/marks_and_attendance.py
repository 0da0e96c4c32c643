"""Mean mark of all schools, and attendance of workshops: exact for the mission, rounded for everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.people.agents import month_counts
from data.people.rounding import fewest, nearest
from data.queries.equipment import workshops
from data.queries.rollout import ANSWERS
from data.store import Store

FEWEST_ANSWERS = 5
MEAN = """
SELECT sum(satisfaction * answers) / sum(answers) AS mean
FROM equipment_counts
WHERE month = $month AND satisfaction IS NOT NULL AND answers > 0
"""


@dataclass(frozen=True)
class Attendance:
    """The workshops, the latest first, and their counts; places and attendance are rounded unless `exact`.

    `seats` and `attended` are totals of the `known` workshops: those held, with both figures known.
    """

    table: pd.DataFrame
    held: int
    coming: int
    known: int
    seats: int
    attended: int
    exact: bool


def mean_mark(store: Store, month: date, *, exact: bool) -> float | None:
    """Mean mark of the agents of all schools; None unless the count shown proves FEWEST_ANSWERS answers."""
    answers = month_counts(store, month, exact=exact).totals[ANSWERS]
    if pd.isna(answers) or fewest(int(answers), exact=exact) < FEWEST_ANSWERS:
        return None
    return round(float(store.read(MEAN, {"month": month})["mean"].item()), 1)


def attendance(store: Store, today: date, *, exact: bool) -> Attendance:
    """How many seats were taken in each workshop? Seats and attendance are rounded: few seats would show who came."""
    columns = ["seats_planned", "seats_attended"]
    table = workshops(store, today).astype(dict.fromkeys(columns, "Int64"))
    if not exact:
        table[columns] = nearest(table[columns])
    known = table[table["held"] & table[columns].notna().all(axis=1)]
    held = int(table["held"].sum())
    seats, attended = (int(known[name].sum()) for name in columns)
    return Attendance(table, held, len(table) - held, len(known), seats, attended, exact)
