"""The effect of the pilot by difference-in-differences, and its permutation interval.

`models.pilot.comparisons` chooses the comparison canteens, `models.pilot.permutations` gives the interval.
docs/effet.md says how often it is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.pilot.comparisons import LEAST_DAYS, NOBODY, Outcome, Pilot, Slot, differences, slots_of
from models.pilot.permutations import draw_permutations, interval, statistics

# With a single pilot canteen, the differences between canteens cannot be estimated.
LEAST_PILOTS = 2
DRAWS = 1999


@dataclass(frozen=True)
class Estimate:
    """An effect, its 95 % interval, its standard error, and its standard deviation over permutations (`spread`).

    `own` is the effect of each pilot (NaN where it cannot be compared), `compared` the columns of its comparison
    canteens (filled with NOBODY), `rates` the mean rates of the pilots and of these canteens, before and after.
    """

    effect: float
    lower: float
    upper: float
    error: float
    spread: float
    own: np.ndarray
    compared: np.ndarray
    rates: np.ndarray


def estimate(
    outcome: Outcome, pilots: Sequence[Pilot], draws: int = DRAWS, least_days: int = LEAST_DAYS
) -> Estimate | None:
    """Return the difference-in-differences estimate, or None if fewer than two pilot canteens can be compared."""
    slots = slots_of(outcome, pilots, least_days)
    columns = np.array([pilot.canteen for pilot in pilots], dtype=int)
    observed = differences(slots, columns[None, :])
    own, compared = observed.difference[0], observed.compared[0]
    comparable = np.isfinite(own)
    if comparable.sum() < LEAST_PILOTS:
        return None
    if not comparable.all():
        return _without(outcome, pilots, comparable, draws, least_days)
    actual, permuted = statistics(slots, columns[None, :]), statistics(slots, draw_permutations(slots, draws))
    effect = float(own.mean())
    lower, upper = interval(actual, permuted)
    share = effect / float(actual.treated[0]) if actual.treated[0] else 0.0
    spread = (
        float(np.sqrt(np.mean((permuted.difference - share * permuted.treated) ** 2)))
        if len(permuted.difference)
        else np.nan
    )
    error = float(np.sqrt(max(actual.errors[0, 0], 0.0)))
    return Estimate(effect, lower, upper, error, spread, own, compared, _mean_rates(slots, columns, compared))


def _without(
    outcome: Outcome, pilots: Sequence[Pilot], comparable: np.ndarray, draws: int, least_days: int
) -> Estimate | None:
    """Return the effect on the pilots that can be compared; the other pilots are not used as comparison canteens."""
    kept = [pilot for pilot, is_comparable in zip(pilots, comparable, strict=True) if is_comparable]
    left_out = [pilot.canteen for pilot, is_comparable in zip(pilots, comparable, strict=True) if not is_comparable]
    partial = estimate(outcome.without(left_out), kept, draws, least_days)
    if partial is None:
        return None
    own, compared = np.full(len(pilots), np.nan), np.full((len(pilots), partial.compared.shape[1]), NOBODY)
    own[comparable], compared[comparable] = partial.own, partial.compared
    return replace(partial, own=own, compared=compared)


def _mean_rates(slots: list[Slot], columns: np.ndarray, compared: np.ndarray) -> np.ndarray:
    """Return the mean rates (pilots, comparison canteens) × (before, after), on their common days."""
    rates = []
    for slot, column, others in zip(slots, columns, compared, strict=True):
        comparisons = others[others != NOBODY]
        rates.append([slot.rates[:, column, comparisons].mean(axis=1), slot.rates[:, comparisons, column].mean(axis=1)])
    return np.mean(rates, axis=0)
