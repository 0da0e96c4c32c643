"""People as counts: groups under 5 are hidden, and so is what would give them away.

A table has one row per group (a school, a trade), one column per step (agents, identities…) and is published with the
total of each column. A step is a part of the one before, so a reader knows that counts never rise along a row.

- A count from 1 to 4 is hidden. In its column every 0 is hidden too, so that “hidden” means “0 to 4, or more”; unless
  the step before shows a 0 already: nothing is left to protect.
- A 0 is shown where nothing else of its column is hidden, and its own group (first column) is not itself under 5:
  “nobody yet” then speaks of a whole group. A missing count is shown as missing: it enters no total.
- A hidden count must not be recovered from the total of its column and its neighbours in the row: while it could be,
  the smallest other count of the column is hidden as well, then the total itself.

Hidden counts all look alike: telling the first kind from the second would narrow both down.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

SMALLEST_SHOWN = 5
MASKED = "masqué"
TOTAL = "Total"
# Larger than any count: “no upper bound”.
UNBOUNDED = 10**9


@dataclass(frozen=True)
class MaskedCounts:
    """What may be published: counts and totals are NA where `hidden` or `hidden_totals` say so, or where missing."""

    counts: pd.DataFrame
    hidden: pd.DataFrame
    totals: pd.Series
    hidden_totals: pd.Series

    def as_text(self) -> pd.DataFrame:
        """Return the table people read: “12”, “masqué”, “—” for missing, with its row of totals."""
        counts = pd.concat([self.counts, self.totals.to_frame(TOTAL).T])
        hidden = pd.concat([self.hidden, self.hidden_totals.to_frame(TOTAL).T])
        text = counts.astype("object").map(lambda value: "—" if pd.isna(value) else str(int(value)))
        return text.mask(hidden.astype(bool), MASKED)


def is_small(count: object) -> bool:
    """Tell whether a count of people is from 1 to 4."""
    return not pd.isna(count) and 0 < int(count) < SMALLEST_SHOWN  # type: ignore[call-overload]


def mask_counts(counts: pd.DataFrame) -> MaskedCounts:
    """Hide the small groups of a table, and what would give them away; the first column counts each whole group."""
    values = counts.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    totals = np.nansum(values, axis=0)
    sensitive = _small_groups(values)
    hidden = _with_zeros(values, sensitive)
    hidden_totals = (totals > 0) & (totals < SMALLEST_SHOWN)
    while True:
        low, high = recoverable_range(values, hidden, totals, hidden_totals)
        exposed = np.flatnonzero((sensitive & (low == high)).any(axis=0) & ~hidden_totals)
        if not len(exposed):
            return _published(counts, values, hidden, totals, hidden_totals)
        _hide_one_more(values, hidden, hidden_totals, int(exposed[0]))


def recoverable_range(
    values: np.ndarray, hidden: np.ndarray, totals: np.ndarray, hidden_totals: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest and the largest value a reader can give each count, from what is published."""
    low = np.where(hidden, 0, values)
    high = np.where(hidden, np.where(hidden_totals, UNBOUNDED, totals), values)
    while True:
        before = low.copy(), high.copy()
        _use_rows(low, high, hidden)
        _use_totals(low, high, hidden, totals, hidden_totals)
        if np.array_equal(before[0], low, equal_nan=True) and np.array_equal(before[1], high, equal_nan=True):
            return low, high


def _small_groups(values: np.ndarray) -> np.ndarray:
    small = (values > 0) & (values < SMALLEST_SHOWN)
    zero_of_small_group = (values == 0) & small[:, :1]
    return small | zero_of_small_group


def _with_zeros(values: np.ndarray, sensitive: np.ndarray) -> np.ndarray:
    hidden = sensitive.copy()
    shown_zero_before = np.zeros(len(values), dtype=bool)
    for column in range(values.shape[1]):
        zero = values[:, column] == 0
        hidden[:, column] |= zero & ~shown_zero_before & sensitive[:, column].any()
        shown_zero_before |= zero & ~hidden[:, column]
    return hidden


def _use_rows(low: np.ndarray, high: np.ndarray, hidden: np.ndarray) -> None:
    """A step is a part of the one before: from left to right the counts of a group never rise."""
    most = np.fmin.accumulate(high, axis=1)
    least = np.fmax.accumulate(low[:, ::-1], axis=1)[:, ::-1]
    # When a file breaks that rule, what it implies is impossible and teaches nothing.
    sound = hidden & (least <= most)
    high[sound], low[sound] = most[sound], least[sound]


def _use_totals(
    low: np.ndarray, high: np.ndarray, hidden: np.ndarray, totals: np.ndarray, hidden_totals: np.ndarray
) -> None:
    """Hidden counts of a column add up to what its total leaves once the counts shown are taken away."""
    spare_high, spare_low = np.nansum(high, axis=0) - high, np.nansum(low, axis=0) - low
    usable = hidden & ~hidden_totals
    least, most = np.maximum(low, totals - spare_high), np.minimum(high, totals - spare_low)
    sound = usable & (least <= most)
    low[sound], high[sound] = least[sound], most[sound]


def _hide_one_more(values: np.ndarray, hidden: np.ndarray, hidden_totals: np.ndarray, column: int) -> None:
    candidates = np.where(~hidden[:, column] & (values[:, column] > 0), values[:, column], np.inf)
    if np.isfinite(candidates).any():
        hidden[candidates.argmin(), column] = True
    else:
        hidden_totals[column] = True


def _published(
    counts: pd.DataFrame, values: np.ndarray, hidden: np.ndarray, totals: np.ndarray, hidden_totals: np.ndarray
) -> MaskedCounts:
    index, columns = counts.index, counts.columns
    unknown = np.isnan(values).all(axis=0)  # nobody answered: the total is missing too, not zero
    return MaskedCounts(
        counts=pd.DataFrame(np.where(hidden, np.nan, values), index=index, columns=columns).astype("Int64"),
        hidden=pd.DataFrame(hidden, index=index, columns=columns),
        totals=pd.Series(np.where(hidden_totals | unknown, np.nan, totals), index=columns).astype("Int64"),
        hidden_totals=pd.Series(hidden_totals, index=columns),
    )
