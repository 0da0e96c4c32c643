"""Conformal margins above or below a forecast: quantiles of past errors, scaled by an expected error.

The expected error on one side is the exponential of a sum of features (quasi-Poisson regression, shrunk):
R. W. M. Wedderburn, “Quasi-likelihood functions, generalized linear models, and the Gauss–Newton method”,
Biometrika 61 (1974).
The errors are those of past forecasts made as early as the ones to judge (`models.meals.backtest`), not those of a fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import pandas as pd

from models.inputs.panel import plausible
from models.meals.error_features import size_feature

ABOVE, BELOW = 1, -1
# A canteen's own errors are averaged with those of all canteens, which count as CANTEEN_DAYS days.
CANTEEN_DAYS, LARGE = 40.0, 0.8
# Errors are clipped: one odd day must not widen a canteen's margins for two years.
LARGEST_ERROR = 0.6
# Each effect is shrunk as if this many canteen-days had shown no effect.
PRIOR_CELLS = 500.0
ROUNDS, SMALLEST, LARGEST = 10, -6.0, -0.5
NEGLIGIBLE = 1e-6
# The table of days × canteens × features is large: it is read BLOCK_DAYS days at a time.
BLOCK_DAYS = 60
# With too few past errors, they are taken for normal, with the mean size of those in the city's log.
LEAST_ERRORS, USUAL_ERROR, USUAL_LARGE, MEAN_TO_DEVIATION = 100, 0.04, 0.08, 2.5066


@dataclass(frozen=True)
class Margin:
    """The margin on one side of a forecast: coefficients of the expected error, sorted past errors in that unit.

    `own` is each canteen's quantile LARGE of the errors on that side, shrunk towards that of all canteens.
    """

    side: int
    own: pd.Series
    effects: np.ndarray
    standard: np.ndarray

    def width(self, features: np.ndarray, canteens: pd.Index) -> np.ndarray:
        """Return the expected error on this side, as a share of the forecast: days × canteens."""
        if not len(features):
            return np.empty(features.shape[:2])
        own = self.own.reindex(canteens).fillna(self.own.mean())
        # No matrix product: its last bits depend on the number of canteens.
        lines = [np.einsum("dck,k->dc", columns, self.effects) for _, columns in _blocks(features, own)]
        return np.exp(np.clip(np.concatenate(lines), SMALLEST, LARGEST))

    def quantile(self, share: float) -> float:
        """Return this quantile of the past errors, in units of `width`; that of a normal law if too few are known."""
        if len(self.standard) < LEAST_ERRORS:
            return NormalDist(0.0, MEAN_TO_DEVIATION).inv_cdf(share)
        return float(np.quantile(self.standard, share))


def learn(forecast: pd.DataFrame, served: np.ndarray, features: np.ndarray, side: int) -> Margin:
    """Learn the margin of past forecasts on one side, ABOVE or BELOW. All are days × canteens (× features)."""
    relative = served / forecast.to_numpy(dtype=float) - 1
    usable = plausible(served, forecast.to_numpy(dtype=float))
    if usable.sum() < LEAST_ERRORS:
        constant = np.r_[np.log(USUAL_ERROR), np.zeros(features.shape[-1] + 1)]
        return Margin(side, pd.Series(USUAL_LARGE, forecast.columns), constant, np.empty(0))
    own = _own_quantiles(np.where(usable, side * relative, np.nan), forecast.columns)
    blocks = [columns[usable[rows]] for rows, columns in _blocks(features, own)]
    errors = np.clip(side * relative[usable], 0.0, LARGEST_ERROR)
    effects = _effects(blocks, errors, forecast.to_numpy(dtype=float)[usable])
    margin = Margin(side, own, effects, np.empty(0))
    return replace(margin, standard=np.sort((relative / margin.width(features, forecast.columns))[usable]))


def _own_quantiles(errors: np.ndarray, canteens: pd.Index) -> pd.Series:
    """Return each canteen's quantile LARGE of the errors, shrunk towards that of all canteens."""
    days = np.isfinite(errors).sum(axis=0)
    known = np.zeros(len(canteens))
    known[days > 0] = np.nanquantile(errors[:, days > 0], LARGE, axis=0)
    return pd.Series((days * known + CANTEEN_DAYS * np.nanquantile(errors, LARGE)) / (days + CANTEEN_DAYS), canteens)


def _blocks(features: np.ndarray, own: pd.Series) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield the design matrix some days at a time: a constant, the canteen's own errors, then the features."""
    for start in range(0, len(features), BLOCK_DAYS):
        rows = slice(start, start + BLOCK_DAYS)
        shape = (*features[rows].shape[:2], 1)
        errors = np.broadcast_to(size_feature(own.to_numpy())[None, :, None], shape)
        yield rows, np.concatenate([np.ones(shape), errors, features[rows]], axis=-1, dtype=np.float32)


def _effects(blocks: list[np.ndarray], errors: np.ndarray, meals: np.ndarray) -> np.ndarray:
    """Fit log(mean error) = columns · effects by iteratively reweighted least squares, weighted by the meals."""
    weights = meals / meals.mean()
    overall = max(float(np.average(errors, weights=weights)), float(np.exp(SMALLEST)))
    count = blocks[0].shape[1]
    effects = np.r_[np.log(overall), np.zeros(count - 1)]
    shrink = PRIOR_CELLS * sum(np.einsum("nk,nk->k", block, block) for block in blocks) / len(errors)
    shrink[0] = 0.0
    shrink[shrink == 0] = NEGLIGIBLE
    starts = np.cumsum([0, *map(len, blocks)])
    for _ in range(ROUNDS):
        normal, right_side = np.diag(shrink), np.zeros(count)
        for block, first, last in zip(blocks, starts, starts[1:], strict=False):
            line = np.clip(block @ effects, SMALLEST - 2, 1.0)
            mean = np.exp(line)
            weighted = block * (weights[first:last] * mean / overall)[:, None]
            normal += weighted.T @ block
            right_side += weighted.T @ (line + (errors[first:last] - mean) / mean)
        effects = np.linalg.solve(normal, right_side)
    return effects
