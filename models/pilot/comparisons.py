"""Pilot canteens and comparison canteens, before and after: who is compared with whom, and how far apart they moved.

A slot holds the periods of one pilot canteen. On them, everything rests on one table: by how much more canteen i moved
than canteen c, from before to after, on the days both are known. What all canteens share on a day (a menu, a strike,
a season) drops out of it. Any canteen can stand in a slot: the pilot itself, or another in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

# Comparison canteens of each pilot canteen, and days two canteens must share, before and after, to be compared.
COMPARED, LEAST_DAYS = 10, 10
OTHER_KIND = 1000.0  # farther than any two sizes
NOBODY = -1


@dataclass(frozen=True)
class Outcome:
    """What is compared, days × canteens: a rate is `scale` × Σ part / Σ whole; whole is NaN where the day is unknown.

    The kinds (M, E, M/E) and the mean of `whole` before the pilot are all that comparison canteens are chosen on.
    """

    days: pd.DatetimeIndex
    kinds: np.ndarray
    part: np.ndarray
    whole: np.ndarray
    scale: float

    def within(self, first: pd.Timestamp, end: pd.Timestamp) -> np.ndarray:
        """Tell which days are in a period; its end is not."""
        return np.asarray((self.days >= first) & (self.days < end))

    def without(self, canteens: Sequence[int]) -> Outcome:
        """Return it with nothing known of some canteens."""
        whole = self.whole.copy()
        whole[:, list(canteens)] = np.nan
        return replace(self, whole=whole)


@dataclass(frozen=True)
class Pilot:
    """A pilot canteen, by its column: its days before go from `since` to `until`, those after from `start` to `end`.

    Neither `until` nor `end` is one of them. What lies between `until` and `start` is getting ready.
    """

    canteen: int
    since: pd.Timestamp
    until: pd.Timestamp
    start: pd.Timestamp
    end: pd.Timestamp


@dataclass(frozen=True)
class Slot:
    """On the periods of one pilot, canteens × canteens: rates (before, after) on shared days, their double difference
    and the part of it on days in the pilot; for each canteen, the others that the days before allow, nearest first.
    """

    rates: np.ndarray
    moved: np.ndarray
    treated: np.ndarray
    nearest: np.ndarray

    @property
    def usable(self) -> np.ndarray:
        """Tell which canteens can stand in this slot."""
        return np.isfinite(self.moved).any(axis=1)


def slots_of(outcome: Outcome, pilots: Sequence[Pilot], least_days: int = LEAST_DAYS) -> list[Slot]:
    """Return the slot of each pilot; pilots with the same periods share one."""
    in_pilot, whole = np.zeros(outcome.whole.shape), outcome.whole.copy()
    for one in pilots:
        in_pilot[outcome.days >= one.start, one.canteen] = 1.0
        # Getting ready is neither before nor after.
        whole[outcome.within(one.until, one.start), one.canteen] = np.nan
    kept = replace(outcome, whole=whole)
    made: dict[tuple[pd.Timestamp, ...], Slot] = {}
    periods = [(one.since, one.until, one.start, one.end) for one in pilots]
    for since, until, start, end in set(periods):
        windows = outcome.within(since, until), outcome.within(start, end)
        made[since, until, start, end] = _slot(kept, in_pilot, windows, least_days)
    return [made[period] for period in periods]


def _slot(outcome: Outcome, in_pilot: np.ndarray, windows: tuple[np.ndarray, np.ndarray], least_days: int) -> Slot:
    rates, treated, enough, sizes = [], [], [], []
    for rows in windows:
        known = np.isfinite(outcome.whole[rows])
        whole, part = np.where(known, outcome.whole[rows], 0.0), np.where(known, outcome.part[rows], 0.0)
        common = known.astype(float)
        total = whole.T @ common
        with np.errstate(divide="ignore", invalid="ignore"):
            rates.append(outcome.scale * (part.T @ common) / total)
            treated.append(outcome.scale * ((part * in_pilot[rows]).T @ common) / total)
            sizes.append(whole.sum(axis=0) / known.sum(axis=0))
        enough.append((common.T @ common >= least_days) & (total > 0) & (total.T > 0))
    comparable = enough[0] & enough[1]
    return Slot(
        np.stack(rates),
        np.where(comparable, _double_difference(*rates), np.nan),
        np.where(comparable, _double_difference(*treated), np.nan),
        _nearest(outcome.kinds, sizes[0], enough[0]),
    )


def _double_difference(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return (after - after.T) - (before - before.T)


def _nearest(kinds: np.ndarray, size: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Return, for each canteen, the others from the nearest: those of its kind first, then by size (as a ratio)."""
    logs = np.log(np.where(size > 0, size, 1.0))
    far = np.abs(logs[:, None] - logs[None, :]) + OTHER_KIND * (kinds[:, None] != kinds[None, :])
    far[~allowed | np.eye(len(logs), dtype=bool)] = np.inf
    order = np.argsort(far, axis=1, kind="stable")
    return np.where(np.isfinite(np.take_along_axis(far, order, axis=1)), order, NOBODY)


@dataclass(frozen=True)
class Moves:
    """What lots show (lots × slots): the move of each canteen against its comparison canteens, NaN without any; the
    part of it on days in the pilot; and its comparison canteens, a last dimension (NOBODY fills it).
    """

    moved: np.ndarray
    treated: np.ndarray
    compared: np.ndarray


def moves(slots: list[Slot], lots: np.ndarray) -> Moves:
    """Return what lots show; a lot is the canteen that stands in each slot. None of them is a comparison canteen."""
    line = np.arange(len(lots))[:, None]
    taken = np.zeros((len(lots), slots[0].moved.shape[0] + 1), dtype=bool)
    taken[line, lots] = taken[:, NOBODY] = True
    # At most the other canteens of the lot stand between a canteen and the last one it is compared with.
    reach = COMPARED + lots.shape[1]
    moved, treated, compared = [], [], []
    for place, slot in enumerate(slots):
        own, others = lots[:, [place]], slot.nearest[lots[:, place], :reach]
        free = ~taken[line, others]
        # Chosen on the days before alone; one that has no figure after is not replaced.
        chosen = free & (free.cumsum(axis=1) <= COMPARED) & np.isfinite(slot.moved[own, others])
        count = np.where(chosen.any(axis=1), chosen.sum(axis=1), np.nan)
        moved.append(np.where(chosen, slot.moved[own, others], 0.0).sum(axis=1) / count)
        treated.append(np.where(chosen, slot.treated[own, others], 0.0).sum(axis=1) / count)
        compared.append(np.where(chosen, others, NOBODY))
    return Moves(np.stack(moved, axis=1), np.stack(treated, axis=1), np.stack(compared, axis=1))
