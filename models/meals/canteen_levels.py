"""Ridge regression of each canteen's own level, weekdays and season, shrunk towards those of the city.

Best linear unbiased prediction: every effect has a normal prior, whose spread is the usual distance of a canteen from
the city. An effect seen on more days is shrunk less. Source: C. R. Henderson, “Best linear unbiased estimation and
prediction under a selection model”, Biometrics 31 (1975). Large errors (outings, typing errors) have less weight:
P. J. Huber's weights, by iteratively reweighted least squares.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from models.inputs import enrolment
from models.inputs.calendar import school_years
from models.inputs.frames import days_of
from models.inputs.series import HISTORY_DAYS, LEAST_DAYS

# Spreads of the priors, in log meals (0.03 is about 3 %), chosen on the seasons 2015 to 2017 of the city's log.
# A MEMORY is the time scale of a correlation that falls exponentially.
YEAR, YEAR_MEMORY = 0.20, 10.0  # the level of a school year; memory in years
FRESH, FRESH_MEMORY = 0.03, 40.0  # changes of the level within the year; memory in days
WEEKDAY, WEEKDAY_OF_YEAR = 0.05, 0.02
SEASON, SEASON_WIDTH = 0.04, 1.2
START_OF_YEAR = 0.10
TASTE = 0.04
FEAST = 0.10
# Each September a canteen grows with its pupils. If they are not known, it grows by the mean growth of the canteens,
# shrunk towards zero when few years are known.
GROWTH_PRIOR_YEARS = 2.0
LEVEL_PRIOR = 1.0
HUBER, ROUNDS, LEAST_NOISE = 0.7, 3, 0.015
FIRST_NOISE = 0.08
NEGLIGIBLE = 1e-13
STARTS = ("first_day", "second_day", "first_week")


def own_terms(
    residuals: pd.DataFrame,
    days: pd.DatetimeIndex,
    features: pd.DataFrame,
    pupils: pd.DataFrame,
    tastes: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Return each canteen's own terms of the log meals (usual, weekday, season, calendar): days × canteens each.

    `residuals` are log meals minus the city's index, days × canteens. `features` covers the past and coming days.
    `pupils` has school years × canteens.
    """
    growth = yearly_growth(residuals)
    last = residuals.index[-1]
    past = residuals[residuals.index > last - pd.Timedelta(days=HISTORY_DAYS)]
    past = past.loc[:, past.notna().sum() >= LEAST_DAYS]
    year = _year_of(last)
    old, coming = (enrolment.path(pupils, growth, dates, year, past.columns) for dates in (days_of(past), days))
    past_design, design = (_design(dates, last, features, tastes) for dates in (days_of(past), days))
    medians, effects = _effects(past.to_numpy() - old, np.hstack(list(past_design.values())))
    steps = np.cumsum([block.shape[1] for block in design.values()])[:-1]
    parts = dict(zip(design, np.split(effects, steps, axis=0), strict=True))
    terms = {name: design[name] @ parts[name] for name in design}
    terms["usual"] += medians + coming
    return {name: pd.DataFrame(values, days, past.columns) for name, values in terms.items()}


def yearly_growth(residuals: pd.DataFrame) -> float:
    """Return the canteens' mean growth from one school year to the next, in log meals."""
    levels = residuals.groupby(school_years(days_of(residuals))).median()
    steps = levels.diff().median(axis=1).dropna()
    return float(steps.sum() / (len(steps) + GROWTH_PRIOR_YEARS))


def _year_of(day: pd.Timestamp) -> int:
    return int(school_years(pd.DatetimeIndex([day]))[0])


