"""What the pilot changed: the mean move of the pilot canteens against their comparison canteens, and its interval.

`pilot_slots` says who is compared with whom, `pilot_lots` how sure we are; docs/effet.md tells how well it does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.pilot.comparisons import LEAST_DAYS, NOBODY, Outcome, Pilot, Slot, moves, slots_of
from models.pilot.permutations import drawn, interval, told_by

# One pilot canteen alone tells nothing of how much canteens differ.
LEAST_PILOTS = 2
DRAWS = 1999


@dataclass(frozen=True)
class Estimate:
    """An effect, its 95 % interval, its standard error, and its standard deviation (`spread`) under drawn lots.

    `own` is the effect of each pilot (NaN where nothing can be compared), `compared` the columns it is compared with
    (NOBODY fills the row), `rates` the mean rates of the pilots and of their comparison canteens, before and after.
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
    """Return the effect of the pilot, or None when fewer than two pilot canteens can be compared."""
    slots = slots_of(outcome, pilots, least_days)
    columns = np.array([pilot.canteen for pilot in pilots], dtype=int)
    found = moves(slots, columns[None, :])
    own, compared = found.moved[0], found.compared[0]
    told = np.isfinite(own)
    if told.sum() < LEAST_PILOTS:
        return None
    if not told.all():
        return _without(outcome, pilots, told, draws, least_days)
    shown, lots = told_by(slots, columns[None, :]), told_by(slots, drawn(slots, draws))
    effect = float(own.mean())
    lower, upper = interval(shown, lots)
    share = effect / float(shown.treated[0]) if shown.treated[0] else 0.0
    spread = float(np.sqrt(np.mean((lots.moved - share * lots.treated) ** 2))) if len(lots.moved) else np.nan
    error = float(np.sqrt(max(shown.errors[0, 0], 0.0)))
    return Estimate(effect, lower, upper, error, spread, own, compared, _mean_rates(slots, columns, compared))


def _without(
    outcome: Outcome, pilots: Sequence[Pilot], told: np.ndarray, draws: int, least_days: int
) -> Estimate | None:
    """Return the effect on the pilots that can be compared; the others are not comparison canteens for all that."""
    kept = [pilot for pilot, is_told in zip(pilots, told, strict=True) if is_told]
    left_out = [pilot.canteen for pilot, is_told in zip(pilots, told, strict=True) if not is_told]
    found = estimate(outcome.without(left_out), kept, draws, least_days)
    if found is None:
        return None
    own, compared = np.full(len(pilots), np.nan), np.full((len(pilots), found.compared.shape[1]), NOBODY)
    own[told], compared[told] = found.own, found.compared
    return replace(found, own=own, compared=compared)


def _mean_rates(slots: list[Slot], columns: np.ndarray, compared: np.ndarray) -> np.ndarray:
    """Return the mean rates (pilots, comparison canteens) × (before, after), on the days they share."""
    found = []
    for slot, column, others in zip(slots, columns, compared, strict=True):
        them = others[others != NOBODY]
        found.append([slot.rates[:, column, them].mean(axis=1), slot.rates[:, them, column].mean(axis=1)])
    return np.mean(found, axis=0)
