"""Filters of a page: a period and a place."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Selection:
    """A period (both days included) and a place: the city, a district, or a canteen (by its key)."""

    start: date
    end: date
    district: str | None = None
    canteen: str | None = None

    def parameters(self) -> dict[str, Any]:
        """Return the named parameters of the queries."""
        return asdict(self)

    def year_before(self, last_day: date) -> Selection:
        """Return the same place and the same period a year before, up to `last_day` when the period is not over."""
        end = min(self.end, max(last_day, self.start))
        return replace(self, start=_year_before(self.start), end=_year_before(end))


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)
