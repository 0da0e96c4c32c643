"""How many meals to prepare at a stated risk of running short, and what the managers' plan adds to a forecast."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import pandas as pd

from models.inputs.panel import plausible
from models.inputs.series import INTERVAL
from models.meals.error_quantiles import Margin

HINGES = (-0.3, -0.12, 0.08, 0.2)
LARGEST_DISAGREEMENT = 1.0
PLAN_BIAS_DAYS, PLAN_SLOPE_DAYS = 30.0, 0.6
# As many meals short as the managers, but never on more days than this: theirs are 18 in a hundred.
MOST_DAYS_SHORT, LOWEST_RISK = 0.21, 0.01
DEFAULT_RISK = 0.18
# A day short is a bad day, however few the meals: what is prepared above a forecast grows less than its expected error,
# so that the surer days are short less often for the same meals. The unit is that of a usual day of a usual canteen.
WIDTH_POWER, SIZE_POWER = 0.6, -0.1
USUAL_WIDTH, USUAL_MEALS = 0.04, 100.0
# An interval thinner than a meal is taken for one of a meal: it is divided by.
LEAST_WAY = 1.0
LEAST_CELLS = 100


@dataclass(frozen=True)
class PlanRule:
    """What the managers' plan tells beside the forecast, in log meals: along the city's gap and the canteen's own."""

    bias: pd.Series
    effects: np.ndarray
    slope: pd.Series

    def blend(self, forecast: pd.DataFrame, planned: pd.DataFrame) -> pd.DataFrame:
        """Return the forecast that knows the plan; where there is none, the forecast as it is."""
        gap = self.gap(forecast, planned)
        own = self.slope.reindex(forecast.columns).fillna(0.0).to_numpy()
        columns = _columns(gap)
        moved = columns @ self.effects + gap * own
        # A line goes on for ever; what is believed of a plan ends at the plan, or at what the other managers say.
        said = np.stack([np.zeros_like(gap), gap, columns[..., 0]])
        moved = np.clip(moved, np.fmin.reduce(said), np.fmax.reduce(said))
        return forecast * np.exp(np.nan_to_num(moved))

    def gap(self, forecast: pd.DataFrame, planned: pd.DataFrame) -> np.ndarray:
        """Return by how much the plan, less what it usually adds, is above the forecast (log); NaN without a plan."""
        usual = self.bias.reindex(forecast.columns).fillna(self.bias.mean()).to_numpy()
        said = _log_ratio(planned, forecast) - usual
        return np.clip(said, -LARGEST_DISAGREEMENT, LARGEST_DISAGREEMENT)


def learn_plan(forecast: pd.DataFrame, planned: pd.DataFrame, served: pd.DataFrame) -> PlanRule:
    """Learn from past days what was served when the plan and the forecast disagreed."""
    surplus = pd.DataFrame(_log_ratio(planned, served), columns=forecast.columns)
    told = surplus.notna().sum()
    overall = float(np.nanmedian(surplus.to_numpy())) if told.sum() else 0.0
    bias = (surplus.median().fillna(0.0) * told + overall * PLAN_BIAS_DAYS) / (told + PLAN_BIAS_DAYS)
    rule = PlanRule(bias, np.zeros(2 + len(HINGES)), pd.Series(0.0, forecast.columns))
    gap = rule.gap(forecast, planned)
    return PlanRule(bias, *_plan_effects(gap, _log_ratio(served, forecast), forecast.columns))


def _log_ratio(above: pd.DataFrame, below: pd.DataFrame) -> np.ndarray:
    """Return the log of a ratio of meals, NaN where one is unknown or zero."""
    values = [np.where(table > 0, table, np.nan) for table in (above, below)]
    return np.log(values[0] / values[1])


def shortage(planned: pd.DataFrame, served: pd.DataFrame) -> float | None:
    """Return the meals the managers' plans were short of, as a share of those served; None without enough plans.

    How short they run varies from year to year, by chance more than by choice: all the years known count.
    """
    plan, meals = planned.to_numpy(), served.to_numpy()
    both = plausible(plan, meals)
    if both.sum() < LEAST_CELLS:
        return None
    return float(np.maximum(meals - plan, 0.0)[both].sum() / meals[both].sum())


def spread(width: np.ndarray, meals: np.ndarray) -> np.ndarray:
    """Return the unit of what is prepared above forecasts, as a share of them; `width` as `Margin.width` gives it."""
    size = np.maximum(meals, 1.0) / USUAL_MEALS
    return np.asarray(USUAL_WIDTH * (width / USUAL_WIDTH) ** WIDTH_POWER * size**SIZE_POWER)


