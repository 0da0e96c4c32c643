"""Two readers who try to find small counts of agents in what is published; they share no code with the masks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.people.mask import MaskedCounts, MaskedMonth

LARGE = 10**6
Box = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Reading:
    """All that is public of a month: shown sums (NaN: not shown), and which trades of which schools enter a step.

    `inside[a, b]`: the people of step b are some of those of step a, by default where b comes later.
    """

    schools: np.ndarray
    trades: np.ndarray
    totals: np.ndarray
    agents: np.ndarray
    counted: np.ndarray
    hidden_schools: np.ndarray
    inside: np.ndarray


def read(published: MaskedMonth, counts: pd.DataFrame, inside: np.ndarray | None = None) -> Reading:
    """Take what a reader sees: of the true counts, which trades a school has and the agents of those who answered."""
    by_school = by_schools(counts)
    agents = by_school.notna().mul(by_school.iloc[:, 0].fillna(0), axis=0).sum()
    schools, trades = published.schools, published.trades
    told = schools.counts.notna().to_numpy() | schools.hidden.to_numpy()
    has = counts.index.to_frame().assign(there=True).pivot(index="school", columns="trade", values="there").notna()
    has = has.reindex(index=schools.counts.index, columns=trades.counts.index)
    return Reading(
        schools=_numbers(schools),
        trades=_numbers(trades),
        totals=schools.totals.to_numpy(dtype=float, na_value=np.nan),
        agents=agents.mask(agents.index.isin(published.hidden_steps)).to_numpy(dtype=float, na_value=np.nan),
        counted=told[:, None, :] & has.to_numpy()[:, :, None],
        hidden_schools=schools.hidden.to_numpy(),
        inside=np.triu(np.ones((counts.shape[1],) * 2, dtype=bool), 1) if inside is None else inside,
    )


def by_schools(counts: pd.DataFrame) -> pd.DataFrame:
    """Add up the trades of each school, one that is missing making the sum missing."""
    return counts.astype("Float64").groupby("school").agg(lambda people: people.sum(skipna=False))


def true_counts(counts: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the true counts by school, by trade, by school × trade (NaN: none), and in all."""
    missing = by_schools(counts).isna().reindex(counts.index.get_level_values("school")).to_numpy()
    told = counts.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    long = pd.DataFrame(np.where(missing, np.nan, told), counts.index, counts.columns)
    cells = np.stack([long[step].unstack().to_numpy() for step in long], axis=2)
    return np.nansum(cells, axis=1), np.nansum(cells, axis=0), cells, np.nansum(cells, axis=(0, 1))


def small_counts(counts: pd.DataFrame) -> tuple[np.ndarray, ...]:
    """Return the same, NaN where they are not from 1 to 4."""
    return tuple(np.where((values > 0) & (values < 5), values, np.nan) for values in true_counts(counts))


def _numbers(masked: MaskedCounts) -> np.ndarray:
    return masked.counts.to_numpy(dtype=float, na_value=np.nan)


# ---------------------------------------------------------------- by bounds, on tables of any size
def bounds(reading: Reading) -> tuple[Box, Box, Box]:
    """Return the least and the largest value of each count by school, by trade, and by school × trade."""
    counted = reading.counted
    low, high = np.zeros(counted.shape), np.where(counted, float(LARGE), 0.0)
    while True:
        before = low.copy(), high.copy()
        for sums, axis in ((reading.schools, 1), (reading.trades, 0)):
            _sums(low, high, counted, np.expand_dims(sums, axis), axis)
        _sums(low, high, counted, reading.totals[None, None, :], (0, 1))
        for step in np.flatnonzero(~np.isnan(reading.agents)):
            answered = counted[:, :, step].any(axis=1)
            part = slice(0, 1)
            inside_low, inside_high = low[answered, :, part], high[answered, :, part]
            _sums(inside_low, inside_high, counted[answered, :, part], reading.agents[None, None, [step]], (0, 1))
            low[answered, :, part], high[answered, :, part] = inside_low, inside_high
        for earlier, later in np.argwhere(reading.inside):
            both = counted[:, :, earlier] & counted[:, :, later]
            high[:, :, later] = np.where(both, np.minimum(high[:, :, later], high[:, :, earlier]), high[:, :, later])
            low[:, :, earlier] = np.where(both, np.maximum(low[:, :, earlier], low[:, :, later]), low[:, :, earlier])
        if np.array_equal(before[0], low) and np.array_equal(before[1], high):
            break
    by_school = _box(low.sum(axis=1), high.sum(axis=1), reading.schools)
    by_trade = _box(low.sum(axis=0), high.sum(axis=0), reading.trades)
    return by_school, by_trade, (low, high)


