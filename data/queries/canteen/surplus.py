"""The surplus of a canteen that could serve, and what was done with it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from data.selection import Selection
from data.settings import values
from data.store import Store

LAST_DAYS = 3  # what became of an older surplus is told by a file

LEFT = """
WITH told AS (
    SELECT date, sum(meals) AS meals FROM surplus_uses WHERE canteen = $canteen GROUP BY date
), remaining AS (
    SELECT date, sum(gap) - coalesce(any_value(told.meals), 0) AS meals
    FROM located_services LEFT JOIN told USING (date)
    WHERE canteen = $canteen AND date BETWEEN $first AND $last AND gap IS NOT NULL
    GROUP BY date
)
SELECT date, meals::BIGINT AS meals FROM remaining WHERE meals >= $threshold ORDER BY date DESC
"""
SAVED = """
SELECT coalesce(sum(meals), 0)::BIGINT AS meals, coalesce(sum(kg), 0) AS kg, count(*) AS uses
FROM surplus_uses
WHERE (canteen, date) IN (SELECT (canteen, date) FROM selected_services($start, $end, $district, $canteen))
"""


@dataclass(frozen=True)
class Allowed:
    """What the mission allows to be done with a surplus: served again within `reuse_days`, given to associations."""

    reuse_days: int
    associations: tuple[str, ...]


def left_over(store: Store, canteen: str, today: date) -> dict[date, int]:
    """Return the meals left on each of the last days, the newest first, less those told: at least the threshold."""
    threshold = values(store)["surplus_threshold"].value
    period = {"first": today - timedelta(days=LAST_DAYS), "last": today}
    rows = store.read(LEFT, {"canteen": canteen, "threshold": threshold} | period)
    return {day.date(): int(meals) for day, meals in zip(rows["date"], rows["meals"], strict=True)}


def allowed(store: Store) -> Allowed:
    """Return what the settings allow."""
    settings = values(store)
    names = str(settings["surplus_associations"].value or "").split(";")
    return Allowed(int(settings["surplus_reuse"].value), tuple(name.strip() for name in names if name.strip()))


def saved(store: Store, selection: Selection) -> dict[Hashable, Any]:
    """Return the `meals` and `kg` that served instead of being thrown away, and in how many `uses`."""
    return store.read(SAVED, selection.parameters()).to_dict("records")[0]
