"""The cut-off of announcements: until when a change of a day still reaches the kitchen before its order."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from data.calendar.school import service_days
from data.clock import PARIS
from data.settings import values
from data.store import Store

# The longest holidays, with the most days before that the setting accepts.
LOOK_BACK = timedelta(days=130)


def cutoff(store: Store, day: date) -> datetime:
    """Return the last moment (Paris) to announce a change of a day: so many days of service before, at an hour."""
    settings = values(store)
    before, hour = (int(settings[key].value) for key in ("announcement_days", "announcement_hour"))
    last = [*service_days(store, day - LOOK_BACK, day - timedelta(days=1)), day][-1 - before :][0]
    return datetime.combine(last, time(hour), PARIS)


def too_late(store: Store, day: date, now: datetime) -> bool:
    """Tell whether the order of a day has left at this moment."""
    return now >= cutoff(store, day)
