"""The forecasts of a computation, adjusted for the events declared since, as a new computation would do.

A computation stores the events it knew and the effects it learnt. What has changed since multiplies its figures, day by
day. Meals added or taken away one by one move the interval and the quantities by as many: “45 fewer” are 45 fewer to
prepare. On days changed in percent, the quantity that uses the managers' plan is missing until the next computation.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from data.calendar.declared import declared_days
from data.calendar.events import COLUMNS, LEAST_SHARE, Event, moves
from data.store import Store

# The first CTEs of a statement that reads `adjusted` instead of `forecasts`; `parameters` gives their parameters.
ADJUSTED = """
moves AS (
    SELECT
        unnest($dates::DATE[]) AS date,
        unnest($canteens::VARCHAR[]) AS canteen,
        unnest($factors::DOUBLE[]) AS factor,
        unnest($meals_before::DOUBLE[]) AS meals_before,
        unnest($meals_after::DOUBLE[]) AS meals_after,
        unnest($closed::BOOLEAN[]) AS closed
), of_canteens AS (
    SELECT
        stored.canteen, stored.date,
        product(factor) AS factor, sum(meals_before) AS before, sum(meals_after) AS after, bool_or(closed) AS closed
    FROM forecasts AS stored JOIN moves
        ON moves.date = stored.date AND (moves.canteen IS NULL OR moves.canteen = stored.canteen)
    WHERE run_id = $run_id AND target = 'meals_served' AND stored.canteen IS NOT NULL
    GROUP BY ALL
), of_city AS (
    SELECT date, coalesce(product(factor) FILTER (canteen IS NULL), 1) AS factor,
        coalesce(bool_or(closed) FILTER (canteen IS NULL), FALSE) AS closed
    FROM moves
    GROUP BY date
), ratios AS (
    -- Kilograms of waste change in proportion to the meals; grams per meal do not change.
    SELECT
        canteen, date, target, point, closed,
        CASE WHEN target IN ('meals_served', 'waste_kg') THEN coalesce(max(
            CASE WHEN target = 'meals_served' AND point > 0
                THEN greatest((point - before) * factor + after, $least_share * (point - before) * factor) / point
            END
        ) OVER (PARTITION BY canteen, date), 1) ELSE 1 END AS ratio,
        CASE target WHEN 'meals_served' THEN factor ELSE ratio END AS scale
    FROM forecasts JOIN of_canteens USING (canteen, date)
    WHERE run_id = $run_id
), sums AS (
    SELECT date, target, sum(point) AS stored,
        sum(coalesce(CASE WHEN closed THEN 0 ELSE point * ratio END, point)) AS now
    FROM forecasts LEFT JOIN (SELECT * EXCLUDE (point) FROM ratios) USING (canteen, date, target)
    WHERE run_id = $run_id AND canteen IS NOT NULL AND date IN (SELECT date FROM of_city)
    GROUP BY ALL
), city_ratios AS (
    -- The city is its canteens and the points “à rattacher”; events of the whole city change these points too.
    SELECT
        NULL::VARCHAR AS canteen, date, target, of_city.closed,
        CASE WHEN target LIKE '%_g_per_meal' OR point <= 0 THEN 1
            ELSE (now + (point - stored) * CASE target WHEN 'meals_served' THEN factor ELSE 1 END) / point
        END AS ratio,
        ratio AS scale
    FROM forecasts JOIN sums USING (date, target) JOIN of_city USING (date)
    WHERE run_id = $run_id AND canteen IS NULL
), changed AS (
    SELECT * REPLACE (
        CASE WHEN abs(ratio - 1) > 1e-9 THEN ratio ELSE 1 END AS ratio,
        CASE WHEN abs(scale - 1) > 1e-9 THEN scale ELSE 1 END AS scale
    )
    FROM (SELECT * EXCLUDE (point) FROM ratios UNION ALL BY NAME FROM city_ratios)
), adjusted AS (
    SELECT
        * EXCLUDE (scale, closed) REPLACE (
            point * ratio AS point,
            -- The distance to the point follows the effects in percent; those in meals move all of it by as many.
            greatest(lower * scale + point * (ratio - scale), 0) AS lower,
            upper * scale + point * (ratio - scale) AS upper,
            -- The meals prepared above a forecast grow a little less than the forecast (models.meals.quantity.spread).
            CASE WHEN recommended IS NOT NULL THEN greatest(round(
                point * ratio + (recommended - point) * power(scale, 1 + $size_power)
            ), 0) END AS recommended,
            CASE WHEN scale = 1 AND recommended_with_plan IS NOT NULL
                THEN greatest(round(recommended_with_plan + point * (ratio - 1)), 0)
            END AS recommended_with_plan
        )
    FROM (
        SELECT
            stored.*, coalesce(ratio, 1) AS ratio, coalesce(scale, 1) AS scale, coalesce(closed, FALSE) AS closed
        FROM forecasts AS stored LEFT JOIN changed
            ON changed.date = stored.date AND changed.target = stored.target
            AND changed.canteen IS NOT DISTINCT FROM stored.canteen
        WHERE run_id = $run_id
    )
    WHERE NOT closed
)
"""

RUN_EVENTS = """
SELECT
    (specification -> '$.events')::VARCHAR AS events,
    coalesce((specification -> '$.risks_above.size_power')::DOUBLE, 0) AS size_power,
    (SELECT min(date) FROM forecasts WHERE run_id = $run_id) AS first,
    (SELECT max(date) FROM forecasts WHERE run_id = $run_id) AS last
