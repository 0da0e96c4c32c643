"""In which cells (weekday × month) is the surplus higher, or lower, than chance explains?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.queries import waste
from data.selection import Selection
from data.store import Store
from models.rankings.permutations import Contrasts, shuffled_days

LEAST_DAYS = 3  # a cell of one school year has four days; those of fewer than three say nothing


def calendar(store: Store, selection: Selection, *, grams: bool = False) -> pd.DataFrame:
    """Return `waste.by_weekday_and_month` with stands_out; the surplus of cells of too few days is left empty.

    `grams`: surplus_pct is the grams thrown away per meal, on the days that were weighed.
    """
    cells = waste.by_weekday_and_month(store, selection, grams=grams)
    if grams:
        cells["surplus_pct"] /= 100
    kept = (cells["days"] >= LEAST_DAYS).to_numpy()
    cells["surplus_pct"] = cells["surplus_pct"].where(kept)
    days = waste.by_day(store, selection, grams=grams)
    if days.empty:
        return cells.assign(stands_out=False)
    return cells.assign(stands_out=compared(days, cells[["weekday", "month"]], kept).stands_out)


def compared(days: pd.DataFrame, keys: pd.DataFrame, kept: np.ndarray) -> Contrasts:
    """Return the contrasts of the cells (weekday, month) that are kept, in meals (days as of `waste.by_day`)."""
    meals, surplus = (days[column].to_numpy(float) for column in ("meals_served", "surplus_meals"))
    unusual = surplus - meals * surplus.sum() / meals.sum()
    own = pd.MultiIndex.from_arrays([days["date"].dt.weekday + 1, days["date"].dt.month])
    places = pd.MultiIndex.from_frame(keys).get_indexer(own)
    members = (places[:, None] == np.arange(len(keys))) & kept
    return shuffled_days(unusual, np.zeros(len(days), dtype=int), members)
