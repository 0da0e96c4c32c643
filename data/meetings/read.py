"""The meetings of the comité, and the one list of decisions: expected, taken, carried out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from data.meetings.figures import Figure
from data.once import once
from data.store import Store

DROPPED = "abandonné"
CLOSED = ("fait", DROPPED)

MEETINGS = """
SELECT meeting_id, held_on, title, figures::VARCHAR AS figures FROM meetings
WHERE (withdrawn_at IS NOT NULL) = $withdrawn
ORDER BY held_on DESC, meeting_id DESC
"""
# A pilot of the portfolio has one decision expected, and the last one taken; neither has an owner.
DECISIONS = """
SELECT
    decision, school, NULL AS pilot, due_on, decided_on, outcome, owner, act_by, state, done_on,
    'pages/mission/deploiement.py' AS page
FROM pilot_decisions
UNION ALL BY NAME
SELECT question AS decision, pilot, due_on, 'pages/mission/portefeuille.py' AS page
FROM pilots WHERE question IS NOT NULL
UNION ALL BY NAME
SELECT outcome AS decision, pilot, decided_on, outcome, 'pages/mission/portefeuille.py' AS page
FROM pilots WHERE outcome IS NOT NULL
ORDER BY
    decided_on IS NOT NULL,
    CASE WHEN state IN ('fait', 'abandonné') THEN 3 WHEN state IS NULL THEN 2 ELSE 1 END,
    coalesce(act_by, due_on) NULLS LAST,
    decided_on DESC, decision COLLATE FR, decision, school COLLATE FR, school, pilot COLLATE FR, pilot
"""


@dataclass(frozen=True)
class Meeting:
    """A meeting: its day, its title or place, the figures of that day by name (see `data.meetings.figures`).

    `data_until`: the last complete day that was known when it was recorded, None when there was none.
    """

    meeting_id: int
    held_on: date
    title: str
    figures: dict[str, Figure] = field(default_factory=dict)
    data_until: date | None = None


def meetings(store: Store, *, withdrawn: bool = False) -> list[Meeting]:
    """Return the meetings, or those that were withdrawn, the last one first."""
    rows = store.read(MEETINGS, {"withdrawn": withdrawn})
    return [
        _meeting(int(row["meeting_id"]), row["held_on"].date(), str(row["title"]), json.loads(row["figures"]))
        for row in rows.to_dict("records")
    ]


def last_meeting(store: Store, today: date) -> Meeting | None:
    """Return the last meeting held up to today, today included; None when there is none."""
    return next((meeting for meeting in meetings(store) if meeting.held_on <= today), None)


def decisions(store: Store) -> pd.DataFrame:
    """Return the one list of decisions: those expected first, then those to carry out, then those done or dropped.

    One row per decision; columns, each missing (None, NaN, NaT) where not known:
    - decision (what is decided, a sentence), school or pilot that it is about (neither: the whole programme),
    - due_on (when the comité is to take it), decided_on (when it was taken; missing: expected), outcome (the choice),
    - owner (the service that carries it), act_by (until when), state (à faire, en cours, fait, abandonné), done_on,
    - page: where it is shown and edited (the file of a page).
    """
    return _decisions(store).copy(deep=False)


@once
def _decisions(store: Store) -> pd.DataFrame:
    return store.read(DECISIONS).astype(dict.fromkeys(("school", "pilot", "outcome", "owner", "state"), object))


def awaited(store: Store) -> pd.DataFrame:
    """Return the decisions that are awaited from the comité, the most pressing first."""
    rows = decisions(store)
    waiting = rows["decided_on"].isna() & ~rows["state"].isin(CLOSED)
    return rows[waiting].sort_values("due_on", na_position="last")


def late(rows: pd.DataFrame, on: date) -> pd.Series:
    """Tell which of `decisions` were late on a day: not taken by their due date, or taken and not done by act_by."""
    day = pd.Timestamp(on)
    taken, done = rows["decided_on"] <= day, rows["done_on"] <= day
    return (~taken & (rows["due_on"] < day)) | (taken & ~done & (rows["act_by"] < day) & (rows["state"] != DROPPED))


def _meeting(meeting_id: int, held_on: date, title: str, frozen: dict[str, Any]) -> Meeting:
    until = frozen.get("data_until")
    figures = {name: Figure(**value) for name, value in frozen["figures"].items()}
    return Meeting(meeting_id, held_on, title, figures, date.fromisoformat(until) if until else None)