FROM forecast_runs
WHERE run_id = $run_id
"""
LEAST_CHANGE = 1e-9
CITY = ""


def parameters(store: Store, run_id: int, what_if: Event | None = None) -> dict[str, Any]:
    """Return the parameters of ADJUSTED: the changes between the events of the run and those of now, plus `what_if`."""
    run = store.read(RUN_EVENTS, {"run_id": run_id}).iloc[0]
    run_events = json.loads(run["events"]) if run["events"] else {}
    learnt = {name: effect["log"] for name, effect in run_events.get("learnt", {}).items()}
    known = pd.DataFrame(run_events.get("days", {}), columns=COLUMNS)
    known["date"] = pd.to_datetime(known["date"])
    now = declared_days(store, what_if)
    now = now[now["date"].between(run["first"], run["last"])]
    # Most often no event was declared since: there is nothing to compare.
    before, after = (known, now) if _rows(known) != _rows(now) else (known[:0], now[:0])
    moved = _compared(moves(before, learnt), moves(after, learnt))
    return {
        "run_id": run_id,
        "least_share": LEAST_SHARE,
        "size_power": float(run["size_power"]),
        "dates": [day.date() for day in moved["date"]],
        "canteens": [None if name == CITY else name for name in moved["canteen"]],
        "factors": moved["factor"].tolist(),
        "meals_before": moved["meals_before"].tolist(),
        "meals_after": moved["meals_after"].tolist(),
        "closed": moved["closed_after"].tolist(),
    }


def _rows(days: pd.DataFrame) -> list[tuple[object, ...]]:
    """Return days of events as sorted plain values, so that two sets of days can be compared."""
    effects = days[COLUMNS[3:]].astype(float).fillna(0.0).to_numpy().tolist()
    given = days[COLUMNS[3:]].notna().to_numpy().tolist()
    keys = zip(days["date"], days["kind"], days["canteen"].fillna(CITY), strict=True)
    return sorted((*key, *flags, *values) for key, flags, values in zip(keys, given, effects, strict=True))


def _compared(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the moves of the changed days before and after, one row per date × canteen."""
    if before.empty and after.empty:
        return pd.DataFrame(columns=["date", "canteen", "factor", "meals_before", "meals_after", "closed_after"])
    none = {"log": 0.0, "meals": 0.0, "closed": False}
    sides = [one.assign(canteen=one["canteen"].fillna(CITY).astype(str)) for one in (before, after)]
    both = sides[0].merge(sides[1], "outer", ["date", "canteen"], suffixes=("_before", "_after"))
    for side in ("before", "after"):
        for name, value in none.items():
            both[f"{name}_{side}"] = both[f"{name}_{side}"].astype(object).fillna(value).astype(type(value))
    differs = (both["log_after"] - both["log_before"]).abs() > LEAST_CHANGE
    differs |= both["meals_before"] != both["meals_after"]
    differs |= both["closed_before"] != both["closed_after"]
    # The unchanged events of a changed day are kept too: the day is recomputed from all of them.
    both = both[both["date"].isin(both.loc[differs, "date"])]
    return both.assign(factor=np.exp(both["log_after"] - both["log_before"]))


def learnt_effects(store: Store, run_id: int) -> dict[str, tuple[float, int]]:
    """Return by scope (`data.calendar.events.scope`) the learnt effect, as a logarithm, and its number of days."""
    events = store.read(RUN_EVENTS, {"run_id": run_id})["events"].iloc[0]
    run_events = json.loads(events) if events else {}
    return {name: (effect["log"], effect["days"]) for name, effect in run_events.get("learnt", {}).items()}
