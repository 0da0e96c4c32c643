"""A meeting of the comité is recorded by the mission, with the figures of its day, which nothing changes afterwards."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import duckdb

from data.access.rights import Act, Person, reach
from data.clock import today_in_paris
from data.meetings.figures import Figures, figures_of
from data.settings.known import plain
from data.store import Store

ACTION = "meeting"  # in the audit trail
RECORDED, WITHDRAWN, PUT_BACK = "recorded", "withdrawn", "put_back"
LONGEST_TITLE = 120


class MeetingRefused(Exception):
    """What somebody wants to record is not possible; the message is in French."""


def record(store: Store, person: Person, held_on: date | None, title: str) -> None:
    """Record a meeting, with the figures of its day as the store knows them now. Raises MeetingRefused."""
    if held_on is None:
        raise MeetingRefused("Choisissez le jour de la séance.")
    text = a_text(title, LONGEST_TITLE, "le titre ou le lieu")
    if held_on > today_in_paris():
        raise MeetingRefused("Cette séance est à venir\u00a0: ajoutez-la le jour même, avec ses chiffres.")
    figures = figures_of(store, held_on)
    with store.write(person.name, ACTION, {"act": RECORDED, "day": held_on, "title": text}) as cursor:
        _check(person)
        _refuse_second(cursor, held_on)
        insert(cursor, held_on, text, figures, person.name)


def insert(cursor: duckdb.DuckDBPyConnection, held_on: date, title: str, figures: Figures, actor: str) -> None:
    """Add a meeting within a transaction."""
    cursor.execute(
        "INSERT INTO meetings (held_on, title, figures, recorded_by) VALUES ($day, $title, $figures, $actor)",
        {"day": held_on, "title": title, "figures": json.dumps(figures.frozen()), "actor": actor},
    )


def withdraw(store: Store, person: Person, meeting_id: int) -> None:
    """Withdraw a meeting. Raises MeetingRefused."""
    _set(store, person, meeting_id, WITHDRAWN)


def put_back(store: Store, person: Person, meeting_id: int) -> None:
    """Put back a meeting that was withdrawn, with the figures it had. Raises MeetingRefused."""
    _set(store, person, meeting_id, PUT_BACK)


def _set(store: Store, person: Person, meeting_id: int, act: str) -> None:
    detail: dict[str, Any] = {"act": act}
    with store.write(person.name, ACTION, detail) as cursor:
        _check(person)
        row = cursor.execute(
            """
            UPDATE meetings SET withdrawn_at = CASE WHEN $withdraw THEN now() AT TIME ZONE 'UTC' END
            WHERE meeting_id = $meeting AND (withdrawn_at IS NULL) = $withdraw
            RETURNING held_on, title
            """,
            {"meeting": meeting_id, "withdraw": act == WITHDRAWN},
        ).fetchone()
        if row is None:
            raise MeetingRefused("C’est déjà fait\u00a0: rien ne change.")
        if act == PUT_BACK:
            _refuse_second(cursor, row[0], meeting_id)
        detail |= {"day": row[0], "title": row[1]}


def a_text(text: str, longest: int, what: str) -> str:
    """Return a text as it is kept. Raises MeetingRefused."""
    kept = plain(text)
    if not 2 <= len(kept) <= longest:
        raise MeetingRefused(f"Écrivez {what}, en 2 à {longest} caractères.")
    return kept


def _check(person: Person) -> None:
    if not reach(person, Act.DEPOSIT, "decisions"):
        raise MeetingRefused("Seule la mission numérique tient le registre des séances.")


def _refuse_second(cursor: duckdb.DuckDBPyConnection, held_on: date, but: int | None = None) -> None:
    row = cursor.execute(
        "SELECT 1 FROM meetings WHERE held_on = $day AND withdrawn_at IS NULL AND meeting_id IS DISTINCT FROM $but",
        {"day": held_on, "but": but},
    ).fetchone()
    if row:
        raise MeetingRefused("Une séance est déjà enregistrée ce jour-là.")
