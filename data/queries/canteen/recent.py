"""The last weeks of one canteen, day by day, and what its weekdays have in common."""

# ruff: noqa: S608 — statements share parts that are constants; every value is a parameter.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from data.calendar.exceptional import JUDGED, SELECTED, judged, parameters
from data.selection import Selection
from data.store import Store

CHART_WEEKS, HABIT_WEEKS = 4, 10
# A habit: as many services of one weekday in a row, with at least this share of the meals too many, or too few.
LEAST_IN_A_ROW, LEAST_SHARE, LEAST_MEALS = 5, 0.05, 3.0

LAST_DAY = """
SELECT max(date) AS day FROM located_services WHERE canteen = $canteen AND meals_served > 0 AND date <= current_date
"""

DAYS = f"""
SELECT
    date,
    -- The plan, or the meals, of some levels only would look like a shortage, or a surplus.
    CASE WHEN count(meals_planned) = count(*) THEN sum(meals_planned)::BIGINT END AS meals_planned,
    CASE WHEN count(meals_served) = count(*) THEN sum(meals_served)::BIGINT END AS meals_served,
    count(gap) > 0 AS compared,
    coalesce(sum(greatest(gap, 0)), 0)::BIGINT AS surplus_meals,
    coalesce(sum(greatest(-gap, 0)), 0)::BIGINT AS shortage_meals,
    1000.0 * sum(wasted_kg) FILTER (meals_served > 0)
        / nullif(sum(meals_served) FILTER (wasted_kg IS NOT NULL), 0) AS grams_per_meal,
    any_value(exceptional) AS exceptional
FROM {JUDGED}
WHERE meals_served IS NOT NULL OR meals_planned IS NOT NULL
GROUP BY date
HAVING sum(meals_served) > 0 OR sum(meals_planned) > 0
ORDER BY date
"""

GAPS = f"""
SELECT date, sum(gap)::BIGINT AS gap, sum(meals_served)::BIGINT AS meals_served
FROM {SELECTED}
WHERE gap IS NOT NULL
GROUP BY date
HAVING sum(meals_served) > 0
ORDER BY date
"""


def last_day(store: Store, canteen: str) -> date | None:
    """Return the last day, up to today, of which the meals served in a canteen are known."""
    day = store.read(LAST_DAY, {"canteen": canteen})["day"].iloc[0]
    return None if pd.isna(day) else day.date()


def recent_days(store: Store, canteen: str, last: date) -> pd.DataFrame:
    """Return one row per day of the four weeks up to `last`: meals planned, served, too many, too few, grams per meal.

    `exceptional` is why the day is exceptional, missing on the other days.
    """
    return days(store, Selection(last - timedelta(weeks=CHART_WEEKS, days=-1), last, canteen=canteen))


def days(store: Store, selection: Selection) -> pd.DataFrame:
    """Return the days of the canteen of a selection, as `recent_days` does, the exceptional ones among them."""
    return store.read(DAYS, judged(store, selection))


@dataclass(frozen=True)
class Habit:
    """A weekday (0: Monday) with too many meals, or too few, `count` services in a row up to the last one.

    `mean` and `least` are meals a day over them: planned and not served; negative where some were short.
    """

    weekday: int
    count: int
    mean: float
    least: int


def habits(store: Store, canteen: str, last: date) -> list[Habit]:
    """Return the weekdays that went wrong several services in a row, the largest difference first.

    Exceptional days do not count, neither in a row nor as an interruption.
    """
    selection = Selection(last - timedelta(weeks=HABIT_WEEKS, days=-1), last, canteen=canteen)
    days = store.read(GAPS, parameters(store, selection))
    of_weekdays = [_habit(weekday, rows) for weekday, rows in days.groupby(days["date"].dt.weekday)]
    return sorted((habit for habit in of_weekdays if habit), key=lambda habit: (-abs(habit.mean), habit.weekday))


def _habit(weekday: object, days: pd.DataFrame) -> Habit | None:
    """Return what the last services of a weekday, in order of date, have in common."""
    sign = 1 if days["gap"].iloc[-1] > 0 else -1
    same = (sign * days["gap"] > 0)[::-1].cummin()[::-1]
    row = days[same]
    mean = float(row["gap"].mean()) if len(row) else 0.0
    if len(row) < LEAST_IN_A_ROW or abs(mean) < max(LEAST_MEALS, LEAST_SHARE * row["meals_served"].mean()):
        return None
    return Habit(int(str(weekday)), len(row), mean, int(sign * (sign * row["gap"]).min()))


@dataclass(frozen=True)
class WeekdayMean:
    """The services of one weekday (0: Monday): how many, and the mean of the meals left over on a day."""

    weekday: int
    days: int
    surplus: float


def weekdays(store: Store, canteen: str, last: date) -> list[WeekdayMean]:
    """Return the weekdays of the last ten weeks, the one that leaves most meals first."""
    selection = Selection(last - timedelta(weeks=HABIT_WEEKS, days=-1), last, canteen=canteen)
    days = store.read(GAPS, parameters(store, selection))
    surplus = days["gap"].clip(lower=0).groupby(days["date"].dt.weekday).agg(["count", "mean"])
    means = [WeekdayMean(int(str(day)), int(row["count"]), float(row["mean"])) for day, row in surplus.iterrows()]
    return sorted(means, key=lambda mean: (-mean.surplus, mean.weekday))