def _box(low: np.ndarray, high: np.ndarray, shown: np.ndarray) -> Box:
    return np.where(np.isnan(shown), low, shown), np.where(np.isnan(shown), high, shown)


def _sums(
    low: np.ndarray, high: np.ndarray, counted: np.ndarray, sums: np.ndarray, axis: int | tuple[int, int]
) -> None:
    """Use that the counts along an axis add up to a sum that is shown."""
    others_low, others_high = low.sum(axis=axis, keepdims=True) - low, high.sum(axis=axis, keepdims=True) - high
    usable = counted & ~np.isnan(sums)
    low[:] = np.where(usable, np.maximum(low, sums - others_high), low)
    high[:] = np.where(usable, np.minimum(high, sums - others_low), high)


# ---------------------------------------------------------------- by trying every table, on small ones
def possible(reading: Reading, most: int) -> Iterator[np.ndarray]:
    """Yield every school × trade × step table that a reader can imagine behind what is published, none above `most`.

    The reader knows that the hidden count of a school is at least 1, unless its group is hidden.
    """
    steps = reading.counted.shape[2]
    tables = [tables_of(reading, step, most) for step in range(steps)]
    yield from _joined(reading, tables, [])


def _joined(reading: Reading, tables: list[np.ndarray], chosen: list[np.ndarray]) -> Iterator[np.ndarray]:
    step = len(chosen)
    if step == len(tables):
        yield np.stack(chosen, axis=2)
        return
    fits = np.ones(len(tables[step]), dtype=bool)
    for earlier in np.flatnonzero(reading.inside[: len(chosen), step] if chosen else []):
        table, both = chosen[earlier], reading.counted[:, :, earlier] & reading.counted[:, :, step]
        fits &= ((tables[step] <= table) | ~both).all(axis=(1, 2))
    for table in tables[step][fits]:
        yield from _joined(reading, tables, [*chosen, table])


def tables_of(reading: Reading, step: int, most: int) -> np.ndarray:
    counted = reading.counted[:, :, step]
    grids = np.meshgrid(*(np.arange(most + 1 if there else 1) for there in counted.ravel()), indexing="ij")
    tables = np.stack([grid.ravel() for grid in grids], axis=1).reshape(-1, *counted.shape)
    fits = np.ones(len(tables), dtype=bool)
    for shown, axis in ((reading.schools, 2), (reading.trades, 1)):
        told = ~np.isnan(shown[:, step])
        fits &= (tables.sum(axis=axis)[:, told] == shown[told, step]).all(axis=1)
    hidden = reading.hidden_schools
    fits &= (tables.sum(axis=2)[:, hidden[:, step] & ~(hidden[:, 0] & (step > 0))] > 0).all(axis=1)
    if not np.isnan(reading.totals[step]):
        fits &= tables.sum(axis=(1, 2)) == reading.totals[step]
    if step == 0:
        for other in np.flatnonzero(~np.isnan(reading.agents)):
            answered = reading.counted[:, :, other].any(axis=1) & reading.counted[:, :, 0].any(axis=1)
            fits &= tables[:, answered].sum(axis=(1, 2)) == reading.agents[other]
    return tables[fits]
