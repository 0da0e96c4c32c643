"""Conformal margins above or below a forecast: quantiles of past errors, scaled by an expected error.

The expected error on one side is the exponential of a sum of features (quasi-Poisson regression, shrunk):
R. W. M. Wedderburn, “Quasi-likelihood functions, generalized linear models, and the Gauss–Newton method”,
Biometrika 61 (1974).
The errors are those of past forecasts made as early as the ones to judge (`models.meals.backtest`), not those of a fit.
Each is divided by the error that the other FOLDS − 1 parts of the past expect of it, so that features fitted to a few
odd days do not make the past look surer than what comes: cross-conformal prediction, V. Vovk, “Cross-conformal
predictors”, Annals of Mathematics and Artificial Intelligence 74 (2015).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
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
# Each effect is shrunk as if this many days had shown no effect: the canteens of one day go together.
PRIOR_DAYS = 30.0
# The past is cut into this many consecutive parts.
FOLDS = 5
ROUNDS, CONVERGED, SMALLEST, LARGEST = 10, 1e-4, -6.0, -0.5
NEGLIGIBLE = 1e-6
# The table of days × canteens × features is large: it is read BLOCK_DAYS days at a time.
BLOCK_DAYS = 60
# With too few past errors, they are taken for normal, with the mean size of those in the city's log.
LEAST_ERRORS, USUAL_ERROR, USUAL_LARGE, MEAN_TO_DEVIATION = 100, 0.04, 0.08, 2.5066


@dataclass(frozen=True)
class Margin:
    """The margin on one side of a forecast: coefficients of the expected error, sorted past errors in that unit.

    `own` is each canteen's quantile LARGE of the errors on that side, shrunk towards that of all canteens. `days` is
    how many days the past errors are of (0: as many as there may be). `past_width` is the error expected of each cell
    of the past from the other parts of it: days × canteens.
    """

    side: int
    own: pd.Series
    effects: np.ndarray
    standard: np.ndarray
    days: int = 0
    past_width: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))

    def width(self, features: np.ndarray, canteens: pd.Index) -> np.ndarray:
        """Return the expected error on this side, as a share of the forecast: days × canteens."""
        if not len(features):
            return np.empty(features.shape[:2])
        own = self.own.reindex(canteens).fillna(self.own.mean())
        return np.concatenate([_width(columns, self.effects) for _, columns in _blocks(features, own)])

    def quantile(self, share: float) -> float:
        """Return this quantile of the past errors, in units of `width`; that of a normal law if too few are known.

        The day to come is one more than the days known, so the quantile is a little further on its side (conformal
        prediction). The canteens of one day go together: it is days that count.
        """
        if len(self.standard) < LEAST_ERRORS:
            return NormalDist(0.0, MEAN_TO_DEVIATION).inv_cdf(share)
        inside = share if self.side == ABOVE else 1 - share
        further = min(inside * (1 + 1 / self.days), 1.0) if self.days else inside
        return float(np.quantile(self.standard, further if self.side == ABOVE else 1 - further))


def learn(forecast: pd.DataFrame, served: np.ndarray, features: np.ndarray, side: int) -> Margin:
    """Learn the margin of past forecasts on one side, ABOVE or BELOW. All are days × canteens (× features)."""
    relative = served / forecast.to_numpy(dtype=float) - 1
    usable = plausible(served, forecast.to_numpy(dtype=float))
    if usable.sum() < LEAST_ERRORS:
        constant = np.r_[np.log(USUAL_ERROR), np.zeros(features.shape[-1] + 1)]
        usual = pd.Series(USUAL_LARGE, forecast.columns)
        return Margin(side, usual, constant, np.empty(0), past_width=np.full(relative.shape, USUAL_ERROR))
    own = _own_quantiles(np.where(usable, side * relative, np.nan), forecast.columns)
    sample = Sample(list(_blocks(features, own)), usable, np.clip(side * relative, 0.0, LARGEST_ERROR), forecast)
    effects = _effects(sample)
    width = _past_width(sample, effects)
    days = int(usable.any(axis=1).sum())
    return Margin(side, own, effects, np.sort((relative / width)[usable]), days, width)


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


def _width(columns: np.ndarray, effects: np.ndarray) -> np.ndarray:
    # No matrix product: its last bits depend on the number of canteens.
    return np.exp(np.clip(np.einsum("dck,k->dc", columns, effects), SMALLEST, LARGEST))


@dataclass(frozen=True)
class Sample:
    """The past errors to learn from: the design matrix by blocks of days, the usable cells, errors and forecasts."""

    blocks: list[tuple[slice, np.ndarray]]
    usable: np.ndarray
    errors: np.ndarray
    forecast: pd.DataFrame

    @cached_property
    def prior(self) -> np.ndarray:
        """Return the precision of the prior of each effect: PRIOR_DAYS days without effect."""
        squares = sum(np.einsum("nk,nk->k", one, one) for one in (x[self.usable[rows]] for rows, x in self.blocks))
        shrink = PRIOR_DAYS * np.asarray(squares) / self.usable.any(axis=1).sum()
        shrink[0] = 0.0
        shrink[shrink == 0] = NEGLIGIBLE
        return shrink

    @cached_property
    def weights(self) -> np.ndarray:
        """Return the weight of each cell: its meals, over the mean of the usable ones."""
        meals = self.forecast.to_numpy(dtype=float)
        return meals / meals[self.usable].mean()

    @cached_property
    def overall(self) -> float:
        """Return the mean error, weighted by the meals."""
        mean = float(np.average(self.errors[self.usable], weights=self.weights[self.usable]))
        return max(mean, float(np.exp(SMALLEST)))

    def equations(self, effects: np.ndarray, rows: slice, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the normal equations of some days for the next effects (iteratively reweighted least squares)."""
        usable = self.usable[rows]
        block, errors = columns[usable], self.errors[rows][usable]
        line = np.clip(block @ effects, SMALLEST - 2, 1.0)
        mean = np.exp(line)
        weighted = block * (self.weights[rows][usable] * mean / self.overall)[:, None]
        return weighted.T @ block, weighted.T @ (line + (errors - mean) / mean)


