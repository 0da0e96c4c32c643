"""Surplus, shortage and food waste, by week, canteen, weekday and month, and in the days to come.

Surplus and shortage are counted in meals, over services (service point × day) that have both figures; grams come from
services where all three places of loss were weighed. A missing figure never counts as zero.
"""

# ruff: noqa: S608 — statements share parts that are constants; every value is a parameter.
from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from data.calendar.complete import KNOWN_DAYS, known_days
from data.calendar.exceptional import SELECTED, parameters
from data.queries.forecasts import adjusted
from data.selection import Selection
from data.store import Store

# Reliability of weighings, by the least number of weighing days (protocol of DGAL and ADEME, 2024).
RELIABILITY = {20: "complète", 5: "conforme", 4: "minimale", 0: "insuffisante"}
CONFORMING_DAYS = 5


def reliability(days: float) -> str:
    """Return the reliability that a number of weighing days gives."""
    return next(word for least, word in RELIABILITY.items() if days >= least)


@dataclass(frozen=True)
class WasteSummary:
    """The figures of one selection; `pairs` counts the services with both figures, pairs_* are their meals."""

    meals_served: int
    service_days: int
    complete_days: int
    meals_of_complete_days: int
    canteens: int
    pairs: int
    pairs_planned: int
    pairs_served: int
    surplus_meals: int
    shortage_meals: int
    short_services: int
    weighed_services: int
    weighed_meals: int
    weighed_kg: float
    weighing_canteens: int

    @property
    def overproduction_pct(self) -> float | None:
        """Overproduction (“surproduction”): (planned − served) / served."""
        return _ratio(self.pairs_planned - self.pairs_served, self.pairs_served)

    @property
    def surplus_pct(self) -> float | None:
        """Meals planned and not served, in % of meals served."""
        return _ratio(self.surplus_meals, self.pairs_served)

    @property
    def shortage_pct(self) -> float | None:
        """Meals served above the plan, in % of meals served."""
        return _ratio(self.shortage_meals, self.pairs_served)

    @property
    def short_services_pct(self) -> float | None:
        """Share of the services where more meals were served than planned."""
        return _ratio(self.short_services, self.pairs)

    @property
    def grams_per_meal(self) -> float | None:
        """Food wasted, in grams per meal served, over the services where it was weighed."""
        return self.weighed_kg / self.weighed_meals * 1000 if self.weighed_meals else None

    @property
    def meals_per_day(self) -> float | None:
        """Meals served per complete day: a day known for a few canteens only would lower the mean."""
        return self.meals_of_complete_days / self.complete_days if self.complete_days else None

    @property
    def incomplete_days(self) -> int:
        """Days of service that are left out of the mean per day."""
        return self.service_days - self.complete_days


# The services that were weighed, with the grams thrown away in place of the meals in excess.
WEIGHED = f"""(
    SELECT * REPLACE (1000 * wasted_kg AS gap) FROM {SELECTED} WHERE meals_served > 0 AND wasted_kg IS NOT NULL
)"""


def of_grams(statement: str) -> str:
    """Return a statement on the meals in excess as one on the grams thrown away: 100 × grams per meal for a rate."""
    return statement.replace(SELECTED, WEIGHED)


SUMMARY = f"""
SELECT
    coalesce(sum(meals_served), 0) AS meals_served,
    count(DISTINCT date) FILTER (meals_served > 0) AS service_days,
    count(DISTINCT date) FILTER (meals_served > 0 AND complete) AS complete_days,
    coalesce(sum(meals_served) FILTER (complete), 0) AS meals_of_complete_days,
    count(DISTINCT canteen) FILTER (meals_served > 0) AS canteens,
    count(gap) AS pairs,
    coalesce(sum(meals_planned) FILTER (gap IS NOT NULL), 0) AS pairs_planned,
    coalesce(sum(meals_served) FILTER (gap IS NOT NULL), 0) AS pairs_served,
    coalesce(sum(gap) FILTER (gap > 0), 0) AS surplus_meals,
    coalesce(-sum(gap) FILTER (gap < 0), 0) AS shortage_meals,
    count(*) FILTER (gap < 0) AS short_services,
    count(wasted_kg) FILTER (meals_served > 0) AS weighed_services,
    coalesce(sum(meals_served) FILTER (wasted_kg IS NOT NULL), 0) AS weighed_meals,
    coalesce(sum(wasted_kg) FILTER (meals_served > 0), 0) AS weighed_kg,
    count(DISTINCT canteen) FILTER (wasted_kg IS NOT NULL AND meals_served > 0) AS weighing_canteens
FROM {SELECTED}
LEFT JOIN {KNOWN_DAYS} USING (date)
WHERE NOT $complete_only OR complete
"""


