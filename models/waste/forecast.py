"""Grams thrown away per meal where canteens weigh: each one's own level, and what their days share.

Everything is learnt on the square roots of the grams: their errors are even, and a day of zero grams has one. A level
is a mean in which recent days weigh more. What days share is told by the menu, and by the season (Prophet, on the mean
canteen of the day) once two years are known; each is used only where past forecasts were closer with it than without.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from prophet import Prophet

from models.inputs.frames import days_of, like
from models.inputs.menus import menu_effect

TOTAL, *PLACES = MEASURES = ("total", "preparation", "unserved", "leftovers")
LEVEL, MENU, SEASON, BOTH = "level", "menu", "season", "season and menu"
# A day weighed HALF_LIFE weighed days ago counts half; all the past together counts as STEADY such days.
HALF_LIFE, STEADY = 10.0, 20.0
# Weighings further than this many deviations from the median of the days around are brought back: typing errors happen.
FARTHEST, LEAST_DEVIATION, DAYS_AROUND = 2.0, 0.03, 21
# A canteen is forecast from this many weighed days on.
LEAST_DAYS = 10
# A season is told from a change of habits only when it has been seen twice.
SEASON_DAYS, YEARLY_ORDER, SEASONALITY_PRIOR = 730, 3, 0.03
SEED = 2016

# What forecasts one measure says: days × canteens, by the parts it is made with.
Told = dict[str, pd.DataFrame]
# What past and coming days add to the roots of the grams, as a share.
Effect = tuple[pd.Series, pd.Series]


@dataclass(frozen=True)
class Weighings:
    """Days × canteens: grams per meal by MEASURES, and the meals they are about; days × words of the menus."""

    grams: dict[str, pd.DataFrame]
    meals: pd.DataFrame
    words: pd.DataFrame

    def until(self, cutoff: pd.Timestamp) -> Weighings:
        """Return what was known on the evening of a day; menus are written ahead."""
        grams = {name: table.loc[:cutoff] for name, table in self.grams.items()}
        return Weighings(grams, self.meals.loc[:cutoff], self.words)


def forecast(known: Weighings, days: pd.DatetimeIndex) -> dict[str, Told]:
    """Return the grams per meal of each measure on the given days, told with the menu, the season, both or neither."""
    total = known.grams[TOTAL]
    total = total.loc[:, total.notna().sum() >= LEAST_DAYS].dropna(how="all")
    weights = _weights(total, known.meals.reindex_like(total))
    tamed = _tamed(total**0.5)
    roots = {name: table.reindex_like(total) ** 0.5 * tamed for name, table in known.grams.items()}
    season = _season(_mean(roots[TOTAL]), days)
    found: dict[str, Told] = {}
    for name, table in roots.items():
        shared = _shared(_mean(table), season, known.words, days)
        power = 1 if name == TOTAL else 2
        found[name] = {part: _grams(table, weights, power, *effects, days) for part, effects in shared.items()}
    return found


def _mean(roots: pd.DataFrame) -> pd.Series:
    """Return how far the mean canteen is from its usual day, as a share."""
    return (roots / roots.median().replace(0, np.nan) - 1).mean(axis=1).fillna(0.0)


def _weights(total: pd.DataFrame, meals: pd.DataFrame) -> pd.DataFrame:
    """Return how much each weighed day counts: recent ones more, those of a few meals less."""
    known = total.notna().to_numpy()
    since = known[::-1].cumsum(axis=0)[::-1] - 1
    recent = 0.5 ** (since / HALF_LIFE) + STEADY / np.maximum(known.sum(axis=0), 1)
    full = np.minimum(np.nan_to_num((meals / meals.median()).to_numpy()), 1.0)
    return like(total, np.where(known, recent * full, 0.0))


def _tamed(roots: pd.DataFrame) -> pd.DataFrame:
    """Return what brings each weighing that is too far from those around it back to the farthest believed."""
    middle = roots.rolling(DAYS_AROUND, center=True, min_periods=1).median()
    deviation = np.maximum(1.4826 * (roots - middle).abs().median(), LEAST_DEVIATION * roots.median())
    believed = roots.clip(middle - FARTHEST * deviation, middle + FARTHEST * deviation)
    return (believed / roots).where(roots > 0, 1.0)


def _shared(mean: pd.Series, season: Effect | None, words: pd.DataFrame, days: pd.DatetimeIndex) -> dict[str, Effect]:
    """Return what days share, past and coming, by the parts that can be learnt."""
    found = {LEVEL: (pd.Series(0.0, mean.index), pd.Series(0.0, days)), MENU: menu_effect(mean, words, days)}
    if season is not None:
        menu = menu_effect(mean - season[0], words, days)
        found |= {SEASON: season, BOTH: (season[0] + menu[0], season[1] + menu[1])}
    return found


def _season(mean: pd.Series, days: pd.DatetimeIndex) -> Effect | None:
    """Return the effect of the season and of the weekdays, where two years tell it."""
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
    found = model.predict(pd.DataFrame({"ds": known.append(days)}))["additive_terms"].to_numpy()
    return pd.Series(found[: len(known)], known), pd.Series(found[len(known) :], days)


def _grams(
    roots: pd.DataFrame, weights: pd.DataFrame, power: int, past: pd.Series, coming: pd.Series, days: pd.DatetimeIndex
) -> pd.DataFrame:
    """Return each canteen's level, from days freed of what they shared, with what the coming days share."""
    counts = weights.to_numpy()
    freed = (roots.to_numpy() / (1 + past.to_numpy()[:, None])) ** power
    level = (np.nansum(freed * counts, axis=0) / counts.sum(axis=0)) ** (1 / power)
    coming_roots = np.maximum(np.outer(1 + coming.to_numpy(), level), 0)
    return pd.DataFrame(coming_roots**2, days, roots.columns)
