"""The newsvendor quantity: how many meals to prepare at a given risk of running short, with or without the plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import pandas as pd

from data.queries.forecasts.promises import INTERVAL
from data.queries.forecasts.quality import FAR_MEALS, FAR_SHARE
from models.inputs.panel import plausible
from models.meals.error_quantiles import Margin

HINGES = (-0.3, -0.12, 0.08, 0.2)
LARGEST_DISAGREEMENT = 1.0
PLAN_BIAS_DAYS, PLAN_SLOPE_DAYS = 30.0, 0.6
# The quantity runs short of no more meals than the managers' plans, and on no more days far short, at a risk between
# these two bounds. The plans are short, be it of one meal, on 18 % of days.
# Seasons stray from one another: the quantity aims under the managers' mean, at what their careful seasons were.
CAREFUL = 0.8
LOWEST_RISK, HIGHEST_RISK = 0.01, 0.35
DEFAULT_RISK = 0.18
# A small canteen is far short by a few meals: the margin above its forecast is larger for the same expected error. The
# unit is a canteen of USUAL_MEALS.
SIZE_POWER, USUAL_MEALS = -0.35, 100.0
# The least width of an interval, in meals: it is a divisor.
LEAST_WAY = 1.0
LEAST_CELLS = 100


@dataclass(frozen=True)
class PlanRule:
    """The effect of the managers' plan on the forecast, in log meals: by the city's gap and the canteen's own gap."""

    bias: pd.Series
    effects: np.ndarray
    slope: pd.Series

    def blend(self, forecast: pd.DataFrame, planned: pd.DataFrame) -> pd.DataFrame:
        """Return the forecast corrected by the plan; without a plan, the forecast as it is."""
        gap = self.gap(forecast, planned)
        own_slopes = self.slope.reindex(forecast.columns).fillna(0.0).to_numpy()
        columns = _columns(gap)
        shift = columns @ self.effects + gap * own_slopes
        # A line has no bound: the shift stays between zero, the canteen's own gap and the median gap of the day.
        bounds = np.stack([np.zeros_like(gap), gap, columns[..., 0]])
        shift = np.clip(shift, np.fmin.reduce(bounds), np.fmax.reduce(bounds))
        return forecast * np.exp(np.nan_to_num(shift))

    def gap(self, forecast: pd.DataFrame, planned: pd.DataFrame) -> np.ndarray:
        """Return the gap (log) between the plan, minus its usual bias, and the forecast; NaN without a plan."""
        usual = self.bias.reindex(forecast.columns).fillna(self.bias.mean()).to_numpy()
        gap = _log_ratio(planned, forecast) - usual
        return np.clip(gap, -LARGEST_DISAGREEMENT, LARGEST_DISAGREEMENT)


def learn_plan(forecast: pd.DataFrame, planned: pd.DataFrame, served: pd.DataFrame) -> PlanRule:
    """Learn from past days the meals served when the plan and the forecast differed."""
    surplus = pd.DataFrame(_log_ratio(planned, served), columns=forecast.columns)
    day_counts = surplus.notna().sum()
    overall = float(np.nanmedian(surplus.to_numpy())) if day_counts.sum() else 0.0
    bias = (surplus.median().fillna(0.0) * day_counts + overall * PLAN_BIAS_DAYS) / (day_counts + PLAN_BIAS_DAYS)
    rule = PlanRule(bias, np.zeros(2 + len(HINGES)), pd.Series(0.0, forecast.columns))
    gap = rule.gap(forecast, planned)
    return PlanRule(bias, *_plan_effects(gap, _log_ratio(served, forecast), forecast.columns))


def _log_ratio(above: pd.DataFrame, below: pd.DataFrame) -> np.ndarray:
    """Return the log of a ratio of meals, NaN where one is unknown or zero."""
    values = [np.where(table > 0, table, np.nan) for table in (above, below)]
    return np.log(values[0] / values[1])


class Shortage(NamedTuple):
    """How short quantities ran: the share of the meals that were missing, the share of days far short."""

    meals: float
    far_days: float


def shortage(planned: pd.DataFrame, served: pd.DataFrame) -> Shortage | None:
    """Return the shortage of the managers' plans; None without enough plans.

    It varies from year to year, more by chance than by choice: all known years count.
    """
    plan, meals = planned.to_numpy(), served.to_numpy()
    known = plausible(plan, meals)
    if known.sum() < LEAST_CELLS:
        return None
    ran = shortage_of(plan[known], meals[known])
    return Shortage(CAREFUL * ran.meals, CAREFUL * ran.far_days)


def shortage_of(prepared: np.ndarray, served: np.ndarray) -> Shortage:
    """Return the shortage of quantities; a day is far short without FAR_SHARE of its meals, and FAR_MEALS at least."""
    missing = np.maximum(served - prepared, 0.0)
    far = (missing > FAR_SHARE * served) & (missing >= FAR_MEALS)
    return Shortage(float(missing.sum() / served.sum()), float(far.mean()))


