"""How far meals end above, or below, their forecast: what past forecasts missed, learnt from clues.

The mean size of the errors on one side is the exponential of a sum of clues (quasi-Poisson regression, shrunk):
R. W. M. Wedderburn, “Quasi-likelihood functions, generalized linear models, and the Gauss–Newton method”,
Biometrika 61 (1974).
Errors are those of forecasts made as early as the ones to judge (`models.backtest`), never those of a fit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import pandas as pd

from models.clues import of_errors
from models.panel import PLAUSIBLE_RATIO

ABOVE, BELOW = 1, -1
# A canteen's own errors count beside those of all canteens; under this many days the latter lead.
CANTEEN_DAYS, LARGE = 40.0, 0.8
# One odd day must not widen a canteen's margins for two years.
LARGEST_ERROR = 0.6
# Each effect is shrunk as if so many canteen-days had shown none.
PRIOR_CELLS = 500.0
ROUNDS, SMALLEST, LARGEST = 10, -6.0, -0.5
# Until past forecasts can be judged, errors are taken for normal, of a mean size seen in the city's log.
LEAST_ERRORS, USUAL_ERROR, USUAL_LARGE, MEAN_TO_DEVIATION = 100, 0.04, 0.08, 2.5066


@dataclass(frozen=True)
class Margin:
    """How far meals end on one side of a forecast: the effects of the clues, and the past errors in that unit (sorted).

    `own` are the large errors of each canteen on that side (LARGE), shrunk towards those of all.
    """

    side: int
    own: pd.Series
    effects: np.ndarray
    standard: np.ndarray

    def width(self, clues: np.ndarray, canteens: pd.Index) -> np.ndarray:
        """Return the mean error expected on this side, as a share of the forecast: days × canteens."""
        own = self.own.reindex(canteens).fillna(self.own.mean())
        # Not a matrix product: its last bits depend on how many canteens there are.
        line = np.einsum("dck,k->dc", _columns(clues, own), self.effects)
        return np.exp(np.clip(line, SMALLEST, LARGEST))

    def quantile(self, share: float) -> float:
        """Return what this share of the past errors, in widths, did not pass; a normal one if few are known."""
        if len(self.standard) < LEAST_ERRORS:
            return NormalDist(0.0, MEAN_TO_DEVIATION).inv_cdf(share)
        return float(np.quantile(self.standard, share))


def learn(forecast: pd.DataFrame, served: np.ndarray, clues: np.ndarray, side: int) -> Margin:
    """Learn the errors of past forecasts on one side: ABOVE or BELOW. All are days × canteens (× clues)."""
    relative = served / forecast.to_numpy(dtype=float) - 1
    low, high = PLAUSIBLE_RATIO
    told = (relative > low - 1) & (relative < high - 1)
    if told.sum() < LEAST_ERRORS:
        constant = np.r_[np.log(USUAL_ERROR), np.zeros(clues.shape[-1] + 1)]
        return Margin(side, pd.Series(USUAL_LARGE, forecast.columns), constant, np.empty(0))
    own = _own(np.where(told, side * relative, np.nan), forecast.columns)
    columns = _columns(clues, own)
    missed = np.clip(side * relative[told], 0.0, LARGEST_ERROR)
    effects = _effects(columns[told], missed, forecast.to_numpy(dtype=float)[told])
    found = Margin(side, own, effects, np.empty(0))
    return replace(found, standard=np.sort((relative / found.width(clues, forecast.columns))[told]))


def _own(errors: np.ndarray, canteens: pd.Index) -> pd.Series:
    """Return each canteen's large errors: those that one day in five passes."""
    days = np.isfinite(errors).sum(axis=0)
    known = np.zeros(len(canteens))
    known[days > 0] = np.nanquantile(errors[:, days > 0], LARGE, axis=0)
    return pd.Series((days * known + CANTEEN_DAYS * np.nanquantile(errors, LARGE)) / (days + CANTEEN_DAYS), canteens)


def _columns(clues: np.ndarray, own: pd.Series) -> np.ndarray:
    """Return the clues with a constant and the canteen's own errors before them."""
    shape = (*clues.shape[:2], 1)
    errors = np.broadcast_to(of_errors(own.to_numpy())[None, :, None], shape)
    return np.concatenate([np.ones(shape), errors, clues], axis=-1, dtype=np.float32)


def _effects(columns: np.ndarray, missed: np.ndarray, meals: np.ndarray) -> np.ndarray:
    """Fit log(mean error) = columns · effects, by iterated least squares; a meal missed counts once, wherever it is."""
    weights = (meals / meals.mean()).astype(np.float32)
    overall = max(float(np.average(missed, weights=weights)), float(np.exp(SMALLEST)))
    effects = np.zeros(columns.shape[1], dtype=np.float32)
    effects[0] = np.log(overall)
    shrink = PRIOR_CELLS * np.mean(columns.astype(float) ** 2, axis=0)
    shrink[0] = 0.0
    shrink[shrink == 0] = 1e-6
    for _ in range(ROUNDS):
        line = np.clip(columns @ effects, SMALLEST - 2, 1.0)
        mean = np.exp(line)
        weighted = columns * (weights * mean / overall)[:, None]
        target = line + (missed.astype(np.float32) - mean) / mean
        normal = (weighted.T @ columns).astype(float) + np.diag(shrink)
        effects = np.linalg.solve(normal, (weighted.T @ target).astype(float)).astype(np.float32)
    return effects.astype(float)
