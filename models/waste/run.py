"""The waste of one computation: weighings taken from a job, past weeks forecast again, and the forecasts to store."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from models.inputs import menus
from models.inputs.frames import days_of
from models.inputs.job import Job
from models.inputs.series import FITTED_DAYS, PER_MEAL, WASTE_KG, Fit, Prepared, Series
from models.meals.backtest import LEAD_DAYS, Origin, origins
from models.waste import forecast as waste
from models.waste import intervals as waste_errors
from models.waste.forecast import MEASURES, TOTAL, Told, Weighings
from models.waste.intervals import KG, Ahead

# The weeks of this many months are forecast again, each from what was known LEAD_DAYS before it.
PAST_MONTHS = 12
TARGET_OF = dict(zip(MEASURES, PER_MEAL, strict=True)) | {KG: WASTE_KG}

SETTINGS = {
    "level": f"mean of the square roots of the grams, half-life {waste.HALF_LIFE:.0f} weighed days, all the past"
    f" together counting as {waste.STEADY:.0f} days",
    "shared": "menu (words of the dishes, ridge regression) and, from two years on, season (Prophet);"
    " each used where past forecasts were closer with it",
    "interval": f"quantiles 10 and 90 % of the errors of the forecasts of {PAST_MONTHS} months, {LEAD_DAYS} days ahead",
    "kilograms": "grams × meals forecast",
}


@dataclass(frozen=True)
class Plan:
    """What is known, and the origins to forecast from: those of the past, then the days to come."""

    known: Weighings
    origins: list[Origin]


def plan(job: Job, prepared: Prepared, coming: Origin) -> Plan:
    """Return the weighings of a job and the origins of its waste; none where no canteen weighs."""
    known = _weighings(prepared.weighed, job.menus, coming.days)
    days = days_of(known.meals)
    if days.empty:
        return Plan(known, [])
    first, last = coming.cutoff - pd.DateOffset(months=PAST_MONTHS), coming.cutoff
    past = origins(days, first.date(), last.date(), LEAD_DAYS, "week")
    told = known.grams[TOTAL].notna().cumsum()
    enough = [one for one in past if told.loc[: one.cutoff].tail(1).ge(waste.LEAST_DAYS).any(axis=None)]
    return Plan(known, [*enough, coming])


def _weighings(weighed: pd.DataFrame, dishes: pd.DataFrame, coming: pd.DatetimeIndex) -> Weighings:
    def wide(name: str) -> pd.DataFrame:
        return weighed.pivot(index="date", columns="canteen", values=name).sort_index()

    grams = {measure: wide(TARGET_OF[measure]) for measure in MEASURES}
    days = days_of(grams[TOTAL])
    words = menus.words_of(dishes[dishes["date"].isin(days.union(coming))])
    return Weighings(grams, wide("meals"), menus.learnable(words, days))


def forecast_origin(known: Weighings, origin: Origin) -> dict[str, Told]:
    """Return what the waste of an origin's days looks like from what was known at its cutoff."""
    return waste.forecast(known.until(origin.cutoff), origin.days)


def fits(one: Plan, forecasts: list[dict[str, Told]], meals: pd.DataFrame, served: pd.DataFrame) -> list[Fit]:
    """Return the waste of the days to come as one Fit per canteen × target; `meals` are the meals forecast."""
    if not forecasts:
        return []
    ahead = waste_errors.ahead(forecasts, one.known, meals, served)
    return [_fit(canteen, name, found, one.known) for name, found in ahead.items() for canteen in found.point.columns]


def _fit(canteen: str, name: str, found: Ahead, known: Weighings) -> Fit:
    future = pd.DataFrame({column: getattr(found, column)[canteen] for column in ("point", "lower", "upper")})
    past = pd.DataFrame({"y": found.told[canteen], "fitted": found.fitted[canteen], "meals": known.meals[canteen]})
    told = known.grams.get(name, known.grams[TOTAL])[canteen].dropna()
    series = Series(canteen, TARGET_OF[name], pd.DataFrame({"ds": told.index, "y": told.to_numpy()}))
    return Fit(
        series,
        found.part,
        future.dropna().rename_axis("date").reset_index(),
        past.dropna().tail(FITTED_DAYS).rename_axis("date").reset_index(),
    )