def spread(width: np.ndarray, meals: np.ndarray) -> np.ndarray:
    """Return the unit of the margin above forecasts, as a share of them; `width` comes from `Margin.width`."""
    return np.asarray(width * (np.maximum(meals, 1.0) / USUAL_MEALS) ** SIZE_POWER)


def whole_meals(forecast: np.ndarray, share: float, margin: Margin, width: np.ndarray) -> np.ndarray:
    """Return the newsvendor quantile in whole meals, enough on this share of days; `margin` is a `prepared_margin`."""
    return np.maximum(np.round(forecast * (1 + margin.quantile(share) * spread(width, forecast))), 0.0)


def prepared_margin(margin: Margin, forecast: np.ndarray, width: np.ndarray, served: np.ndarray) -> Margin:
    """Return the margin above forecasts with the errors of whole meals, in the unit of `spread`.

    A day is short when the meals served exceed the rounded quantity, that is when they, less half a meal, exceed the
    exact quantity.
    """
    if not len(margin.standard):
        return margin
    errors = (served - 0.5) / forecast - 1
    known = np.isfinite(errors) & plausible(served, forecast)
    return replace(margin, standard=np.sort((errors / spread(width, forecast))[known]))


def match_risk(forecast: np.ndarray, margin: Margin, width: np.ndarray, served: np.ndarray, most: Shortage) -> float:
    """Return the lowest service level (share of days without shortage) that ran no shorter in the past than `most`."""
    # A typing error is no shortage, here as in `shortage`.
    known = plausible(served, forecast)
    if not known.any():
        return 1 - DEFAULT_RISK
    low, high = 1 - HIGHEST_RISK, 1 - LOWEST_RISK
    for _ in range(20):
        middle = (low + high) / 2
        ran = shortage_of(whole_meals(forecast, middle, margin, width)[known], served[known])
        low, high = (middle, high) if ran.meals > most.meals or ran.far_days > most.far_days else (low, middle)
    return high


def widened(tables: dict[str, pd.DataFrame], unsure: pd.Series) -> dict[str, pd.DataFrame]:
    """Return the tables of `models.meals.backtest.quantities`, wider for canteens whose level is `unsure` (log)."""
    z_score = NormalDist().inv_cdf((1 + INTERVAL) / 2)
    widened_tables = {name: table.copy() for name, table in tables.items()}
    for canteen, standard_deviation in unsure.items():
        middle, lower, upper = (tables[name][canteen] for name in ("forecast", "lower", "upper"))
        factor = np.sqrt(1 + (2 * middle * z_score * standard_deviation / (upper - lower).clip(lower=LEAST_WAY)) ** 2)
        for name in ("lower", "upper"):
            widened_tables[name][canteen] = (middle + factor * (tables[name][canteen] - middle)).clip(lower=0.0)
        above = factor * (tables["recommended"][canteen] - middle)
        widened_tables["recommended"][canteen] = (middle + above).clip(lower=0.0).round()
    return widened_tables


def _plan_effects(gap: np.ndarray, truth: np.ndarray, canteens: pd.Index) -> tuple[np.ndarray, pd.Series]:
    """Fit the columns over all canteens by robust regression, then each canteen's own slope, shrunk towards zero."""
    known = np.isfinite(gap) & np.isfinite(truth)
    effects, slopes = np.zeros(2 + len(HINGES)), pd.Series(0.0, canteens)
    if known.sum() < 2 * LEAST_CELLS:
        return effects, slopes
    columns, values = _columns(gap)[known], truth[known]
    weights = np.ones(len(values))
    for _ in range(6):
        normal = (columns * weights[:, None]).T @ columns + 1e-3 * np.eye(columns.shape[1])
        effects = np.linalg.solve(normal, (columns * weights[:, None]).T @ values)
        errors = values - columns @ effects
        usual = max(1.4826 * float(np.median(np.abs(errors))), 1e-6)
        weights = np.minimum(1.0, usual / np.maximum(np.abs(errors), 1e-9))
    weighted, residuals = np.zeros(gap.shape), np.zeros(gap.shape)
    weighted[known], residuals[known] = weights, errors
    filled = np.nan_to_num(gap)
    slopes[:] = (weighted * filled * residuals).sum(axis=0) / ((weighted * filled**2).sum(axis=0) + PLAN_SLOPE_DAYS)
    return effects, slopes


def _columns(gap: np.ndarray) -> np.ndarray:
    """Return the median gap of each day, and a piecewise linear basis (HINGES) of each canteen's distance to it.

    A gap shared by most managers (a strike, a long week-end) is more reliable than that of one manager.
    """
    known_days = np.isfinite(gap).any(axis=1)
    median = np.zeros(len(gap))
    median[known_days] = np.nanmedian(gap[known_days], axis=1)
    own = gap - median[:, None]
    pieces = [np.minimum(own - place, 0.0) if place < 0 else np.maximum(own - place, 0.0) for place in HINGES]
    return np.stack([np.broadcast_to(median[:, None], gap.shape), own, *pieces], axis=-1)
