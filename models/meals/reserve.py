"""Leftovers that meet: canteens prepare at a higher risk of running short, and their group holds one reserve.

The reserve is a conformal quantile of what the canteens of a group lacked together on past days, chosen so that no more
meals are missing in all than without a reserve. All is learnt from the days that the quantities themselves are learnt
from (`Quantities.past`), and judged on later days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from data.production.reserve import Split, held, prepared, sums, unit
from models.inputs.job import UNATTACHED
from models.inputs.panel import plausible
from models.meals.backtest import Quantities
from models.meals.quantity import SIZE_POWER

# The share of days on which a canteen asks for the reserve: beyond, all of them would ask every day.
RISKS = (1 / 3, 1 / 2, 2 / 3, 3 / 4)
LEAST_CELLS, STEPS = 100, 25
NO_SPLIT = Split(0.0, 0.0, 0.0)


class Cells(NamedTuple):
    """Some days × canteens: forecast, unit of the margin, meals that the plan adds, quantity alone, meals served."""

    point: np.ndarray
    unit: np.ndarray
    moved: np.ndarray
    alone: np.ndarray
    served: np.ndarray


def cells(tables: Mapping[str, pd.DataFrame], served: pd.DataFrame, *, learnt: bool = False) -> Cells:
    """Return the cells of the tables of `Quantities`, unknown ones as NaN; `learnt`: without what looks mistyped."""
    recommended = tables["recommended"]
    point, upper = (tables[name].to_numpy(dtype=float) for name in ("forecast", "upper"))
    alone = tables["recommended_with_plan"].fillna(recommended).to_numpy(dtype=float)
    meals = served.reindex(index=recommended.index, columns=recommended.columns).to_numpy(dtype=float)
    # The points “à rattacher” are no canteen.
    known = np.isfinite(point) & np.isfinite(meals) & np.asarray(recommended.columns != UNATTACHED)
    known &= plausible(meals, point) | (not learnt)
    moved = np.nan_to_num(alone - recommended.to_numpy(dtype=float))
    units = np.where(known, unit(point, upper, SIZE_POWER), 0.0)
    return Cells(point, units, moved, alone, np.where(known, meals, np.nan))


def with_splits(
    task: Callable[..., Quantities], served: pd.DataFrame, groups: Mapping[str, pd.Series], *arguments: object
) -> Quantities:
    """Return the quantities of a task, with a split for each grouping; their past, which is large, is let go."""
    one = task(*arguments)
    past = cells(one.past, served, learnt=True)
    most, canteens = missing(past.alone, past.served), one.past["forecast"].columns
    return one._replace(past={}, splits={name: learn(past, member_of(g, canteens), most) for name, g in groups.items()})


def missing(made: np.ndarray, served: np.ndarray) -> float:
    """Return the share of the meals served that quantities lacked."""
    return float(np.nansum(np.maximum(served - made, 0.0)) / max(np.nansum(served), 1.0))


def member_of(groups: pd.Series, canteens: pd.Index) -> np.ndarray:
    """Return canteens × groups: 1 where a canteen is of a group."""
    return pd.get_dummies(groups.reindex(canteens)).to_numpy(dtype=float)


def learn(past: Cells, member: np.ndarray, most: float) -> Split | None:
    """Return the split that left the least surplus, with this share of meals missing at most; None without a past."""
    grouped = past._replace(served=np.where(member.any(axis=1), past.served, np.nan))
    known = np.isfinite(grouped.served) & (past.unit > 0)
    if known.sum() < LEAST_CELLS:
        return None
    # A canteen is short when the meals served, less half a meal, exceed its exact quantity.
    errors = ((grouped.served - 0.5 - past.point - past.moved)[known]) / past.unit[known]
    found = [_at(grouped, member, float(np.quantile(errors, 1 - risk)), most) for risk in RISKS]
    return min(found, key=lambda one: one[0])[1]


def _at(past: Cells, member: np.ndarray, margin: float, most: float) -> tuple[float, Split]:
    """Return the surplus of the past with this margin at the canteens, and its split."""
    gap = np.nan_to_num(prepared(past.point, past.unit, past.moved, margin) - past.served)
    lacking, (whole, root) = np.maximum(-gap, 0.0) @ member, sums(past.unit, member)
    expected = float(lacking.sum() / whole.sum())
    beyond = np.sort((lacking - expected * whole)[root > 0] / root[root > 0])
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        share = (low + high) / 2
        reserve = held(whole, root, Split(margin, expected, float(np.quantile(beyond, share))))
        short = np.maximum(lacking - reserve, 0.0).sum() > most * np.nansum(past.served)
        low, high = (share, high) if short else (low, share)
    # The day to come is one more than the days known (conformal prediction).
    further = min(high * (1 + 1 / len(past.unit)), 1.0)
    split = Split(margin, expected, float(np.quantile(beyond, further)))
    unused = np.maximum(held(whole, root, split) - lacking, 0.0)
    return float(np.maximum(gap, 0.0).sum() + unused.sum()), split


def outcome(days: Cells, member: np.ndarray, split: Split | None) -> Counter[str]:
    """Return sums in meals: surplus (at canteens and in reserves), shortage, served, reserve, moved; and days.

    `calls` counts the canteen-days that asked for a reserve, of those `sharing` one. Canteens without a group, or
    without a split, prepare the quantity alone.
    """
    grouped = member.any(axis=1) & (split is not None)
    split, known = split or NO_SPLIT, np.isfinite(days.served)
    made = np.where(grouped, prepared(days.point, days.unit, days.moved, split.margin), days.alone)
    gap = np.where(known, made - days.served, 0.0)
    lacking, reserve = np.maximum(-gap, 0.0), held(*sums(days.unit, member), split)
    total = {"reserve": reserve.sum(), "moved": np.minimum(reserve, lacking @ member).sum()}
    total["surplus"] = np.maximum(gap, 0.0).sum() + total["reserve"] - total["moved"]
    total["shortage"] = lacking.sum() - total["moved"]
    total |= {"served": days.served[known].sum(), "days": known.any(axis=1).sum()}
    total |= {"calls": (lacking > 0)[:, grouped].sum(), "sharing": known[:, grouped].sum()}
    return Counter({name: float(value) for name, value in total.items()})
