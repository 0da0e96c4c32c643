"""Times of day beside dates: a column whose times all are 22:00, 23:00 or 23:59 has dates that are a day early.

Midnight in Paris is 22:00 or 23:00 of the day before in universal time (UTC), as many programs export it; others lose
some seconds at midnight. Nothing in the file says so: people decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from data.typography import quoted

# How dates that may be a day early are read, once it is decided.
NEXT_DAY, AS_WRITTEN = "next_day", "as_written"

TIME = re.compile(
    r"(?<=\d)[\s,T]+(?:à )?(?P<hour>\d{1,2})[:hH](?P<minute>\d{0,2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?: ?(?P<half>[AaPp])[Mm])?(?P<zone>Z| ?[+-]\d{2}:?\d{2}| ?UTC| ?GMT)?$"
)
SERIAL_TIME = re.compile(r"\d{5}[.,](\d+)")
MINUTES_PER_DAY = 24 * 60
# From this minute of the day, a time is a midnight that was computed some seconds or minutes too early.
ALMOST_MIDNIGHT = 23 * 60 + 50
UTC_MIDNIGHTS = (22 * 60, 23 * 60)
LOCAL = re.compile(r" ?[+-](?!00:?00)")


def evening_texts(dates: Iterable[str]) -> list[str]:
    """Return the texts with a time, when all these times are 22:00, 23:00 or from 23:50 on; else an empty list."""
    timed = [(text, minute) for text in dates if (minute := _minute(text))]
    if all(minute in UTC_MIDNIGHTS or minute >= ALMOST_MIDNIGHT for _, minute in timed):
        return [text for text, _ in timed]
    return []


def _minute(text: str) -> float | None:
    """Return the minute of the day of a date with a time; None or 0 at midnight, and where the time zone is known."""
    if serial := SERIAL_TIME.fullmatch(text):
        return round(float(f"0.{serial[1]}") * MINUTES_PER_DAY, 1)
    time = TIME.search(text)
    if time is None:
        return None
    hour, minute = int(time["hour"]), int(time["minute"] or 0)
    if time["half"]:
        hour = hour % 12 + (12 if time["half"] in "Pp" else 0)
    total = hour * 60 + minute + int(time["second"] or 0) / 60
    # 22:00 UTC is midnight in Paris, and 22:00+02:00 is in the evening there: no doubt in either case.
    zoned = time["zone"] and (LOCAL.match(time["zone"]) or total < ALMOST_MIDNIGHT)
    return None if zoned else total


def undecided(text: str) -> str:
    """Return why a line is rejected until it is decided how to read its date."""
    return (
        f"{quoted(text, 40)}\u00a0: toutes les heures de cette colonne sont 22:00, 23:00 ou presque minuit, comme dans "
        "un export en temps universel (UTC)\u00a0: le vrai jour est sans doute le lendemain ; choisissez de lire le "
        "lendemain, ou la date telle quelle"
    )


def decided(early_dates: str) -> str:
    """Return the remark on a column of dates that were a day early, or not, by decision."""
    read = "au lendemain" if early_dates == NEXT_DAY else "telles quelles"
    return f"toutes les heures sont 22:00, 23:00 ou presque minuit\u00a0: dates lues {read}, comme choisi"