def waste_summary(store: Store, selection: Selection) -> WasteSummary:
    """Return the headline figures of a selection."""
    known = known_days(store, selection.district, selection.canteen)
    asked = parameters(store, selection) | known | {"complete_only": selection.complete_only}
    row = store.read(SUMMARY, asked).iloc[0]
    counts = {str(name): int(value) for name, value in row.drop("weighed_kg").items()}
    return WasteSummary(**counts, weighed_kg=float(row["weighed_kg"]))


BY_WEEK = f"""
SELECT
    date_trunc('week', date) AS week,
    count(DISTINCT date) AS days,
    sum(meals_served)::BIGINT AS meals_served,
    coalesce(sum(gap) FILTER (gap > 0), 0)::BIGINT AS surplus_meals,
    coalesce(-sum(gap) FILTER (gap < 0), 0)::BIGINT AS shortage_meals,
    100.0 * surplus_meals / sum(meals_served) AS surplus_pct,
    100.0 * shortage_meals / sum(meals_served) AS shortage_pct,
    100.0 * sum(gap) / sum(meals_served) AS overproduction_pct
FROM {SELECTED}
-- A typing error of one canteen, which a year does not feel, may make the highest week.
WHERE gap IS NOT NULL AND ($with_exceptional OR NOT mistyped)
GROUP BY week
HAVING sum(meals_served) > 0
ORDER BY week
"""


def by_week(store: Store, selection: Selection) -> pd.DataFrame:
    """Return one row per week (its Monday): meals served, surplus, shortage and their difference, overproduction.

    Obvious typing errors are left out, with the exceptional days.
    """
    return store.read(BY_WEEK, parameters(store, selection))


GRAMS_BY_WEEK = f"""
SELECT
    date_trunc('week', date) AS week,
    count(DISTINCT date) AS days,
    count(DISTINCT canteen) AS canteens,
    sum(meals_served)::BIGINT AS meals_served,
    sum(wasted_kg) AS kg,
    1000.0 * sum(wasted_kg) / sum(meals_served) AS grams_per_meal
FROM {WEIGHED}
GROUP BY week
ORDER BY week
"""


def grams_by_week(store: Store, selection: Selection) -> pd.DataFrame:
    """Return one row per week (its Monday) that was weighed: days, canteens, meals, kg, grams per meal."""
    return store.read(GRAMS_BY_WEEK, parameters(store, selection))


BY_CANTEEN = f"""
WITH selected AS (
    SELECT
        canteen, canteen_label, district, meals_served, gap, wasted_kg,
        -- A label without a canteen is a place of its own.
        CASE WHEN canteen IS NULL THEN site END AS site,
        CASE WHEN canteen IS NULL THEN site_kind END AS site_kind
    FROM {SELECTED}
    -- Each canteen is judged on its own days.
    WHERE $with_exceptional OR NOT mistyped
), measured AS (
    SELECT
        coalesce(any_value(canteen_label), trim(site) || ' ' || site_kind || ' (à rattacher)') AS place,
        canteen IS NOT NULL AS attached,
        any_value(district) AS district,
        coalesce(sum(meals_served) FILTER (gap IS NOT NULL), 0)::BIGINT AS meals_served,
        sum(gap)::BIGINT AS gap_meals,
        coalesce(sum(gap) FILTER (gap > 0), 0)::BIGINT AS surplus_meals,
        coalesce(-sum(gap) FILTER (gap < 0), 0)::BIGINT AS shortage_meals,
        count(gap) AS services,
        100.0 * count(*) FILTER (gap < 0) / services AS short_services_pct,
        count(wasted_kg) FILTER (meals_served > 0) AS weighed_services,
        coalesce(sum(meals_served) FILTER (wasted_kg IS NOT NULL), 0)::BIGINT AS weighed_meals,
        1000.0 * sum(wasted_kg) FILTER (meals_served > 0)
            / nullif(weighed_meals, 0) AS grams_per_meal
    FROM selected
    GROUP BY canteen, site, site_kind
    HAVING count(gap) > 0
)
SELECT
    place, attached, district, meals_served, surplus_meals, shortage_meals,
    100.0 * gap_meals / nullif(meals_served, 0) AS overproduction_pct,
    100.0 * surplus_meals / nullif(meals_served, 0) AS surplus_pct,
    100.0 * shortage_meals / nullif(meals_served, 0) AS shortage_pct,
    services, short_services_pct, weighed_services, weighed_meals, grams_per_meal
FROM measured
ORDER BY surplus_meals DESC, place COLLATE FR, place
"""


