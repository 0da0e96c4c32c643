"""What the pupils of a canteen say of its level: how far September moves it, and where a canteen without past starts.

The pupils of a school year are the education department's, known before it begins; a canteen whose pupils are not known
is forecast as if there were none to know.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pandas as pd

from models.inputs.calendar import school_years
from models.inputs.frames import log

# Pupils that more than triple, or fall under a third, from one year to the next are a typing error or another school.
LARGEST_MOVE = float(np.log(3.0))
# A canteen without past starts as the median of its likes, if it has so many; else as that of all canteens.
LEAST_LIKES = 3
# How far apart, in log meals per pupil, canteens are taken to be, as if that had been seen on LEAST_LIKES of them.
USUAL_SPREAD = 0.2
# After so many days of a school year, a canteen that never served is not about to open.
OPENING_DAYS = 60

Terms = dict[str, pd.DataFrame]


class Started(NamedTuple):
    """The own terms of the canteens, those that start included, and how unsure (log) the level of the latter is."""

    terms: Terms
    spread: pd.Series


def path(pupils: pd.DataFrame, growth: float, days: pd.DatetimeIndex, year: int, canteens: pd.Index) -> np.ndarray:
    """Return how far each canteen's level is from that of a school year, days × canteens, in log meals.

    From one year to the next it moves with the pupils where both are known, else by the growth of all canteens.
    """
    years = school_years(days)
    moved = np.repeat((growth * (years - year))[:, None], len(canteens), axis=1)
    if pupils.empty:
        return moved
    first, last = (bound(years.min(), years.max(), year, *pupils.index) for bound in (min, max))
    moves = log(pupils.reindex(index=range(first, last + 1), columns=canteens)).diff()
    beyond = (moves.where(moves.abs() <= LARGEST_MOVE) - growth).fillna(0.0).cumsum()
    return moved + (beyond.loc[years].to_numpy() - beyond.loc[year].to_numpy())


def newcomers(pupils: pd.DataFrame, served: pd.DatetimeIndex, year: int, known: Collection[str]) -> list[str]:
    """Return the canteens that start in a school year: pupils, no past, and others to start from.

    `served` are the days the city has served and `known` the canteens with a past.
    """
    if year not in pupils.index or (school_years(served) == year).sum() >= OPENING_DAYS:
        return []
    told = pupils.loc[year].dropna().index
    return [str(one) for one in told.difference(list(known))] if told.isin(list(known)).any() else []


def started(
    own: Terms, pupils: pd.DataFrame, kinds: pd.Series, served: pd.DatetimeIndex, days: pd.DatetimeIndex
) -> Started:
    """Return the own terms of coming days, with those of the canteens that start: their pupils, and their likes."""
    terms = {name: table.loc[days] for name, table in own.items()}
    canteens, spread = terms["usual"].columns, {}
    for year in np.unique(school_years(days)):
        inside = days[school_years(days) == year]
        for canteen in newcomers(pupils, served, int(year), canteens):
            ratio = terms["usual"].loc[inside] - np.log(pupils.loc[year].reindex(canteens).astype(float))
            likes = _likes(ratio.columns[ratio.notna().any()], kinds, canteen)
            for name, table in terms.items():
                per_pupil = name == "usual"
                middle = (ratio if per_pupil else table.loc[inside])[likes].median(axis=1)
                table.loc[inside, canteen] = middle + (np.log(float(pupils[canteen][year])) if per_pupil else 0.0)
            spread[canteen] = _spread(ratio[likes].mean())
    return Started(terms, pd.Series(spread, dtype=float))


def _likes(canteens: pd.Index, kinds: pd.Series, canteen: str) -> pd.Index:
    alike = canteens[kinds.reindex(canteens).to_numpy() == kinds[canteen]]
    return alike if len(alike) >= LEAST_LIKES else canteens


def _spread(ratios: pd.Series) -> float:
    """Return how far canteens are from their median, shrunk towards the usual spread where they are few."""
    seen = float(((ratios - ratios.median()) ** 2).sum())
    return float(np.sqrt((seen + LEAST_LIKES * USUAL_SPREAD**2) / (len(ratios) + LEAST_LIKES)))
