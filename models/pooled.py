"""The meals of every canteen for one computation: forecast, interval, quantities, terms, and the past judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import pandas as pd

from models import backtest
from models.backtest import Origin, as_rows, earlier_origins, quantities, told_enough
from models.forecast import FITTED_DAYS, Fit
from models.history import UNATTACHED, Job
from models.meals import TERMS, Outlook
from models.panel import Panel, whole_plans
from models.series import Series, panel_of

Tables = dict[str, pd.DataFrame]
Mapper = Callable[[Callable[[Origin], Tables], list[Origin]], Iterable[Tables]]

LEAD_DAYS = 21
METHOD = "prophet_pooled"

SETTINGS = {
    "shared": "Prophet on the city's day index: weekly and yearly seasons, ends of the school year, eves, strikes",
    "own": "level, weekdays, season and start of the year of each canteen, shrunk towards the city's",
    "interval": f"quantiles 10 and 90 % of the errors of the forecasts of {backtest.CALIBRATION_MONTHS} months,"
    f" {LEAD_DAYS} days ahead",
    "recommended": "quantity that would have run as short in those months as the managers' own plan",
}


@dataclass(frozen=True)
class Plan:
    """What is to be computed: the origins of the past, and the days to come, last."""

    panel: Panel
    past: list[Origin]
    future: Origin


def plan(job: Job) -> Plan:
    """Return the origins of a job: the last two years by month, three weeks ahead, then the days to come."""
    panel = panel_of(job)
    after = pd.Timestamp(job.last_service_on) + pd.Timedelta(days=1)
    past = told_enough(panel, earlier_origins(panel, after.date(), LEAD_DAYS))
    return Plan(panel, past, Origin(pd.Timestamp(job.last_service_on), pd.DatetimeIndex(pd.to_datetime(job.days))))


def past_rows(job: Job, one: Plan, meals: pd.DataFrame, mapper: Mapper) -> pd.DataFrame:
    """Return the judged past, one row per canteen × day: `models.backtest.COLUMNS`.

    The first half of the origins teaches how far forecasts miss; only the second half is judged.
    """
    judged = one.past[len(one.past) // 2 :]
    return as_rows(one.panel, list(mapper(partial(quantities, one.panel, meals, job.strikes), judged)))


def fits(job: Job, one: Plan, series: list[Series], past: pd.DataFrame, ahead: Outlook) -> list[Fit]:
    """Return each series of meals as a Fit: the days to come, and its past forecasts of the last school year."""
    every = ahead.meals.reindex(columns=one.panel.served.columns)
    meals = pd.concat([past, every])
    told = whole_plans(one.panel, job.plans, one.future.days)
    coming = quantities(one.panel, meals, job.strikes, one.future, told)
    coming["recommended_with_plan"] = coming["recommended_with_plan"].where(told.notna())
    return [_fit(one_series, past, coming) for one_series in series]


def _fit(series: Series, past: pd.DataFrame, coming: Tables) -> Fit:
    future = pd.DataFrame({name: table[series.canteen] for name, table in coming.items()})
    future = future.rename(columns={"forecast": "point"}).rename_axis("date").reset_index()
    if series.canteen not in past:
        return Fit(series, METHOD, future, pd.DataFrame(columns=["date", "y", "fitted", "meals"]))
    known = series.past.assign(fitted=series.past["ds"].map(past[series.canteen])).dropna().tail(FITTED_DAYS)
    return Fit(series, METHOD, future, known.rename(columns={"ds": "date"})[["date", "y", "fitted", "meals"]])


def term_rows(series: list[Series], ahead: Outlook) -> pd.DataFrame:
    """Return one row per canteen × day: the terms of its forecast, in meals."""
    wanted = {one.canteen for one in series} - {UNATTACHED}
    parts = {name: table[[c for c in table if c in wanted]].stack() for name, table in ahead.in_meals().items()}
    rows = pd.DataFrame(parts).rename_axis(["date", "canteen"]).reset_index()
    return rows[["canteen", "date", *TERMS]]