def _effects(sample: Sample) -> np.ndarray:
    """Fit log(mean error) = columns · effects by iteratively reweighted least squares, weighted by the meals."""
    effects = np.r_[np.log(sample.overall), np.zeros(len(sample.prior) - 1)]
    for _ in range(ROUNDS):
        normal, right_side = np.diag(sample.prior), np.zeros(len(effects))
        for rows, columns in sample.blocks:
            block_normal, block_right_side = sample.equations(effects, rows, columns)
            normal += block_normal
            right_side += block_right_side
        previous, effects = effects, np.linalg.solve(normal, right_side)
        if np.abs(effects - previous).max() < CONVERGED:
            break
    return effects


def _past_width(sample: Sample, effects: np.ndarray) -> np.ndarray:
    """Return the error expected of each past day from the other parts of the past, one step from all the effects."""
    columns = np.concatenate([one for _, one in sample.blocks])
    known = sample.usable.any(axis=1)
    if known.sum() < FOLDS:
        return _width(columns, effects)
    fold_of_day = np.minimum((np.cumsum(known) - known) * FOLDS // known.sum(), FOLDS - 1)
    edges = np.searchsorted(fold_of_day, range(FOLDS + 1))
    folds = [slice(first, last) for first, last in pairwise(edges)]
    parts = [sample.equations(effects, rows, columns[rows]) for rows in folds]
    normal, right_side = np.diag(sample.prior) + sum(one for one, _ in parts), sum(one for _, one in parts)
    others = [np.linalg.solve(normal - fold_normal, right_side - fold_side) for fold_normal, fold_side in parts]
    return np.concatenate([_width(columns[rows], other) for rows, other in zip(folds, others, strict=True)])
