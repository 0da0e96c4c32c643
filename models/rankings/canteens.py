"""Which canteens have more surplus than is expected for their size?

Only more: the surplus of a week is never under zero and now and then large, and the test of flipped signs would call
“less” a canteen that was merely spared the large weeks.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from data.queries import waste
from data.selection import Selection
from data.store import Store
from models.rankings.permutations import flipped_blocks

# A canteen is judged on its weeks; on fewer, or on fewer days, nothing is said of it.
LEAST_WEEKS, LEAST_DAYS = 8, 8
# With fewer canteens, size is not looked at: all are compared with their common rate.
LEAST_CANTEENS = 10
TESTED = ["expected_pct", "gap", "lower", "upper", "stands_out"]


def canteens(store: Store, selection: Selection, *, grams: bool) -> pd.DataFrame:
    """Return `waste.by_canteen` with, per canteen: expected_pct, then gap, lower, upper in points; stands_out.

    Expected is what the city's canteens of this size had in the same weeks. The largest gap first.
    `grams`: of those that weigh, all these in grams per meal; meals_served are those that were weighed.
    """
    rows = waste.by_canteen(store, selection)
    weeks = waste.canteen_weeks(store, replace(selection, district=None, canteen=None), grams=grams)
    if grams:
        rows = rows[rows["grams_per_meal"].notna()].reset_index(drop=True)
        rows["meals_served"] = rows["weighed_meals"]
    tested = compared_with_their_size(weeks).reindex(rows["place"]).reset_index(drop=True)
    if grams:
        tested[TESTED[:-1]] /= 100
    tested["stands_out"] = tested["stands_out"].eq(True)  # missing: not tested
    rows = pd.concat([rows, tested], axis="columns")
    return rows.sort_values(["gap", "surplus_meals"], ascending=False, ignore_index=True)


def compared_with_their_size(weeks: pd.DataFrame) -> pd.DataFrame:
    """Return TESTED, one row per place of canteen × week rows (place, week, days, meals_served, surplus_meals)."""
    if weeks.empty:
        return pd.DataFrame(columns=TESTED, dtype=float)
    totals = weeks.groupby("place")[["days", "meals_served", "surplus_meals"]].sum()
    weeks = weeks.assign(expected=weeks["meals_served"] * weeks["place"].map(expected_rates(totals)))
    # What a week did to the whole city is no merit nor fault of a canteen.
    city = weeks.groupby("week")[["surplus_meals", "expected"]].transform("sum")
    weeks["expected"] *= city["surplus_meals"] / city["expected"].clip(lower=1e-9)
    weeks["unexpected"] = weeks["surplus_meals"] - weeks["expected"]
    grid = weeks.pivot(index="week", columns="place", values="unexpected").reindex(columns=totals.index)
    amounts = grid.to_numpy(float, copy=True)
    amounts[:, (totals["days"] < LEAST_DAYS).to_numpy()] = np.nan
    contrasts = flipped_blocks(amounts, LEAST_WEEKS)
    half_width = totals["meals_served"].rdiv(100 * contrasts.half_width)
    gap = totals["meals_served"].rdiv(100 * contrasts.difference).where(half_width.notna())
    expected = 100 * weeks.groupby("place")["expected"].sum() / totals["meals_served"]
    columns = [expected, gap, gap - half_width, gap + half_width, contrasts.stands_out & (gap > 0)]
    return pd.DataFrame(dict(zip(TESTED, columns, strict=True)), index=totals.index)


def expected_rates(totals: pd.DataFrame) -> pd.Series:
    """Return the surplus per meal expected of each canteen: chance weighs as 1 / √(meals a day)."""
    meals, daily = totals["meals_served"], totals["meals_served"] / totals["days"]
    common = totals["surplus_meals"].sum() / meals.sum()
    if len(totals) < LEAST_CANTEENS:
        return pd.Series(common, index=totals.index)
    design = np.column_stack([np.ones(len(totals)), 1 / np.sqrt(daily), np.sqrt(daily)])
    weight = np.sqrt(meals.to_numpy(float))
    terms = np.linalg.lstsq(design * weight[:, None], totals["surplus_meals"].to_numpy(float) / weight, rcond=None)[0]
    return pd.Series(design @ terms, index=totals.index).clip(lower=common / 10)
