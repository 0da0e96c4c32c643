"""The kinds of events: the one table that files, forms, lists, sentences, effects and what-ifs read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EventKind:
    """A kind of event, under the name that the store uses.

    `learnt`: some meals remain, and an effect that nobody declares is learnt from the past. `closes`: no meal remains.
    A kind that is neither is days off of the whole city, which belong to the school calendar.
    """

    name: str
    learnt: bool
    closes: bool


# The key is the word used in files and on pages. A new kind is one line here, and one in `events.json`.
EVENT_KINDS = {
    "grève": EventKind("strike", learnt=True, closes=False),
    "sortie": EventKind("outing", learnt=True, closes=False),
    "fermeture": EventKind("closure", learnt=False, closes=True),
    "fête": EventKind("feast", learnt=True, closes=False),
    "vacances": EventKind("holiday", learnt=False, closes=False),
}
FRENCH = {kind.name: french for french, kind in EVENT_KINDS.items()}
LEARNT = tuple(kind.name for kind in EVENT_KINDS.values() if kind.learnt)
CLOSING = tuple(kind.name for kind in EVENT_KINDS.values() if kind.closes)
# The kinds that pages list and propose.
DECLARED = tuple(name for name in FRENCH if name in (*LEARNT, *CLOSING))
STRIKE = EVENT_KINDS["grève"].name
HOLIDAY = EVENT_KINDS["vacances"].name
STRIKE_OF_CITY = f"{STRIKE}_city"
