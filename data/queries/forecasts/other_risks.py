"""The newsvendor quantity at another risk of running short than the managers', and the past cost of each risk.

A computation stores a factor for each risk, and two powers. The meals to prepare above the forecast are
factor × (upper − forecast)^width_power × forecast^(1 − width_power + size_power); the total is rounded to whole meals.
"""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from data.queries.forecasts.adjusted import ADJUSTED, parameters
from data.queries.forecasts.days import canteen_forecasts_of_day, daily_forecast
from data.queries.forecasts.quality import FAR_MEALS, FAR_SHARE, JUDGED
from data.store import Store


@dataclass(frozen=True)
class Risk:
    """A risk of running short, one day in `one_in`: the factor of each day and the powers that give its quantity."""

    one_in: int
    factors: tuple[tuple[str, float], ...]
    # Older computations stored no powers: their formula was linear, as with these defaults.
    width_power: float = 1.0
    size_power: float = 0.0


# The factors of an older computation stand under the first of all days.
ALL_DAYS = "0001-01-01"
POWERS = ("width_power", "size_power")
STORED_RISKS = "SELECT (specification -> '$.risks_above')::VARCHAR AS risks FROM forecast_runs WHERE run_id = $run_id"


def risks(store: Store, run_id: int) -> list[Risk]:
    """Return the risks of a computation, the most prudent first; none for the older ones, which did not store them."""
    stored = _stored_risks(store, run_id)
    if not stored:
        return []
    ahead = stored["ahead"]
    # Older computations stored one factor for all days.
    by_day = ahead if isinstance(ahead, dict) else {ALL_DAYS: ahead}
    return [
        Risk(one_in, tuple((day, factors[place]) for day, factors in by_day.items()), *_powers(stored))
        for place, one_in in enumerate(stored["one_in"])
    ]


def _powers(stored: dict[str, Any]) -> list[float]:
    return [stored.get(name, getattr(Risk, name)) for name in POWERS]


def _stored_risks(store: Store, run_id: int) -> dict[str, Any]:
    risks_json = store.read(STORED_RISKS, {"run_id": run_id})["risks"].iloc[0]
    return json.loads(risks_json) if risks_json else {}


QUANTITY = """greatest(round(point + factor * power(greatest(upper - point, 0), $width_power)
    * power(point, 1 - $width_power) * power(greatest(point, 1), $size_power)), 0)"""

# The change in meals of the quantity of each canteen and day. Where the managers' plan is known, the quantity that uses
# it changes by as many meals.
MOVED = (
    "WITH"
    + ADJUSTED
    + """
SELECT
    adjusted.date,
    coalesce(canteens.label, canteen) AS place,
    """
    + QUANTITY
    + """ - recommended AS moved
FROM adjusted
    ASOF JOIN (SELECT unnest($risk_days::DATE[]) AS date, unnest($risk_factors::DOUBLE[]) AS factor) AS of_days
        ON adjusted.date >= of_days.date
    LEFT JOIN canteens ON canteens.name = canteen
WHERE target = 'meals_served' AND canteen = coalesce($canteen, canteen)
"""
)


def daily_forecast_at(store: Store, run_id: int, canteen: str | None, risk: Risk) -> pd.DataFrame:
    """Return `daily_forecast` with the quantities of another risk than the managers'."""
    days = daily_forecast(store, run_id, canteen)
    moved = _moved(store, run_id, canteen, risk)
    return _at(days, days["date"].map(moved.groupby("date")["moved"].sum(min_count=1)))


def canteen_forecasts_of_day_at(store: Store, run_id: int, day: date, risk: Risk) -> pd.DataFrame:
    """Return `canteen_forecasts_of_day` with the quantities of another risk than the managers'."""
    canteens = canteen_forecasts_of_day(store, run_id, day)
    moved = _moved(store, run_id, None, risk)
    of_day = moved[moved["date"] == pd.Timestamp(day)].set_index("place")["moved"]
    return _at(canteens, canteens["place"].map(of_day))


def _moved(store: Store, run_id: int, canteen: str | None, risk: Risk) -> pd.DataFrame:
    powers = {name: getattr(risk, name) for name in POWERS}
    days, factors = (list(column) for column in zip(*risk.factors, strict=True))
    values = {"canteen": canteen, "risk_days": days, "risk_factors": factors} | powers
    return store.read(MOVED, values | parameters(store, run_id))


def _at(rows: pd.DataFrame, moved: pd.Series) -> pd.DataFrame:
    quantities = {name: (rows[name] + moved.astype(float)).clip(lower=0) for name in ("recommended", "advised")}
    return rows.assign(**quantities)


# The days are those of all the figures on the quality of the forecasts (`JUDGED`).
PRICES = (
    JUDGED
    + """
, risks AS (
    SELECT
        unnest($origins::DATE[]) AS known_until,
        unnest($one_in::INTEGER[]) AS one_in,
        unnest($factors::DOUBLE[]) AS factor
), days AS (
    SELECT *, forecast AS point FROM judged WHERE canteen = coalesce($canteen, canteen)
), prepared AS (
    SELECT one_in, date, meals_served, """
    + QUANTITY
    + """ AS quantity
    FROM days JOIN risks USING (known_until)
    UNION ALL
    SELECT NULL AS one_in, date, meals_served, round(recommended) AS quantity FROM days
)
SELECT
    one_in,
    min(date) AS first,
    max(date) AS last,
    count(*) AS canteen_days,
    100 * count(*) FILTER (meals_served > quantity) / count(*) AS short_pct,
    100 * count(*) FILTER (
        meals_served - quantity > $far_share * meals_served AND meals_served - quantity >= $far_meals
    ) / count(*) AS far_short_pct,
    100 * sum(greatest(quantity - meals_served, 0)) / sum(meals_served) AS surplus_pct,
    100 * sum(greatest(meals_served - quantity, 0)) / sum(meals_served) AS shortage_pct,
    sum(greatest(quantity - meals_served, 0)) / count(DISTINCT date_trunc('week', date)) AS surplus_per_week,
    sum(greatest(meals_served - quantity, 0)) / count(DISTINCT date_trunc('week', date)) AS shortage_per_week
FROM prepared
GROUP BY one_in
ORDER BY surplus_pct DESC, one_in DESC NULLS FIRST
"""
)


def prices(store: Store, run_id: int, canteen: str | None) -> pd.DataFrame:
    """Return one row per risk, the most prudent first: its surplus and shortage in the backtest of the run.

    `one_in` is missing for the managers' risk. There is no row where the run has no other risk, or no backtest.
    """
    stored = _stored_risks(store, run_id)
    past = [
        (origin, *risk)
        for origin, factors in stored.get("past", {}).items()
        for risk in zip(stored["one_in"], factors, strict=True)
    ]
    columns = zip(*past, strict=True) if past else ([], [], [])
    values = dict(zip(("origins", "one_in", "factors"), map(list, columns), strict=True))
    powers = dict(zip(POWERS, _powers(stored), strict=True))
    far = {"far_share": FAR_SHARE, "far_meals": FAR_MEALS}
    costs = store.read(PRICES, values | powers | far | {"run_id": run_id, "canteen": canteen})
    return costs if past else costs.iloc[:0]
