"""Tables of days × places: the few operations for which numpy returns bare arrays."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd


def days_of(table: pd.DataFrame | pd.Series) -> pd.DatetimeIndex:
    """Return the days of a table: its index."""
    return pd.DatetimeIndex(table.index)


def like(table: pd.DataFrame, values: np.ndarray) -> pd.DataFrame:
    """Return values as a table with the same days and places, in one block of memory."""
    return pd.DataFrame(values, table.index, table.columns)


def log(table: pd.DataFrame) -> pd.DataFrame:
    """Return the natural logarithm of every cell."""
    return like(table, np.log(table.to_numpy(dtype=float)))


def exp(table: pd.DataFrame) -> pd.DataFrame:
    """Return the exponential of every cell."""
    return like(table, np.exp(table.to_numpy(dtype=float)))


def total(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the sum of tables of the same days and places; NaN where one of them is NaN."""
    first, *others = tables
    return like(first, np.sum([table.to_numpy() for table in (first, *others)], axis=0))
