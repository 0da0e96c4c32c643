"""From the canteens' forecasts to the table that is stored, with the city's own line: canteen is None."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from models.forecast import INTERVAL, Fit
from models.history import UNATTACHED
from models.series import MEALS, TARGETS, WASTE

COLUMNS = ["canteen", "date", "target", "point", "lower", "upper"]
# A past day on which most canteens did not serve (strike, opening) says nothing of the city's spread.
LEAST_SHARE = 0.5
RULE = (
    "point: sum of the canteens and of the points “à rattacher” (waste: mean weighted by meals); "
    "interval: quantiles 10 and 90 % of the city's own relative daily residuals over one school year"
)


def table(fits: Iterable[Fit]) -> pd.DataFrame:
    """Return one row per canteen × day × target, then one per day × target for the city."""
    fits = list(fits)
    rows = pd.concat([fit.future.assign(canteen=fit.series.canteen, target=fit.series.target) for fit in fits])
    meals = rows[rows["target"] == MEALS].set_index(["canteen", "date"])["point"]
    cities = [_city(target, rows[rows["target"] == target], meals, fits) for target in TARGETS]
    canteens = rows[rows["canteen"] != UNATTACHED]
    return pd.concat([canteens, *cities], ignore_index=True)[COLUMNS]


def _city(target: str, rows: pd.DataFrame, meals: pd.Series, fits: list[Fit]) -> pd.DataFrame:
    low, high = _spread([fit.past for fit in fits if fit.series.target == target], weighted=target == WASTE)
    if target == WASTE:
        weights = meals.reindex(pd.MultiIndex.from_frame(rows[["canteen", "date"]])).to_numpy()
        rows = rows.assign(point=rows["point"] * weights, weight=weights)
        sums = rows.groupby("date")[["point", "weight"]].sum()
        point = (sums["point"] / sums["weight"]).dropna()
    else:
        point = rows.groupby("date")["point"].sum()
    city = pd.DataFrame({"point": point, "lower": point * (1 + low), "upper": point * (1 + high)})
    return city.reset_index().assign(canteen=None, target=target)


def _spread(pasts: list[pd.DataFrame], *, weighted: bool) -> tuple[float, float]:
    """Return how far below (≤ 0) and above (≥ 0) its model the whole city ends, as shares of the model."""
    if not pasts:
        return 0.0, 0.0
    past = pd.concat(pasts)
    if weighted:
        past[["y", "fitted"]] = past[["y", "fitted"]].mul(past["meals"], axis=0)
    days = past.groupby("date").agg(y=("y", "sum"), fitted=("fitted", "sum"), canteens=("y", "size"))
    days = days[(days["canteens"] >= LEAST_SHARE * days["canteens"].max()) & (days["fitted"] > 0)]
    residuals = days["y"] / days["fitted"] - 1
    tail = (1 - INTERVAL) / 2
    low, high = residuals.quantile([tail, 1 - tail]).fillna(0.0)
    return max(-1.0, min(0.0, low)), max(0.0, high)
