"""What may be shown of marks and of attendance: whatever speaks of fewer than 5 people stays inside.

A mark is told where its answers are (`data.published`): the mean of the whole, of a school, of a trade. An answer adds
from 1 to 5 to its school and to its trade: extreme marks would tell who gave them, so those by trade are hidden then.

Attendance is a part of what the page tells of the agents: where that is shown, it says nothing more of it; where it is
hidden, as many people would bound it, so it is hidden too. The reader is supposed to know that nobody comes to a
workshop of another school. The attendance that is hidden enters no total either, so that no subtraction gives it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd

from data.people.agents import hidden_agents, published
from data.people.mask import TOTAL, MaskedCounts, is_small
from data.people.network import SMALLEST_SHOWN
from data.queries.equipment import workshops
from data.queries.rollout import ANSWERS
from data.store import Store

# Between these means, other answers by school × trade would give the same marks (tests.data.test_published).
ORDINARY = (2.0, 4.5)
MOST_TRIED = 80  # of the school × trades with few answers: beyond, marks that could tell of them are not shown
MARKS = """
SELECT school, trade, satisfaction * answers AS points, answers
FROM equipment_counts
WHERE month = $month AND satisfaction IS NOT NULL AND answers > 0
"""


@dataclass(frozen=True)
class Marks:
    """Mean marks out of 5, per answer, by school and by trade, with a row TOTAL: missing where hidden or unknown."""

    schools: pd.Series
    trades: pd.Series

    @property
    def mean(self) -> float | None:
        """Return the mean of all the answers."""
        mean = self.schools[TOTAL]
        return None if pd.isna(mean) else float(mean)


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


def marks(store: Store, month: date) -> Marks:
    """How satisfied are the agents of each school, of each trade, where their answers may be counted?"""
    found, told = store.read(MARKS, {"month": month}), published(store, month)
    schools, trades = _means(found, "school", told.schools), _means(found, "trade", told.trades)
    least_first = found.groupby("school")["answers"].sum().sort_values(kind="stable").index
    for school in least_first[schools.reindex(least_first).notna()]:
        if not _tells_of_few(found, schools):
            break
        schools[school] = pd.NA
    extreme = any(_extreme(found, group) for group in ("school", "trade"))
    if extreme or _tells_of_few(found, schools, trades):
        trades = trades.where(trades.index == TOTAL)
    return Marks(schools, trades)


def _tells_of_few(found: pd.DataFrame, *shown: pd.Series) -> bool:
    """Tell whether the marks shown, of all, by school and then by trade, give the mean of fewer than 5 answers.

    The points of each school × trade are the unknowns: those of a few are given where they are a sum, and difference,
    of sums shown, so where nothing is left of them once all sums are taken away.
    """
    if pd.isna(shown[0][TOTAL]):
        return False
    groups = [found[name] == group for name, means in zip(("school", "trade"), shown, strict=False)
              for group in means.index[means.notna()] if group != TOTAL]  # fmt: skip
    sums = np.array([np.ones(len(found)), *groups], dtype=float)
    left = np.eye(len(found)) - np.linalg.pinv(sums) @ sums
    # One number for each unknown, drawn once: those of some add up to nothing only where what is left of them does.
    left = np.random.default_rng(0).normal(size=len(found)) @ left
    answers = found["answers"].to_numpy(dtype=int)
    small = np.flatnonzero(answers < SMALLEST_SHOWN)
    if len(small) > MOST_TRIED:
        return True
    for size in range(1, SMALLEST_SHOWN):
        some = np.array(list(combinations(small, size)), dtype=int).reshape(-1, size)
        few = some[answers[some].sum(axis=1) < SMALLEST_SHOWN]
        if (abs(left[few].sum(axis=1)) < 1e-9).any():
            return True
    return False


def _extreme(found: pd.DataFrame, group: str) -> bool:
    """Tell whether the mean of a group, shown or not, is close to the least or the best mark."""
    sums = found.groupby(group)[["points", "answers"]].sum().astype(float)
    return not (sums["points"] / sums["answers"]).between(*ORDINARY).all()


def _means(found: pd.DataFrame, group: str, masked: MaskedCounts) -> pd.Series:
    answers = pd.concat([masked.counts[ANSWERS], pd.Series({TOTAL: masked.totals[ANSWERS]})]).astype("Float64")
    sums = found.groupby(group)["points"].sum()
    sums[TOTAL] = found["points"].sum()
    return sums.reindex(answers.index).astype("Float64") / answers.mask(answers == 0)


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
