"""The effect of enrolment on a canteen's level: how September moves it, and where a canteen without a past starts.

The education department counts the pupils of a school year before it begins. A canteen without known pupils is forecast
without them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pandas as pd

from models.inputs.calendar import school_years
from models.inputs.frames import log

# If the pupils more than triple, or fall below a third, in one year, it is a typing error or another school.
LARGEST_MOVE = float(np.log(3.0))
# A canteen without a past starts at the median of the canteens of its kind; if they are fewer, at that of all canteens.
LEAST_ALIKE = 3
# The usual spread of canteens, in log meals per pupil. It counts as much as LEAST_ALIKE canteens.
USUAL_SPREAD = 0.2
# A canteen that has not served after so many days of a school year will not open that year.
OPENING_DAYS = 60

Terms = dict[str, pd.DataFrame]


class OwnTerms(NamedTuple):
    """The own terms of all canteens, and the standard deviation (log) of the level of those that start."""

    terms: Terms
    spread: pd.Series


def path(pupils: pd.DataFrame, growth: float, days: pd.DatetimeIndex, year: int, canteens: pd.Index) -> np.ndarray:
    """Return each canteen's level minus its level in a reference school year: days × canteens, in log meals.

    From one year to the next the level follows the pupils if both are known, else the growth of all canteens.
    """
    years = school_years(days)
    changes = np.repeat((growth * (years - year))[:, None], len(canteens), axis=1)
    if pupils.empty:
        return changes
    first, last = (bound(years.min(), years.max(), year, *pupils.index) for bound in (min, max))
    yearly_changes = log(pupils.reindex(index=range(first, last + 1), columns=canteens)).diff()
    beyond_growth = (yearly_changes.where(yearly_changes.abs() <= LARGEST_MOVE) - growth).fillna(0.0).cumsum()
    return changes + (beyond_growth.loc[years].to_numpy() - beyond_growth.loc[year].to_numpy())


def newcomers(pupils: pd.DataFrame, served_days: pd.DatetimeIndex, year: int, with_past: Collection[str]) -> list[str]:
    """Return the canteens that start in a school year: they have pupils and no past, and other canteens have both.

    `served_days` are the days of the city's history, `with_past` the canteens with a past.
    """
    if year not in pupils.index or (school_years(served_days) == year).sum() >= OPENING_DAYS:
        return []
    enrolled = pupils.loc[year].dropna().index
    return [str(name) for name in enrolled.difference(list(with_past))] if enrolled.isin(list(with_past)).any() else []


def with_newcomers(
    own: Terms, pupils: pd.DataFrame, kinds: pd.Series, served_days: pd.DatetimeIndex, days: pd.DatetimeIndex
) -> OwnTerms:
    """Return the own terms of coming days; those of a canteen that starts come from its pupils and similar canteens."""
    terms = {name: table.loc[days] for name, table in own.items()}
    canteens, spread = terms["usual"].columns, {}
    for year in np.unique(school_years(days)):
        year_days = days[school_years(days) == year]
        for canteen in newcomers(pupils, served_days, int(year), canteens):
            meals_per_pupil = terms["usual"].loc[year_days] - np.log(pupils.loc[year].reindex(canteens).astype(float))
            similar = _similar(meals_per_pupil.columns[meals_per_pupil.notna().any()], kinds, canteen)
            for name, table in terms.items():
                per_pupil = name == "usual"
                median = (meals_per_pupil if per_pupil else table.loc[year_days])[similar].median(axis=1)
                table.loc[year_days, canteen] = median + (np.log(float(pupils[canteen][year])) if per_pupil else 0.0)
            spread[canteen] = _spread(meals_per_pupil[similar].mean())
    return OwnTerms(terms, pd.Series(spread, dtype=float))


def _similar(canteens: pd.Index, kinds: pd.Series, canteen: str) -> pd.Index:
    alike = canteens[kinds.reindex(canteens).to_numpy() == kinds[canteen]]
    return alike if len(alike) >= LEAST_ALIKE else canteens


def _spread(ratios: pd.Series) -> float:
    """Return the standard deviation of canteens around their median, shrunk towards the usual one when they are few."""
    squares = float(((ratios - ratios.median()) ** 2).sum())
    return float(np.sqrt((squares + LEAST_ALIKE * USUAL_SPREAD**2) / (len(ratios) + LEAST_ALIKE)))
