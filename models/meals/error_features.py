"""The features of forecast errors, known when the forecast is made (`models.meals.error_quantiles` reads them).

A forecast is less sure for a canteen whose recent errors were large, or whose last meals on that weekday are far from
the forecast: its level may have changed.
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
# On the same weekday of the last known weeks: the last meals, the medians of three and eight, the most, the least.
FEW, MANY = 3, 8
# The places of the two medians among them.
FEW_WEEKS, MANY_WEEKS = 1, 2
# A gap is cut in two pieces on each side of zero: up to BEND, and beyond.
BEND, LARGEST_GAP = 0.06, 0.25
# How far back before the first forecast the same weekdays are read.
LOOK_BACK = pd.Timedelta(days=400)
DAYS_OF_YEAR = 365.25
# When the managers' plan is far from the forecast, both are less sure.
PLAN_BENDS, OWN_BENDS = (0.05, 0.12, 0.25), (0.03, 0.08, 0.2)
PLAN_FEATURES = 2 * (len(PLAN_BENDS) + 1 + len(OWN_BENDS) + 1)


class Forecasts(NamedTuple):
    """Forecasts: meals and the effect of events on them (log), days × canteens; the cutoff of each day's forecast."""

    meals: pd.DataFrame
    event: pd.DataFrame
    cutoff: pd.Series

    def rows(self, days: slice | pd.DatetimeIndex) -> Forecasts:
        """Return the forecasts of some days."""
        return Forecasts(self.meals.loc[days], self.event.loc[days], self.cutoff.loc[days])


def error_features(
    panel: Panel, forecasts: Forecasts, calendar_features: pd.DataFrame, last_meals: np.ndarray
) -> np.ndarray:
    """Return the features of the errors of forecasts: days × canteens × features.

    The panel ends at the last cutoff of the forecasts. `calendar_features` has days × features, `last_meals` comes from
    `weekday_meals`. The declared effect of an event changes no feature.
    """
    meals, days = forecasts.meals, days_of(forecasts.meals)
    day_features = np.hstack([_weekdays(days), _season(days), calendar_features.loc[days].to_numpy()])
    shared = np.broadcast_to(day_features[:, None, :], (*meals.shape, day_features.shape[1]))
    cutoffs = pd.DatetimeIndex(forecasts.cutoff)
    expected = (log(meals) - forecasts.event).to_numpy()
    gaps = [
        piece for gap in np.clip(last_meals - expected, -LARGEST_GAP, LARGEST_GAP) for piece in piecewise(gap, (BEND,))
    ]
    own = np.stack([_recent(panel, meals, cutoffs), *gaps], axis=-1, dtype=np.float32)
    return np.concatenate([shared, own], axis=-1, dtype=np.float32)


def plan_features(gap: np.ndarray) -> np.ndarray:
    """Return the features of the gap between plan and forecast (log), and of each canteen's own part of it."""
    known_days = np.isfinite(gap).any(axis=1)
    median = np.zeros(len(gap))
    median[known_days] = np.nanmedian(gap[known_days], axis=1)
    pieces = [*piecewise(gap, PLAN_BENDS), *piecewise(gap - median[:, None], OWN_BENDS)]
    return np.stack(pieces, axis=-1, dtype=np.float32)


def piecewise(gap: np.ndarray, places: tuple[float, ...]) -> list[np.ndarray]:
    """Return a piecewise linear basis of a gap (0 where unknown), with bends at these places on each side of zero."""
    known = np.nan_to_num(gap)
    edges = (0.0, *places, np.inf)
    return [np.clip(side, low, high) - low for side in (known, -known) for low, high in pairwise(edges)]


def size_feature(errors: np.ndarray) -> np.ndarray:
    """Return the feature of a mean error: the log of its ratio to the usual error."""
    return np.log(np.maximum(errors, LEAST_ERROR) / USUAL_ERROR)


def _weekdays(days: pd.DatetimeIndex) -> np.ndarray:
    return (days.day_of_week.to_numpy()[:, None] == np.arange(1, 5)).astype(float)


def _season(days: pd.DatetimeIndex) -> np.ndarray:
    """Return the time of the year as one wave: days are less sure around the summer than in winter."""
    angle = 2 * np.pi * days.day_of_year.to_numpy() / DAYS_OF_YEAR
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _recent(panel: Panel, meals: pd.DataFrame, cutoffs: pd.DatetimeIndex) -> np.ndarray:
    """Return the feature of recent errors: the mean absolute log error of the last days known at each cutoff."""
    served = panel.served.loc[panel.served.index.isin(meals.index), meals.columns]
    errors = log(served / meals.loc[served.index]).abs()
    sizes = errors.clip(upper=LARGEST_RECENT).rolling(RECENT_DAYS, min_periods=1).mean()
    return size_feature(np.nan_to_num(_as_known(sizes, cutoffs), nan=USUAL_ERROR))


def weekday_meals(panel: Panel, forecasts: Forecasts) -> np.ndarray:
    """Return the meals (log) of the same weekday in the last weeks known at each cutoff: 5 × days × canteens.

    The last ones, the medians of FEW and MANY weeks, the most and the least of MANY.
    """
    meals, cutoffs = forecasts.meals, pd.DatetimeIndex(forecasts.cutoff)
    known_meals = learnable(panel, trailing=True).loc[cutoffs.min() - LOOK_BACK :].reindex(columns=meals.columns)
    past_meals = log(known_meals)
    summaries = np.full((5, *meals.shape), np.nan)
    for weekday in range(5):
        past = past_meals[days_of(past_meals).day_of_week == weekday]
        few, many = past.rolling(FEW, min_periods=1), past.rolling(MANY, min_periods=1)
        weekday_summaries = (past.ffill(), few.median(), many.median(), many.max(), many.min())
        on_weekday = days_of(meals).day_of_week == weekday
        summaries[:, on_weekday] = [_as_known(table, cutoffs[on_weekday]) for table in weekday_summaries]
    return summaries


def _as_known(table: pd.DataFrame, cutoffs: pd.DatetimeIndex) -> np.ndarray:
    """Return the last row of a table up to each cutoff, NaN before its first."""
    rows = days_of(table).searchsorted(cutoffs, side="right") - 1
    # Row −1 is the added last row: unknown.
    return np.vstack([table.to_numpy(dtype=float), np.full((1, table.shape[1]), np.nan)])[rows]
