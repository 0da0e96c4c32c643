"""What may be shown of the agents: one decision for every table, figure and chart that speaks of them.

All that is published of a month is masked together (`data.privacy`): the tables by school and by trade, the totals, the
agents of the schools that answered each step, and so the shares.
"""

# ruff: noqa: S608 — the columns are our own; what a caller gives travels as parameters.
from __future__ import annotations

from datetime import date
from functools import lru_cache
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
    return _masked(store, store.version()).get(pd.Timestamp(month)) or mask_month(NOBODY)


def published_totals(store: Store) -> pd.DataFrame:
    """How many agents reached each step, month by month? `hidden` steps have no people, no agents: they are NA."""
    totals, months = step_totals(store), _masked(store, store.version())
    steps = {(month, step) for month, masked in months.items() for step in masked.hidden_steps}
    hidden = pd.Series([key in steps for key in zip(totals["month"], totals["step"], strict=True)], dtype=bool)
    shown = {name: totals[name].astype("Int64").mask(hidden) for name in ("people", "agents")}
    return totals.assign(hidden=hidden, **shown)


def hidden_agents(store: Store) -> dict[str, dict[pd.Timestamp, bool]]:
    """May the number of agents of each school not be told? By school, then by month counted, the oldest first."""
    found: dict[str, dict[pd.Timestamp, bool]] = {}
    for month, masked in sorted(_masked(store, store.version()).items()):
        for school, hidden in masked.schools.hidden[AGENTS].items():
            found.setdefault(str(school), {})[month] = bool(hidden)
    return found


@lru_cache(maxsize=1)
def _masked(store: Store, _version: int) -> dict[pd.Timestamp, MaskedMonth]:
    """Mask each month, once per version of the store: every block of a page asks for it."""
    counts = _counts(store)
    around = {month: [counts[other] for other in _neighbours(list(counts), month)] for month in counts}
    return {month: mask_month(counts[month], around[month]) for month in counts}


def _neighbours(months: list[pd.Timestamp], month: pd.Timestamp) -> list[pd.Timestamp]:
    return [other for pair in pairwise(sorted(months)) if month in pair for other in pair if other != month]


def _counts(store: Store) -> dict[pd.Timestamp, pd.DataFrame]:
    """Return the counts of each month by school and trade; they are masked before anyone sees them."""
    rows = store.read(COUNTS).set_index(["month", "school", "trade"]).astype("Int64")
    named = rows.set_axis(list(STEPS), axis="columns")
    return {pd.Timestamp(str(month)): rows.droplevel("month") for month, rows in named.groupby(level="month")}
