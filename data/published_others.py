"""What may be shown of mail addresses, marks and attendance: whatever speaks of fewer than 5 people stays inside.

What is hidden enters no total either, so that no subtraction gives it back: a total speaks of what is shown, and says
of how many schools.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.privacy import MaskedCounts, is_small, mask_counts
from data.published import AGENTS, published
from data.store import Store
from data.support import workshops

MAIL = "Adresses de messagerie"

# A school that left one trade blank is unknown, as for the steps (data.programme).
MAIL_BY_SCHOOL = """
SELECT
    school,
    CASE WHEN count(agents) = count(*) THEN sum(agents)::BIGINT END AS agents,
    CASE WHEN count(mail_addresses) = count(*) THEN sum(mail_addresses)::BIGINT END AS addresses
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
    """Mail addresses by school, masked; the total speaks of the schools shown, `schools` of `of` schools."""

    table: MaskedCounts
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
    counts = store.read(MAIL_BY_SCHOOL, {"month": month}).set_index("school").astype("Int64")
    masked = mask_counts(counts.set_axis([AGENTS, MAIL], axis="columns"))
    elsewhere = _hidden_elsewhere(store, month, masked.counts.index)
    hidden = masked.hidden.apply(lambda column: column | elsewhere)
    shown = masked.counts.mask(hidden)
    known = shown.dropna()
    table = MaskedCounts(shown, hidden, known.sum().astype("Int64"), pd.Series(False, index=masked.counts.columns))
    people, agents = int(known[MAIL].sum()), int(known[AGENTS].sum())
    return Mail(table, people, agents, len(known), len(counts))


def marks(store: Store, month: date) -> Marks:
    """How satisfied are the agents of each school, where at least 5 of them answered and may be told of?"""
    found = store.read(MARKS_BY_SCHOOL, {"month": month}).astype({"answers": "Int64", "mark": "Float64"})
    elsewhere = _hidden_elsewhere(store, month, pd.Index(found["school"])).to_numpy(bool) & found["answers"].notna()
    hidden = found["answers"].map(is_small).astype(bool) | elsewhere
    table = found.assign(answers=found["answers"].mask(hidden), mark=found["mark"].mask(hidden), hidden=hidden)
    known = table[table["mark"].notna()]
    answers = int(known["answers"].sum())
    mean = float((known["mark"] * known["answers"]).sum() / answers) if answers else None
    return Marks(table, mean, answers, len(known))


def _hidden_elsewhere(store: Store, month: date, schools: pd.Index) -> pd.Series:
    """Tell the schools of which the tables of the page hide a step.

    Those with an address or who answered are agents, and mostly have an identity: as many would bound what is hidden.
    """
    return published(store, month).schools.hidden.any(axis=1).reindex(schools)


def attendance(store: Store, today: date) -> Attendance:
    """How many seats were taken in each workshop, where nobody or at least 5 people came?"""
    found = workshops(store, today).astype({"seats_planned": "Int64", "seats_attended": "Int64"})
    hidden = found["seats_attended"].map(is_small).astype(bool)
    table = found.assign(seats_attended=found["seats_attended"].mask(hidden), hidden=hidden)
    known = table[table["held"] & table["seats_attended"].notna() & table["seats_planned"].notna()]
    held = int(table["held"].sum())
    seats, attended = int(known["seats_planned"].sum()), int(known["seats_attended"].sum())
    return Attendance(table, held, len(table) - held, len(known), seats, attended)
