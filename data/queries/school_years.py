"""Meals in excess by month, to lay school years over each other."""

# ruff: noqa: S608 — statements share parts that are constants; every value is a parameter.
from __future__ import annotations

import pandas as pd

from data.calendar.exceptional import SELECTED, parameters
from data.selection import Selection
from data.store import Store

BY_MONTH = f"""
SELECT
    date_trunc('month', date) AS month,
    count(DISTINCT date) AS days,
    sum(meals_served)::BIGINT AS meals_served,
    coalesce(sum(gap) FILTER (gap > 0), 0)::BIGINT AS surplus_meals,
    100.0 * surplus_meals / sum(meals_served) AS surplus_pct
FROM {SELECTED}
WHERE gap IS NOT NULL
GROUP BY month
HAVING sum(meals_served) > 0
ORDER BY month
"""


def by_month(store: Store, selection: Selection) -> pd.DataFrame:
    """Return one row per month (its first day): days, meals served, meals in excess, their share in percent."""
    return store.read(BY_MONTH, parameters(store, selection))
