"""The quantity to prepare at another risk of running short than the managers', and what each risk would have cost.

A computation keeps, for each risk, a factor, and two powers: the meals to prepare above the forecast are
factor × (upper − forecast)^width_power × forecast^(1 − width_power + size_power), in whole meals in all.
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
from data.store import Store


@dataclass(frozen=True)
class Risk:
    """A risk of running short, one day in so many: the factor and the powers that make meals of it."""

    one_in: int
    factor: float
    # Computations of before these were kept moved along a straight line.
    width_power: float = 1.0
    size_power: float = 0.0


POWERS = ("width_power", "size_power")
KEPT = "SELECT (specification -> '$.risks_above')::VARCHAR AS risks FROM forecast_runs WHERE run_id = $run_id"


def risks(store: Store, run_id: int) -> list[Risk]:
    """Return the risks a computation knows, the most prudent first; none for those made before they were kept."""
    kept = _kept(store, run_id)
    return [Risk(*one, *_powers(kept)) for one in zip(kept["one_in"], kept["ahead"], strict=True)] if kept else []


def _powers(kept: dict[str, Any]) -> list[float]:
    return [kept.get(name, getattr(Risk, name)) for name in POWERS]


def _kept(store: Store, run_id: int) -> dict[str, Any]:
    found = store.read(KEPT, {"run_id": run_id})["risks"].iloc[0]
    return json.loads(found) if found else {}


QUANTITY = """greatest(round(point + factor * power(greatest(upper - point, 0), $width_power)
    * power(point, 1 - $width_power) * power(greatest(point, 1), $size_power)), 0)"""

# By how many meals the quantity of each canteen and day moves. Where the managers' plan is known, the quantity that
# reads it moves by as many.
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
FROM (SELECT *, $factor AS factor FROM adjusted) AS adjusted LEFT JOIN canteens ON canteens.name = canteen
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
    asked = {"canteen": canteen} | {name: getattr(risk, name) for name in ("factor", *POWERS)}
    return store.read(MOVED, asked | parameters(store, run_id))


def _at(rows: pd.DataFrame, moved: pd.Series) -> pd.DataFrame:
    quantities = {name: (rows[name] + moved.astype(float)).clip(lower=0) for name in ("recommended", "advised")}
    return rows.assign(**quantities)


# Figures that nothing can be learnt from (typing errors, days told in part) would have no price.
PRICES = (
    """
WITH risks AS (
    SELECT
        unnest($origins::DATE[]) AS known_until,
        unnest($one_in::INTEGER[]) AS one_in,
        unnest($factors::DOUBLE[]) AS factor
), judged AS (
    SELECT *, forecast AS point FROM backtests
    WHERE run_id = $run_id AND canteen = coalesce($canteen, canteen) AND set_aside IS NULL
), said AS (
    SELECT one_in, date, meals_served, """
    + QUANTITY
    + """ AS quantity
    FROM judged JOIN risks USING (known_until)
    UNION ALL
    SELECT NULL AS one_in, date, meals_served, round(recommended) AS quantity FROM judged
)
SELECT
    one_in,
    min(date) AS first,
    max(date) AS last,
    count(*) AS canteen_days,
    100 * count(*) FILTER (meals_served > quantity) / count(*) AS short_pct,
    100 * sum(greatest(quantity - meals_served, 0)) / sum(meals_served) AS surplus_pct,
    100 * sum(greatest(meals_served - quantity, 0)) / sum(meals_served) AS shortage_pct,
    sum(greatest(quantity - meals_served, 0)) / count(DISTINCT date_trunc('week', date)) AS surplus_per_week,
    sum(greatest(meals_served - quantity, 0)) / count(DISTINCT date_trunc('week', date)) AS shortage_per_week
FROM said
GROUP BY one_in
ORDER BY surplus_pct DESC, one_in DESC NULLS FIRST
"""
)


def prices(store: Store, run_id: int, canteen: str | None) -> pd.DataFrame:
    """Return one row per risk, the most prudent first: what it would have cost a place on the past judged by the run.

    `one_in` is missing for the managers' risk. Nothing where the run knows no other risk, or judged nothing there.
    """
    kept = _kept(store, run_id)
    past = [
        (origin, *one)
        for origin, places in kept.get("past", {}).items()
        for one in zip(kept["one_in"], places, strict=True)
    ]
    columns = zip(*past, strict=True) if past else ([], [], [])
    asked = dict(zip(("origins", "one_in", "factors"), map(list, columns), strict=True))
    powers = dict(zip(POWERS, _powers(kept), strict=True))
    found = store.read(PRICES, asked | powers | {"run_id": run_id, "canteen": canteen})
    return found if past else found.iloc[:0]