def whole(forecast: np.ndarray, share: float, margin: Margin, width: np.ndarray) -> np.ndarray:
    """Return the whole meals that this share of the days does not pass; `margin` comes from `prepared`."""
    return np.maximum(np.round(forecast * (1 + margin.quantile(share) * spread(width, forecast))), 0.0)


def prepared(margin: Margin, forecast: np.ndarray, width: np.ndarray, served: np.ndarray) -> Margin:
    """Return the margin above forecasts whose errors are those of whole meals, in the unit of `spread`.

    A day is short when the meals served pass the whole number prepared: when half a meal less passes the exact one.
    """
    if not len(margin.standard):
        return margin
    errors = (served - 0.5) / forecast - 1
    told = np.isfinite(errors) & plausible(served, forecast)
    return replace(margin, standard=np.sort((errors / spread(width, forecast))[told]))


def match_risk(forecast: np.ndarray, margin: Margin, width: np.ndarray, served: np.ndarray, short: float) -> float:
    """Return the share of days not to run short that left `short` of the meals served on the past days unprepared.

    No fewer than 1 − MOST_DAYS_SHORT: as many meals short, spread over more days, would be more canteens in trouble.
    """
    # A typing error is no shortage, here as in the managers' own.
    served = np.where(plausible(served, forecast), served, np.nan)
    if not np.isfinite(served).any():
        return 1 - DEFAULT_RISK
    low, high = 1 - MOST_DAYS_SHORT, 1 - LOWEST_RISK
    for _ in range(20):
        middle = (low + high) / 2
        missed = np.nansum(np.maximum(served - whole(forecast, middle, margin, width), 0.0))
        low, high = (middle, high) if missed > short * np.nansum(served) else (low, middle)
    return high


def widened(tables: dict[str, pd.DataFrame], unsure: pd.Series) -> dict[str, pd.DataFrame]:
    """Return quantities (`models.backtest.quantities`) further from the forecast where its level is `unsure` (log)."""
    deviations = NormalDist().inv_cdf((1 + INTERVAL) / 2)
    wider = {name: table.copy() for name, table in tables.items()}
    for canteen, doubt in unsure.items():
        middle, lower, upper = (tables[name][canteen] for name in ("forecast", "lower", "upper"))
        factor = np.sqrt(1 + (2 * middle * deviations * doubt / (upper - lower).clip(lower=LEAST_WAY)) ** 2)
        for name in ("lower", "upper"):
            wider[name][canteen] = (middle + factor * (tables[name][canteen] - middle)).clip(lower=0.0)
        # What is prepared follows the width of the interval here as elsewhere.
        above = factor**WIDTH_POWER * (tables["recommended"][canteen] - middle)
        wider["recommended"][canteen] = (middle + above).clip(lower=0.0).round()
    return wider


def _plan_effects(gap: np.ndarray, truth: np.ndarray, canteens: pd.Index) -> tuple[np.ndarray, pd.Series]:
    """Fit the columns over all canteens, then each canteen's own slope, shrunk; errors far from zero weigh less."""
    told = np.isfinite(gap) & np.isfinite(truth)
    effects, slopes = np.zeros(2 + len(HINGES)), pd.Series(0.0, canteens)
    if told.sum() < 2 * LEAST_CELLS:
        return effects, slopes
    columns, values = _columns(gap)[told], truth[told]
    weights = np.ones(len(values))
    for _ in range(6):
        normal = (columns * weights[:, None]).T @ columns + 1e-3 * np.eye(columns.shape[1])
        effects = np.linalg.solve(normal, (columns * weights[:, None]).T @ values)
        errors = values - columns @ effects
        usual = max(1.4826 * float(np.median(np.abs(errors))), 1e-6)
        weights = np.minimum(1.0, usual / np.maximum(np.abs(errors), 1e-9))
    weighted, left = np.zeros(gap.shape), np.zeros(gap.shape)
    weighted[told], left[told] = weights, errors
    known = np.nan_to_num(gap)
    slopes[:] = (weighted * known * left).sum(axis=0) / ((weighted * known**2).sum(axis=0) + PLAN_SLOPE_DAYS)
    return effects, slopes


def _columns(gap: np.ndarray) -> np.ndarray:
    """Return the median gap of each day, and each canteen's gap to it as a line broken at HINGES.

    What most managers know of a day (a strike, a bridge) is surer than what one of them does.
    """
    known = np.isfinite(gap).any(axis=1)
    middle = np.zeros(len(gap))
    middle[known] = np.nanmedian(gap[known], axis=1)
    own = gap - middle[:, None]
    bent = [np.minimum(own - place, 0.0) if place < 0 else np.maximum(own - place, 0.0) for place in HINGES]
    return np.stack([np.broadcast_to(middle[:, None], gap.shape), own, *bent], axis=-1)