def by_canteen(store: Store, selection: Selection) -> pd.DataFrame:
    """Return one row per canteen or label “à rattacher”, the one with most surplus meals first."""
    return store.read(BY_CANTEEN, parameters(store, selection))


CANTEEN_WEEKS = f"""
SELECT
    canteen, any_value(canteen_label) AS place, date_trunc('week', date) AS week, count(DISTINCT date) AS days,
    sum(meals_served)::BIGINT AS meals_served, coalesce(sum(gap) FILTER (gap > 0), 0)::BIGINT AS surplus_meals
FROM {SELECTED}
WHERE gap IS NOT NULL AND canteen IS NOT NULL AND ($with_exceptional OR NOT mistyped)
GROUP BY canteen, week
HAVING sum(meals_served) > 0
ORDER BY canteen, week
"""


def canteen_weeks(store: Store, selection: Selection, *, grams: bool = False) -> pd.DataFrame:
    """Return one row per canteen × week: the days, meals and surplus (or grams) of which `by_canteen` is made."""
    return store.read(of_grams(CANTEEN_WEEKS) if grams else CANTEEN_WEEKS, parameters(store, selection))


BY_DAY = f"""
SELECT date, sum(meals_served)::BIGINT AS meals_served, coalesce(sum(greatest(gap, 0)), 0)::BIGINT AS surplus_meals
FROM {SELECTED}
WHERE gap IS NOT NULL
GROUP BY date
HAVING sum(meals_served) > 0
ORDER BY date
"""


def by_day(store: Store, selection: Selection, *, grams: bool = False) -> pd.DataFrame:
    """Return one row per day: meals served, surplus (or grams)."""
    return store.read(of_grams(BY_DAY) if grams else BY_DAY, parameters(store, selection))


BY_WEEKDAY_AND_MONTH = f"""
SELECT
    isodow(date) AS weekday,
    month(date) AS month,
    count(DISTINCT date) AS days,
    sum(meals_served)::BIGINT AS meals_served,
    100.0 * coalesce(sum(greatest(gap, 0)), 0) / sum(meals_served) AS surplus_pct
FROM {SELECTED}
WHERE gap IS NOT NULL
GROUP BY weekday, month
HAVING sum(meals_served) > 0
ORDER BY weekday, month
"""


def by_weekday_and_month(store: Store, selection: Selection, *, grams: bool = False) -> pd.DataFrame:
    """Return one row per weekday (1 = Monday) × month: days, meals served, surplus_pct in % of them.

    `grams`: surplus_pct is 100 × the grams thrown away per meal, where they were weighed.
    """
    statement = of_grams(BY_WEEKDAY_AND_MONTH) if grams else BY_WEEKDAY_AND_MONTH
    return store.read(statement, parameters(store, selection))


# One row per day to come; for the city, over the canteens that weigh, since the others have no such forecast.
WASTE_AHEAD = (
    "WITH"
    + adjusted.ADJUSTED
    + """
SELECT
    date,
    max(point) FILTER (target = 'waste_kg') AS kg,
    max(lower) FILTER (target = 'waste_kg') AS kg_lower,
    max(upper) FILTER (target = 'waste_kg') AS kg_upper,
    max(point) FILTER (target = 'waste_g_per_meal') AS grams,
    max(lower) FILTER (target = 'waste_g_per_meal') AS grams_lower,
    max(upper) FILTER (target = 'waste_g_per_meal') AS grams_upper,
    max(point) FILTER (target = 'preparation_g_per_meal') AS preparation,
    max(point) FILTER (target = 'unserved_g_per_meal') AS unserved,
    max(point) FILTER (target = 'leftovers_g_per_meal') AS leftovers,
    any_value(canteens) AS canteens
FROM adjusted LEFT JOIN (
    SELECT date, count(canteen) AS canteens FROM adjusted WHERE target = 'waste_kg' GROUP BY date
) USING (date)
WHERE canteen IS NOT DISTINCT FROM $canteen
GROUP BY date
HAVING kg IS NOT NULL
ORDER BY date
"""
)


def waste_ahead(store: Store, run_id: int, canteen: str | None) -> pd.DataFrame:
    """Return one row per day to come: kg and grams per meal with their 80 % intervals, grams by place of loss.

    Without a canteen: over the city's canteens that weigh, with their number. Events declared since are included.
    """
    return store.read(WASTE_AHEAD, {"canteen": canteen} | adjusted.parameters(store, run_id))


def _ratio(part: float, whole: float) -> float | None:
    return 100 * part / whole if whole else None
