"""The meals of every canteen for one computation: forecast, interval, quantities, terms, and backtest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from models.inputs.job import UNATTACHED, Job
from models.inputs.panel import REASONS, Panel, complete_plans, reasons
from models.inputs.series import FITTED_DAYS, Fit, Series, panel_of
from models.meals import backtest, other_risks, quantity
from models.meals.backtest import (
    LEAD_DAYS,
    Origin,
    Quantities,
    as_rows,
    earlier_origins,
    forecasts_of,
    joined,
    quantities,
    with_enough_past,
)
from models.meals.error_features import Forecasts
from models.meals.forecast import TERMS, Outlook

Tables = dict[str, pd.DataFrame]

# The backtest shown to users covers this many months.
JUDGED_MONTHS = 12
METHOD, FROM_PUPILS = "prophet_pooled", "prophet_pooled_from_pupils"

SETTINGS = {
    "shared": "Prophet on the city's day index: weekly and yearly seasons, ends of the school year, eves, strikes",
    "own": "level, weekdays, season and start of the year of each canteen, shrunk towards the city's",
    "interval": f"quantiles 10 and 90 % of the errors of the forecasts of {backtest.CALIBRATION_MONTHS} months,"
    f" {LEAD_DAYS} days ahead, scaled by what is known of each day and canteen",
    "pupils": "where known, they move the level from one school year to the next, and a canteen without a past starts"
    " from them and from the meals per pupil of canteens of its kind",
    "recommended": "whole meals that would have run as short in those months as the managers' plans in all years known,"
    f" on no more than {100 * quantity.MOST_DAYS_SHORT:.0f} % of days",
}


@dataclass(frozen=True)
class Plan:
    """The origins to compute: those of the past, and that of the days to come."""

    panel: Panel
    past: list[Origin]
    future: Origin

    @property
    def judged(self) -> list[Origin]:
        """Return the past origins that are judged; the errors are learnt from the earlier ones."""
        return self.past[len(self.past) - len(self.past) // (backtest.CALIBRATION_MONTHS // JUDGED_MONTHS) :]


def plan(job: Job) -> Plan:
    """Return the origins of a job: the last three years by month, three weeks ahead, then the days to come."""
    panel = panel_of(job)
    after = pd.Timestamp(job.last_service_on) + pd.Timedelta(days=1)
    past = with_enough_past(panel, earlier_origins(panel, after.date(), LEAD_DAYS))
    return Plan(panel, past, Origin(pd.Timestamp(job.last_service_on), pd.DatetimeIndex(pd.to_datetime(job.days))))


def backtest_rows(plan: Plan, judged: list[Quantities]) -> pd.DataFrame:
    """Return the backtest, one row per canteen × day: `models.meals.backtest.COLUMNS`, known_until, set_aside."""
    return with_cutoff_and_reason(plan.panel, plan.judged, as_rows(plan.panel, [origin.tables for origin in judged]))


def with_cutoff_and_reason(panel: Panel, judged: list[Origin], rows: pd.DataFrame) -> pd.DataFrame:
    """Add to the backtest the cutoff of each day's forecast, and the reason why the day is set aside, if any."""
    cutoff_of_day = {day: origin.cutoff for origin in judged for day in origin.days}
    places = pd.MultiIndex.from_frame(rows[["date", "canteen"]])
    reason_codes = reasons(panel).stack().reindex(places).to_numpy(dtype=int)
    # The code of a day that is not set aside, −1, points to the last name: None.
    names = np.array([*REASONS, None], dtype=object)
    return rows.assign(known_until=pd.to_datetime(rows["date"].map(cutoff_of_day)), set_aside=names[reason_codes])


def coming_quantities(
    plan: Plan, past: Forecasts, strikes: Collection[date], plans: pd.DataFrame, outlook: Outlook
) -> Quantities:
    """Return the quantities of the days to come; `plans` are the managers' plans (`Job.plans`).

    Meals that an event adds or takes away one by one move them all by as many: “45 fewer” are 45 fewer to prepare.
    """
    canteens = plan.panel.served.columns
    forecasts = joined([past, forecasts_of(outlook.without_added(), plan.future, canteens)])
    plans = plans.assign(planned=plans["planned"] - plans["known_meals"])
    complete = complete_plans(plan.panel, plans, plan.future.days)
    coming = quantities(plan.panel, forecasts, strikes, plan.future, complete)
    coming.tables["recommended_with_plan"] = coming.tables["recommended_with_plan"].where(complete.notna())
    added = outlook.added.reindex(columns=canteens).fillna(0.0)
    tables = quantity.widened(coming.tables, outlook.unsure)
    return coming._replace(tables={name: _moved(name, table, added) for name, table in tables.items()})


def _moved(name: str, table: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    moved = (table + added).clip(lower=0.0)
    return moved.round() if name.startswith("recommended") else moved


def fits(series: list[Series], past: Forecasts, coming: Tables, outlook: Outlook) -> list[Fit]:
    """Return each series of meals as a Fit: the days to come, and its past forecasts over the last school year."""
    return [_fit(one, FROM_PUPILS if one.canteen in outlook.unsure else METHOD, past.meals, coming) for one in series]


def _fit(series: Series, method: str, past: pd.DataFrame, coming: Tables) -> Fit:
    future = pd.DataFrame({name: table[series.canteen] for name, table in coming.items()})
    future = future.rename(columns={"forecast": "point"}).rename_axis("date").reset_index()
    # A canteen without a past may have known pupils for only one of two school years.
    future = future.dropna(subset=["point"])
    if series.canteen not in past:
        return Fit(series, method, future, pd.DataFrame(columns=["date", "y", "fitted", "meals"]))
    known = series.past.assign(fitted=series.past["ds"].map(past[series.canteen])).dropna().tail(FITTED_DAYS)
    return Fit(series, method, future, known.rename(columns={"ds": "date"})[["date", "y", "fitted", "meals"]])


def term_rows(series: list[Series], outlook: Outlook) -> pd.DataFrame:
    """Return one row per canteen × day: the terms of its forecast, in meals."""
    wanted = {one.canteen for one in series} - {UNATTACHED}
    parts = {name: table[[c for c in table if c in wanted]].stack() for name, table in outlook.in_meals().items()}
    rows = pd.DataFrame(parts).dropna().rename_axis(["date", "canteen"]).reset_index()
    return rows[["canteen", "date", *TERMS]]


def known_events(plan: Plan, outlook: Outlook) -> dict[str, Any]:
    """Return the events of the days to come and the effects learnt from past ones, as the run stores them."""
    days = plan.panel.events[plan.panel.events["date"].isin(plan.future.days)]
    records = days.assign(date=days["date"].dt.strftime("%Y-%m-%d")).astype(object)
    return {
        "days": records.where(records.notna(), None).to_dict("list"),
        "learnt": {name: effect._asdict() for name, effect in outlook.learnt.items()},
    }


def known_risks(plan: Plan, judged: list[Quantities], coming: Quantities) -> dict[str, Any]:
    """Return the factors of other risks for the days to come and the judged origins, as the run stores them."""
    past = {origin.cutoff: one for origin, one in zip(plan.judged, judged, strict=True)}
    return other_risks.stored_factors(past, coming)
