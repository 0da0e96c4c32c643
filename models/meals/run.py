"""The meals of every canteen for one computation: forecast, interval, quantities, terms, and backtest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from data.queries.forecasts.quality import FAR_SHARE
from models.inputs.frames import days_of
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
    no_forecasts,
    quantities,
    told_later,
    with_enough_past,
)
from models.meals.error_features import Forecasts
from models.meals.forecast import TERMS, Outlook
from models.meals.nearer import LEADS, Track

Tables = dict[str, pd.DataFrame]

# The backtest shown to users covers this many months.
JUDGED_MONTHS = 12
# Days further than the first lead are told as the past ones were by the fit of their month, 21 to 51 days ahead.
FURTHER = 0
ALL_LEADS = (FURTHER, *LEADS)
QUARTER = 3
METHOD, FROM_PUPILS = "prophet_pooled", "prophet_pooled_from_pupils"

SETTINGS = {
    "shared": "Prophet on the city's day index: weekly and yearly seasons, ends of the school year, eves, strikes",
    "own": "level, weekdays, season and start of the year of each canteen, shrunk towards the city's",
    "interval": f"quantiles 10 and 90 % of the errors of the forecasts of {backtest.CALIBRATION_MONTHS} months,"
    f" {', '.join(map(str, LEADS))} days ahead, scaled by what is known of each day and canteen",
    "pupils": "where known, they move the level from one school year to the next, and a canteen without a past starts"
    " from them and from the meals per pupil of canteens of its kind",
    "recommended": "whole meals that would have run no shorter in those months than the managers' plans in careful"
    f" seasons: {100 * quantity.CAREFUL:.0f} % of their missing meals and of their days without more than"
    f" {100 * FAR_SHARE:.0f} % of the meals",
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

    def coming(self) -> dict[int, Origin]:
        """Return the coming days by the lead whose past errors are theirs: the least one as early as they are told."""
        leads = pd.Series(FURTHER, self.future.days)
        for lead in LEADS:
            leads[[self._known_between(day, lead) for day in self.future.days]] = lead
        days = {int(lead): days_of(leads[leads == lead]) for lead in leads.unique()}
        return {lead: Origin(self.future.cutoff, inside) for lead, inside in days.items()}

    def _known_between(self, day: pd.Timestamp, lead: int) -> bool:
        """Return whether nothing more would be known, that many days before a day, than is known now."""
        days = self.future.days
        return not ((days > self.future.cutoff) & (days <= day - pd.Timedelta(days=lead))).any()


class Meals(NamedTuple):
    """The past forecasts told LEAD_DAYS ahead, the judged quantities by lead, those of the days to come by lead."""

    told: Forecasts
    judged: dict[int, list[Quantities]]
    coming: list[Quantities]

    def tables(self) -> Tables:
        """Return the tables of the days to come, whatever their lead; none without days."""
        if not self.coming:
            return {}
        parts = [one.tables for one in self.coming]
        return {name: pd.concat([tables[name] for tables in parts]).sort_index() for name in parts[0]}


def plan(job: Job) -> Plan:
    """Return the origins of a job: the last three years by month, three weeks ahead, then the days to come."""
    panel = panel_of(job)
    after = pd.Timestamp(job.last_service_on) + pd.Timedelta(days=1)
    past = with_enough_past(panel, earlier_origins(panel, after.date(), LEAD_DAYS))
    return Plan(panel, past, Origin(pd.Timestamp(job.last_service_on), pd.DatetimeIndex(pd.to_datetime(job.days))))


def told_at(plan: Plan, bases: list[tuple[Forecasts, Track]], lead: int) -> Forecasts:
    """Return the past forecasts as they are told so many days ahead; FURTHER: as they were fitted."""
    every = "month" if lead == FURTHER else "day"
    return told_later(bases, plan.past, lead, every) if bases else no_forecasts(plan.panel)


def judged_origins(plan: Plan, told: Forecasts, lead: int) -> list[Origin]:
    """Return the judged days of a lead by parts, each with the last day that its first forecast knew.

    The errors of LEAD_DAYS are learnt anew every three months, up to the last day known: users see these days. Those of
    the other leads are learnt once, for the last whole months: users see how large they were.
    """
    whole = [one for one in plan.past if one.days[-1] < plan.future.cutoff.replace(day=1)][-JUDGED_MONTHS:]
    judged, months = (plan.judged, QUARTER) if lead == LEAD_DAYS else (whole, JUDGED_MONTHS)
    parts = [judged[place : place + months] for place in range(0, len(judged), months)]
    days = [pd.DatetimeIndex([day for one in part for day in one.days]) for part in parts]
    return [Origin(told.cutoff.loc[inside].min(), inside) for inside in days]


def backtest_rows(plan: Plan, told: Forecasts, judged: list[Quantities]) -> pd.DataFrame:
    """Return the backtest, one row per canteen × day: `models.meals.backtest.COLUMNS`, known_until, set_aside."""
    return with_cutoff_and_reason(plan.panel, told.cutoff, as_rows(plan.panel, [one.tables for one in judged]))


def with_cutoff_and_reason(panel: Panel, cutoffs: pd.Series, rows: pd.DataFrame) -> pd.DataFrame:
    """Add to the backtest the cutoff of each day's forecast, and the reason why the day is set aside, if any."""
    places = pd.MultiIndex.from_frame(rows[["date", "canteen"]])
    reason_codes = reasons(panel).stack().reindex(places).to_numpy(dtype=int)
    # The code of a day that is not set aside, −1, points to the last name: None.
    names = np.array([*REASONS, None], dtype=object)
    return rows.assign(
        known_until=cutoffs.reindex(pd.DatetimeIndex(rows["date"])).to_numpy(), set_aside=names[reason_codes]
    )


