"""Calendar features: what Prophet is told of the school year beside the date."""

from __future__ import annotations

import pandas as pd

from data.school_calendar import school_year


def school_year_steps(days: pd.Series, learnt: pd.Series) -> pd.DataFrame:
    """Return one column per school year that begins within the learnt days: 0.0 before it, 1.0 from then on.

    A canteen's level jumps in September with its new pupils, which a continuous trend cannot follow.
    """
    years = sorted({school_year(day) for day in learnt})[1:]
    starts = {f"since_{year[:4]}": pd.Timestamp(int(year[:4]), 8, 1) for year in years}
    return pd.DataFrame({name: (days >= start).astype(float) for name, start in starts.items()}, index=days.index)
