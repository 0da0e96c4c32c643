"""The forecast of the grams thrown away per meal where canteens weigh: each canteen's level, and the effects of days.

The model works on the square roots of the grams: their errors have the same size everywhere, and zero grams has a root.
A level is a mean in which recent days count more. The effect of a day comes from its menu and, once two years are
known, from the season (Prophet on the mean canteen). Each is used only if past forecasts were closer with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from prophet import Prophet

from models.inputs.frames import days_of, like
from models.inputs.menus import menu_effect

TOTAL, *PLACES = MEASURES = ("total", "preparation", "unserved", "leftovers")
LEVEL, MENU, SEASON, BOTH = PARTS = ("level", "menu", "season", "season and menu")
# A day HALF_LIFE weighed days ago counts half. All past days together also add the weight of STEADY days.
HALF_LIFE, STEADY = 10.0, 20.0
# Weighings further than FARTHEST deviations from the median of the days around are clipped: they may be typing errors.
FARTHEST, LEAST_DEVIATION, DAYS_AROUND = 2.0, 0.03, 21
# A canteen needs this many weighed days to be forecast.
LEAST_DAYS = 10
# Two years are needed to distinguish a season from a change of habits.
SEASON_DAYS, YEARLY_ORDER, SEASONALITY_PRIOR = 730, 3, 0.03
SEED = 2016

# The forecasts of one measure, days × canteens, by the effects they use: LEVEL (none), MENU, SEASON or BOTH.
ByPart = dict[str, pd.DataFrame]
# The effects of past and coming days on the roots of the grams, as a share.
Effect = tuple[pd.Series, pd.Series]


@dataclass(frozen=True)
class Weighings:
    """Days × canteens: grams per meal by MEASURES, and the meals of these days; days × words of the menus."""

    grams: dict[str, pd.DataFrame]
    meals: pd.DataFrame
    words: pd.DataFrame

    def until(self, cutoff: pd.Timestamp) -> Weighings:
        """Return the weighings known on the evening of a day; menus are known ahead."""
        grams = {name: table.loc[:cutoff] for name, table in self.grams.items()}
        return Weighings(grams, self.meals.loc[:cutoff], self.words)


def forecast(known: Weighings, days: pd.DatetimeIndex) -> dict[str, ByPart]:
    """Forecast the grams per meal of each measure on the given days: with the menu, the season, both or neither."""
    total = known.grams[TOTAL]
    total = total.loc[:, total.notna().sum() >= LEAST_DAYS].dropna(how="all")
    weights = _weights(total, known.meals.reindex_like(total))
    factors = _clipping_factors(total**0.5)
    roots = {name: table.reindex_like(total) ** 0.5 * factors for name, table in known.grams.items()}
    season = _season(_mean(roots[TOTAL]), days)
    forecasts: dict[str, ByPart] = {}
    for name, table in roots.items():
        shared = _shared(_mean(table), season, known.words, days)
        power = 1 if name == TOTAL else 2
        forecasts[name] = {part: _grams(table, weights, power, *effects, days) for part, effects in shared.items()}
    return forecasts


def _mean(roots: pd.DataFrame) -> pd.Series:
    """Return the mean relative gap of the canteens to their median, by day."""
    return (roots / roots.median().replace(0, np.nan) - 1).mean(axis=1).fillna(0.0)


def _weights(total: pd.DataFrame, meals: pd.DataFrame) -> pd.DataFrame:
    """Return the weight of each weighed day: more for recent days, less for days with few meals."""
    known = total.notna().to_numpy()
    since = known[::-1].cumsum(axis=0)[::-1] - 1
    recent = 0.5 ** (since / HALF_LIFE) + STEADY / np.maximum(known.sum(axis=0), 1)
    full = np.minimum(np.nan_to_num((meals / meals.median()).to_numpy()), 1.0)
    return like(total, np.where(known, recent * full, 0.0))


def _clipping_factors(roots: pd.DataFrame) -> pd.DataFrame:
    """Return the factor that clips each weighing to FARTHEST deviations from those around it, like a Hampel filter."""
    median = roots.rolling(DAYS_AROUND, center=True, min_periods=1).median()
    deviation = np.maximum(1.4826 * (roots - median).abs().median(), LEAST_DEVIATION * roots.median())
    clipped = roots.clip(median - FARTHEST * deviation, median + FARTHEST * deviation)
    return (clipped / roots).where(roots > 0, 1.0)


def _shared(mean: pd.Series, season: Effect | None, words: pd.DataFrame, days: pd.DatetimeIndex) -> dict[str, Effect]:
    """Return the effects of past and coming days, by the parts that can be learnt."""
    effects_of_part = {LEVEL: (pd.Series(0.0, mean.index), pd.Series(0.0, days)), MENU: menu_effect(mean, words, days)}
    if season is not None:
        menu = menu_effect(mean - season[0], words, days)
        effects_of_part |= {SEASON: season, BOTH: (season[0] + menu[0], season[1] + menu[1])}
    return effects_of_part


def _season(mean: pd.Series, days: pd.DatetimeIndex) -> Effect | None:
    """Return the effect of the season and of the weekdays; None if less than two years are known."""
    known = days_of(mean)
    if not len(known) or (known[-1] - known[0]).days < SEASON_DAYS:
        return None
    model = Prophet(
        growth="flat",
        weekly_seasonality=True,
        yearly_seasonality=YEARLY_ORDER,
        daily_seasonality=False,
        seasonality_prior_scale=SEASONALITY_PRIOR,
        uncertainty_samples=0,
    )
    model.fit(pd.DataFrame({"ds": known, "y": mean.to_numpy()}), seed=SEED)
    effects = model.predict(pd.DataFrame({"ds": known.append(days)}))["additive_terms"].to_numpy()
    return pd.Series(effects[: len(known)], known), pd.Series(effects[len(known) :], days)


def _grams(
    roots: pd.DataFrame, weights: pd.DataFrame, power: int, past: pd.Series, coming: pd.Series, days: pd.DatetimeIndex
) -> pd.DataFrame:
    """Return each canteen's level, from past days without their effects, times the effects of the coming days."""
    counts = weights.to_numpy()
    levels = (roots.to_numpy() / (1 + past.to_numpy()[:, None])) ** power
    level = (np.nansum(levels * counts, axis=0) / counts.sum(axis=0)) ** (1 / power)
    coming_roots = np.maximum(np.outer(1 + coming.to_numpy(), level), 0)
    return pd.DataFrame(coming_roots**2, days, roots.columns)
