"""The stored forecasts by day and canteen, with the managers' plan and the last meals served."""

# ruff: noqa: S608 — statements share parts that are constants of this file; every value is a parameter.
from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from data.calendar.complete import KNOWN_DAYS, known_days
from data.calendar.events import Event
from data.calendar.exceptional import JUDGED, judged
from data.queries.forecasts.adjusted import ADJUSTED, parameters
from data.selection import Selection
from data.store import Store

# The usual number of service points of a place on a weekday is the median over this many last days served.
USUAL_DAYS = 41
# Days of the past are read from this last year.
RECENT = timedelta(days=365)

# One row per place × day on which all the points that usually serve on that weekday have a plan. Without this rule, the
# plan of one point would be compared with the forecast of two, and look like a shortage. The place '' is all the points
# “à rattacher”.
WHOLE_PLANS = """
last_days AS (
    SELECT coalesce(canteen, '') AS place, date, count(*) AS points
    FROM located_services
    WHERE meals_served > 0 AND date <= (SELECT last_service_on FROM forecast_runs WHERE run_id = $run_id)
    GROUP BY place, date
    QUALIFY row_number() OVER (PARTITION BY place ORDER BY date DESC) <= $usual_days
), usual AS (
    SELECT place, isodow(date) AS weekday, quantile_disc(points, 0.5) AS points
    FROM last_days
    GROUP BY place, weekday
), known_plans AS (
    SELECT
        coalesce(canteen, '') AS place,
        date,
        sum(meals_planned)::BIGINT AS meals_planned,
        count(meals_planned) AS points
    FROM located_services
    WHERE date IN (SELECT date FROM forecasts WHERE run_id = $run_id)
    GROUP BY place, date
), plans AS (
    SELECT known_plans.place, known_plans.date, known_plans.meals_planned
    FROM known_plans
    LEFT JOIN usual ON usual.place = known_plans.place AND usual.weekday = isodow(known_plans.date)
    WHERE known_plans.points >= coalesce(usual.points, 1)
)
"""

ONE_COLUMN_PER_MEASURE = """
        max(point) FILTER (target = 'meals_served') AS meals,
        max(lower) FILTER (target = 'meals_served') AS meals_lower,
        max(upper) FILTER (target = 'meals_served') AS meals_upper,
        max(recommended) FILTER (target = 'meals_served') AS recommended,
        max(coalesce(recommended_with_plan, recommended)) FILTER (target = 'meals_served') AS advised,
        max(point) FILTER (target = 'surplus_meals') AS surplus_meals,
        max(point) FILTER (target = 'waste_g_per_meal') AS grams_per_meal,
        max(point) FILTER (target = 'waste_kg' AND canteen IS NOT NULL) AS waste_kg
"""

# One column per measure; the plan is the managers' own, where the files already have all of it. The quantity of the
# city is the sum of the quantities of its canteens, when each has one.
DAILY_FORECAST = (
    "WITH"
    + ADJUSTED
    + ","
    + WHOLE_PLANS
    + """
, targets AS (
    SELECT
        date,
"""
    + ONE_COLUMN_PER_MEASURE
    + """
    FROM adjusted
    WHERE canteen IS NOT DISTINCT FROM $canteen
    GROUP BY date
), places AS (
    SELECT canteen AS place, date, recommended, coalesce(recommended_with_plan, recommended) AS advised
    FROM adjusted
    WHERE target = 'meals_served' AND canteen = coalesce($canteen, canteen)
    UNION ALL
    SELECT '' AS place, date, NULL AS recommended, NULL AS advised
    FROM targets
    WHERE $canteen IS NULL AND (
        SELECT (specification ->> '$.unattached_points_in_city_total')::BOOLEAN
        FROM forecast_runs WHERE run_id = $run_id
    )
), day_plans AS (
    SELECT
        date,
        CASE WHEN count(meals_planned) = count(*) THEN sum(meals_planned)::BIGINT END AS meals_planned,
        count(meals_planned) FILTER (place <> '') AS planned_canteens,
        count(*) FILTER (place <> '') AS canteens,
        CASE WHEN count(recommended) = count(*) FILTER (place <> '') THEN sum(recommended) END AS recommended,
        CASE WHEN count(advised) = count(*) FILTER (place <> '') THEN sum(advised) END AS advised
    FROM places LEFT JOIN plans USING (place, date)
    GROUP BY date
)
SELECT targets.* EXCLUDE (recommended, advised), day_plans.* EXCLUDE (date)
FROM targets LEFT JOIN day_plans USING (date)
WHERE meals IS NOT NULL
ORDER BY date
"""
)


