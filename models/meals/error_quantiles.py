"""How far meals end above, or below, their forecast: what past forecasts missed, learnt from clues.

The mean size of the errors on one side is the exponential of a sum of clues (quasi-Poisson regression, shrunk):
R. W. M. Wedderburn, “Quasi-likelihood functions, generalized linear models, and the Gauss–Newton method”,
Biometrika 61 (1974).
Errors are those of forecasts made as early as the ones to judge (`models.backtest`), never those of a fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import pandas as pd

from models.inputs.panel import plausible
from models.meals.error_features import of_errors

ABOVE, BELOW = 1, -1
# A canteen's own errors count beside those of all canteens; under this many days the latter lead.
CANTEEN_DAYS, LARGE = 40.0, 0.8
# One odd day must not widen a canteen's margins for two years.
LARGEST_ERROR = 0.6
# Each effect is shrunk as if so many canteen-days had shown none.
PRIOR_CELLS = 500.0
ROUNDS, SMALLEST, LARGEST = 10, -6.0, -0.5
NEGLIGIBLE = 1e-6
# Many canteens over many days and clues are a large table: it is read some days at a time.
BLOCK_DAYS = 60
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
        if not len(clues):
            return np.empty(clues.shape[:2])
        own = self.own.reindex(canteens).fillna(self.own.mean())
        # Not a matrix product: its last bits depend on how many canteens there are.
        lines = [np.einsum("dck,k->dc", columns, self.effects) for _, columns in _blocks(clues, own)]
        return np.exp(np.clip(np.concatenate(lines), SMALLEST, LARGEST))

    def quantile(self, share: float) -> float:
        """Return what this share of the past errors, in widths, did not pass; a normal one if few are known."""
        if len(self.standard) < LEAST_ERRORS:
            return NormalDist(0.0, MEAN_TO_DEVIATION).inv_cdf(share)
        return float(np.quantile(self.standard, share))


def learn(forecast: pd.DataFrame, served: np.ndarray, clues: np.ndarray, side: int) -> Margin:
    """Learn the errors of past forecasts on one side: ABOVE or BELOW. All are days × canteens (× clues)."""
    relative = served / forecast.to_numpy(dtype=float) - 1
    told = plausible(served, forecast.to_numpy(dtype=float))
    if told.sum() < LEAST_ERRORS:
        constant = np.r_[np.log(USUAL_ERROR), np.zeros(clues.shape[-1] + 1)]
        return Margin(side, pd.Series(USUAL_LARGE, forecast.columns), constant, np.empty(0))
    own = _own(np.where(told, side * relative, np.nan), forecast.columns)
    blocks = [columns[told[rows]] for rows, columns in _blocks(clues, own)]
    missed = np.clip(side * relative[told], 0.0, LARGEST_ERROR)
    effects = _effects(blocks, missed, forecast.to_numpy(dtype=float)[told])
    found = Margin(side, own, effects, np.empty(0))
    return replace(found, standard=np.sort((relative / found.width(clues, forecast.columns))[told]))


def _own(errors: np.ndarray, canteens: pd.Index) -> pd.Series:
    """Return each canteen's large errors: those that one day in five passes."""
    days = np.isfinite(errors).sum(axis=0)
    known = np.zeros(len(canteens))
    known[days > 0] = np.nanquantile(errors[:, days > 0], LARGE, axis=0)
    return pd.Series((days * known + CANTEEN_DAYS * np.nanquantile(errors, LARGE)) / (days + CANTEEN_DAYS), canteens)


def _blocks(clues: np.ndarray, own: pd.Series) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield, some days at a time, the clues with a constant and the canteen's own errors before them."""
    for start in range(0, len(clues), BLOCK_DAYS):
        rows = slice(start, start + BLOCK_DAYS)
        shape = (*clues[rows].shape[:2], 1)
        errors = np.broadcast_to(of_errors(own.to_numpy())[None, :, None], shape)
        yield rows, np.concatenate([np.ones(shape), errors, clues[rows]], axis=-1, dtype=np.float32)


def _effects(blocks: list[np.ndarray], missed: np.ndarray, meals: np.ndarray) -> np.ndarray:
    """Fit log(mean error) = columns · effects, by iterated least squares; a meal missed counts once, wherever it is."""
    weights = meals / meals.mean()
    overall = max(float(np.average(missed, weights=weights)), float(np.exp(SMALLEST)))
    count = blocks[0].shape[1]
    effects = np.r_[np.log(overall), np.zeros(count - 1)]
    shrink = PRIOR_CELLS * sum(np.einsum("nk,nk->k", block, block) for block in blocks) / len(missed)
    shrink[0] = 0.0
    shrink[shrink == 0] = NEGLIGIBLE
    starts = np.cumsum([0, *map(len, blocks)])
    for _ in range(ROUNDS):
        normal, wanted = np.diag(shrink), np.zeros(count)
        for block, first, last in zip(blocks, starts, starts[1:], strict=False):
            line = np.clip(block @ effects, SMALLEST - 2, 1.0)
            mean = np.exp(line)
            weighted = block * (weights[first:last] * mean / overall)[:, None]
            normal += weighted.T @ block
            wanted += weighted.T @ (line + (missed[first:last] - mean) / mean)
        effects = np.linalg.solve(normal, wanted)
    return effects
