"""One call of the API: who asks, what for, with which values; and the refusals that answer it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data.access.rights import Act, Person, Reach, reach
from data.store import Store
from data.typography import VALUE, cut, french, quoted
from ui import access

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
NUMBER = re.compile(r"[1-9]\d{0,17}")


class ApiRefusal(Exception):
    """The call is refused: an HTTP status, and a French sentence that says what to do."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(french(message))
        self.status = status
        self.headers = dict(headers or {})


@dataclass(frozen=True)
class File:
    """A file as an answer."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Call:
    """One call: `path` and `query` have the texts of the address, `body` what was sent and `media` its type."""

    store: Store
    person: Person
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    media: str = ""

    def within(self, act: Act, kind: str | None = None) -> Reach:
        """Return the canteens for which the caller may do this; refuse when there is none."""
        allowed = reach(self.person, act, kind)
        if not allowed:
            raise self.not_yours(f"api {act}", "Ce jeton n’ouvre pas cette demande\u00a0: son rôle ne le permet pas.")
        return allowed

    def not_yours(self, subject: str, message: str) -> ApiRefusal:
        """Write in the trail that this is refused to the caller, and return the refusal."""
        access.note_refusal(self.store, self.person, subject)
        return ApiRefusal(403, message)

    def day(self, name: str, default: date | None = None) -> date:
        """Return a date of the query; refuse what is none, and its absence when there is no default."""
        text = self.query.get(name)
        if text is None and default is not None:
            return default
        try:
            if DAY.fullmatch(text or ""):
                return date.fromisoformat(text or "")
        except ValueError:
            pass
        raise _bad(name, text, "une date comme 2026-12-01")

    def flag(self, name: str) -> bool:
        """Return a yes or no of the query, no by default."""
        text = self.query.get(name, "false")
        if text not in ("true", "false"):
            raise _bad(name, text, "true ou false")
        return text == "true"

    def number(self, name: str, text: str | None = None, default: int | None = None) -> int:
        """Return a whole number, from 1, of the query, or this text of the path."""
        text = self.query.get(name) if text is None else text
        if text is None and default is not None:
            return default
        if not NUMBER.fullmatch(text or ""):
            raise _bad(name, text, "un nombre entier, à partir de 1")
        return int(text or "")


def _bad(name: str, text: str | None, expected: str) -> ApiRefusal:
    given = "il manque" if text is None else f"{quoted(cut(text, VALUE))} ne convient pas"
    return ApiRefusal(400, f"Paramètre «\u00a0{name}\u00a0»\u00a0: {given}. Écrivez {expected}.")
