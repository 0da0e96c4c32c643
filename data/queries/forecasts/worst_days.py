"""The days with the largest forecast errors, and the events known on them; they stay in all the figures."""

# ruff: noqa: S608 — statements share parts that are constants of this file; every value is a parameter.
from __future__ import annotations

import pandas as pd

from data.queries.forecasts.quality import JUDGED
from data.store import Store

# Holidays and school years are not listed: they explain no error. A strike date that the computation read with day and
# month swapped is listed on the corrected day. `plan_gap` is given where the plan differs from the quantity from
# history by more than half the width of the interval, as on the page of the forecasts.
MARKED = (
    JUDGED
    + """
, swapped AS (
    SELECT unnest(from_json(specification -> '$.strike_dates_swapped', '["DATE"]')) AS declared
    FROM forecast_runs
    WHERE run_id = $run_id
), events_of_days AS (
    SELECT unnest(generate_series(starts_on, ends_on, INTERVAL 1 DAY))::DATE AS date, canteen, kind
    FROM events
    WHERE kind NOT IN ('holiday', 'school_year')
        AND starts_on <= (SELECT max(date) FROM judged) AND ends_on >= (SELECT min(date) FROM judged)
    UNION ALL
    SELECT make_date(year(declared), day(declared), month(declared)), NULL, 'swapped_strike' FROM swapped
), marked AS (
    SELECT
        *,
        forecast - meals_served AS gap,
        CASE WHEN abs(meals_planned - recommended) > (upper - lower) / 2 THEN meals_planned - recommended END
            AS plan_gap
    FROM judged
)
"""
)
KINDS = "(SELECT string_agg(DISTINCT kind, ' ' ORDER BY kind) FROM events_of_days WHERE date = days.date AND {whose})"

CITY_DAYS = (
    MARKED
    + """
, days AS (
    SELECT
        date,
        count(*) AS canteens,
        sum(meals_served)::BIGINT AS meals_served,
        sum(meals_planned)::BIGINT AS meals_planned,
        sum(forecast) AS forecast,
        sum(gap) AS gap,
        100 * sum(gap) / nullif(sum(meals_served), 0) AS gap_pct,
        count(set_aside) AS set_aside,
        count(plan_gap) AS plan_gaps
    FROM marked
    GROUP BY date
)
SELECT *, """
    + KINDS.format(whose="canteen IS NULL")
    + """ AS events
FROM days
ORDER BY abs(gap) DESC, date
"""
)


def worst_city_days(store: Store, run_id: int) -> pd.DataFrame:
    """Return one row per judged day of the city, the largest gap between forecast and meals served first.

    `events` has the kinds of the events of the whole city; `set_aside` and `plan_gaps` count canteens.
    """
    return store.read(CITY_DAYS, {"run_id": run_id})


CANTEEN_DAYS = (
    MARKED
    + """
, days AS (
    SELECT
        date,
        canteen,
        place,
        meals_served::BIGINT AS meals_served,
        meals_planned::BIGINT AS meals_planned,
        forecast,
        gap,
        set_aside,
        plan_gap
    FROM marked
    ORDER BY abs(gap) DESC, date, place
    LIMIT $count
)
SELECT * EXCLUDE (canteen), """
    + KINDS.format(whose="coalesce(events_of_days.canteen, days.canteen) = days.canteen")
    + """ AS events
FROM days
ORDER BY abs(gap) DESC, date, place
"""
)


def worst_canteen_days(store: Store, run_id: int, count: int) -> pd.DataFrame:
    """Return the canteen-days with the largest gaps between forecast and meals served, the worst first.

    `set_aside` is why the model does not learn from the day; `plan_gap` is the plan minus the quantity from history.
    """
    return store.read(CANTEEN_DAYS, {"run_id": run_id, "count": count})
