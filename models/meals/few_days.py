"""The meals of the canteens that the model cannot forecast yet: the median of their first days, else their plan.

So that the city's total counts them. The widths come from the city's log of 2011–2017: after one to four days of a
canteen, their median was within WIDTH of the meals of 8 in 10 of the next 22 days, and MARGIN above it was enough on 8.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.inputs.job import UNATTACHED, Job
from models.inputs.series import MEALS, Fit, Series

FEW_DAYS, FROM_PLAN = "median_of_few_days", "managers_plan"
WIDTH, MARGIN = 0.15, 0.09
NO_PAST = pd.DataFrame(columns=["date", "y", "fitted", "meals"])


def fits(job: Job, canteen_days: pd.DataFrame, canteens: list[str]) -> list[Fit]:
    """Return a Fit for each of these canteens with days served (`canteen_days`: canteen, date, served) or a plan."""
    days = pd.DatetimeIndex(pd.to_datetime(job.days))
    plans = job.plans.pivot_table(index="date", columns="canteen", values="planned", aggfunc="sum").astype(float)
    plans = plans.set_axis(pd.DatetimeIndex(plans.index)).reindex(index=days, columns=pd.Index(canteens))
    medians = canteen_days.groupby("canteen")["served"].median().reindex(canteens).astype(float)
    candidates = [_fit(canteen, medians[canteen], plans[canteen]) for canteen in canteens]
    return [fit for fit in candidates if len(fit.future)]


def _fit(canteen: str, median: float, plan: pd.Series) -> Fit:
    """Return the forecast of one canteen; a day without median nor plan has none."""
    known = not np.isnan(median)
    point = pd.Series(median, plan.index) if known else plan
    columns = {
        "point": point,
        "lower": (1 - WIDTH) * point,
        "upper": (1 + WIDTH) * point,
        "recommended": np.ceil((1 + MARGIN) * point) if known else plan,
        "recommended_with_plan": plan,
    }
    future = pd.DataFrame(columns).dropna(subset=["point"]).rename_axis("date").reset_index()
    return Fit(Series(canteen, MEALS, pd.DataFrame()), FEW_DAYS if known else FROM_PLAN, future, NO_PAST)


def left_out(job: Job, forecast: set[str], still_open: set[str]) -> list[str]:
    """Return the open canteens that the model does not forecast, and the others that have a plan."""
    named = (still_open | set(job.plans["canteen"])) - forecast
    return sorted(named, key=lambda name: (name == UNATTACHED, name))
