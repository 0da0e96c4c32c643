"""What may be shown of the agents: one decision for every table, figure and chart that speaks of them.

All that is published of a month is masked together (`data.privacy`): the tables by school and by trade, the totals, the
agents of the schools that answered each step, and so the shares.
"""

# ruff: noqa: S608 — the columns are our own; what a caller gives travels as parameters.
from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

import pandas as pd

from data.privacy import MaskedMonth, mask_month
from data.programme import STEPS, step_totals
from data.store import Store

AGENTS = next(iter(STEPS))
NOBODY = pd.DataFrame(columns=list(STEPS), index=pd.MultiIndex.from_arrays([[], []], names=["school", "trade"]))
COUNTS = f"SELECT month, school, trade, {', '.join(STEPS.values())} FROM equipment_counts"


def published(store: Store, month: date) -> MaskedMonth:
    """How many agents of each school, of each trade, reached each step, as far as it may be told?"""
    return _masked(_counts(store), pd.Timestamp(month))


def published_totals(store: Store) -> pd.DataFrame:
    """How many agents reached each step, month by month? `hidden` steps have no people, no agents: they are NA."""
    totals, counts = step_totals(store), _counts(store)
    steps = {(month, step) for month in counts for step in _masked(counts, month).hidden_steps}
    hidden = pd.Series([key in steps for key in zip(totals["month"], totals["step"], strict=True)], dtype=bool)
    shown = {name: totals[name].astype("Int64").mask(hidden) for name in ("people", "agents")}
    return totals.assign(hidden=hidden, **shown)


def hidden_agents(store: Store, months: Iterable[pd.Timestamp]) -> list[tuple[pd.Timestamp, str]]:
    """Which schools, in which of these months, have agents whose number may not be told?"""
    counts = _counts(store)
    found = {month: _masked(counts, month).schools.hidden[AGENTS] for month in months if month in counts}
    return [(month, str(school)) for month, hidden in found.items() for school in hidden.index[hidden]]


def _masked(counts: dict[pd.Timestamp, pd.DataFrame], month: pd.Timestamp) -> MaskedMonth:
    around = [other for pair in pairwise(sorted(counts)) if month in pair for other in pair if other != month]
    return mask_month(counts.get(month, NOBODY), [counts[other] for other in around])


def _counts(store: Store) -> dict[pd.Timestamp, pd.DataFrame]:
    """Return the counts of each month by school and trade; they are masked before anyone sees them."""
    rows = store.read(COUNTS).set_index(["month", "school", "trade"]).astype("Int64")
    named = rows.set_axis(list(STEPS), axis="columns")
    return {pd.Timestamp(str(month)): rows.droplevel("month") for month, rows in named.groupby(level="month")}
