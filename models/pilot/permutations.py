"""How sure an effect is: pilots drawn by lot among all the canteens, again and again, and compared by the same rule.

The interval holds every effect that the lots cannot deny. That needs no independence of days, no bell curve and no
large number of schools. Each lot is read beside its own standard error, so that canteens with fewer days, or a pilot
that changes some schools more than others, mislead nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.pilot.comparisons import NOBODY, Slot, moves

CONFIDENCE = 0.95
SEED = 2020
# Lots that would put a canteen where it has no figure are drawn again, up to this many times.
PATIENCE = 20
# How an end of the interval is searched for: a first step (a share of the rate), steps doubled, then gaps halved.
LEAST_STEP, FARTHEST, HALVINGS = 1e-6, 30, 30


@dataclass(frozen=True)
class Lots:
    """What lots show, one value each: the mean move of their canteens, the part of it on days in the pilot, and the
    square of its standard error once a share s of that part is taken away, `errors` · (1, s, s²).
    """

    moved: np.ndarray
    treated: np.ndarray
    errors: np.ndarray

    def strays(self, share: float) -> np.ndarray:
        """Return how far from zero lots are, in standard errors, once a share of the days in the pilot is removed."""
        errors = np.sqrt(np.maximum(self.errors @ np.array([1.0, share, share**2]), 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.abs(self.moved - share * self.treated) / errors


def drawn(slots: list[Slot], count: int) -> np.ndarray:
    """Return lots (lots × slots) drawn among the pilots and all that can be compared, each where it has figures.

    The same lots every time; fewer than `count` where few canteens have figures.
    """
    rng = np.random.default_rng(SEED)
    usable = np.stack([slot.usable for slot in slots])
    pool = np.flatnonzero(usable.any(axis=0))
    kept: list[np.ndarray] = []
    for _ in range(PATIENCE):
        lots = pool[np.argsort(rng.random((count, len(pool))), axis=1)[:, : len(slots)]]
        lots = lots[usable[np.arange(len(slots)), lots].all(axis=1)]
        kept.append(lots[np.isfinite(moves(slots, lots).moved).all(axis=1)])
        if sum(map(len, kept)) >= count:
            break
    return np.concatenate(kept)[:count]


def told_by(slots: list[Slot], lots: np.ndarray) -> Lots:
    """Return what lots show, all slots together.

    The standard error counts how far the slots of a lot are from one another, and what each comparison canteen, which
    serves several slots, adds to all of them at once.
    """
    found, count = moves(slots, lots), lots.shape[1]
    line = np.arange(len(lots))[:, None]
    shared = np.zeros((2, len(lots), slots[0].moved.shape[0] + 1))
    for place, slot in enumerate(slots):
        others, own = found.compared[:, place], lots[:, [place]]
        chosen = others != NOBODY
        compared = np.maximum(chosen.sum(axis=1, keepdims=True), 2)
        # Gaps to the mean of a few canteens are too small, as those of any sample.
        weight = chosen * np.sqrt(compared / (compared - 1)) / (compared * count)
        for sums, mean, table in zip(shared, (found.moved, found.treated), (slot.moved, slot.treated), strict=True):
            sums[line, others] += weight * np.where(chosen, mean[:, [place]] - table[own, others], 0.0)
    apart = [value - value.mean(axis=1, keepdims=True) for value in (found.moved, found.treated)]
    squares, crossed, of_shares = (
        (apart[one] * apart[two]).sum(axis=1) / (count * (count - 1)) + (shared[one] * shared[two]).sum(axis=1)
        for one, two in ((0, 0), (0, 1), (1, 1))
    )
    errors = np.stack([squares, -2 * crossed, of_shares], axis=1)
    return Lots(found.moved.mean(axis=1), found.treated.mean(axis=1), errors)


def interval(pilots: Lots, lots: Lots) -> tuple[float, float]:
    """Return the effects that the lots cannot deny: under each, too many of them stray as far as the pilots do.

    An effect is a share of what the pilots show on their days in the pilot: without it, all these days would have shown
    so much more or less, in proportion. Infinite where the lots deny nothing, or where the pilots show nothing at all.
    """
    moved, shown = float(pilots.moved[0]), float(pilots.treated[0])

    def denied(effect: float) -> bool:
        as_far = lots.strays(effect / shown) >= pilots.strays(effect / shown) * (1 - 1e-9)
        # The pilots themselves are one of the lots.
        return bool(as_far.sum() + 1 <= (1 - CONFIDENCE) * (len(as_far) + 1))

    if shown <= 0:
        return -np.inf, np.inf
    step = max(float(np.sqrt(max(pilots.errors[0, 0], 0.0))), LEAST_STEP * shown)
    return _edge(denied, moved, -step), _edge(denied, moved, step)


def _edge(denied: Callable[[float], bool], effect: float, step: float) -> float:
    """Return the farthest effect that is not denied in one direction, by doubling the steps, then halving the gap."""
    kept, tried = effect, effect + step
    for _ in range(FARTHEST):
        if denied(tried):
            break
        kept, tried = tried, effect + 2 * (tried - effect)
    else:
        return float(np.inf * step)
    for _ in range(HALVINGS):
        middle = (kept + tried) / 2
        kept, tried = (kept, middle) if denied(middle) else (middle, tried)
    return kept
