"""The forecast of nearer days: what was served since a forecast moves its levels, day after day (a Kalman filter).

Each canteen strays from its forecast, and the city from the sum of its canteens, and both come back in some weeks: two
Ornstein–Uhlenbeck processes, seen through the noise of a day. R. E. Kalman, “A New Approach to Linear Filtering and
Prediction Problems”, Journal of Basic Engineering 82 (1960). A day far off moves them no more than CLIP noises would.
So one forecast made weeks ahead serves every lead time, with no new fit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from models.inputs.frames import days_of, like
from models.inputs.panel import plausible
from models.meals.city_index import LEAST_CANTEENS, LEAST_SHARE
from models.meals.error_features import Forecasts

# When food is ordered, when it is produced, the day before: days between what is known and the day forecast.
LEADS = (21, 7, 3, 1)


class Drift(NamedTuple):
    """How a level strays, in log meals: its spread, its memory in days, the noise of one day."""

    spread: float
    memory: float
    noise: float


# Chosen on 2016 and 2017; half or twice each gives the same error within 0.1 point.
OWN, CITY = Drift(0.05, 40.0, 0.06), Drift(0.015, 30.0, 0.02)
# A forecast has just learnt its levels: what is left to know of them, as a share of their variance.
UNKNOWN_SHARE = 0.6
CLIP = 2.0


class _Level:
    """The state of one drift: its mean and variance, for one place or an array of places."""

    def __init__(self, drift: Drift, mean: np.ndarray) -> None:
        self.drift, self.mean = drift, mean
        self.variance = np.full(mean.shape, UNKNOWN_SHARE * drift.spread**2)

    def wait(self, days: int) -> None:
        """Let days pass without news."""
        kept = np.exp(-days / self.drift.memory)
        self.mean = kept * self.mean
        self.variance = kept**2 * self.variance + (1 - kept**2) * self.drift.spread**2

    def learn(self, gap: np.ndarray) -> None:
        """Learn the gaps (log) to the mean seen on one day; NaN where nothing is known."""
        gain = np.where(np.isfinite(gap), self.variance / (self.variance + self.drift.noise**2), 0.0)
        limit = CLIP * self.drift.noise
        self.mean = self.mean + gain * np.clip(np.nan_to_num(gap), -limit, limit)
        self.variance = self.variance * (1 - gain)


class Track(NamedTuple):
    """The levels of a forecast after each known day: the days, from its cutoff on, own (days × canteens) and city."""

    days: pd.DatetimeIndex
    own: np.ndarray
    city: np.ndarray


def track(seen: pd.DataFrame, base: Forecasts) -> Track:
    """Follow the meals seen from the cutoff of a forecast on: those that each day, with the days before it, let learn.

    `seen` is `learnable(panel, trailing=True)`.
    """
    forecast = base.meals.to_numpy(dtype=float)
    served = seen.reindex(base.meals.index)[base.meals.columns].to_numpy(dtype=float)
    gaps = np.log(np.where(plausible(served, forecast), served, np.nan) / forecast)
    days = days_of(base.meals)
    known_days = pd.DatetimeIndex([base.cutoff.iloc[0], *days])
    own, city = _Level(OWN, np.zeros(forecast.shape[1])), _Level(CITY, np.zeros(1))
    states = [(own.mean, city.mean)]
    for row, passed in enumerate(np.diff(known_days).astype("timedelta64[D]").astype(int)):
        own.wait(passed)
        city.wait(passed)
        _learn_day(own, city, gaps[row], forecast[row])
        states.append((own.mean, city.mean))
    return Track(known_days, np.array([one for one, _ in states]), np.array([one for _, one in states]))


def _learn_day(own: _Level, city: _Level, gaps: np.ndarray, forecast: np.ndarray) -> None:
    """Learn one day: its common gap is the city's, what is left is each canteen's own."""
    left = gaps - own.mean
    known = np.isfinite(left)
    if known.sum() < max(1.0, min(LEAST_CANTEENS, LEAST_SHARE * len(gaps))):
        own.learn(left - city.mean)
        return
    weights = forecast[known]
    common = np.log((weights * np.exp(left[known])).sum() / weights.sum())
    city.learn(common - city.mean)
    own.learn(left - common)


def at(base: Forecasts, followed: Track, days: pd.DatetimeIndex, told: pd.DatetimeIndex) -> Forecasts:
    """Return the forecasts of some days, each as known on the evening of its day `told`, or at the later cutoff."""
    rows = np.maximum(followed.days.searchsorted(told, side="right") - 1, 0)
    ahead = (days - followed.days[rows]).days.to_numpy(dtype=float)[:, None]
    moved = followed.own[rows] * np.exp(-ahead / OWN.memory) + followed.city[rows] * np.exp(-ahead / CITY.memory)
    meals = base.meals.loc[days]
    return Forecasts(
        like(meals, meals.to_numpy() * np.exp(moved)), base.event.loc[days], pd.Series(followed.days[rows], days)
    )
