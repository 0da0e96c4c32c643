"""The meals of every canteen for one computation: forecast, interval, quantities, terms, and the past judged."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from models.inputs.job import UNATTACHED, Job
from models.inputs.panel import REASONS, Panel, reasons, whole_plans
from models.inputs.series import FITTED_DAYS, Fit, Series, panel_of
from models.meals import backtest, quantity
from models.meals import other_risks as risk
from models.meals.backtest import (
    LEAD_DAYS,
    Origin,
    Quantities,
    as_rows,
    earlier_origins,
    made_of,
    quantities,
    together,
    told_enough,
)
from models.meals.error_features import Made
from models.meals.forecast import TERMS, Outlook

Tables = dict[str, pd.DataFrame]

# How many months of the past are judged and shown.
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
    """What is to be computed: the origins of the past, and the days to come, last."""

    panel: Panel
    past: list[Origin]
    future: Origin

    @property
    def judged(self) -> list[Origin]:
        """Return the origins of the past that are judged: the earlier ones teach how far forecasts miss."""
        return self.past[len(self.past) - len(self.past) // (backtest.CALIBRATION_MONTHS // JUDGED_MONTHS) :]


def plan(job: Job) -> Plan:
    """Return the origins of a job: the last three years by month, three weeks ahead, then the days to come."""
    panel = panel_of(job)
    after = pd.Timestamp(job.last_service_on) + pd.Timedelta(days=1)
    past = told_enough(panel, earlier_origins(panel, after.date(), LEAD_DAYS))
    return Plan(panel, past, Origin(pd.Timestamp(job.last_service_on), pd.DatetimeIndex(pd.to_datetime(job.days))))


def past_rows(one: Plan, judged: list[Quantities]) -> pd.DataFrame:
    """Return the judged past, one row per canteen × day: `models.backtest.COLUMNS`, known_until, set_aside."""
    return with_what_is_known(one.panel, one.judged, as_rows(one.panel, [origin.tables for origin in judged]))


def with_what_is_known(panel: Panel, judged: list[Origin], rows: pd.DataFrame) -> pd.DataFrame:
    """Add to judged days the last day known to their forecast, and why nothing is learnt from them, if so."""
    known = {day: origin.cutoff for origin in judged for day in origin.days}
    places = pd.MultiIndex.from_frame(rows[["date", "canteen"]])
    why = reasons(panel).stack().reindex(places).to_numpy(dtype=int)
    # What can be learnt from is −1, the last of these names.
    names = np.array([*REASONS, None], dtype=object)
    return rows.assign(known_until=pd.to_datetime(rows["date"].map(known)), set_aside=names[why])


def to_come(one: Plan, past: Made, strikes: Collection[date], plans: pd.DataFrame, ahead: Outlook) -> Quantities:
    """Return the quantities of the days to come; `plans` are what the managers planned (`Job.plans`)."""
    made = together([past, made_of(ahead, one.future, one.panel.served.columns)])
    told = whole_plans(one.panel, plans, one.future.days)
    found = quantities(one.panel, made, strikes, one.future, told)
    found.tables["recommended_with_plan"] = found.tables["recommended_with_plan"].where(told.notna())
    return found._replace(tables=quantity.widened(found.tables, ahead.unsure))


def fits(series: list[Series], past: Made, coming: Tables, ahead: Outlook) -> list[Fit]:
    """Return each series of meals as a Fit: the days to come, and its past forecasts of the last school year."""
    return [
        _fit(one_series, FROM_PUPILS if one_series.canteen in ahead.unsure else METHOD, past.meals, coming)
        for one_series in series
    ]


def _fit(series: Series, method: str, past: pd.DataFrame, coming: Tables) -> Fit:
    future = pd.DataFrame({name: table[series.canteen] for name, table in coming.items()})
    future = future.rename(columns={"forecast": "point"}).rename_axis("date").reset_index()
    # The pupils of a canteen without a past may be known for one of two school years.
    future = future.dropna(subset=["point"])
    if series.canteen not in past:
        return Fit(series, method, future, pd.DataFrame(columns=["date", "y", "fitted", "meals"]))
    known = series.past.assign(fitted=series.past["ds"].map(past[series.canteen])).dropna().tail(FITTED_DAYS)
    return Fit(series, method, future, known.rename(columns={"ds": "date"})[["date", "y", "fitted", "meals"]])


def term_rows(series: list[Series], ahead: Outlook) -> pd.DataFrame:
    """Return one row per canteen × day: the terms of its forecast, in meals."""
    wanted = {one.canteen for one in series} - {UNATTACHED}
    parts = {name: table[[c for c in table if c in wanted]].stack() for name, table in ahead.in_meals().items()}
    rows = pd.DataFrame(parts).dropna().rename_axis(["date", "canteen"]).reset_index()
    return rows[["canteen", "date", *TERMS]]


def known_events(one: Plan, ahead: Outlook) -> dict[str, Any]:
    """Return, to be kept with the run, the events its days knew and the effects learnt from past ones."""
    days = one.panel.events[one.panel.events["date"].isin(one.future.days)]
    told = days.assign(date=days["date"].dt.strftime("%Y-%m-%d")).astype(object)
    return {
        "days": told.where(told.notna(), None).to_dict("list"),
        "learnt": {name: effect._asdict() for name, effect in ahead.learnt.items()},
    }


def known_risks(one: Plan, judged: list[Quantities], coming: Quantities) -> dict[str, Any]:
    """Return, to be kept with the run, what other risks of running short mean for its days and for those judged."""
    past = {origin.cutoff: said for origin, said in zip(one.judged, judged, strict=True)}
    return risk.kept(past, coming)
