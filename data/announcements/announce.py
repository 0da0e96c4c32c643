"""An announcement: what a canteen tells the kitchen of a day to come; it is an event, so the figures follow at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from data.access.rights import Act, Person, reach
from data.announcements.cutoff import too_late
from data.announcements.thread import ACTION, ANNOUNCED, AnnouncementRefused, replaced, said
from data.calendar.event_kinds import CLOSURE, FRENCH, OUTING
from data.calendar.school import service_days
from data.clock import PARIS
from data.deposit import edits
from data.settings.known import plain
from data.store import Store, add_to_trail

MOST_MEALS, LONGEST_SENTENCE = 2_000, 120

ACTIVE = """
SELECT announcement_id
FROM announcements JOIN deposits USING (deposit_id) JOIN event_rows USING (deposit_id)
WHERE active AND announcements.canteen = $canteen AND starts_on = $day
ORDER BY announcement_id
"""
OTHERS = (
    "Rien n’est envoyé\u00a0: les annonces de ce jour viennent de changer. "
    "Relisez celle de ce jour, puis envoyez la vôtre\u00a0: elle la remplace."
)


@dataclass(frozen=True)
class Announcement:
    """What a canteen (its key) announces of a day: `kind` of event, meals more or fewer (None: closed), a sentence."""

    canteen: str
    day: date
    kind: str
    meals: int | None = None
    sentence: str = ""


def announce(
    store: Store, person: Person, one: Announcement, now: datetime | None = None, *, replaces: tuple[int, ...] = ()
) -> bool:
    """Record an announcement with its event, in one transaction; return whether it came after the cut-off.

    A canteen has one announcement a day: `replaces` are those that the person knows, and withdraws with this one.
    Raises AnnouncementRefused, also when there are others.
    """
    now = now or datetime.now(PARIS)
    _check(store, person, one, now.date())
    late = too_late(store, one.day, now)
    sentence = plain(one.sentence)[:LONGEST_SENTENCE] or None

    def also(cursor: duckdb.DuckDBPyConnection, deposit_id: int) -> None:
        active = cursor.execute(ACTIVE, {"canteen": one.canteen, "day": one.day}).fetchall()
        if [number for (number,) in active] != sorted(replaces):
            raise AnnouncementRefused(OTHERS)
        replaced(cursor, person, replaces)
        cursor.execute(
            "INSERT INTO announcements (deposit_id, canteen, too_late) VALUES ($deposit, $canteen, $late)",
            {"deposit": deposit_id, "canteen": one.canteen, "late": late},
        )
        about = said(vars(one) | {"date": one.day, "event": one.kind, "sentence": sentence})
        add_to_trail(cursor, person.name, ACTION, {"act": ANNOUNCED} | about | {"too_late": late})

    line = {
        "type": FRENCH[one.kind],
        "date_debut": one.day,
        "date_fin": one.day,
        "cantine_nom": one.canteen,
        "libelle": sentence,
        "effet_repas": one.meals,
    }
    outcome = edits.record(store, "events", [line], person, new=not replaces, also=also)
    if not outcome.saved:
        reason = next(iter(outcome.refusals.values()), "déjà connu")
        if "déjà connu" in reason:
            reason = "c’est déjà annoncé pour ce jour. Pour dire autre chose, changez le mot pour la cuisine"
        raise AnnouncementRefused(f"Rien n’est envoyé\u00a0: {reason}.")
    return late


def _check(store: Store, person: Person, one: Announcement, today: date) -> None:
    if not reach(person, Act.DEPOSIT, "events").covers([one.canteen]):
        raise AnnouncementRefused("Vous annoncez pour vos cantines seulement. Celle-ci n’est pas une des vôtres.")
    if store.read("SELECT 1 FROM canteens WHERE name = $name", {"name": one.canteen}).empty:
        raise AnnouncementRefused("Cette cantine n’est pas connue.")
    if one.day < today:
        raise AnnouncementRefused("Ce jour est passé\u00a0: choisissez un jour à venir.")
    if not service_days(store, one.day, one.day):
        raise AnnouncementRefused("Aucun repas n’est servi ce jour-là\u00a0: choisissez un jour d’école.")
    if one.kind == CLOSURE:
        return
    meals = one.meals or 0
    if not meals or abs(meals) > MOST_MEALS or (one.kind == OUTING and meals > 0):
        raise AnnouncementRefused(f"Écrivez un nombre de repas, de 1 à {MOST_MEALS}.")
