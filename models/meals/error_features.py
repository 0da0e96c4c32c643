"""What is known, when a forecast is made, of how far its canteen may end from it (`models.margins` reads it).

A canteen that was further from its forecasts of late, or whose last meals on that weekday are far from what is forecast
now, is less sure: its level may have moved, or come back.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from models.inputs.frames import days_of, log
from models.inputs.panel import Panel, learnable

RECENT_DAYS = 20
LARGEST_RECENT, LEAST_ERROR, USUAL_ERROR = 0.7, 0.01, 0.05
# The same weekday of the last weeks known: its last meals, the middle of three and of eight, the most, the least.
FEW, MANY = 3, 8
# A gap counts in two pieces, on either side: what is usual, and what is beyond.
BEND, LARGEST_GAP = 0.06, 0.25
# How far back the same weekdays are looked for, before the first of the forecasts.
LOOK_BACK = pd.Timedelta(days=400)
# Where the managers' plan is far from the forecast, both are less sure.
PLAN_BENDS, OWN_BENDS = (0.05, 0.12, 0.25), (0.03, 0.08, 0.2)
PLAN_CLUES = 2 * (len(PLAN_BENDS) + 1 + len(OWN_BENDS) + 1)


class Made(NamedTuple):
    """Forecasts made: meals and what events change of them (log), days × canteens; the last day each day's knew."""

    meals: pd.DataFrame
    event: pd.DataFrame
    known: pd.Series

    def rows(self, wanted: slice | pd.DatetimeIndex) -> Made:
        """Return the forecasts of some days."""
        return Made(self.meals.loc[wanted], self.event.loc[wanted], self.known.loc[wanted])


def clues(panel: Panel, made: Made, features: pd.DataFrame) -> np.ndarray:
    """Return days × canteens × clues of forecasts; the panel ends with the last day known to any of them.

    `features` are those of the calendar. What an event changes is no surprise: it moves no clue.
    """
    meals, days = made.meals, days_of(made.meals)
    of_day = np.hstack([_weekdays(days), features.loc[days].to_numpy()])
    shared = np.broadcast_to(of_day[:, None, :], (*meals.shape, of_day.shape[1]))
    cutoffs = pd.DatetimeIndex(made.known)
    gaps = [piece for gap in _gaps(panel, log(meals) - made.event, cutoffs) for piece in bent(gap, (BEND,))]
    own = np.stack([_recent(panel, meals, cutoffs), *gaps], axis=-1, dtype=np.float32)
    return np.concatenate([shared, own], axis=-1, dtype=np.float32)


def plan_clues(gap: np.ndarray) -> np.ndarray:
    """Return days × canteens × clues of the gap between plan and forecast (log), and of each canteen's own part."""
    told = np.isfinite(gap).any(axis=1)
    middle = np.zeros(len(gap))
    middle[told] = np.nanmedian(gap[told], axis=1)
    pieces = [*bent(gap, PLAN_BENDS), *bent(gap - middle[:, None], OWN_BENDS)]
    return np.stack(pieces, axis=-1, dtype=np.float32)


def bent(gap: np.ndarray, places: tuple[float, ...]) -> list[np.ndarray]:
    """Return a gap (0 where unknown) in pieces on either side of zero: a line that may bend at these places."""
    known = np.nan_to_num(gap)
    edges = (0.0, *places, np.inf)
    return [np.clip(side, low, high) - low for side in (known, -known) for low, high in pairwise(edges)]


def of_errors(errors: np.ndarray) -> np.ndarray:
    """Return a mean size of errors as a clue: the log of how many times the usual size it is."""
    return np.log(np.maximum(errors, LEAST_ERROR) / USUAL_ERROR)


def _weekdays(days: pd.DatetimeIndex) -> np.ndarray:
    return (days.day_of_week.to_numpy()[:, None] == np.arange(1, 5)).astype(float)


def _recent(panel: Panel, meals: pd.DataFrame, cutoffs: pd.DatetimeIndex) -> np.ndarray:
    """Return how far the forecasts of the last days known ended from the meals served."""
    served = panel.served.loc[panel.served.index.isin(meals.index), meals.columns]
    errors = log(served / meals.loc[served.index]).abs()
    sizes = errors.clip(upper=LARGEST_RECENT).rolling(RECENT_DAYS, min_periods=1).mean()
    told = sizes.to_numpy()[np.isfinite(sizes)]
    overall = float(told.mean()) if len(told) else USUAL_ERROR
    return of_errors(np.nan_to_num(_as_known(sizes, cutoffs), nan=overall))


def _gaps(panel: Panel, forecast: pd.DataFrame, cutoffs: pd.DatetimeIndex) -> list[np.ndarray]:
    """Return how far what was served on the same weekday of the last weeks known is above each forecast (log)."""
    wanted = log(learnable(panel).loc[cutoffs.min() - LOOK_BACK :].reindex(columns=forecast.columns))
    found = np.full((5, *forecast.shape), np.nan)
    for weekday in range(5):
        past = wanted[days_of(wanted).day_of_week == weekday]
        few, many = past.rolling(FEW, min_periods=1), past.rolling(MANY, min_periods=1)
        told = (past.ffill(), few.median(), many.median(), many.max(), many.min())
        asked = days_of(forecast).day_of_week == weekday
        found[:, asked] = [_as_known(one, cutoffs[asked]) for one in told]
    return list(np.clip(found - forecast.to_numpy(), -LARGEST_GAP, LARGEST_GAP))


def _as_known(table: pd.DataFrame, cutoffs: pd.DatetimeIndex) -> np.ndarray:
    """Return the last row of a table up to each cutoff, NaN before its first."""
    rows = days_of(table).searchsorted(cutoffs, side="right") - 1
    # Before the first row comes the last one: unknown.
    return np.vstack([table.to_numpy(dtype=float), np.full((1, table.shape[1]), np.nan)])[rows]
