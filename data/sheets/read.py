"""What a service sheet shows: the service points of a canteen, what is known of a day, the days to compare with."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from data.sheets.days import DAYS_SEARCHED, POINTS, day_to_tell, last_days, missing_of
from data.sheets.sheet import COLUMNS, FIELDS
from data.store import Store

YEARS = range(2000, 2101)  # those of the dates of files
WEEK, WEIGHED_LATELY = timedelta(days=7), timedelta(days=41)
WEIGHTS = tuple(name for name in FIELDS if name.endswith("_kg"))
KINDS = {"M": "Maternelle", "E": "Élémentaire", "M/E": "Maternelle et élémentaire"}

USED_POINTS = f"""{POINTS}
SELECT site, site_kind FROM used ORDER BY list_position(['M', 'E', 'M/E'], site_kind), site COLLATE FR, site
"""
# What is known of the used points, from as far back as the last service before long holidays.
VALUES = f"""{POINTS}
SELECT site, site_kind, date, {", ".join(f"{own} AS {name}" for name, own in COLUMNS.items())}
FROM services JOIN used USING (site, site_kind)
WHERE date BETWEEN $day - INTERVAL {DAYS_SEARCHED} DAY AND $day
"""
MENU = "SELECT DISTINCT ON (dish) dish FROM menus WHERE date = $day ORDER BY position, dish"
# One row per sheet of a canteen that stands: its figures were not taken back.
STANDING = """
SELECT sheets.*, deposits.active IS DISTINCT FROM FALSE AS active
FROM sheets LEFT JOIN deposits USING (deposit_id)
WHERE canteen = $canteen
"""
LAST_MARKS = f"""
SELECT marks FROM ({STANDING})
WHERE date = $day AND active AND marks <> '{{}}'
ORDER BY saved_at DESC LIMIT 1
"""


def sheet(store: Store, canteen: str, day: date | None, now: datetime) -> dict[str, Any]:
    """Return what a sheet of a canteen (its key) needs to be filled in, as plain values: dates as aaaa-mm-jj.

    `now` is the time in Paris; without a day, or with one that no file may have, it is the last one that is not told.
    """
    days = last_days(store, canteen, now.date())
    if day is None or day.year not in YEARS:
        day = day_to_tell(days, now)
    place = {"canteen": canteen, "today": now.date()}
    points = store.read(USED_POINTS, place)
    values = store.read(VALUES, place | {"day": day})
    served = values.loc[(values["date"] < pd.Timestamp(day)) & (values["reel"] > 0), "date"]
    before, week_before = (served.max().date() if len(served) else None), day - WEEK
    weighed = values.loc[values["date"] >= pd.Timestamp(day - WEIGHED_LATELY), list(WEIGHTS)].notna()
    marks = store.read(LAST_MARKS, {"canteen": canteen, "day": day})["marks"]
    return {
        "day": day.isoformat(),
        "today": now.date().isoformat(),
        "days": [each.isoformat() for each in days],
        "missing": [each.isoformat() for each in missing_of(days, now.date())],
        "points": [
            {
                "site": site,
                "kind": kind,
                "title": _title(site, kind, points),
                "known": _values(values, site, kind, day),
                "before": _values(values, site, kind, before),
                "week": _values(values, site, kind, week_before),
            }
            for site, kind in points.itertuples(index=False)
        ],
        "before": before and before.isoformat(),
        "week": week_before.isoformat(),
        "weighs": bool(weighed.to_numpy().any()),
        "dishes": store.read(MENU, {"day": day})["dish"].tolist(),
        "marks": json.loads(marks.iloc[0]) if len(marks) else {},
    }


def _title(site: str, kind: str, points: pd.DataFrame) -> str:
    title = KINDS.get(kind, kind)
    return title if (points["site_kind"] == kind).sum() == 1 else f"{title} ({site})"


def _values(values: pd.DataFrame, site: str, kind: str, day: date | None) -> dict[str, Any]:
    """Return the values of a point on a day, under the names of the files; None: not known."""
    rows = values[(values["site"] == site) & (values["site_kind"] == kind) & (values["date"] == pd.Timestamp(day or 0))]
    if rows.empty:
        return dict.fromkeys(FIELDS)
    row = rows.iloc[0]
    return {name: _value(row[name]) for name in FIELDS}


def _value(value: Any) -> Any:  # noqa: ANN401
    if pd.isna(value):
        return None
    return value if isinstance(value, str) else _number(float(value))


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() else value
