"""The permutation interval of an effect: other canteens drawn in the place of the pilots, compared by the same rule.

The interval holds every effect that the permutation test does not reject. The days need not be independent, the law
need not be normal, and the schools may be few. Each permutation is divided by its own standard error (a studentized
test), so canteens with fewer days, or an effect that differs between schools, do not bias the test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.pilot.comparisons import NOBODY, Slot, differences

CONFIDENCE = 0.95
SEED = 2020
# Permutations that put a canteen in a slot where it has no figure are drawn again, up to this many times.
DRAW_ROUNDS = 20
# The search for an end of the interval: the first step (a share of the rate), steps doubled, then intervals halved.
LEAST_STEP, FARTHEST, HALVINGS = 1e-6, 30, 30


@dataclass(frozen=True)
class Statistics:
    """The test statistics of permutations, one value each: the mean double difference of their canteens, the treated
    part of it, and the squared standard error once a share s of that part is removed: `errors` · (1, s, s²).
    """

    difference: np.ndarray
    treated: np.ndarray
    errors: np.ndarray

    def t_statistics(self, share: float) -> np.ndarray:
        """Return the absolute t statistics, once a share of the treated part is removed."""
        errors = np.sqrt(np.maximum(self.errors @ np.array([1.0, share, share**2]), 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.abs(self.difference - share * self.treated) / errors


def draw_permutations(slots: list[Slot], count: int) -> np.ndarray:
    """Draw permutations (permutations × slots) of all usable canteens, pilots included, each where it has figures.

    The draw is the same every time. There are fewer than `count` if few canteens have figures.
    """
    rng = np.random.default_rng(SEED)
    usable = np.stack([slot.usable for slot in slots])
    pool = np.flatnonzero(usable.any(axis=0))
    kept: list[np.ndarray] = []
    for _ in range(DRAW_ROUNDS):
        permutations = pool[np.argsort(rng.random((count, len(pool))), axis=1)[:, : len(slots)]]
        permutations = permutations[usable[np.arange(len(slots)), permutations].all(axis=1)]
        kept.append(permutations[np.isfinite(differences(slots, permutations).difference).all(axis=1)])
        if sum(map(len, kept)) >= count:
            break
    return np.concatenate(kept)[:count]


def statistics(slots: list[Slot], permutations: np.ndarray) -> Statistics:
    """Return the test statistics of permutations, over all slots.

    The standard error has two parts: the spread of the slots of a permutation, and the error of each comparison
    canteen, which is common to the slots it serves.
    """
    changes, count = differences(slots, permutations), permutations.shape[1]
    line = np.arange(len(permutations))[:, None]
    of_comparisons = np.zeros((2, len(permutations), slots[0].difference.shape[0] + 1))
    for place, slot in enumerate(slots):
        others, own = changes.compared[:, place], permutations[:, [place]]
        chosen = others != NOBODY
        compared = np.maximum(chosen.sum(axis=1, keepdims=True), 2)
        # The factor is Bessel's correction: the gaps to the mean of a small sample are too small.
        weight = chosen * np.sqrt(compared / (compared - 1)) / (compared * count)
        for sums, mean, table in zip(
            of_comparisons, (changes.difference, changes.treated), (slot.difference, slot.treated), strict=True
        ):
            sums[line, others] += weight * np.where(chosen, mean[:, [place]] - table[own, others], 0.0)
    deviations = [value - value.mean(axis=1, keepdims=True) for value in (changes.difference, changes.treated)]
    squares, crossed, of_shares = (
        (deviations[one] * deviations[two]).sum(axis=1) / (count * (count - 1))
        + (of_comparisons[one] * of_comparisons[two]).sum(axis=1)
        for one, two in ((0, 0), (0, 1), (1, 1))
    )
    errors = np.stack([squares, -2 * crossed, of_shares], axis=1)
    return Statistics(changes.difference.mean(axis=1), changes.treated.mean(axis=1), errors)


def interval(pilots: Statistics, permuted: Statistics) -> tuple[float, float]:
    """Return the permutation interval: the effects that the test does not reject.

    An effect is expressed as a share of the treated part of the pilots: without the pilot, all their days in it would
    have been lower or higher in proportion. An end is infinite where the test rejects nothing, or without treated part.
    """
    difference, treated = float(pilots.difference[0]), float(pilots.treated[0])

    def rejected(effect: float) -> bool:
        as_far = permuted.t_statistics(effect / treated) >= pilots.t_statistics(effect / treated) * (1 - 1e-9)
        # The pilots themselves count as one permutation.
        return bool(as_far.sum() + 1 <= (1 - CONFIDENCE) * (len(as_far) + 1))

    if treated <= 0:
        return -np.inf, np.inf
    step = max(float(np.sqrt(max(pilots.errors[0, 0], 0.0))), LEAST_STEP * treated)
    return _edge(rejected, difference, -step), _edge(rejected, difference, step)


def _edge(rejected: Callable[[float], bool], effect: float, step: float) -> float:
    """Return the farthest effect not rejected in one direction: steps are doubled, then the interval is halved."""
    kept, tried = effect, effect + step
    for _ in range(FARTHEST):
        if rejected(tried):
            break
        kept, tried = tried, effect + 2 * (tried - effect)
    else:
        return float(np.inf * step)
    for _ in range(HALVINGS):
        middle = (kept + tried) / 2
        kept, tried = (kept, middle) if rejected(middle) else (middle, tried)
    return kept
