"""The correction of a forecast towards the usual ratio of what was served to it, by the last meals of its weekday.

The model's errors are not centred: most days are a little above it, and odd days far below. The absolute error is least
at the median, so the ratio is learnt by a robust regression (P. J. Huber, “Robust estimation of a location parameter”,
Annals of Mathematical Statistics 35, 1964), and half of it is believed.
"""

from __future__ import annotations

import numpy as np

from models.inputs.frames import like, log
from models.meals.error_features import FEW_WEEKS, LARGEST_GAP, MANY_WEEKS, Forecasts

SHARE = 0.5
# An effect is shrunk as if this many days had shown none; errors count up to LARGEST_ERROR; the bend of the weights.
PRIOR_DAYS, LARGEST_ERROR, BEND, ROUNDS = 30.0, 0.5, 0.5, 6
LEAST_CELLS = 2000


def corrected(forecasts: Forecasts, served: np.ndarray, last_meals: np.ndarray) -> Forecasts:
    """Return the forecasts corrected by what was served on their first days (log, days × canteens; NaN: not known).

    `last_meals` are those of `models.meals.error_features.weekday_meals`.
    """
    expected = (log(forecasts.meals) - forecasts.event).to_numpy()
    gaps = np.nan_to_num(np.clip(last_meals[[FEW_WEEKS, MANY_WEEKS]] - expected, -LARGEST_GAP, LARGEST_GAP))
    columns = np.stack([np.ones(expected.shape), *gaps], axis=-1)
    past = len(served)
    errors = served - log(forecasts.meals).to_numpy()[:past]
    known = np.isfinite(errors)
    if known.sum() < LEAST_CELLS:
        return forecasts
    weights = forecasts.meals.to_numpy()[:past][known]
    clipped = np.clip(errors[known], -LARGEST_ERROR, LARGEST_ERROR)
    effects = _effects(columns[:past][known], clipped, weights / weights.mean(), PRIOR_DAYS / known.any(axis=1).sum())
    moved = forecasts.meals.to_numpy() * np.exp(SHARE * (columns @ effects))
    return forecasts._replace(meals=like(forecasts.meals, moved))


def _effects(columns: np.ndarray, errors: np.ndarray, weights: np.ndarray, shrink: float) -> np.ndarray:
    prior = shrink * np.diag((columns**2 * weights[:, None]).sum(axis=0)) + 1e-9 * np.eye(columns.shape[1])
    used, effects = weights, np.zeros(columns.shape[1])
    for _ in range(ROUNDS):
        weighted = columns * used[:, None]
        effects = np.linalg.solve(weighted.T @ columns + prior, weighted.T @ errors)
        left = np.abs(errors - columns @ effects)
        used = weights * np.minimum(1.0, BEND * 1.4826 * np.median(left) / np.maximum(left, 1e-9))
    return effects
