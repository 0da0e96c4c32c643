"""What the pilot changed: pilot canteens against comparison canteens, before and after, and how sure we are.

Everything rests on one table per start date: by how much more canteen i moved than canteen c, from before to after, on the
days both are known. What all canteens share on a day (a menu, a strike, a season) drops out of it. The effect is the mean
move of the pilot canteens against their comparison canteens. Its interval holds every effect that drawing lots cannot
deny: pilots drawn among all these canteens, again and again, by the same rule, each lot beside its own standard error. That
needs no independence of days, no bell curve and no large number of schools; docs/effet.md tells how well it does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

# Comparison canteens of each pilot canteen, and days two canteens must share, before and after, to be compared.
COMPARED, LEAST_DAYS = 10, 10
CONFIDENCE = 0.95
DRAWS, SEED = 1999, 2020
# Draws that would put a canteen where it has no figure are drawn again, up to this many times.
PATIENCE = 20
OTHER_KIND = 1000.0  # farther than any two sizes
NOBODY = -1
# How the ends of the interval are searched for: steps doubled before giving up, then gaps halved.
FARTHEST, HALVINGS = 12, 30


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


@dataclass(frozen=True)
class Pilot:
    """A pilot canteen, by its column: compared from `since` until before `until`, and from `start` until before `end`."""

    canteen: int
    since: pd.Timestamp
    until: pd.Timestamp
    start: pd.Timestamp
    end: pd.Timestamp


@dataclass(frozen=True)
class Estimate:
    """An effect, its interval, and its standard deviation under drawn lots.

    `own` is the effect of each pilot (NaN where nothing can be compared), `compared` the columns it is compared with
    (NOBODY fills the row), `rates` the mean rates of the pilots and of their comparison canteens, before and after.
    """

    effect: float
    lower: float
    upper: float
    spread: float
    own: np.ndarray
    compared: np.ndarray
    rates: np.ndarray


@dataclass(frozen=True)
class _Slot:
    """The periods of one pilot, canteens × canteens: rates before and after on shared days, their double difference, the
    same of the share of days in the pilot; and for each canteen the others that the days before allow, the nearest first."""

    rates: np.ndarray
    moved: np.ndarray
    treated: np.ndarray
    nearest: np.ndarray

    @property
    def usable(self) -> np.ndarray:
        """Tell which canteens can stand in this slot."""
        return np.isfinite(self.moved).any(axis=1)


def estimate(
    outcome: Outcome, pilots: Sequence[Pilot], draws: int = DRAWS, least_days: int = LEAST_DAYS
) -> Estimate | None:
    """Return the effect of the pilot, or None when no pilot canteen has anything to be compared with."""
    slots = slots_of(outcome, pilots, least_days)
    columns = np.array([pilot.canteen for pilot in pilots], dtype=int)
    own, _, compared = moves(slots, columns[None, :])
    told = np.isfinite(own[0])
    if not told.any():
        return None
    if not told.all():
        return _without(outcome, pilots, told, draws, least_days)
    shown, lots = told_by(slots, columns[None, :]), told_by(slots, _lots(slots, columns, draws))
    effect = float(shown.moved[0])
    lower, upper = interval(effect, float(shown.error(0.0)[0]), lots)
    spread = float(np.sqrt(np.mean((lots.moved - effect * lots.treated) ** 2))) if len(lots.moved) else np.nan
    return Estimate(effect, lower, upper, spread, own[0], compared[0], _mean_rates(slots, columns, compared[0]))


def _without(
    outcome: Outcome, pilots: Sequence[Pilot], told: np.ndarray, draws: int, least_days: int
) -> Estimate | None:
    """Return the effect on the pilots that can be compared; the others are not comparison canteens for all that."""
    whole = outcome.whole.copy()
    whole[:, [pilot.canteen for pilot, kept in zip(pilots, told, strict=True) if not kept]] = np.nan
    kept = [pilot for pilot, is_told in zip(pilots, told, strict=True) if is_told]
    found = estimate(replace(outcome, whole=whole), kept, draws, least_days)
    if found is None:
        return None
    own, compared = np.full(len(pilots), np.nan), np.full((len(pilots), found.compared.shape[1]), NOBODY)
    own[told], compared[told] = found.own, found.compared
    return replace(found, own=own, compared=compared)


@dataclass(frozen=True)
class Lots:
    """What lots show, one value each: the mean move of their canteens, the share of it that is the pilot's, and the
    square of its standard error once an effect t is taken away, `errors` · (1, t, t²)."""

    moved: np.ndarray
    treated: np.ndarray
    errors: np.ndarray

    def error(self, effect: float) -> np.ndarray:
        """Return the standard errors once an effect is taken away."""
        return np.sqrt(np.maximum(self.errors @ np.array([1.0, effect, effect**2]), 0.0))


def interval(effect: float, error: float, lots: Lots) -> tuple[float, float]:
    """Return the effects that the lots cannot deny: under each, too many of them stray as far as the pilots do.

    Once an effect t is taken away from the pilots, a lot shows moved − t × treated and the pilots effect − t, each beside
    its own standard error, which for the pilots does not depend on t.
    """

    def denied(tried: float) -> bool:
        with np.errstate(divide="ignore", invalid="ignore"):
            strays = np.abs(lots.moved - tried * lots.treated) / lots.error(tried)
        # The pilots themselves are one of the lots.
        as_far = np.sum(strays >= np.abs(effect - tried) / error * (1 - 1e-9)) + 1
        return bool(as_far <= (1 - CONFIDENCE) * (len(lots.moved) + 1))

    scale = error if error > 0 else 1.0
    return _edge(denied, effect, -scale), _edge(denied, effect, scale)


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


def slots_of(outcome: Outcome, pilots: Sequence[Pilot], least_days: int = LEAST_DAYS) -> list[_Slot]:
    """Return the slot of each pilot; pilots with the same periods share one."""
    in_pilot, whole = np.zeros(outcome.whole.shape), outcome.whole.copy()
    for pilot in pilots:
        in_pilot[outcome.days >= pilot.start, pilot.canteen] = 1.0
        # Getting ready is neither before nor after.
        whole[(outcome.days >= pilot.until) & (outcome.days < pilot.start), pilot.canteen] = np.nan
    made: dict[tuple[pd.Timestamp, ...], _Slot] = {}
    periods = [(pilot.since, pilot.until, pilot.start, pilot.end) for pilot in pilots]
    for since, until, start, end in periods:
        if (since, until, start, end) not in made:
            before = (outcome.days >= since) & (outcome.days < until)
            after = (outcome.days >= start) & (outcome.days < end)
            made[since, until, start, end] = _slot(replace(outcome, whole=whole), in_pilot, before, after, least_days)
    return [made[period] for period in periods]


def _slot(outcome: Outcome, in_pilot: np.ndarray, before: np.ndarray, after: np.ndarray, least_days: int) -> _Slot:
    known = np.isfinite(outcome.whole)
    whole, part = np.where(known, outcome.whole, 0.0), np.where(known, outcome.part, 0.0)
    rates, shares, enough = [], [], []
    with np.errstate(divide="ignore", invalid="ignore"):
        for rows in (before, after):
            common = known[rows].astype(float)
            total = whole[rows].T @ common
            rates.append(outcome.scale * (part[rows].T @ common) / total)
            shares.append(((whole * in_pilot)[rows].T @ common) / total)
            enough.append((common.T @ common >= least_days) & (total > 0) & (total.T > 0))
        size = whole[before].sum(axis=0) / known[before].sum(axis=0)
    comparable = enough[0] & enough[1]
    return _Slot(
        np.stack(rates),
        np.where(comparable, _double_difference(*rates), np.nan),
        np.where(comparable, _double_difference(*shares), np.nan),
        _nearest(outcome.kinds, size, enough[0]),
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


def moves(slots: list[_Slot], lots: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what lots (lots × slots: the canteen in each slot) show, each canteen against its comparison canteens.

    Its move (NaN without any), the share of it that is the pilot's, and who it is compared with (a last dimension).
    """
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
    return np.stack(moved, axis=1), np.stack(treated, axis=1), np.stack(compared, axis=1)


