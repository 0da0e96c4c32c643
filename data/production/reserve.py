"""The reserve that canteens share: which canteens share one, what each of them prepares, what the reserve holds.

A canteen prepares its forecast plus `Split.margin` × `unit`, where `unit` is in proportion to its expected error; the
plan of its manager moves it by as many meals as it moves the quantity without a reserve. A group holds the shortage
that it expects, in proportion to the sum of its units, and a margin in proportion to the root of the sum of their
squares: errors of canteens hardly go together.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

ALONE, PAIRS, SECTORS, CITY = "alone", "pairs", "sectors", "city"
# The two levels of one school differ by the end of their names: “JEAN ZAY M”, “JEAN ZAY E”.
LEVEL = re.compile(r"[\s,–-]+(?:(m|mat|maternelle)|(e|elem|élém|elementaire|élémentaire))\.?$", re.IGNORECASE)


class Split(NamedTuple):
    """How meals are split: the margin at canteens, the reserve's expected shortage and margin, in `unit`."""

    margin: float
    expected: float
    spread: float


def groups(canteens: pd.DataFrame) -> dict[str, pd.Series]:
    """Return for each grouping the group of each canteen (key); a canteen with nobody to share with has none.

    `canteens` has name and district.
    """
    names = pd.Index(canteens["name"])
    levels = [LEVEL.search(name.strip()) for name in names]
    stems = [None if level is None else LEVEL.sub("", name.strip()) for name, level in zip(names, levels, strict=True)]
    nursery = pd.Series([bool(level and level[1]) for level in levels], names)
    schools = pd.Series(stems, names, dtype=object)
    pairs = schools.where(nursery.groupby(schools).transform("nunique") == 2)
    districts = pd.Series(canteens["district"].to_numpy(), names, dtype=object)
    city = pd.Series("", names, dtype=object)
    return {name: _shared(one) for name, one in ((PAIRS, pairs), (SECTORS, districts), (CITY, city))}


def _shared(of_canteens: pd.Series) -> pd.Series:
    return of_canteens.where(of_canteens.map(of_canteens.value_counts()) >= 2, None)


def unit(point: np.ndarray, upper: np.ndarray, size_power: float) -> np.ndarray:
    """Return what the margins of canteens are in proportion to (as in `data.queries.forecasts.other_risks`)."""
    return np.maximum(upper - point, 0.0) * np.maximum(point, 1.0) ** size_power


def prepared(point: np.ndarray, unit: np.ndarray, moved: np.ndarray, margin: float) -> np.ndarray:
    """Return the meals that canteens prepare; `moved` is by how many the plan moves them."""
    return np.maximum(np.round(point + margin * unit) + moved, 0.0)


def sums(units: np.ndarray, member: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each group the sum of its units and the root of the sum of their squares.

    `units` have canteens on their last axis, 0 where nothing is served. `member` is canteens × groups, 1 where a
    canteen is of a group.
    """
    return units @ member, np.sqrt(units**2 @ member)


def held(whole: np.ndarray, root: np.ndarray, split: Split) -> np.ndarray:
    """Return the meals of the reserve of each group, from its `sums`."""
    return np.maximum(split.expected * whole + split.spread * root, 0.0).round()