def daily_forecast(store: Store, run_id: int, canteen: str | None, what_if: Event | None = None) -> pd.DataFrame:
    """Return one row per day: meals with their 80 % interval, quantities, surplus meals, g per meal, the plan.

    The plan is present when each canteen with a forecast that day has one: planned_canteens out of canteens.
    `recommended` is the quantity from history alone, `advised` also uses the plan where the computation had it. Events
    declared since the computation are included, and `what_if`.
    """
    values = {"canteen": canteen, "usual_days": USUAL_DAYS}
    return store.read(DAILY_FORECAST, values | parameters(store, run_id, what_if))


# A day that is not complete would look like a drop; so would the plan of some of its points.
RECENT_ACTUALS = f"""
SELECT
    date,
    sum(meals_served)::BIGINT AS meals_served,
    CASE WHEN count(meals_planned) >= 0.9 * any_value(usual_points) THEN sum(meals_planned)::BIGINT END
        AS meals_planned,
    any_value(exceptional) AS exceptional
FROM {JUDGED} JOIN {KNOWN_DAYS} USING (date)
WHERE complete
GROUP BY date
ORDER BY date
"""


def recent_actuals(store: Store, canteen: str | None, until: date, days: int = 30) -> pd.DataFrame:
    """Return one row per complete day, the last `days` of them, in order: meals served, planned.

    `exceptional` is why the day is exceptional, missing on the other days.
    """
    selection = Selection(until - RECENT, until, canteen=canteen)
    known = store.read(RECENT_ACTUALS, judged(store, selection) | known_days(store, None, canteen))
    return known.tail(days).reset_index(drop=True)


FORECASTS_OF_DAY = (
    "WITH"
    + ADJUSTED
    + ","
    + WHOLE_PLANS
    + """
, targets AS (
    SELECT
        canteen,
"""
    + ONE_COLUMN_PER_MEASURE
    + """
    FROM adjusted
    WHERE date = $date AND canteen IS NOT NULL
    GROUP BY canteen
)
SELECT coalesce(canteens.label, targets.canteen) AS place, canteens.district, targets.* EXCLUDE (canteen), meals_planned
FROM targets
LEFT JOIN canteens ON canteens.name = targets.canteen
LEFT JOIN plans ON plans.place = targets.canteen AND plans.date = $date
WHERE meals IS NOT NULL
ORDER BY place COLLATE FR, place
"""
)


def canteen_forecasts_of_day(store: Store, run_id: int, day: date) -> pd.DataFrame:
    """Return one row per canteen for one day: meals with their 80 % interval, quantities, g per meal, plan."""
    return store.read(FORECASTS_OF_DAY, {"date": day, "usual_days": USUAL_DAYS} | parameters(store, run_id))


# Terms are in meals: the terms of the canteens add up to those of the city. On a day changed by events declared since,
# the gap to the usual level is shared again between the terms, in proportion to their logarithms.
TERMS_OF_DAY = (
    "WITH"
    + ADJUSTED
    + """
, stored AS (
    SELECT forecast_terms.*, ratio, usual + weekday + season + calendar + menu + event AS before
    FROM forecast_terms JOIN adjusted USING (canteen, date)
    WHERE forecast_terms.run_id = $run_id AND date = $date AND target = 'meals_served'
        AND canteen = coalesce($canteen, canteen)
), shares AS (
    SELECT
        *,
        CASE WHEN ratio = 1 THEN 1
            ELSE coalesce((before * ratio - usual) / nullif(ln(before * ratio / usual), 0), usual)
                / coalesce((before - usual) / nullif(ln(before / usual), 0), usual)
        END AS share
    FROM stored
)
SELECT
    sum(usual) AS usual,
    sum(weekday * share) AS weekday,
    sum(season * share) AS season,
    sum(calendar * share) AS calendar,
    sum(menu * share) AS menu,
    sum(event + before * (ratio - 1) - (weekday + season + calendar + menu) * (share - 1)) AS event,
    count(*) AS canteens
FROM shares
"""
)


def forecast_terms(store: Store, run_id: int, canteen: str | None, day: date) -> pd.Series | None:
    """Return the terms of the forecast of one day, in meals, and their number of canteens; None when unknown."""
    values = {"canteen": canteen, "date": day}
    terms = store.read(TERMS_OF_DAY, values | parameters(store, run_id)).iloc[0]
    return terms if terms["canteens"] else None
