"""The present date in Paris, in any time zone of the server."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def today_in_paris() -> date:
    """Return the present date in Paris; in SQL, `current_date` is the same date (see `data.connection`)."""
    return datetime.now(PARIS).date()
