"""People as counts: groups under 5 are hidden, and so is what would give them away.

A month is published as two tables, by school and by trade, over the same agents. Both have one column per step (agents,
identities…) and per part of a step that leads to no other (mail addresses, answers), the same totals, and for each
column (unless told otherwise) the number of agents of the schools that answered it.

- A count from 1 to 4 is hidden, in a table as in a total. So is a 0 in a group of 1 to 4 people (first column), unless
  the total is 0: “nobody yet, nowhere” is no secret of that group.
- Any other 0 of a school is shown: “nobody yet” speaks of a whole group; so is that of a trade, where no other count of
  its column is hidden. A missing count is shown as missing: it enters no total.
- Nothing of what is published together may give a hidden count away, nor the count of a school × trade, which is never
  shown. A count is safe when in another month, with one person more or fewer there, all that is shown would be the
  same, and what is hidden for being less than 5 still be, and only that: “masked, so less than 5” tells nothing more.

The reader is supposed to know all that is shown, which trades each school has, that no step counts more people than an
earlier one, no part more than its step (where that is true), and that the hidden count of a school is at least 1. A
month that could as well be is found as cycles in a network, total → school → trade → total: one person more along a
cycle, wherever a count is hidden. While there is none for a small count, one more count of its column is hidden.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data.people.network import SMALLEST_SHOWN, Month, Target

MASKED = "masqué"
TOTAL = "Total"
# What could be hidden too: the table of marks, and the place in it.
Choice = tuple[np.ndarray, tuple[Any, ...]]


@dataclass(frozen=True)
class MaskedCounts:
    """What may be published: counts and totals are NA where `hidden` or `hidden_totals` say so, or where missing."""

    counts: pd.DataFrame
    hidden: pd.DataFrame
    totals: pd.Series
    hidden_totals: pd.Series

    def of(self, columns: Sequence[str]) -> MaskedCounts:
        """Return some of its columns."""
        names = list(columns)
        return MaskedCounts(self.counts[names], self.hidden[names], self.totals[names], self.hidden_totals[names])

    def as_text(self) -> pd.DataFrame:
        """Return the table people read: “12”, “masqué”, “—” for missing, with its row of totals."""
        counts = pd.concat([self.counts, self.totals.to_frame(TOTAL).T])
        hidden = pd.concat([self.hidden, self.hidden_totals.to_frame(TOTAL).T])
        text = counts.astype("object").map(lambda value: "—" if pd.isna(value) else str(int(value)))
        return text.mask(hidden.astype(bool), MASKED)


@dataclass(frozen=True)
class MaskedMonth:
    """The two tables of one month as they may be shown; both hide the same totals.

    `hidden_steps`: those whose numbers of the whole programme must not be shown, nor the agents of the schools that
    answered them, nor their shares.
    """

    schools: MaskedCounts
    trades: MaskedCounts
    hidden_steps: frozenset[str]


def is_small(count: object) -> bool:
    """Tell whether a count of people is from 1 to 4."""
    return not pd.isna(count) and 0 < int(count) < SMALLEST_SHOWN  # type: ignore[call-overload]


def mask_month(
    counts: pd.DataFrame,
    around: Sequence[pd.DataFrame] = (),
    parts: Mapping[str, str] | None = None,
    without_agents: Collection[str] = (),
) -> MaskedMonth:
    """Hide what must be of one month; `counts` has one row per (school, trade) and one column per step.

    `parts` names the last columns that are no step towards the next one, and the step each is a part of. The agents of
    the schools that answered the columns `without_agents` are not published.

    A school with a trade missing for a step is unknown for this step, in both tables and in the totals. `around` are
    the counts of the months before and after: what does not change is hidden last, for it would be guessed from them.
    """
    schools, trades = (counts.index.unique(level).sort_values() for level in (0, 1))
    inside, chain = _inside(list(counts.columns), parts or {})
    month, *others = (Month(_cells(table, schools, trades), inside, chain) for table in (counts, *around))
    month.hidden_agents |= counts.columns.isin(list(without_agents))
    month.same_schools = sum((month.schools == other.schools for other in others), start=month.same_schools)
    month.same_trades = sum((month.trades == other.trades for other in others), start=month.same_trades)
    _protect(month)
    return MaskedMonth(
        _published(schools, counts.columns, month.schools, month.hidden_schools, month),
        _published(trades, counts.columns, month.trades, month.hidden_trades, month),
        frozenset(counts.columns[month.hidden_agents]),
    )


def _inside(columns: list[str], parts: Mapping[str, str]) -> tuple[np.ndarray, int]:
    """Return which column is inside which other, and how many columns are steps."""
    chain = len(columns) - len(parts)
    inside = np.triu(np.ones((len(columns),) * 2, dtype=bool), 1)
    inside[:, chain:] = False
    for part, step in parts.items():
        inside[: columns.index(step) + 1, columns.index(part)] = True
    return inside, chain


def _cells(counts: pd.DataFrame, schools: pd.Index, trades: pd.Index) -> np.ndarray:
    """Return school × trade × step, NaN where there is no such trade, or where a trade of the school is missing."""
    cells = np.full((len(schools), len(trades), counts.shape[1]), np.nan)
    silent = np.zeros((len(schools), counts.shape[1]), dtype=bool)
    rows = schools.get_indexer(counts.index.get_level_values(0))
    places = trades.get_indexer(counts.index.get_level_values(1))
    kept = (rows >= 0) & (places >= 0)
    told = counts.astype("Float64").to_numpy(dtype=float, na_value=np.nan)[kept]
    np.logical_or.at(silent, rows[kept], np.isnan(told))
    cells[rows[kept], places[kept]] = told
    return np.where(silent[:, None, :], np.nan, cells)


# ---------------------------------------------------------------- what is hidden
def _protect(month: Month) -> None:
    """Hide more until no small count can be found."""
    _hide_what_follows(month)
    _hide_none_alone(month)
    for target in list(month.targets()):
        if not month.is_safe(target):
            while _hide_one_more(month, target) and not month.is_safe(target, at_length=False):
                pass


def _hide_none_alone(month: Month) -> None:
    """Hide a second count in each column that hides one alone under its total: a subtraction would give it."""
    for hidden in (month.hidden_schools, month.hidden_trades):
        for step in np.flatnonzero((hidden.sum(axis=0) == 1) & ~month.hidden_totals):
            place = next((place for table, place in _choices(month, int(step)) if table is hidden), None)
            if place:
                hidden[place] = True
    _hide_what_follows(month)


def _hide_one_more(month: Month, target: Target) -> bool:
    """Hide the count that makes a small one safe, or else the one that costs least; False when all is hidden."""
    choices = _choices(month, target.step) or _whole_steps(month, target.step)
    if not choices:
        return False
    for hidden, place in choices:
        hidden[place] = True
        month.forget()
        if month.is_safe(target, at_length=False):
            break
        hidden[place] = False
    else:
        hidden, place = next((choice for choice in choices if choice[0] is month.hidden_agents), choices[0])
        hidden[place] = True
    _hide_what_follows(month)
    return True


def _choices(month: Month, step: int) -> list[Choice]:
    """List what is still shown of a step, the best to hide first: what the months around do not tell, what costs least.

    A row that hides much already costs less, so does a small count.
    """
    found = [
        ((same[row, step], -int(hidden[row].sum()), values[row, step]), hidden, (int(row), step))
        for values, hidden, same in (
            (month.schools, month.hidden_schools, month.same_schools),
            (month.trades, month.hidden_trades, month.same_trades),
        )
        for row in np.flatnonzero(~hidden[:, step] & (values[:, step] > 0))
    ]
    ordered: list[Choice] = [(hidden, place) for _, hidden, place in sorted(found, key=lambda choice: choice[0])]
    silent = 1 + np.flatnonzero((~month.hidden_agents & ~month.known.all(axis=0))[1:])
    if step == 0 and len(silent):
        ordered.append((month.hidden_agents, (silent,)))
    return ordered + ([] if month.hidden_totals[step] else [(month.hidden_totals, (step,))])


def _whole_steps(month: Month, step: int) -> list[Choice]:
    """List the other totals still shown, when nothing is left of a step: it cannot differ while they are known."""
    left = np.flatnonzero(~month.hidden_totals)
    return [(month.hidden_totals, (int(other),)) for other in [*left[left < step][::-1], *left[left > step]]]


def _hide_what_follows(month: Month) -> None:
    """Hide what follows from the rest: counts under a hidden total, the zeros of a hidden group, those of trades."""
    for values, hidden in ((month.schools, month.hidden_schools), (month.trades, month.hidden_trades)):
        hidden |= month.hidden_totals & (values > 0)
        hidden |= hidden[:, :1] & month.telling_zeros(values)
    month.hidden_trades |= month.hidden_trades.any(axis=0) & (month.trades == 0)
    month.hidden_agents |= month.hidden_totals | month.hidden_totals[0]
    month.forget()


def _published(
    index: pd.Index, columns: pd.Index, values: np.ndarray, hidden: np.ndarray, month: Month
) -> MaskedCounts:
    unknown = ~month.known.any(axis=0)  # nobody answered: the total is missing too, not zero
    totals, hidden_totals = month.totals, month.hidden_totals
    return MaskedCounts(
        counts=pd.DataFrame(np.where(hidden, np.nan, values), index=index, columns=columns).astype("Int64"),
        hidden=pd.DataFrame(hidden, index=index, columns=columns),
        totals=pd.Series(np.where(hidden_totals | unknown, np.nan, totals), index=columns).astype("Int64"),
        hidden_totals=pd.Series(hidden_totals, index=columns),
    )
