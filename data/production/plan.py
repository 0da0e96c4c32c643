"""What the kitchen prepares on a day: the meals of each canteen by level, and the dishes of the menu."""

# ruff: noqa: S608 — statements share parts that are constants; every value is a parameter.
from __future__ import annotations

import math
from datetime import date

import pandas as pd

from data.production import reserve
from data.production.advised import ADVISED
from data.production.portions import split
from data.queries.forecasts.adjusted import ADJUSTED, parameters
from data.settings import values
from data.store import Store

LEVEL_DAYS = 60  # the share of the two levels comes from the meals of these last days

# A point of both levels counts as élémentaire: its portions are never too small.
DAY = (
    "WITH"
    + ADJUSTED
    + """
, quantities AS (
    -- A canteen that is closed since the computation has a row of zeros: it was on the sheet printed before.
    SELECT
        stored.canteen,
        coalesce(adjusted.point, 0) AS expected,
        adjusted.upper, adjusted.recommended,
        CASE WHEN adjusted.canteen IS NULL THEN 0
            ELSE round(coalesce(adjusted.recommended_with_plan, adjusted.recommended)) END AS advised
    FROM forecasts AS stored
    LEFT JOIN adjusted USING (canteen, date, target)
    WHERE stored.run_id = $run_id AND date = $date AND target = 'meals_served' AND stored.canteen IS NOT NULL
), levels AS (
    SELECT canteen, coalesce(sum(meals_served) FILTER (site_kind = 'M'), 0) / sum(meals_served) AS nursery_share
    FROM located_services
    WHERE meals_served > 0 AND canteen IS NOT NULL
        AND date > (SELECT last_service_on FROM forecast_runs WHERE run_id = $run_id) - $level_days
    GROUP BY canteen
)
SELECT
    quantities.canteen, coalesce(canteens.label, quantities.canteen) AS place, canteens.district,
    expected, upper, recommended, advised, decided, produced, returned,
    coalesce(nursery_share, CASE canteens.kind WHEN 'M' THEN 1 ELSE 0 END) AS nursery_share
FROM quantities
LEFT JOIN canteens ON canteens.name = quantities.canteen
LEFT JOIN levels ON levels.canteen = quantities.canteen
LEFT JOIN production ON production.canteen = quantities.canteen AND production.date = $date
ORDER BY place COLLATE FR, place
"""
)
DISHES = "SELECT DISTINCT ON (dish) dish, course FROM menus WHERE date = $date ORDER BY position, dish"


def production_of_day(store: Store, run_id: int, day: date) -> pd.DataFrame:
    """Return one row per canteen (key, label, district) for one day: what to prepare, in meals, portions, containers.

    `meals` is what the kitchen decided, or else the quantity advised, or else the meals expected, rounded up. A canteen
    that closed since the computation has a row, without a meal. Each shared reserve has a row, at the end (`reserve`).
    """
    known = parameters(store, run_id)
    rows = store.read(DAY, {"date": day, "level_days": LEVEL_DAYS} | known)
    rows = _shared(store, run_id, day, rows, known["size_power"])
    settings = values(store)
    weight, size = (float(settings[key].value) for key in ("nursery_portion", "container_portions"))
    rows["meals"] = rows["decided"].fillna(rows["advised"]).fillna(rows["expected"].map(math.ceil)).astype(int)
    portions = [split(meals, share) for meals, share in zip(rows["meals"], rows["nursery_share"], strict=True)]
    rows["nursery"] = [each.nursery for each in portions]
    rows["elementary"] = [each.elementary for each in portions]
    rows["containers"] = [each.containers(weight, size) for each in portions]
    rows["spare"] = [each.containers(weight, size) * size - each.weight(weight) for each in portions]
    return rows.drop(columns=["nursery_share", "upper", "recommended"])


def _shared(store: Store, run_id: int, day: date, rows: pd.DataFrame, size_power: float) -> pd.DataFrame:
    """Return the rows of a day with the reserve that the comité adopted, if it adopted one."""
    shared = reserve.adopted(store, run_id, day)
    if shared is None:
        return rows.assign(reserve=False)
    grouping, split = shared
    of_canteens = reserve.groups(store.read(reserve.CANTEENS))[grouping]
    return reserve.with_reserves(rows, of_canteens, grouping, split, size_power)


def dishes_of_day(store: Store, day: date) -> list[str]:
    """Return the dishes of a day, in the order of the meal; empty when no menu is known."""
    rows = store.read(DISHES, {"date": day})
    return [str(dish) for dish in rows["dish"]]


PAST_DAY = (
    "WITH"
    + ADVISED
    + """
SELECT canteens.name AS canteen, label AS place, advised, decided, produced, returned
FROM canteens
LEFT JOIN advised ON advised.canteen = name AND advised.date = $date
LEFT JOIN production ON production.canteen = name AND production.date = $date
WHERE advised IS NOT NULL OR production.canteen IS NOT NULL OR name IN (
    SELECT canteen FROM located_services WHERE date = $date
)
ORDER BY place COLLATE FR, place
"""
)


def past_production(store: Store, day: date) -> pd.DataFrame:
    """Return one row per canteen for a day that is over: what was advised, decided, produced, returned."""
    return store.read(PAST_DAY, {"date": day})
