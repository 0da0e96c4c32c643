"""Difference-in-differences between pilot canteens and their comparison canteens, before and after the pilot.

A slot holds the periods of one pilot canteen, and a table of double differences over them: the change of canteen i from
before to after, minus that of canteen c, on the days when both are known. The effect of a day that all canteens share
(a menu, a strike, a season) cancels out. Any canteen can take a slot: the pilot itself, or another one in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

# The number of comparison canteens of each pilot canteen, and the days, before and after, that two compared canteens
# must have in common.
COMPARED, LEAST_DAYS = 10, 10
OTHER_KIND = 1000.0  # more than the distance between any two sizes
NOBODY = -1


@dataclass(frozen=True)
class Outcome:
    """The outcome, days × canteens: a rate is `scale` × Σ part / Σ whole; whole is NaN where the day is unknown.

    Comparison canteens are chosen only by their kind (M, E, M/E) and by the mean of `whole` before the pilot.
    """

    days: pd.DatetimeIndex
    kinds: np.ndarray
    part: np.ndarray
    whole: np.ndarray
    scale: float

    def within(self, first: pd.Timestamp, end: pd.Timestamp) -> np.ndarray:
        """Return which days are in a period, its end excluded."""
        return (self.days.values >= first.to_datetime64()) & (self.days.values < end.to_datetime64())

    def without(self, canteens: Sequence[int]) -> Outcome:
        """Return the outcome with some canteens unknown on all days."""
        whole = self.whole.copy()
        whole[:, list(canteens)] = np.nan
        return replace(self, whole=whole)


@dataclass(frozen=True)
class Pilot:
    """A pilot canteen, by its column: its days before are from `since` to `until`, those after from `start` to `end`.

    `until` and `end` are excluded. The days from `until` to `start` are the preparation, and are not compared.
    """

    canteen: int
    since: pd.Timestamp
    until: pd.Timestamp
    start: pd.Timestamp
    end: pd.Timestamp


@dataclass(frozen=True)
class Slot:
    """The periods of one pilot, canteens × canteens: rates (before, after) on common days, their double differences,
    the treated part of these (on days in the pilot), and for each canteen, the comparable others, nearest first.
    """

    rates: np.ndarray
    difference: np.ndarray
    treated: np.ndarray
    nearest: np.ndarray

    @property
    def usable(self) -> np.ndarray:
        """Return which canteens can take this slot."""
        return np.isfinite(self.difference).any(axis=1)  # pyrefly: ignore[bad-return]


def slots_of(outcome: Outcome, pilots: Sequence[Pilot], least_days: int = LEAST_DAYS) -> list[Slot]:
    """Return the slot of each pilot; pilots with the same periods share one."""
    in_pilot, whole = np.zeros(outcome.whole.shape), outcome.whole.copy()
    for one in pilots:
        in_pilot[outcome.days >= one.start, one.canteen] = 1.0
        # The preparation is neither before nor after.
        whole[outcome.within(one.until, one.start), one.canteen] = np.nan
    without_preparation = replace(outcome, whole=whole)
    slots: dict[tuple[pd.Timestamp, ...], Slot] = {}
    periods = [(one.since, one.until, one.start, one.end) for one in pilots]
    for since, until, start, end in set(periods):
        windows = outcome.within(since, until), outcome.within(start, end)
        slots[since, until, start, end] = _slot(without_preparation, in_pilot, windows, least_days)
    return [slots[period] for period in periods]


def _slot(outcome: Outcome, in_pilot: np.ndarray, windows: tuple[np.ndarray, np.ndarray], least_days: int) -> Slot:
    rates, treated, enough, sizes = [], [], [], []
    for rows in windows:
        known = np.isfinite(outcome.whole[rows])
        whole, part = np.where(known, outcome.whole[rows], 0.0), np.where(known, outcome.part[rows], 0.0)
        known_days = known.astype(float)
        total = whole.T @ known_days
        with np.errstate(divide="ignore", invalid="ignore"):
            rates.append(outcome.scale * (part.T @ known_days) / total)
            treated.append(outcome.scale * ((part * in_pilot[rows]).T @ known_days) / total)
            sizes.append(whole.sum(axis=0) / known.sum(axis=0))
        enough.append((known_days.T @ known_days >= least_days) & (total > 0) & (total.T > 0))
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
    """Return, for each canteen, the others by distance: those of its kind first, then by the ratio of sizes."""
    logs = np.log(np.where(size > 0, size, 1.0))
    distance = np.abs(logs[:, None] - logs[None, :]) + OTHER_KIND * (kinds[:, None] != kinds[None, :])
    distance[~allowed | np.eye(len(logs), dtype=bool)] = np.inf
    order = np.argsort(distance, axis=1, kind="stable")
    return np.where(np.isfinite(np.take_along_axis(distance, order, axis=1)), order, NOBODY)


@dataclass(frozen=True)
class Differences:
    """Permutations × slots: the double difference of each canteen with its comparison canteens (NaN without any), the
    treated part of it, and its comparison canteens in a last dimension (filled with NOBODY).
    """

    difference: np.ndarray
    treated: np.ndarray
    compared: np.ndarray


def differences(slots: list[Slot], permutations: np.ndarray) -> Differences:
    """Return the double differences of permutations; a permutation gives the canteen of each slot.

    The canteens of a permutation are not used as comparison canteens.
    """
    line = np.arange(len(permutations))[:, None]
    taken = np.zeros((len(permutations), slots[0].difference.shape[0] + 1), dtype=bool)
    taken[line, permutations] = taken[:, NOBODY] = True
    # Among the nearest canteens, those of the permutation are skipped: they are at most as many as the slots.
    reach = COMPARED + permutations.shape[1]
    difference, treated, compared = [], [], []
    for place, slot in enumerate(slots):
        own, others = permutations[:, [place]], slot.nearest[permutations[:, place], :reach]
        available = ~taken[line, others]
        # The choice uses only the days before: a comparison canteen without figures after is not replaced.
        chosen = available & (available.cumsum(axis=1) <= COMPARED) & np.isfinite(slot.difference[own, others])
        count = np.where(chosen.any(axis=1), chosen.sum(axis=1), np.nan)
        difference.append(np.where(chosen, slot.difference[own, others], 0.0).sum(axis=1) / count)
        treated.append(np.where(chosen, slot.treated[own, others], 0.0).sum(axis=1) / count)
        compared.append(np.where(chosen, others, NOBODY))
    return Differences(np.stack(difference, axis=1), np.stack(treated, axis=1), np.stack(compared, axis=1))
