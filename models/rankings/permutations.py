"""Permutation tests of many groups at once: which ones stand out from chance, corrected for how many are looked at.

Each draw keeps the largest statistic of all groups (max-T, Westfall and Young 1993): the chance that any group stands
out where none differs is at most LEVEL, however many there are and however they depend on one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# The chance that a ranking where nothing differs shows anything, and the draws it is judged by.
LEVEL, DRAWS = 0.02, 999
SEED = 2020


@dataclass(frozen=True)
class Contrasts:
    """One value per group: its difference (a sum over its days), the half width of its interval, does it stand out.

    The intervals hold all together (level 1 − LEVEL). A group that cannot be tested has no half width (NaN).
    """

    difference: np.ndarray
    half_width: np.ndarray

    @property
    def stands_out(self) -> np.ndarray:
        """Return whether the interval of each group leaves zero out."""
        return np.abs(self.difference) > np.nan_to_num(self.half_width, nan=np.inf)


def shuffled_days(amounts: np.ndarray, blocks: np.ndarray, members: np.ndarray) -> Contrasts:
    """Compare the sum of the amounts (days) of each group (members: days × groups) with that of days drawn at random
    in the same blocks (days).
    """
    order = np.argsort(blocks, kind="stable")
    amounts, blocks, members = amounts[order], blocks[order], members[order].astype(float)
    block = np.unique(blocks, return_inverse=True)[1]
    amounts = amounts - (np.bincount(block, amounts) / np.bincount(block))[block]
    rng = np.random.default_rng(SEED)
    draws = np.argsort(block + rng.random((DRAWS, len(block))), axis=1)
    sums = amounts[draws] @ members
    spread = sums.std(axis=0)
    return _contrasts(amounts @ members, sums, np.where(spread > 1e-9 * np.abs(amounts).sum(), spread, np.nan))


def _contrasts(difference: np.ndarray, sums: np.ndarray, spread: np.ndarray) -> Contrasts:
    testable = np.isfinite(spread)
    if not testable.any():
        return Contrasts(difference, np.full(len(difference), np.nan))
    return Contrasts(difference, _critical(np.abs(sums[:, testable] / spread[testable]).max(axis=1)) * spread)


def flipped_blocks(amounts: np.ndarray, least_blocks: int) -> Contrasts:
    """Compare the sum of the amounts (blocks × groups; NaN where a group has none) with zero, by flipping whole blocks.

    All groups of a block are flipped together, so that what they share stays shared.
    """
    known = np.isfinite(amounts)
    blocks, values = known.sum(axis=0), np.where(known, amounts, 0.0)
    squares, difference = (values**2).sum(axis=0), values.sum(axis=0)
    testable = (blocks >= least_blocks) & (squares > 0)
    half_width = np.full(len(blocks), np.nan)
    if not testable.any():
        return Contrasts(difference, half_width)
    signs = np.random.default_rng(SEED).choice([-1.0, 1.0], (DRAWS, len(values)))
    ratios = (signs @ values[:, testable]) ** 2 / squares[testable]
    count = blocks[testable]
    # Student's t of the flipped blocks: flipping does not change the sum of their squares.
    largest = np.sqrt(ratios * (count - 1) / np.maximum(count - ratios, 1e-12)).max(axis=1)
    variance = (squares - difference**2 / np.maximum(blocks, 1))[testable] * count / (count - 1)
    half_width[testable] = _critical(largest) * np.sqrt(np.maximum(variance, 0.0))
    return Contrasts(difference, half_width)


def _critical(largest: np.ndarray) -> float:
    """Return the value that at most LEVEL of the draws reach, the observed one counted among them."""
    return float(np.sort(largest)[-int(LEVEL * (DRAWS + 1))])
