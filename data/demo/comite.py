"""The comité of the demonstration: two past meetings with the figures of their days, the weather of the programme."""

from __future__ import annotations

from datetime import date, datetime, time

from data.demo.steering import WEATHERS, meetings
from data.meetings.figures import figures_of
from data.meetings.meeting import insert
from data.store import Store


def record_comite(store: Store, today: date, actor: str, action: str) -> None:
    """Record the meetings in one transaction; their figures are those of the store, once it has its deposits."""
    held = [(day, place, figures_of(store, day)) for day, place in meetings(today)]
    with store.write(actor, action, {"meetings": len(held)}) as cursor:
        for day, place, figures in held:
            insert(cursor, day, place, figures, actor)
        for (day, _, _), (weather, reason) in zip(held, WEATHERS, strict=True):
            given = datetime.combine(day, time(9))
            cursor.execute(
                "INSERT INTO programme_weather (weather, reason, set_at, set_by) VALUES ($weather, $reason, $at, $by)",
                {"weather": weather, "reason": reason, "at": given, "by": actor},
            )
