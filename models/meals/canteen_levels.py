"""What is a canteen's own: its level, its weekdays, its season, each shrunk towards the city's (ridge regression).

Best linear unbiased prediction: every effect has a normal prior whose spread says how far canteens usually stray from
the city; the more days speak for an effect, the less it is shrunk. Source: C. R. Henderson, “Best linear unbiased
estimation and prediction under a selection model”, Biometrics 31 (1975). Errors far from zero (outings, typing errors)
weigh less: P. J. Huber's weights, by reweighted least squares.
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
YEAR, YEAR_MEMORY = 0.20, 10.0  # the level of a school year; years after which two levels are strangers
FRESH, FRESH_MEMORY = 0.03, 40.0  # what moves it within the year; days
WEEKDAY, WEEKDAY_OF_YEAR = 0.05, 0.02
SEASON, SEASON_WIDTH = 0.04, 1.2
START_OF_YEAR = 0.10
# Each September a canteen grows with its pupils; where they are not known, by as much as canteens did on average,
# shrunk to none where few years are known.
GROWTH_PRIOR_YEARS = 2.0
LEVEL_PRIOR = 1.0
HUBER, ROUNDS, LEAST_NOISE = 0.7, 3, 0.015
FIRST_NOISE = 0.08
NEGLIGIBLE = 1e-13
STARTS = ("first_day", "second_day", "first_week")

TERMS = ("usual", "weekday", "season", "calendar")


def own_terms(
    residuals: pd.DataFrame, days: pd.DatetimeIndex, features: pd.DataFrame, pupils: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Return each canteen's own part of the log meals of the coming days, by TERMS: days × canteens.

    `residuals` are log meals less the city's index, days × canteens; `features` covers the past and the coming days;
    `pupils` are those of school years × canteens, where known.
    """
    growth = yearly_growth(residuals)
    last = residuals.index[-1]
    past = residuals[residuals.index > last - pd.Timedelta(days=HISTORY_DAYS)]
    past = past.loc[:, past.notna().sum() >= LEAST_DAYS]
    year = _year_of(last)
    then, coming = (enrolment.path(pupils, growth, one, year, past.columns) for one in (days_of(past), days))
    learnt, asked = (_design(wanted, last, features) for wanted in (days_of(past), days))
    middle, effects = _effects(past.to_numpy() - then, np.hstack(list(learnt.values())))
    steps = np.cumsum([block.shape[1] for block in asked.values()])[:-1]
    parts = dict(zip(asked, np.split(effects, steps, axis=0), strict=True))
    found = {name: asked[name] @ parts[name] for name in asked}
    found["usual"] += middle + coming
    return {name: pd.DataFrame(values, days, past.columns) for name, values in found.items()}


def yearly_growth(residuals: pd.DataFrame) -> float:
    """Return the canteens' mean growth from one school year to the next, in log meals."""
    levels = residuals.groupby(school_years(days_of(residuals))).median()
    steps = levels.diff().median(axis=1).dropna()
    return float(steps.sum() / (len(steps) + GROWTH_PRIOR_YEARS))


def _year_of(day: pd.Timestamp) -> int:
    return int(school_years(pd.DatetimeIndex([day]))[0])


def _design(days: pd.DatetimeIndex, last: pd.Timestamp, features: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the columns of each term for some days, each scaled by the spread of its prior."""
    back = (days - last).days.to_numpy(dtype=float)
    years = school_years(days).astype(float)
    around = np.arange(_year_of(last) - HISTORY_DAYS // 365 - 1, _year_of(last) + 2, dtype=float)
    knots = np.concatenate([np.arange(-HISTORY_DAYS, -300, 30.0), np.arange(-300, 1, 12.0)])
    weekdays = (days.day_of_week.to_numpy()[:, None] == np.arange(5)).astype(float)
    of_year = [WEEKDAY_OF_YEAR * weekdays * (years == year)[:, None] for year in around]
    season = _smooth(days.day_of_year.to_numpy(dtype=float), np.arange(0, 365.25, 25.0), _around_the_year)
    return {
        "usual": np.hstack(
            [
                np.full((len(days), 1), LEVEL_PRIOR),
                YEAR * _smooth(years, around, lambda gap: np.exp(-np.abs(gap) / YEAR_MEMORY)),
                FRESH * _smooth(back, knots, lambda gap: np.exp(-np.abs(gap) / FRESH_MEMORY)),
            ]
        ),
        "weekday": np.hstack([WEEKDAY * weekdays, *of_year]),
        "season": SEASON * season,
        "calendar": START_OF_YEAR * features.loc[days, list(STARTS)].to_numpy(),
    }


def _around_the_year(gap: np.ndarray) -> np.ndarray:
    return np.exp(-2 * np.sin(np.pi * gap / 365.25) ** 2 / SEASON_WIDTH**2)


def _smooth(places: np.ndarray, knots: np.ndarray, kinship: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return columns whose products are the kinship of two places: a smooth curve through the knots."""
    root = np.linalg.cholesky(kinship(knots[:, None] - knots) + 1e-8 * np.eye(len(knots)))
    return np.linalg.solve(root, kinship(knots[:, None] - places)).T


def _effects(values: np.ndarray, design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each canteen's median, and the effects of the columns around it: columns × canteens."""
    told = np.isfinite(values)
    middle = np.nanmedian(values, axis=0)
    values = np.where(told, values - middle, 0.0)
    turn = _directions(design)
    columns = design @ turn
    upper, diagonal = np.triu_indices(columns.shape[1]), np.arange(columns.shape[1])
    products = columns[:, upper[0]] * columns[:, upper[1]]
    weights, noise = told.astype(float), np.full(values.shape[1], FIRST_NOISE)
    for _ in range(ROUNDS):
        # The largest table of all: changed in place, and given back before the next round makes its own.
        normal = _symmetric(weights.T @ products, upper)
        normal[:, diagonal, diagonal] += (noise**2)[:, None]
        wanted = (weights * values).T @ columns
        effects = np.linalg.solve(normal, wanted[:, :, None])[:, :, 0].T
        del normal
        errors = np.abs(np.where(told, values - columns @ effects, np.nan))
        noise = np.maximum(1.4826 * np.nanmedian(errors, axis=0), LEAST_NOISE)
        weights = np.where(told, np.minimum(1.0, HUBER * noise / np.maximum(errors, 1e-9)), 0.0)
    return middle, turn @ effects


def _directions(design: np.ndarray) -> np.ndarray:
    """Return the orthonormal directions in which a design says anything: fewer than its columns, same answers."""
    spread, directions = np.linalg.eigh(design.T @ design)
    return directions[:, spread > NEGLIGIBLE * spread[-1]]


def _symmetric(packed: np.ndarray, upper: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return matrices from the rows of their upper triangles."""
    size = int(upper[0][-1]) + 1
    full = np.empty((len(packed), size, size))
    full[:, upper[0], upper[1]] = packed
    full[:, upper[1], upper[0]] = packed
    return full
