"""Which dishes have more surplus, or less, on their days than chance explains?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from data.queries import losses
from data.queries.losses import LEAST_DISH_DAYS
from data.selection import Selection
from data.store import Store
from models.rankings.permutations import Contrasts, shuffled_days


def dishes(store: Store, selection: Selection, *, grams: bool = False) -> pd.DataFrame:
    """Return `losses.by_dish` with, in points: gap, lower, upper; and stands_out; the largest gap first.

    The gap compares the dish's days with the other days of the same months, once the habit of each weekday is removed.
    `grams`: the gap is in grams per meal, on the days that were weighed; days and meals_served are those.
    """
    rows = losses.by_dish(store, selection, LEAST_DISH_DAYS)
    if grams:
        rows = rows.assign(days=rows["weighed_days"], meals_served=rows["weighed_meals"])
    if rows.empty:
        return rows.assign(gap=0.0, lower=0.0, upper=0.0, stands_out=False)
    days, names = losses.menu_days(store, selection, grams=grams), pd.Index(rows["dish"])
    if days.empty:
        return rows.assign(gap=np.nan, lower=np.nan, upper=np.nan, stands_out=False)
    contrasts, meals = compared(days, losses.dish_days(store, selection), names)
    scale = 1 if grams else 100
    gap, half_width = (scale * values / np.maximum(meals, 1) for values in (contrasts.difference, contrasts.half_width))
    tested = rows.assign(
        gap=np.where(np.isfinite(half_width), gap, np.nan),
        lower=gap - half_width,
        upper=gap + half_width,
        stands_out=contrasts.stands_out,
    )
    return tested.sort_values(["gap", "dish"], ascending=[False, True], ignore_index=True)


def compared(days: pd.DataFrame, served_on: pd.DataFrame, names: pd.Index) -> tuple[Contrasts, np.ndarray]:
    """Return the contrasts of the named dishes, in meals, and the meals of their days (rows as of `losses`)."""
    served_on = served_on[served_on["dish"].isin(names) & served_on["date"].isin(days["date"])]
    members = np.zeros((len(days), len(names)), dtype=bool)
    on_days = pd.Index(days["date"]).get_indexer(pd.Index(served_on["date"]))
    members[on_days, names.get_indexer(pd.Index(served_on["dish"]))] = True
    months = days["date"].dt.to_period("M").astype("int64").to_numpy()
    contrasts = shuffled_days(unusual_surplus(days, months), months, members)
    return contrasts, days["meals_served"].to_numpy(float) @ members


def unusual_surplus(days: pd.DataFrame, months: np.ndarray) -> np.ndarray:
    """Return the surplus of each day beyond what its weekday and its month usually have, in meals."""
    weekdays = days["date"].dt.weekday.to_numpy()
    design = np.column_stack(
        [weekdays[:, None] == np.unique(weekdays)[1:], months[:, None] == np.unique(months)]
    ).astype(float)
    meals, surplus = days["meals_served"].to_numpy(float), days["surplus_meals"].to_numpy(float)
    weight = np.sqrt(meals)
    rates = np.linalg.lstsq(design * weight[:, None], surplus / weight, rcond=None)[0]
    return surplus - meals * (design @ rates)
