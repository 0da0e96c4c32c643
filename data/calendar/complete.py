"""The days that are known, and which of them for most service points: few of them, so that statements take them along.

The rule itself is SQL (`known_days`, migration 0015): it reads all services.
"""

from __future__ import annotations

from typing import Any

from data.once import once
from data.store import Store

# Who reads it takes `known_days`.
KNOWN_DAYS = """(
    SELECT
        unnest($known_dates::DATE[]) AS date,
        unnest($known_points::BIGINT[]) AS points,
        unnest($usual_points::BIGINT[]) AS usual_points,
        unnest($complete_days::BOOLEAN[]) AS complete
)"""
READ = "SELECT date, points, usual_points, complete FROM known_days($district, $canteen) ORDER BY date"


@once
def known_days(store: Store, district: str | None, canteen: str | None) -> dict[str, Any]:
    """Return what a statement that reads KNOWN_DAYS asks for, of the city or of a part of it."""
    days = store.read(READ, {"district": district, "canteen": canteen})
    return {
        "known_dates": [day.date() for day in days["date"]],
        "known_points": days["points"].tolist(),
        "usual_points": days["usual_points"].tolist(),
        "complete_days": days["complete"].tolist(),
    }
