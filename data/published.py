"""What may be shown of the agents: one decision for every table, figure and chart that speaks of them.

The two tables of a month (schools, trades) have the same totals: what one hides, the other would give away. So a total
that one of them hides is hidden in both, with its whole column, and in everything derived from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from data.privacy import MaskedCounts, mask_counts
from data.programme import STEPS, months, step_totals, steps_by_school, steps_by_trade
from data.store import Store

AGENTS = next(iter(STEPS))


@dataclass(frozen=True)
class Published:
    """The two tables of one month as they may be shown; both hide the same totals."""

    schools: MaskedCounts
    trades: MaskedCounts

    @property
    def hidden_steps(self) -> set[str]:
        """Return the steps whose numbers of the whole programme must not be shown, nor their shares."""
        hidden = self.schools.hidden_totals
        if hidden[AGENTS]:
            return set(hidden.index)
        return {step for step in hidden.index if hidden[step] or self._silent_schools_are_hidden(step)}

    def _silent_schools_are_hidden(self, step: str) -> bool:
        """Tell whether all agents, less those of the schools that answered, would give a hidden count away."""
        counts, hidden = self.schools.counts[step], self.schools.hidden
        silent = counts.isna() & ~hidden[step]
        return bool((silent & hidden[AGENTS]).any())


def published(store: Store, month: date) -> Published:
    """How many agents of each school, of each trade, reached each step, as far as it may be told?"""
    schools, trades = mask_counts(steps_by_school(store, month)), mask_counts(steps_by_trade(store, month))
    hidden = schools.hidden_totals | trades.hidden_totals
    return Published(_without(schools, hidden), _without(trades, hidden))


def published_totals(store: Store) -> pd.DataFrame:
    """How many agents reached each step, month by month? `hidden` steps have no people, no agents: they are NA."""
    totals = step_totals(store)
    steps = {(pd.Timestamp(month), step) for month in months(store) for step in published(store, month).hidden_steps}
    hidden = pd.Series([key in steps for key in zip(totals["month"], totals["step"], strict=True)], dtype=bool)
    counts = {name: totals[name].astype("Int64").mask(hidden) for name in ("people", "agents")}
    return totals.assign(hidden=hidden, **counts)


def _without(masked: MaskedCounts, hidden_totals: pd.Series) -> MaskedCounts:
    """Hide these totals and every count of their columns; a missing count stays missing."""
    hidden = masked.hidden | (masked.counts.notna() & hidden_totals)
    return replace(
        masked,
        counts=masked.counts.mask(hidden),
        hidden=hidden,
        totals=masked.totals.mask(hidden_totals),
        hidden_totals=hidden_totals,
    )
