"""Food losses by place (preparation, unserved, leftovers) and by dish; weighing days of each canteen."""

# ruff: noqa: S608 — statements share parts that are constants; every value is a parameter.
from __future__ import annotations

import pandas as pd

from data.calendar.exceptional import SELECTED, parameters
from data.selection import Selection
from data.store import Store

LOSS_PLACES = f"""
WITH selected AS (
    UNPIVOT (
        SELECT meals_served, preparation_kg AS preparation, unserved_kg AS unserved, leftovers_kg AS leftovers
        FROM {SELECTED}
        WHERE meals_served > 0
    ) ON preparation, unserved, leftovers INTO NAME place VALUE kg
)
SELECT place, count(*) AS services, sum(meals_served)::BIGINT AS meals_served, sum(kg) AS kg,
    1000.0 * sum(kg) / sum(meals_served) AS grams_per_meal
FROM selected
GROUP BY place
"""


def loss_places(store: Store, selection: Selection) -> pd.DataFrame:
    """Return one row per place of loss (preparation, unserved, leftovers), over the services where it was weighed."""
    return store.read(LOSS_PLACES, parameters(store, selection))


WEIGHING_DAYS = f"""
SELECT canteen, count(DISTINCT date) AS days
FROM {SELECTED}
WHERE canteen IS NOT NULL AND meals_served > 0 AND wasted_kg IS NOT NULL
GROUP BY canteen
ORDER BY canteen
"""


def weighing_days(store: Store, selection: Selection) -> pd.DataFrame:
    """Return one row per canteen that weighs: its number of days with all three places weighed."""
    return store.read(WEIGHING_DAYS, parameters(store, selection))


# A dish is ranked from this number of days on: on fewer, its days say more of themselves than of the dish.
LEAST_DISH_DAYS = 8

# Only the days with a known menu: the dish may have been served on a day without one.
MENU_DAYS = f"""
SELECT
    date,
    sum(meals_served) FILTER (meals_planned IS NOT NULL) AS meals_served,
    coalesce(sum(greatest(gap, 0)), 0) AS surplus_meals,
    sum(meals_served) FILTER (wasted_kg IS NOT NULL) AS weighed_meals,
    sum(wasted_kg) FILTER (meals_served > 0) AS wasted_kg
FROM {SELECTED} SEMI JOIN menus USING (date)
WHERE meals_served IS NOT NULL
GROUP BY date
"""
DISH_DAYS = r"SELECT DISTINCT date, lower(trim(regexp_replace(dish, '\s+', ' ', 'g'))) AS dish FROM menus"


def menu_days(store: Store, selection: Selection, *, grams: bool = False) -> pd.DataFrame:
    """Return one row per day that has a menu and both figures: date, meals served, surplus meals.

    `grams`: the days that were weighed, their meals, and the grams thrown away in place of the surplus.
    """
    meals, surplus = ("weighed_meals", "1000 * wasted_kg") if grams else ("meals_served", "surplus_meals")
    statement = (
        f"SELECT date, {meals} AS meals_served, {surplus} AS surplus_meals FROM ({MENU_DAYS}) WHERE {meals} > 0"
        " ORDER BY date"
    )
    return store.read(statement, parameters(store, selection))


def dish_days(store: Store, selection: Selection) -> pd.DataFrame:
    """Return one row per day × dish of the menus of a period."""
    statement = f"SELECT * FROM ({DISH_DAYS}) WHERE date BETWEEN $start AND $end ORDER BY date, dish"
    return store.read(statement, {"start": selection.start, "end": selection.end})


BY_DISH = f"""
WITH menu_days AS ({MENU_DAYS}), dish_days AS ({DISH_DAYS}), city AS (
    SELECT sum(meals_served) AS meals_served, sum(surplus_meals) AS surplus_meals,
        sum(weighed_meals) AS weighed_meals, sum(wasted_kg) AS wasted_kg
    FROM menu_days
), dishes AS (
    SELECT dish, count(*) FILTER (meals_served > 0) AS days, count(*) FILTER (weighed_meals > 0) AS weighed_days,
        sum(meals_served) AS meals_served, sum(surplus_meals) AS surplus_meals,
        coalesce(sum(weighed_meals), 0) AS weighed_meals, coalesce(sum(wasted_kg), 0) AS wasted_kg
    FROM dish_days JOIN menu_days USING (date)
    GROUP BY dish
    HAVING count(*) FILTER (meals_served > 0) >= $least_days
)
SELECT
    dish, days, weighed_days, dishes.meals_served::BIGINT AS meals_served,
    dishes.weighed_meals::BIGINT AS weighed_meals,
    100.0 * dishes.surplus_meals / nullif(dishes.meals_served, 0) AS surplus_pct,
    100.0 * (city.surplus_meals - dishes.surplus_meals)
        / nullif(city.meals_served - dishes.meals_served, 0) AS surplus_pct_other_days,
    1000.0 * dishes.wasted_kg / nullif(dishes.weighed_meals, 0) AS grams_per_meal,
    1000.0 * (city.wasted_kg - dishes.wasted_kg)
        / nullif(city.weighed_meals - dishes.weighed_meals, 0) AS grams_per_meal_other_days
FROM dishes CROSS JOIN city
WHERE dishes.meals_served > 0
ORDER BY surplus_pct - surplus_pct_other_days DESC, dish
"""


def by_dish(store: Store, selection: Selection, least_days: int = LEAST_DISH_DAYS) -> pd.DataFrame:
    """Return one row per dish served on at least `least_days` days, compared with the other days that have a menu."""
    return store.read(BY_DISH, {**parameters(store, selection), "least_days": least_days})
