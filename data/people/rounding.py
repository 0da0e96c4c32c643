"""Disclosure control by rounding: no count of people is shown closer than to a multiple of BASE.

Counts are rounded school by school, as running totals over its trades; whatever else is shown is added up from these
numbers. A total rounded by itself would give people away: four schools of 3 agents, each “≈ 5”, with a total “≈ 10”
can only have 3 each.
"""

from __future__ import annotations

import pandas as pd

BASE = 5
SLACK = BASE // 2  # how far a true count may be from what is shown


def nearest(counts: pd.DataFrame) -> pd.DataFrame:
    """Round whole numbers to the nearest multiple of BASE; what is missing stays so."""
    return (counts + SLACK) // BASE * BASE


def by_running_totals(cells: pd.DataFrame, levels: list[str]) -> pd.DataFrame:
    """Round the last level of an index inside each of the groups of `levels`, so that they add up to the nearest sum.

    A trade may be one multiple above or below its nearest one; a count alone in its school never shows by itself.
    """
    running = nearest(cells.groupby(level=levels).cumsum())
    return running - running.groupby(level=levels).shift(fill_value=0)


def fewest(shown: int, *, exact: bool) -> int:
    """Return the fewest people that a count shown may stand for."""
    return shown if exact else max(shown - SLACK, 0)


def most(shown: int, *, exact: bool) -> int:
    """Return the most people that a count shown may stand for."""
    return shown if exact else shown + SLACK
