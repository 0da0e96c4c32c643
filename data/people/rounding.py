"""Statistical disclosure control by controlled rounding: every count of people shown is a multiple of BASE.

The counts of each school are rounded as running totals over its trades; every other figure is a sum of these rounded
counts. A total that is rounded by itself would disclose the exact counts: four schools of 3 agents, each “≈ 5”, with a
total of “≈ 10”, can only have 3 agents each.
"""

from __future__ import annotations

import pandas as pd

BASE = 5
SLACK = BASE // 2  # the largest distance between a true count and its rounded value


def nearest(counts: pd.DataFrame) -> pd.DataFrame:
    """Round whole numbers to the nearest multiple of BASE; missing values stay missing."""
    return (counts + SLACK) // BASE * BASE


def by_running_totals(cells: pd.DataFrame, levels: list[str]) -> pd.DataFrame:
    """Controlled rounding: the rounded counts of each group of `levels` add up to the rounded sum of the group.

    The count of a trade may be rounded one multiple above or below its nearest one.
    """
    running = nearest(cells.groupby(level=levels).cumsum())
    return running - running.groupby(level=levels).shift(fill_value=0)


def fewest(shown: int, *, exact: bool) -> int:
    """Return the smallest true count that a shown count may stand for."""
    return shown if exact else max(shown - SLACK, 0)


def most(shown: int, *, exact: bool) -> int:
    """Return the largest true count that a shown count may stand for."""
    return shown if exact else shown + SLACK
