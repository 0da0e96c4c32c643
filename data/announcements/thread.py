"""The acts on an announcement: what the kitchen and the canteen did with it, each with its audit line."""

from __future__ import annotations

from typing import Any

import duckdb

from data.access.rights import Act, Person, reach
from data.deposit import undo
from data.settings.known import plain
from data.store import Store, add_to_trail

SEEN, ACCEPTED, ANSWERED, WITHDRAWN, ANNOUNCED = "seen", "accepted", "answered", "withdrawn", "announced"
ACTION = "announcement"  # in the audit trail
LONGEST_ANSWER = 300

ABOUT = """
SELECT
    announcements.canteen, starts_on AS date, event_rows.kind AS event, effect_meals AS meals, label AS sentence,
    deposit_id, active, coalesce(list(act) FILTER (act IS NOT NULL), []) AS acts
FROM announcements
JOIN deposits USING (deposit_id)
JOIN event_rows USING (deposit_id)
LEFT JOIN announcement_acts USING (announcement_id)
WHERE announcement_id = $announcement
GROUP BY ALL
"""


class AnnouncementRefused(Exception):
    """What somebody wants to say or do is not possible; the message is in French."""


def see(store: Store, person: Person, announcements: tuple[int, ...]) -> None:
    """Mark announcements as seen by the kitchen, once each; when anybody else looks, nothing happens.

    Raises AnnouncementRefused when all are marked already.
    """
    if person.role != "cuisine" or not announcements:
        return
    detail: dict[str, Any] = {"act": SEEN, "about": []}
    with store.write(person.name, ACTION, detail) as cursor:
        for announcement in announcements:
            about = _about(cursor, announcement)
            if SEEN not in about["acts"]:
                _add(cursor, announcement, SEEN, person)
                detail["about"].append(said(about))
        if not detail["about"]:
            raise AnnouncementRefused("C’est déjà marqué comme vu\u00a0: rien ne change.")


def accept(store: Store, person: Person, announcement: int) -> None:
    """Accept an announcement for the kitchen. Raises AnnouncementRefused."""
    _answer(store, person, announcement, ACCEPTED, None)


def answer(store: Store, person: Person, announcement: int, sentence: str) -> None:
    """Answer an announcement with a sentence, for the kitchen. Raises AnnouncementRefused."""
    text = plain(sentence)
    if not 2 <= len(text) <= LONGEST_ANSWER:
        raise AnnouncementRefused(f"Écrivez une réponse de 2 à {LONGEST_ANSWER} caractères.")
    _answer(store, person, announcement, ANSWERED, text)


def withdraw(store: Store, person: Person, announcement: int) -> None:
    """Withdraw an announcement of a canteen: its event is undone with it. Raises AnnouncementRefused."""
    with store.scratch() as cursor:
        about = _about(cursor, announcement)

    def also(cursor: duckdb.DuckDBPyConnection, _: int) -> None:
        _withdrawn(cursor, announcement, about, person)

    try:
        undo.undo(store, about["deposit_id"], person, also=also)
    except undo.NotYours as refusal:
        raise AnnouncementRefused("Seule la cantine retire son annonce, ou la mission numérique.") from refusal
    except undo.NotPossible as refusal:
        raise AnnouncementRefused("Cette annonce est déjà retirée\u00a0: rien ne change.") from refusal


def replaced(cursor: duckdb.DuckDBPyConnection, person: Person, announcements: tuple[int, ...]) -> None:
    """Withdraw announcements in the transaction of the one that takes their place."""
    for announcement in announcements:
        about = _about(cursor, announcement)
        deposit = {"deposit": about["deposit_id"]}
        cursor.execute("UPDATE deposits SET active = FALSE WHERE deposit_id = $deposit", deposit)
        add_to_trail(cursor, person.name, "undo", deposit)
        _withdrawn(cursor, announcement, about, person)


def _withdrawn(cursor: duckdb.DuckDBPyConnection, announcement: int, about: dict[str, Any], person: Person) -> None:
    _add(cursor, announcement, WITHDRAWN, person)
    add_to_trail(cursor, person.name, ACTION, {"act": WITHDRAWN} | said(about))


def said(about: dict[str, Any]) -> dict[str, Any]:
    """Return what an announcement says, as its audit lines keep it."""
    return {name: about[name] for name in ("canteen", "date", "event", "meals", "sentence")}


def _answer(store: Store, person: Person, announcement: int, act: str, sentence: str | None) -> None:
    detail: dict[str, Any] = {"act": act}
    with store.write(person.name, ACTION, detail) as cursor:
        about = _about(cursor, announcement)
        if not reach(person, Act.ANSWER).covers([about["canteen"]]):
            raise AnnouncementRefused("Seule la cuisine centrale répond aux annonces.")
        if not about["active"]:
            raise AnnouncementRefused("La cantine a retiré cette annonce\u00a0: il n’y a plus rien à répondre.")
        if act == ACCEPTED and ACCEPTED in about["acts"]:
            raise AnnouncementRefused("Cette annonce est déjà acceptée.")
        _add(cursor, announcement, act, person, sentence)
        detail |= said(about) | ({"answer": sentence} if sentence else {})


def _about(cursor: duckdb.DuckDBPyConnection, announcement: int) -> dict[str, Any]:
    cursor.execute(ABOUT, {"announcement": announcement})
    names = [column[0] for column in cursor.description or ()]
    row = cursor.fetchone()
    if row is None:
        raise AnnouncementRefused("Cette annonce n’existe pas.")
    return dict(zip(names, row, strict=True))


def _add(
    cursor: duckdb.DuckDBPyConnection, announcement: int, act: str, person: Person, sentence: str | None = None
) -> None:
    cursor.execute(
        "INSERT INTO announcement_acts (announcement_id, act, sentence, done_by) VALUES ($id, $act, $sentence, $actor)",
        {"id": announcement, "act": act, "sentence": sentence, "actor": person.name},
    )
