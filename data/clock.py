"""What day it is where the canteens are, whatever the time zone of the server."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def today_in_paris() -> date:
    """Return the day it is in Paris; in SQL, `current_date` is that day too (see `data.store`)."""
    return datetime.now(PARIS).date()
