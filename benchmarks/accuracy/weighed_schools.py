"""Simulated schools that weigh like a real one: same level, daily spread and autocorrelation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.pilot.comparisons import Outcome

LAGS = 20
# With one real school, the differences between schools and their common part are unknown: these are assumptions.
SCHOOL_SPREAD = 0.25  # of the levels of schools, as a share
SCHOOL_DRIFT = 0.08  # of the level of a school from one year to the next, as a share
DAYS_A_YEAR = 140
SHARED = 0.3  # of the variance of a day that does not last: the same menu everywhere
COMPARISONS, BASELINE_DAYS = 20, 20
MEALS, MEALS_SPREAD = 200.0, 0.4


@dataclass(frozen=True)
class Profile:
    """Grams per meal of one school: mean, standard deviation as a share of it, and autocorrelation.

    The autocorrelation of two days `lag` apart is lasting × memory ** lag.
    """

    grams: float
    spread: float
    lasting: float
    memory: float


def profile_of(grams: pd.Series) -> Profile:
    """Estimate a profile from daily weighings in order: the least squares fit of their autocorrelations."""
    autocorrelations = np.array([grams.autocorr(lag) for lag in range(1, LAGS + 1)])
    best = (np.inf, 0.0, 0.0)
    for memory in np.arange(0.5, 0.99, 0.01):
        shape = memory ** np.arange(1, LAGS + 1)
        lasting = max(float(autocorrelations @ shape / (shape @ shape)), 0.0)
        best = min(best, (float(((autocorrelations - lasting * shape) ** 2).sum()), lasting, float(memory)))
    return Profile(float(grams.mean()), float(grams.std() / grams.mean()), best[1], best[2])


def schools(
    rng: np.random.Generator, profile: Profile, days: pd.DatetimeIndex, preparations: list[pd.Timestamp]
) -> Outcome:
    """Draw pilot schools, which weigh on the twenty days before their preparation and on all days after, and other
    schools, which weigh on a random share of the days.
    """
    pilots = len(preparations)
    count, size = pilots + COMPARISONS, (len(days), pilots + COMPARISONS)
    variance = profile.spread**2
    shared = rng.normal(0, np.sqrt(variance * (1 - profile.lasting) * SHARED), (len(days), 1))
    own = rng.normal(0, np.sqrt(variance * (1 - profile.lasting) * (1 - SHARED)), size)
    drift = rng.normal(0, SCHOOL_DRIFT / np.sqrt(DAYS_A_YEAR), size).cumsum(axis=0)
    level = rng.lognormal(0, SCHOOL_SPREAD, count) * np.exp(drift)
    grams = profile.grams * level * np.maximum(1 + shared + own + _lasting(rng, profile, size), 0)
    weighed = rng.random(size) < rng.uniform(0.2, 1.0, count)
    weighed[:, :pilots] = (
        np.arange(len(days))[:, None] >= days.searchsorted(pd.DatetimeIndex(preparations)) - BASELINE_DAYS
    )
    meals = MEALS * rng.lognormal(0, MEALS_SPREAD, count) * rng.lognormal(0, 0.08, size)
    meals = np.where(weighed, np.round(meals), np.nan)
    return Outcome(days, rng.choice(["M", "E", "M/E"], count), grams * meals / 1000, meals, 1000.0)


def _lasting(rng: np.random.Generator, profile: Profile, size: tuple[int, int]) -> np.ndarray:
    """Return the autocorrelated part of the noise: each day keeps `memory` of the day before (AR(1) process)."""
    spread = profile.spread * np.sqrt(profile.lasting)
    steps = rng.normal(0, spread * np.sqrt(1 - profile.memory**2), size)
    steps[0] = rng.normal(0, spread, size[1])
    for day in range(1, size[0]):
        steps[day] += profile.memory * steps[day - 1]
    return steps
