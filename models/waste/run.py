"""The waste of one computation: weighings of a job, past weeks forecast again, and the forecasts to store."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from models.inputs import menus
from models.inputs.frames import days_of
from models.inputs.job import UNATTACHED, Job
from models.inputs.series import FITTED_DAYS, PER_MEAL, WASTE, WASTE_KG, Fit, Prepared, Series
from models.meals.backtest import LEAD_DAYS, Origin, origins
from models.waste import forecast, intervals
from models.waste.forecast import MEASURES, TOTAL, ByPart, Weighings
from models.waste.intervals import KG, WasteForecast

# The weeks of the last PAST_MONTHS months are forecast again, each from the data known LEAD_DAYS days before it.
PAST_MONTHS = 12
# The stored measure (`models.inputs.series.MEASURES`) of each measure of this folder.
STORED_MEASURE = dict(zip(MEASURES, PER_MEAL, strict=True)) | {KG: WASTE_KG}

SETTINGS = {
    "level": f"mean of the square roots of the grams, half-life {forecast.HALF_LIFE:.0f} weighed days, all the past"
    f" together counting as {forecast.STEADY:.0f} days",
    "shared": "menu (words of the dishes, ridge regression) and, from two years on, season (Prophet);"
    " each used where past forecasts were closer with it",
    "interval": f"quantiles 10 and 90 % of the errors of the forecasts of {PAST_MONTHS} months, {LEAD_DAYS} days ahead",
    "kilograms": "grams × meals forecast",
}


# The measures whose interval is shown, and so judged.
JUDGED = {TOTAL: WASTE, KG: WASTE_KG}
COLUMNS = ["canteen", "date", "target", "actual", "forecast", "lower", "upper"]


@dataclass(frozen=True)
class Plan:
    """The known weighings, and the origins to forecast: those of the past, then that of the days to come."""

    known: Weighings
    origins: list[Origin]


def plan(job: Job, prepared: Prepared, coming: Origin) -> Plan:
    """Return the weighings of a job and the origins of its waste; no origin if no canteen weighs."""
    known = _weighings(prepared.weighed, job.menus, coming.days)
    days = days_of(known.meals)
    if days.empty:
        return Plan(known, [])
    first, last = coming.cutoff - pd.DateOffset(months=PAST_MONTHS), coming.cutoff
    past = origins(days, first.date(), last.date(), LEAD_DAYS, "week")
    weighed_counts = known.grams[TOTAL].notna().cumsum()
    enough = [one for one in past if weighed_counts.loc[: one.cutoff].tail(1).ge(forecast.LEAST_DAYS).any(axis=None)]
    return Plan(known, [*enough, coming])


def _weighings(weighed: pd.DataFrame, dishes: pd.DataFrame, coming: pd.DatetimeIndex) -> Weighings:
    def wide(name: str) -> pd.DataFrame:
        return weighed.pivot(index="date", columns="canteen", values=name).sort_index()

    grams = {measure: wide(STORED_MEASURE[measure]) for measure in MEASURES}
    days = days_of(grams[TOTAL])
    words = menus.words_of(dishes[dishes["date"].isin(days.union(coming))])
    return Weighings(grams, wide("meals"), menus.learnable(words, days))


def forecast_origin(known: Weighings, origin: Origin) -> dict[str, ByPart]:
    """Forecast the waste of an origin's days from the weighings known at its cutoff."""
    return forecast.forecast(known.until(origin.cutoff), origin.days)


def fits(plan: Plan, forecasts: list[dict[str, ByPart]], meals: pd.DataFrame, served: pd.DataFrame) -> list[Fit]:
    """Return the waste of the days to come as one Fit per canteen × measure; `meals` are the meals forecast."""
    if not forecasts:
        return []
    measures = intervals.waste_forecasts(intervals.joined(forecasts), plan.origins[-1].days, plan.known, meals, served)
    return [_fit(canteen, name, one, plan.known) for name, one in measures.items() for canteen in one.point.columns]


def _fit(canteen: str, name: str, one: WasteForecast, known: Weighings) -> Fit:
    future = pd.DataFrame({column: getattr(one, column)[canteen] for column in ("point", "lower", "upper")})
    past = pd.DataFrame({"y": one.actual[canteen], "fitted": one.fitted[canteen], "meals": known.meals[canteen]})
    weighed = known.grams.get(name, known.grams[TOTAL])[canteen].dropna()
    series = Series(canteen, STORED_MEASURE[name], pd.DataFrame({"ds": weighed.index, "y": weighed.to_numpy()}))
    return Fit(
        series,
        one.part,
        future.dropna().rename_axis("date").reset_index(),
        past.dropna().tail(FITTED_DAYS).rename_axis("date").reset_index(),
    )


def backtest_rows(
    plan: Plan, forecasts: list[dict[str, ByPart]], meals: pd.DataFrame, served: pd.DataFrame
) -> pd.DataFrame:
    """Return the past weeks as they were forecast, one row per canteen × day weighed × measure: COLUMNS.

    Everything about a week comes from what was known at its cutoff, its interval and the choice of the model too.
    """
    past = plan.origins[:-1]
    if not past:
        return pd.DataFrame(columns=COLUMNS)
    tables, grams = intervals.joined(forecasts[:-1]), plan.known.grams[TOTAL]
    actual = {TOTAL: grams, KG: grams * served.reindex_like(grams) / 1000}
    weeks = [_as_then(plan, tables, origin, meals, served) for origin in past]
    rows = [_judged([week[name] for week in weeks], actual[name]).assign(target=JUDGED[name]) for name in JUDGED]
    return pd.concat(rows, ignore_index=True)[COLUMNS]


def _as_then(
    plan: Plan, tables: dict[str, ByPart], origin: Origin, meals: pd.DataFrame, served: pd.DataFrame
) -> dict[str, WasteForecast]:
    """Return the forecast of a past week with the interval that its cutoff allowed; `tables` hold all the weeks."""
    known, known_served = plan.known.until(origin.cutoff), served.loc[: origin.cutoff]
    return intervals.waste_forecasts(intervals.until(tables, origin.days), origin.days, known, meals, known_served)


def _judged(weeks: list[WasteForecast], actual: pd.DataFrame) -> pd.DataFrame:
    """Return the weeks as rows of canteen × day weighed: date, canteen, forecast, lower, upper, actual."""
    bounds = {"forecast": "point", "lower": "lower", "upper": "upper"}
    tables = {name: pd.concat([getattr(week, bound) for week in weeks]) for name, bound in bounds.items()}
    tables["actual"] = actual.reindex_like(tables["forecast"])
    rows = pd.DataFrame({name: table.stack() for name, table in tables.items()}).dropna()
    rows = rows.rename_axis(["date", "canteen"]).reset_index()
    return rows[rows["canteen"] != UNATTACHED]
