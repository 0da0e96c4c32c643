"""What changed between two days: facts with what was before, what is after, and the page that proves it.

Each is about what happened after the first day, up to the last one included, as the store knows it now. Nothing is said
where the data is too thin.
"""

# ruff: noqa: S608 — statements share parts that are constants; every value is a parameter.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from data.calendar.complete import KNOWN_DAYS, known_days
from data.calendar.exceptional import SELECTED, parameters
from data.meetings import read, weather
from data.queries.forecasts.archive import COMPARED
from data.queries.overview import last_complete_day
from data.queries.rollout import INSTALLATION, stages
from data.selection import Selection
from data.store import Store

SURPLUS, EQUIPPED, STAGES, DECIDED, DONE, LATE, WEIGHING, FORECASTS, WEATHER = (
    "surplus", "equipped", "stages", "decided", "done", "late", "weighing", "forecasts", "weather",
)  # fmt: skip
# No comparison with fewer complete days on either side (each canteen's own), or of less than half the canteens.
LEAST_DAYS = 10
HORIZON = 7  # days; of the forecasts that are judged
WASTE, ROLLOUT, RECORD = "pages/comite/gaspillage.py", "pages/mission/deploiement.py", "pages/comite/seances.py"
QUALITY = "pages/mission/qualite_previsions.py"


@dataclass(frozen=True)
class Fact:
    """Something that changed: its kind, its value at the first and at the last day, the page that proves it.

    Values: percents (SURPLUS, FORECASTS), a word (WEATHER), else the number of those listed, up to that day. `details`:
    those that are new (LATE: all those late at the last day), each with what it is about: its stage, its school or
    pilot. SURPLUS and FORECASTS compare the days after the first day with as many before it, `start` to `end`, over
    `canteens` canteens (SURPLUS), the same in both.
    """

    kind: str
    before: float | str
    after: float | str
    page: str
    details: tuple[tuple[str, str | None], ...] = ()
    start: date | None = None
    end: date | None = None
    canteens: int = 0


def since(store: Store, first: date, last: date) -> list[Fact]:
    """Return what changed after a day, up to another: the figures, the decisions, the schools, the canteens."""
    if first >= last:
        return []
    found = [
        _weather(store, first, last),
        _surplus(store, first, last),
        *_decisions(store, first, last),
        *_schools(store, first, last),
        _weighing(store, first, last),
        _forecasts(store, first, last),
    ]
    return [fact for fact in found if fact is not None]


def _windows(store: Store, first: date, last: date) -> tuple[Selection, Selection] | None:
    """Return as many days before the first day (included) as there are after it, up to the date of the data."""
    end = last_complete_day(store, last)
    if end is None or end <= first:
        return None
    return Selection(first - (end - first) + timedelta(days=1), first), Selection(first + timedelta(days=1), end)


def _weather(store: Store, first: date, last: date) -> Fact | None:
    before, after = weather.on(store, first).weather, weather.on(store, last).weather
    return None if before == after else Fact(WEATHER, before, after, RECORD)


# ---------------------------------------------------------------- meals
BY_CANTEEN = f"""
SELECT
    canteen, count(DISTINCT date) AS days,
    sum(greatest(gap, 0))::BIGINT AS surplus, sum(meals_served)::BIGINT AS served
FROM {SELECTED} JOIN {KNOWN_DAYS} USING (date)
WHERE complete AND gap IS NOT NULL AND canteen IS NOT NULL
GROUP BY canteen
HAVING sum(meals_served) > 0
"""


def _surplus(store: Store, first: date, last: date) -> Fact | None:
    windows = _windows(store, first, last)
    if windows is None:
        return None
    known = known_days(store, None, None)
    sides = [store.read(BY_CANTEEN, parameters(store, one) | known).set_index("canteen") for one in windows]
    enough = [side[side["days"] >= LEAST_DAYS] for side in sides]
    same = enough[0].index.intersection(enough[1].index)
    if same.empty or 2 * len(same) < max(len(side) for side in sides):
        return None
    before, after = (float(100 * side.loc[same, "surplus"].sum() / side.loc[same, "served"].sum()) for side in sides)
    return Fact(SURPLUS, before, after, WASTE, start=windows[0].start, end=windows[1].end, canteens=len(same))


FIRST_WEIGHINGS = """
SELECT any_value(canteen_label) AS place, min(date) AS day
FROM located_services
WHERE wasted_kg IS NOT NULL AND meals_served > 0 AND canteen IS NOT NULL
GROUP BY canteen
ORDER BY day, place COLLATE FR, place
"""


def _weighing(store: Store, first: date, last: date) -> Fact | None:
    rows = store.read(FIRST_WEIGHINGS)
    return _new(WEIGHING, rows["day"], [(str(place), None) for place in rows["place"]], WASTE, first, last)


CITY_GAPS = f"""
{COMPARED}
SELECT date, abs(sum(gap)) AS gap, sum(meals_served) AS served FROM judged GROUP BY date ORDER BY date
"""


def _forecasts(store: Store, first: date, last: date) -> Fact | None:
    windows = _windows(store, first, last)
    if windows is None:
        return None
    days = store.read(CITY_GAPS, {"horizons": [HORIZON]})
    sides = [days[days["date"].between(pd.Timestamp(one.start), pd.Timestamp(one.end))] for one in windows]
    if min(map(len, sides)) < LEAST_DAYS:
        return None
    before, after = (float(100 * side["gap"].sum() / side["served"].sum()) for side in sides)
    return Fact(FORECASTS, before, after, QUALITY, start=windows[0].start, end=windows[1].end)


# ---------------------------------------------------------------- decisions and schools
def _decisions(store: Store, first: date, last: date) -> list[Fact | None]:
    rows = read.decisions(store)
    about = rows["school"].where(rows["school"].notna(), rows["pilot"])
    named = [
        (str(decision), None if pd.isna(one) else str(one))
        for decision, one in zip(rows["decision"], about, strict=True)
    ]
    late = read.late(rows, last)
    before, after = int(read.late(rows, first).sum()), int(late.sum())
    listed = tuple(one for one, is_late in zip(named, late, strict=True) if is_late)
    return [
        _new(DECIDED, rows["decided_on"], named, RECORD, first, last),
        _new(DONE, rows["done_on"], named, RECORD, first, last),
        Fact(LATE, before, after, RECORD, listed) if before or after else None,
    ]


def _schools(store: Store, first: date, last: date) -> list[Fact | None]:
    rows = stages(store)
    installed = rows["stage"] == INSTALLATION
    named: list[tuple[str, str | None]] = [
        (str(school), str(stage)) for school, stage in zip(rows["school"], rows["stage"], strict=True)
    ]
    return [
        _new(
            EQUIPPED, rows["actual_end"].where(installed), [(school, None) for school, _ in named], ROLLOUT, first, last
        ),
        _new(STAGES, rows["actual_end"].where(~installed), named, ROLLOUT, first, last),
    ]


def _new(
    kind: str, days: pd.Series, named: list[tuple[str, str | None]], page: str, first: date, last: date
) -> Fact | None:
    """Return the fact about what came after the first day, up to the last one; None when nothing did."""
    start, end = pd.Timestamp(first), pd.Timestamp(last)
    new = (days > start) & (days <= end)
    if not new.any():
        return None
    details = tuple(one for one, is_new in zip(named, new, strict=True) if is_new)
    return Fact(kind, int((days <= start).sum()), int((days <= end).sum()), page, details)