def _design(
    days: pd.DatetimeIndex, last: pd.Timestamp, features: pd.DataFrame, tastes: pd.DataFrame
) -> dict[str, np.ndarray]:
    """Return the design matrix of each term for some days; columns are scaled by the spread of their prior."""
    back = (days - last).days.to_numpy(dtype=float)
    years = school_years(days).astype(float)
    around = np.arange(_year_of(last) - HISTORY_DAYS // 365 - 1, _year_of(last) + 2, dtype=float)
    knots = np.concatenate([np.arange(-HISTORY_DAYS, -300, 30.0), np.arange(-300, 1, 12.0)])
    weekdays = (days.day_of_week.to_numpy()[:, None] == np.arange(5)).astype(float)
    of_year = [WEEKDAY_OF_YEAR * weekdays * (years == year)[:, None] for year in around]
    season = _kernel_columns(days.day_of_year.to_numpy(dtype=float), np.arange(0, 365.25, 25.0), _around_the_year)
    return {
        "usual": np.hstack(
            [
                np.full((len(days), 1), LEVEL_PRIOR),
                YEAR * _kernel_columns(years, around, lambda gap: np.exp(-np.abs(gap) / YEAR_MEMORY)),
                FRESH * _kernel_columns(back, knots, lambda gap: np.exp(-np.abs(gap) / FRESH_MEMORY)),
            ]
        ),
        "weekday": np.hstack([WEEKDAY * weekdays, *of_year]),
        "season": SEASON * season,
        "calendar": np.hstack(
            [
                START_OF_YEAR * features.loc[days, list(STARTS)].to_numpy(),
                FEAST * features.loc[days, ["feast"]].to_numpy(),
            ]
        ),
        "menu": TASTE * tastes.loc[days].to_numpy(),
    }


def _around_the_year(gap: np.ndarray) -> np.ndarray:
    return np.exp(-2 * np.sin(np.pi * gap / 365.25) ** 2 / SEASON_WIDTH**2)


def _kernel_columns(places: np.ndarray, knots: np.ndarray, kernel: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return the columns of a Gaussian process at some places: their products are the kernel, by its knots."""
    root = np.linalg.cholesky(kernel(knots[:, None] - knots) + 1e-8 * np.eye(len(knots)))
    return np.linalg.solve(root, kernel(knots[:, None] - places)).T


def _effects(values: np.ndarray, design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fit each canteen by robust ridge regression; return its median, and its coefficients (columns × canteens)."""
    known = np.isfinite(values)
    medians = np.nanmedian(values, axis=0)
    values = np.where(known, values - medians, 0.0)
    directions = _directions(design)
    columns = design @ directions
    upper, diagonal = np.triu_indices(columns.shape[1]), np.arange(columns.shape[1])
    products = columns[:, upper[0]] * columns[:, upper[1]]
    weights, noise = known.astype(float), np.full(values.shape[1], FIRST_NOISE)
    for _ in range(ROUNDS):
        # The largest table in memory: it is changed in place, and freed before the next round makes its own.
        normal = _symmetric(weights.T @ products, upper)
        normal[:, diagonal, diagonal] += (noise**2)[:, None]
        right_side = (weights * values).T @ columns
        effects = np.linalg.solve(normal, right_side[:, :, None])[:, :, 0].T
        del normal
        errors = np.abs(np.where(known, values - columns @ effects, np.nan))
        noise = np.maximum(1.4826 * np.nanmedian(errors, axis=0), LEAST_NOISE)
        weights = np.where(known, np.minimum(1.0, HUBER * noise / np.maximum(errors, 1e-9)), 0.0)
    return medians, directions @ effects


def _directions(design: np.ndarray) -> np.ndarray:
    """Return the principal directions of a design matrix without the null ones: a smaller problem, same solution."""
    spread, directions = np.linalg.eigh(design.T @ design)
    return directions[:, spread > NEGLIGIBLE * spread[-1]]


def _symmetric(packed: np.ndarray, upper: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return symmetric matrices from their packed upper triangles, one matrix per row."""
    size = int(upper[0][-1]) + 1
    full = np.empty((len(packed), size, size))
    full[:, upper[0], upper[1]] = packed
    full[:, upper[1], upper[0]] = packed
    return full
