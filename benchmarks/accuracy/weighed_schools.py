"""Invented schools that weigh as one real school does: its level, its spread from day to day, how long it strays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.pilot.comparisons import Outcome

LAGS = 20
# One school cannot tell what schools have in common, nor how far apart they are: these are assumptions.
SCHOOL_SPREAD = 0.25  # of the levels of schools, as a share
SCHOOL_DRIFT = 0.08  # of the level of a school from one year to the next, as a share
DAYS_A_YEAR = 140
SHARED = 0.3  # of the variance of a day that does not last: the same menu everywhere
COMPARISONS, BASELINE_DAYS = 20, 20
MEALS, MEALS_SPREAD = 200.0, 0.4


@dataclass(frozen=True)
class Weighing:
    """Grams per meal of one school: mean, spread as a share of it, the part of its variance that lasts, and how long:
    two days `lag` apart share lasting × memory ** lag of their variance.
    """

    grams: float
    spread: float
    lasting: float
    memory: float


def seen_in(grams: pd.Series) -> Weighing:
    """Estimate it from daily weighings, in order: the memory whose correlations are closest to those seen."""
    seen = np.array([grams.autocorr(lag) for lag in range(1, LAGS + 1)])
    best = (np.inf, 0.0, 0.0)
    for memory in np.arange(0.5, 0.99, 0.01):
        shape = memory ** np.arange(1, LAGS + 1)
        lasting = max(float(seen @ shape / (shape @ shape)), 0.0)
        best = min(best, (float(((seen - lasting * shape) ** 2).sum()), lasting, float(memory)))
    return Weighing(float(grams.mean()), float(grams.std() / grams.mean()), best[1], best[2])


def schools(rng: np.random.Generator, like: Weighing, days: pd.DatetimeIndex, ready: list[pd.Timestamp]) -> Outcome:
    """Draw schools: pilots, which weigh on the twenty days before they get ready and on every day after, and others,
    each of which weighs on a share of the days of its own.
    """
    pilots = len(ready)
    count, size = pilots + COMPARISONS, (len(days), pilots + COMPARISONS)
    variance = like.spread**2
    shared = rng.normal(0, np.sqrt(variance * (1 - like.lasting) * SHARED), (len(days), 1))
    own = rng.normal(0, np.sqrt(variance * (1 - like.lasting) * (1 - SHARED)), size)
    drift = rng.normal(0, SCHOOL_DRIFT / np.sqrt(DAYS_A_YEAR), size).cumsum(axis=0)
    level = rng.lognormal(0, SCHOOL_SPREAD, count) * np.exp(drift)
    grams = like.grams * level * np.maximum(1 + shared + own + _lasting(rng, like, size), 0)
    weighed = rng.random(size) < rng.uniform(0.2, 1.0, count)
    weighed[:, :pilots] = np.arange(len(days))[:, None] >= days.searchsorted(pd.DatetimeIndex(ready)) - BASELINE_DAYS
    meals = MEALS * rng.lognormal(0, MEALS_SPREAD, count) * rng.lognormal(0, 0.08, size)
    meals = np.where(weighed, np.round(meals), np.nan)
    return Outcome(days, rng.choice(["M", "E", "M/E"], count), grams * meals / 1000, meals, 1000.0)


def _lasting(rng: np.random.Generator, like: Weighing, size: tuple[int, int]) -> np.ndarray:
    """Return what lasts from day to day: each day keeps `memory` of the one before."""
    spread = like.spread * np.sqrt(like.lasting)
    steps = rng.normal(0, spread * np.sqrt(1 - like.memory**2), size)
    steps[0] = rng.normal(0, spread, size[1])
    for day in range(1, size[0]):
        steps[day] += like.memory * steps[day - 1]
    return steps