def told_by(slots: list[_Slot], lots: np.ndarray) -> Lots:
    """Return what lots show, all slots together.

    The standard error counts how far the slots of a lot are from one another, and what each comparison canteen, which
    serves several slots, adds to all of them at once.
    """
    line = np.arange(len(lots))[:, None]
    moved, treated, compared = moves(slots, lots)
    shared = np.zeros((2, len(lots), slots[0].moved.shape[0] + 1))
    for place, slot in enumerate(slots):
        others, own = compared[:, place], lots[:, [place]]
        chosen = others != NOBODY
        weight = chosen / (np.maximum(chosen.sum(axis=1, keepdims=True), 1) * lots.shape[1])
        for sums, mean, table in ((shared[0], moved, slot.moved), (shared[1], treated, slot.treated)):
            sums[line, others] += weight * np.where(chosen, mean[:, [place]] - table[own, others], 0.0)
    apart = [value - value.mean(axis=1, keepdims=True) for value in (moved, treated)]
    count = lots.shape[1]
    errors = [
        (apart[one] * apart[two]).sum(axis=1) / (count * max(count - 1, 1)) + (shared[one] * shared[two]).sum(axis=1)
        for one, two in ((0, 0), (0, 1), (1, 1))
    ]
    return Lots(moved.mean(axis=1), treated.mean(axis=1), np.stack([errors[0], -2 * errors[1], errors[2]], axis=1))


def _lots(slots: list[_Slot], pilots: np.ndarray, draws: int) -> np.ndarray:
    """Return lots drawn among the pilots and all that can be compared, each canteen where it has figures."""
    rng = np.random.default_rng(SEED)
    usable = np.stack([slot.usable for slot in slots])
    pool = np.flatnonzero(usable.any(axis=0))
    kept: list[np.ndarray] = []
    for _ in range(PATIENCE):
        lots = pool[np.argsort(rng.random((draws, len(pool))), axis=1)[:, : len(pilots)]]
        lots = lots[usable[np.arange(len(pilots)), lots].all(axis=1)]
        kept.append(lots[np.isfinite(moves(slots, lots)[0]).all(axis=1)])
        if sum(map(len, kept)) >= draws:
            break
    return np.concatenate(kept)[:draws]


def _mean_rates(slots: list[_Slot], columns: np.ndarray, compared: np.ndarray) -> np.ndarray:
    """Return the mean rates (pilots, comparison canteens) × (before, after), on the days they share."""
    found = []
    for slot, column, others in zip(slots, columns, compared, strict=True):
        them = others[others != NOBODY]
        found.append([slot.rates[:, column, them].mean(axis=1), slot.rates[:, them, column].mean(axis=1)])
    return np.mean(found, axis=0)
