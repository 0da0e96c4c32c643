"""What may be shown of the agents: one decision for every table, figure and chart that speaks of them.

All that is published of a month is masked together (`data.privacy`): the tables by school and by trade, the totals, the
agents of the schools that answered each step, and so the shares.
"""

# ruff: noqa: S608 — the columns are our own; what a caller gives travels as parameters.
from __future__ import annotations

from datetime import date
from itertools import pairwise

import pandas as pd

from data.privacy import MaskedMonth, mask_month
from data.programme import STEPS, months, step_totals
from data.store import Store

AGENTS = next(iter(STEPS))
# A group told twice is their sum; where one of the two is missing, so is the sum.
SUMS = ", ".join(f"CASE WHEN count({column}) = count(*) THEN sum({column}) END" for column in STEPS.values())
COUNTS = f"SELECT school, trade, {SUMS} FROM equipment_counts WHERE month = $month GROUP BY school, trade"


def published(store: Store, month: date) -> MaskedMonth:
    """How many agents of each school, of each trade, reached each step, as far as it may be told?"""
    known = sorted(months(store))
    around = [other for before, after in pairwise(known) if month in (before, after) for other in (before, after)]
    return mask_month(_counts(store, month), [_counts(store, other) for other in around if other != month])


def published_totals(store: Store) -> pd.DataFrame:
    """How many agents reached each step, month by month? `hidden` steps have no people, no agents: they are NA."""
    totals = step_totals(store)
    steps = {(pd.Timestamp(month), step) for month in months(store) for step in published(store, month).hidden_steps}
    hidden = pd.Series([key in steps for key in zip(totals["month"], totals["step"], strict=True)], dtype=bool)
    counts = {name: totals[name].astype("Int64").mask(hidden) for name in ("people", "agents")}
    return totals.assign(hidden=hidden, **counts)


def _counts(store: Store, month: date) -> pd.DataFrame:
    """Return the counts of a month by school and trade; they are masked before anyone sees them."""
    rows = store.read(COUNTS, {"month": month}).set_index(["school", "trade"])
    return rows.astype("Int64").set_axis(list(STEPS), axis="columns")
