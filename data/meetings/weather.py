"""The weather of the programme in the words of PILOTE (DITP), with its reason and history, given by the mission."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pandas as pd

from data.access.rights import Act, Person, reach
from data.clock import PARIS
from data.meetings.meeting import MeetingRefused, a_text
from data.store import Store

UNKNOWN = "non renseignée"
WEATHERS = ("objectifs sécurisés", "objectifs atteignables", "appuis nécessaires", "objectifs compromis")
ACTION = "programme_weather"  # in the audit trail
LONGEST_REASON = 300
ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)

HISTORY = """
SELECT weather_id, weather, reason, set_at, set_by FROM programme_weather
WHERE withdrawn_at IS NULL AND set_at < $before
ORDER BY weather_id DESC
"""


@dataclass(frozen=True)
class Weather:
    """The weather: one of WEATHERS or UNKNOWN, its reason, when (UTC) and by whom it was given; missing if unknown."""

    weather: str = UNKNOWN
    reason: str | None = None
    set_at: datetime | None = None
    set_by: str | None = None


def current(store: Store) -> Weather:
    """Return the weather in force; `weather` is UNKNOWN (“non renseignée”) when nobody has given one."""
    return _first(history(store))


def on(store: Store, day: date) -> Weather:
    """Return the weather in force at the end of a day, in Paris."""
    return _first(history(store, datetime.combine(day + timedelta(days=1), time(), PARIS)))


def history(store: Store, before: datetime = ALWAYS) -> pd.DataFrame:
    """Return the weathers that were given, the last one first: weather_id, weather, reason, set_at (UTC), set_by."""
    return store.read(HISTORY, {"before": before.astimezone(UTC).replace(tzinfo=None)})


def give(store: Store, person: Person, weather: str, reason: str) -> None:
    """Give the programme a weather with its reason. Raises MeetingRefused."""
    if weather not in (*WEATHERS, UNKNOWN):
        raise MeetingRefused("Choisissez une météo dans la liste.")
    text = None if weather == UNKNOWN and not reason.strip() else a_text(reason, LONGEST_REASON, "la raison")
    values: dict[str, Any] = {"weather": weather, "reason": text}
    before = current(store)
    with store.write(person.name, ACTION, values | {"before": before.weather}) as cursor:
        if not reach(person, Act.DEPOSIT, "decisions"):
            raise MeetingRefused("Seule la mission numérique donne la météo du programme.")
        cursor.execute(
            "INSERT INTO programme_weather (weather, reason, set_by) VALUES ($weather, $reason, $actor)",
            values | {"actor": person.name},
        )


def take_back(store: Store, person: Person) -> None:
    """Take back the last weather: the one before it is in force again. Raises MeetingRefused."""
    detail: dict[str, Any] = {"act": "withdrawn"}
    with store.write(person.name, ACTION, detail) as cursor:
        if not reach(person, Act.DEPOSIT, "decisions"):
            raise MeetingRefused("Seule la mission numérique donne la météo du programme.")
        row = cursor.execute("""
            UPDATE programme_weather SET withdrawn_at = now() AT TIME ZONE 'UTC'
            WHERE weather_id = (SELECT max(weather_id) FROM programme_weather WHERE withdrawn_at IS NULL)
            RETURNING weather, reason
        """).fetchone()
        if row is None:
            raise MeetingRefused("Aucune météo n’est à annuler\u00a0: rien ne change.")
        detail |= {"weather": row[0], "reason": row[1]}


def _first(rows: pd.DataFrame) -> Weather:
    if rows.empty:
        return Weather()
    row = rows.iloc[0]
    reason = row["reason"] if isinstance(row["reason"], str) else None
    return Weather(str(row["weather"]), reason, row["set_at"].to_pydatetime(), str(row["set_by"]))
