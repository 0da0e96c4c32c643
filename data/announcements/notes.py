"""The notes of the kitchen: to one canteen, to those of a district, or to all, from a day to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from data.access.rights import Act, Person, reach
from data.announcements.thread import AnnouncementRefused
from data.settings.known import plain
from data.store import Store

ACTION = "kitchen_note"  # in the audit trail
LONGEST_NOTE = 300
SHOWN = """
SELECT
    note_id, text, kitchen_notes.canteen, canteens.label AS place, kitchen_notes.district,
    starts_on, ends_on, written_at
FROM kitchen_notes LEFT JOIN canteens ON canteens.name = kitchen_notes.canteen
WHERE withdrawn_at IS NULL AND ends_on >= $today
ORDER BY starts_on, note_id
"""


@dataclass(frozen=True)
class Note:
    """A note: its text, its days, and for whom: a canteen (its key), a district, or all when both are None."""

    text: str
    starts_on: date
    ends_on: date
    canteen: str | None = None
    district: str | None = None


def write(store: Store, person: Person, note: Note) -> None:
    """Record a note of the kitchen. Raises AnnouncementRefused."""
    text = plain(note.text)
    if not 2 <= len(text) <= LONGEST_NOTE:
        raise AnnouncementRefused(f"Écrivez un mot de 2 à {LONGEST_NOTE} caractères.")
    if note.ends_on < note.starts_on:
        raise AnnouncementRefused("La fin précède le début\u00a0: corrigez les dates.")
    values = vars(note) | {"text": text}
    with store.write(person.name, ACTION, {"act": "written"} | values) as cursor:
        _check(person)
        cursor.execute(
            """
            INSERT INTO kitchen_notes (text, canteen, district, starts_on, ends_on, written_by)
            VALUES ($text, $canteen, $district, $starts_on, $ends_on, $actor)
            """,
            values | {"actor": person.name},
        )


def withdraw(store: Store, person: Person, note_id: int) -> None:
    """Withdraw a note of the kitchen. Raises AnnouncementRefused."""
    detail: dict[str, Any] = {"act": "withdrawn"}
    with store.write(person.name, ACTION, detail) as cursor:
        _check(person)
        row = cursor.execute(
            """
            UPDATE kitchen_notes SET withdrawn_at = now() AT TIME ZONE 'UTC'
            WHERE note_id = $note AND withdrawn_at IS NULL
            RETURNING text
            """,
            {"note": note_id},
        ).fetchone()
        if row is None:
            raise AnnouncementRefused("Ce mot est déjà retiré\u00a0: rien ne change.")
        detail["text"] = row[0]


def current(store: Store, today: date) -> pd.DataFrame:
    """Return the notes that are shown today or later, in their order."""
    return store.read(SHOWN, {"today": today})


def for_canteen(store: Store, canteen: str, today: date) -> list[str]:
    """Return the texts of the notes that a canteen reads today."""
    rows = current(store, today)
    where = store.read("SELECT district FROM canteens WHERE name = $name", {"name": canteen})["district"]
    mine = (rows["canteen"] == canteen) | rows["district"].isin(where.dropna())
    everybody = rows["canteen"].isna() & rows["district"].isna()
    return rows.loc[(mine | everybody) & (rows["starts_on"] <= pd.Timestamp(today)), "text"].tolist()


def _check(person: Person) -> None:
    if not reach(person, Act.ANSWER):
        raise AnnouncementRefused("Seule la cuisine centrale écrit aux cantines.")
