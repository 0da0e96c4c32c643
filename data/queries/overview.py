"""The data of the store as a whole: first and last dates, canteens, reference values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.store import Store


@dataclass(frozen=True)
class Overview:
    """First and last days with a measure (None in an empty store), and whether the figures are demo data."""

    demo: bool
    first_day: date | None
    last_day: date | None
    unattached: int


@dataclass(frozen=True)
class Reference:
    """A reference value with its unit and its source."""

    value: float
    unit: str
    source: str


OVERVIEW = """
SELECT
    (SELECT demo FROM store_state) AS demo,
    (SELECT min(date) FROM services WHERE meals_served IS NOT NULL OR meals_planned IS NOT NULL) AS first_day,
    -- A future date is a typing error: it is not the last day of the data.
    (SELECT max(date) FROM services WHERE meals_served IS NOT NULL AND date <= current_date) AS last_day,
    (SELECT count(*) FROM service_points WHERE canteen IS NULL) AS unattached
"""


def store_overview(store: Store) -> Overview:
    """Return the dates of the data, the demo mark and the number of labels “à rattacher”."""
    row = store.read(OVERVIEW).iloc[0]
    return Overview(bool(row["demo"]), _date(row["first_day"]), _date(row["last_day"]), int(row["unattached"]))


# A school year runs from 1 August to 31 July. A future year (a typing error) can still be chosen, but comes last.
SCHOOL_YEARS = """
SELECT DISTINCT year(date - INTERVAL 7 MONTH) AS first_year
FROM services
WHERE meals_served IS NOT NULL OR meals_planned IS NOT NULL
ORDER BY first_year > year(current_date - INTERVAL 7 MONTH), first_year DESC
"""


def school_years_with_data(store: Store) -> list[str]:
    """Return the school years that have data, the latest first: “2016-2017”."""
    return [f"{year}-{year + 1}" for year in store.read(SCHOOL_YEARS)["first_year"]]


PLACES = "SELECT name, label, kind, district FROM canteens ORDER BY label COLLATE FR, label"


def places(store: Store) -> pd.DataFrame:
    """Return one row per canteen: name (key), label, kind, district."""
    return store.read(PLACES)


PARAMETERS = "SELECT name, value, unit, source FROM parameters"


def references(store: Store) -> dict[str, Reference]:
    """Return the reference values by name."""
    rows = store.read(PARAMETERS).to_dict("records")
    return {row["name"]: Reference(row["value"], row["unit"], row["source"]) for row in rows}


def _date(value: object) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()  # type: ignore[call-overload,arg-type]
