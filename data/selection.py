"""Filters of a page: a period and a place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Selection:
    """A period (both days included) and a place: the city, a district, or a canteen (by its key).

    Its figures leave out the exceptional days unless `exceptional`, and the incomplete days where `complete_only`.
    """

    start: date
    end: date
    district: str | None = None
    canteen: str | None = None
    exceptional: bool = False
    complete_only: bool = False

    def parameters(self) -> dict[str, Any]:
        """Return the named parameters of the queries: the period and the place."""
        return {"start": self.start, "end": self.end, "district": self.district, "canteen": self.canteen}

    def until(self, last_day: date) -> Selection:
        """Return this selection up to a day, or whole when it begins after that day."""
        return replace(self, end=min(self.end, max(last_day, self.start)))

    def year_before(self, last_day: date) -> Selection:
        """Return the same place and the same period a year before, up to `last_day` when the period is not over."""
        return replace(self, start=_year_before(self.start), end=_year_before(self.until(last_day).end))


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)
