"""The stored table of forecasts: the canteens' rows, and the city's total, where canteen is None."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from data.queries.forecasts.promises import city_bounds
from models.inputs.job import UNATTACHED
from models.inputs.series import MEALS, MEASURES, PER_MEAL, Fit

COLUMNS = ["canteen", "date", "target", "point", "lower", "upper", "recommended", "recommended_with_plan"]
# A past day on which most canteens did not serve (strike, opening) does not count in the city's errors.
LEAST_SHARE = 0.5
LEAST_DAYS = 20
RULE = (
    "point: sum of the canteens and of the points “à rattacher” (waste per meal: mean weighted by meals); "
    "interval: conformal quantiles 10 and 90 % of the city's own relative daily errors over one school year"
)


def table(fits: Iterable[Fit]) -> pd.DataFrame:
    """Return one row per canteen × day × measure, then one per day × measure for the city."""
    fits = list(fits)
    rows = pd.concat([fit.future.assign(canteen=fit.series.canteen, target=fit.series.measure) for fit in fits])
    meals = rows[rows["target"] == MEALS].set_index(["canteen", "date"])["point"]
    parts: list[pd.DataFrame] = [rows[rows["canteen"] != UNATTACHED]]
    parts += [_city(measure, rows[rows["target"] == measure], meals, fits) for measure in MEASURES]
    return pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)


def _city(measure: str, rows: pd.DataFrame, meals: pd.Series, fits: list[Fit]) -> pd.DataFrame:
    low, high = _spread(rows, [fit.past for fit in fits if fit.series.measure == measure], weighted=measure in PER_MEAL)
    if measure in PER_MEAL:
        weights = meals.reindex(pd.MultiIndex.from_frame(rows[["canteen", "date"]])).to_numpy()
        rows = rows.assign(point=rows["point"] * weights, weight=weights)
        sums = rows.groupby("date")[["point", "weight"]].sum()
        point = (sums["point"] / sums["weight"]).dropna()
    else:
        point = rows.groupby("date")["point"].sum()
    city = pd.DataFrame({"point": point, "lower": point * (1 + low), "upper": point * (1 + high)})
    return city.reset_index().assign(canteen=None, target=measure)


def _spread(rows: pd.DataFrame, pasts: list[pd.DataFrame], *, weighted: bool) -> tuple[float, float]:
    """Return the lower (≤ 0) and upper (≥ 0) bounds of the city's relative errors, as quantiles of its past ones.

    If too few past days are known, the bounds are those of its canteens added up.
    """
    past = pd.concat(pasts) if pasts else pd.DataFrame()
    if past.empty or past["date"].nunique() < LEAST_DAYS:
        together = rows[["point", "lower", "upper"]].sum()
        share = together[["lower", "upper"]] / together["point"] - 1 if together["point"] > 0 else pd.Series([0.0, 0.0])
        return float(share.iloc[0]), float(share.iloc[1])
    if weighted:
        past[["y", "fitted"]] = past[["y", "fitted"]].mul(past["meals"], axis=0)
    days = past.groupby("date").agg(y=("y", "sum"), fitted=("fitted", "sum"), canteens=("y", "size"))
    days = days[(days["canteens"] >= LEAST_SHARE * days["canteens"].max()) & (days["fitted"] > 0)]
    if days.empty:
        return 0.0, 0.0
    low, high = city_bounds(days["y"] / days["fitted"])
    return low - 1, high - 1
