"""What may be shown of mail addresses, marks and attendance: whatever speaks of fewer than 5 people stays inside.

They are parts of what the page tells of the agents. Where that is shown, a part says nothing more of it; where it is
hidden, as many addresses or answers would bound it, so they are hidden too. The reader is supposed to know that nobody
has an address without an identity, answers without being an agent, or comes to a workshop of another school.

What is hidden enters no total either, so that no subtraction gives it back: a total speaks of what is shown, and says
of how many schools.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from data.privacy import is_small
from data.published import AGENTS, hidden_agents, published
from data.store import Store
from data.support import workshops

IDENTITY = "Identité créée"

# A school that left one trade blank is unknown, as for the steps (data.programme).
MAIL_BY_SCHOOL = """
SELECT school, CASE WHEN count(mail_addresses) = count(*) THEN sum(mail_addresses)::BIGINT END AS addresses
FROM equipment_counts
WHERE month = $month
GROUP BY school
ORDER BY school
"""

MARKS_BY_SCHOOL = """
SELECT
    school,
    sum(answers) FILTER (WHERE satisfaction IS NOT NULL)::BIGINT AS answers,
    sum(satisfaction * answers) / nullif(sum(answers) FILTER (WHERE satisfaction IS NOT NULL), 0) AS mark
FROM equipment_counts
WHERE month = $month
GROUP BY school
ORDER BY school
"""


@dataclass(frozen=True)
class Mail:
    """Mail addresses: one row per school (agents, addresses: missing where hidden or unknown, `hidden`: the addresses).

    `people` and `agents` speak of the schools where both are shown, `schools` of `of` schools.
    """

    table: pd.DataFrame
    people: int
    agents: int
    schools: int
    of: int


@dataclass(frozen=True)
class Marks:
    """Marks out of 5: one row per school (answers, mark: missing where hidden or unknown, `hidden` tells which).

    The mean speaks of the marks of the schools shown.
    """

    table: pd.DataFrame
    mean: float | None
    answers: int
    schools: int


@dataclass(frozen=True)
class Attendance:
    """The workshops, the latest first (`seats_attended` is missing where `hidden` or unknown), and their counts.

    `seats` and `attended` speak of the `known` workshops held: those whose two figures are known and shown.
    """

    table: pd.DataFrame
    held: int
    coming: int
    known: int
    seats: int
    attended: int


def mail(store: Store, month: date) -> Mail:
    """How many agents of each school have a mail address, as far as it may be told?"""
    found = store.read(MAIL_BY_SCHOOL, {"month": month}).astype({"addresses": "Int64"}).set_index("school")
    groups = published(store, month).schools
    elsewhere = groups.hidden[[AGENTS, IDENTITY]].any(axis=1).reindex(found.index)
    hidden = _hidden(found["addresses"], elsewhere.to_numpy(bool))
    table = found.assign(agents=groups.counts[AGENTS], addresses=found["addresses"].mask(hidden), hidden=hidden)
    known = table.dropna()
    people, agents = int(known["addresses"].sum()), int(known["agents"].sum())
    return Mail(table.reset_index(), people, agents, len(known), len(found))


def marks(store: Store, month: date) -> Marks:
    """How satisfied are the agents of each school, where at least 5 of them answered and may be told of?"""
    found = store.read(MARKS_BY_SCHOOL, {"month": month}).astype({"answers": "Int64", "mark": "Float64"})
    elsewhere = published(store, month).schools.hidden[AGENTS].reindex(found["school"])
    hidden = _hidden(found["answers"], elsewhere.to_numpy(bool))
    table = found.assign(answers=found["answers"].mask(hidden), mark=found["mark"].mask(hidden), hidden=hidden)
    known = table[table["mark"].notna()]
    answers = int(known["answers"].sum())
    mean = float((known["mark"] * known["answers"]).sum() / answers) if answers else None
    return Marks(table, mean, answers, len(known))


def attendance(store: Store, today: date) -> Attendance:
    """How many seats were taken in each workshop of 5 seats or more, where nobody or at least 5 people came?"""
    found = workshops(store, today).astype({"seats_planned": "Int64", "seats_attended": "Int64"})
    known_groups = hidden_agents(store)
    groups = [known_groups.get(str(school), {}) for school in found["school"]]
    elsewhere = np.array([_hidden_on(day, group) for day, group in zip(found["date"], groups, strict=True)], bool)
    few_seats = found["seats_planned"].map(is_small).to_numpy(bool)
    hidden = _hidden(found["seats_attended"], elsewhere | few_seats)
    table = found.assign(seats_attended=found["seats_attended"].mask(hidden), hidden=hidden)
    known = table[table["held"] & table["seats_attended"].notna() & table["seats_planned"].notna()]
    held = int(table["held"].sum())
    seats, attended = int(known["seats_planned"].sum()), int(known["seats_attended"].sum())
    return Attendance(table, held, len(table) - held, len(known), seats, attended)


def _hidden_on(day: pd.Timestamp, months: dict[pd.Timestamp, bool]) -> bool:
    """Tell whether a group is hidden on a day: in the last month counted by then, else in the next one."""
    before = [hidden for month, hidden in months.items() if month <= day]
    return before[-1] if before else next(iter(months.values()), False)


def _hidden(counts: pd.Series, elsewhere: np.ndarray) -> pd.Series:
    """Tell the counts to hide: small, or of a group that is hidden `elsewhere`; what is missing hides nothing."""
    return counts.notna() & (counts.map(is_small).astype(bool) | elsewhere)