def coming_quantities(
    plan: Plan, past: Forecasts, strikes: Collection[date], plans: pd.DataFrame, outlook: Outlook, coming: Origin
) -> Quantities:
    """Return the quantities of days to come; `plans` are the managers' plans (`Job.plans`).

    Meals that an event adds or takes away one by one move them all by as many: “45 fewer” are 45 fewer to prepare.
    """
    canteens = plan.panel.served.columns
    ahead = forecasts_of(outlook.without_added(), plan.future, canteens).rows(coming.days)
    plans = plans.assign(planned=plans["planned"] - plans["known_meals"])
    complete = complete_plans(plan.panel, plans, coming.days)
    quantities_ahead = quantities(plan.panel, joined([past, ahead]), strikes, coming, complete)
    tables = quantities_ahead.tables
    tables["recommended_with_plan"] = tables["recommended_with_plan"].where(complete.notna())
    added = outlook.added.reindex(index=coming.days, columns=canteens).fillna(0.0)
    widened = quantity.widened(tables, outlook.unsure)
    return quantities_ahead._replace(tables={name: _moved(name, table, added) for name, table in widened.items()})


def _moved(name: str, table: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    moved = (table + added).clip(lower=0.0)
    return moved.round() if name.startswith("recommended") else moved


def fits(series: list[Series], judged: list[Quantities], coming: Tables, outlook: Outlook) -> list[Fit]:
    """Return each series of meals as a Fit: the days to come, and its past forecasts over the last school year."""
    past = pd.concat([one.tables["forecast"] for one in judged]) if judged else pd.DataFrame()
    return [_fit(one, FROM_PUPILS if one.canteen in outlook.unsure else METHOD, past, coming) for one in series]


def _fit(series: Series, method: str, past: pd.DataFrame, coming: Tables) -> Fit:
    future = pd.DataFrame({name: table[series.canteen] for name, table in coming.items()})
    future = future.rename(columns={"forecast": "point"}).rename_axis("date").reset_index()
    # A canteen without a past may have known pupils for only one of two school years.
    future = future.dropna(subset=["point"])
    if series.canteen not in past:
        return Fit(series, method, future, pd.DataFrame(columns=["date", "y", "fitted", "meals"]))
    known = series.past.assign(fitted=series.past["ds"].map(past[series.canteen])).dropna().tail(FITTED_DAYS)
    return Fit(series, method, future, known.rename(columns={"ds": "date"})[["date", "y", "fitted", "meals"]])


def term_rows(series: list[Series], outlook: Outlook, forecast: pd.DataFrame) -> pd.DataFrame:
    """Return one row per canteen × day: the terms of its forecast, in meals, which add up to `forecast`."""
    wanted = {one.canteen for one in series} - {UNATTACHED}
    in_meals = outlook.moved_to(forecast).in_meals()
    parts = {name: table[[c for c in table if c in wanted]].stack() for name, table in in_meals.items()}
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


def known_risks(told: Forecasts, judged: list[Quantities], coming: Iterable[Quantities]) -> dict[str, Any]:
    """Return the factors of other risks for the days to come and the judged ones, as the run stores them."""
    past = {told.cutoff[day]: one for one in judged for day in days_of(one.tables["forecast"])}
    ahead = {day: one for one in coming for day in days_of(one.tables["forecast"])}
    return other_risks.stored_factors(past, dict(sorted(ahead.items())))


def about(plan: Plan, outlook: Outlook, meals: Meals) -> dict[str, Any]:
    """Return what a run says of its meals: events known, factors of other risks, what was measured at each lead."""
    judged = meals.judged[LEAD_DAYS]
    return {
        "events": known_events(plan, outlook),
        "risks_above": known_risks(meals.told, judged, meals.coming) if meals.coming else {},
        "leads": scores_by_lead(plan.panel, meals.judged),
    }


def scores_by_lead(panel: Panel, judged: Mapping[int, list[Quantities]]) -> list[dict[str, Any]]:
    """Return what was measured at each lead, on the days with a plan, as the run stores it: shares in percent."""
    return [_scores(lead, as_rows(panel, [one.tables for one in judged[lead]])) for lead in judged]


def _scores(lead: int, rows: pd.DataFrame) -> dict[str, Any]:
    planned = rows[rows["canteen"] != UNATTACHED].dropna(subset=["meals_planned"])
    served = planned["meals_served"].to_numpy()
    scores: dict[str, Any] = {"lead_days": lead, "canteen_days": len(planned)}
    if not len(planned):
        return scores
    covered = planned["meals_served"].between(planned["lower"], planned["upper"]).mean()
    wape = np.abs(planned["forecast"] - served).sum() / served.sum()
    scores |= {"wape_pct": 100 * float(wape), "covered_pct": 100 * float(covered)}
    for name, column in (
        ("plan", "meals_planned"),
        ("recommended", "recommended"),
        ("advised", "recommended_with_plan"),
    ):
        prepared = planned[column].fillna(planned["recommended"]).to_numpy()
        ran = quantity.shortage_of(prepared, served)
        surplus = np.maximum(prepared - served, 0.0).sum() / served.sum()
        scores |= {
            f"{name}_surplus_pct": 100 * float(surplus),
            f"{name}_shortage_pct": 100 * ran.meals,
            f"{name}_far_short_pct": 100 * ran.far_days,
        }
    return scores
