"""Authorisation: who may see and who may write what, asked by pages, deposits, undo, downloads, API and commands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

ROLES = ("comite", "mission", "cantine", "cuisine", "administration")
# The kinds that a manager deposits, for the canteens of the account only; all others describe the city.
MANAGER_KINDS = ("log", "events", "surplus_uses")
# The kinds that the central kitchen writes, for all canteens.
KITCHEN_KINDS = ("production",)


class Act(StrEnum):
    """What a person wants to do; `reach` tells for which canteens they may."""

    SEE = "see"  # the figures of a canteen, by its name
    DEPOSIT = "deposit"  # lines of one kind: a file, a form, an undo, a redo
    ATTACH = "attach"  # a label to a canteen
    ANSWER = "answer"  # the announcements of a canteen, and write it a note
    DOWNLOAD = "download"  # the original file of anybody's deposit, the journal
    REPORT = "report"  # the files of a report of the comité
    ADMINISTER = "administer"  # accounts, tokens, settings, backups


@dataclass(frozen=True)
class Person:
    """Somebody who asks: `role`, and for a manager the keys of their canteens; `local`: no sign-in is configured."""

    name: str
    role: str
    local: bool = False
    canteens: frozenset[str] = frozenset()

    def may(self, roles: tuple[str, ...]) -> bool:
        """Tell whether the person may open a page for these roles; the mission numérique may open every page."""
        return self.role == "mission" or self.role in roles


@dataclass(frozen=True)
class Reach:
    """The canteens that an act may touch; `canteens` is None where it may touch all of them and the city itself."""

    canteens: frozenset[str] | None

    def __bool__(self) -> bool:
        return self.canteens is None or bool(self.canteens)

    def covers(self, canteens: Iterable[str | None]) -> bool:
        """Tell whether all these canteens are within reach; None stands for the city, or for no known canteen."""
        return self.canteens is None or all(canteen in self.canteens for canteen in canteens)


EVERYTHING, NOTHING = Reach(None), Reach(frozenset())


def reach(person: Person, act: Act, kind: str | None = None) -> Reach:
    """Return the canteens for which a person may do an act; `kind` is the kind of the lines to be deposited."""
    if person.role == "mission" or (person.role == "administration" and act == Act.ADMINISTER):
        return EVERYTHING
    if act == Act.REPORT:
        return EVERYTHING if person.role == "comite" else NOTHING
    if act == Act.ANSWER:
        return EVERYTHING if person.role == "cuisine" else NOTHING
    if act == Act.SEE:
        return EVERYTHING if person.role in ("comite", "cuisine") else _own(person)
    if act == Act.DEPOSIT and kind in KITCHEN_KINDS:
        return EVERYTHING if person.role == "cuisine" else NOTHING
    if act == Act.DEPOSIT and kind in MANAGER_KINDS:
        return _own(person)
    return NOTHING


def as_person(actor: Person | str) -> Person:
    """Return who acts; a name alone is that of somebody at the machine itself, who may do everything there."""
    return actor if isinstance(actor, Person) else Person(actor, "mission")


def _own(person: Person) -> Reach:
    return Reach(person.canteens) if person.role == "cantine" else NOTHING
