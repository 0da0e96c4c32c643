"""The kinds of events: the one table that files, forms, lists, sentences, effects and what-ifs read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EventKind:
    """A kind of event, under the name that the store uses.

    `learnt`: some meals remain, and an effect that nobody declares is learnt from the past. `closes`: no meal remains.
    `off`: days off of the whole city, which belong to the school calendar. A kind that is none of these may be
    anything: only its declared effect counts.
    """

    name: str
    learnt: bool = False
    closes: bool = False
    off: bool = False


# The key is the word used in files and on pages. A new kind is one line here, and one in `events.json`.
EVENT_KINDS = {
    "grève": EventKind("strike", learnt=True),
    "sortie": EventKind("outing", learnt=True),
    "fermeture": EventKind("closure", closes=True),
    "fête": EventKind("feast", learnt=True),
    "vacances": EventKind("holiday", off=True),
    "autre": EventKind("other"),
}
FRENCH = {kind.name: french for french, kind in EVENT_KINDS.items()}
LEARNT = tuple(kind.name for kind in EVENT_KINDS.values() if kind.learnt)
CLOSING = tuple(kind.name for kind in EVENT_KINDS.values() if kind.closes)
# The kinds that pages list and propose.
DECLARED = tuple(kind.name for kind in EVENT_KINDS.values() if not kind.off)
STRIKE = EVENT_KINDS["grève"].name
HOLIDAY = EVENT_KINDS["vacances"].name
OUTING, CLOSURE, OTHER = (EVENT_KINDS[french].name for french in ("sortie", "fermeture", "autre"))
STRIKE_OF_CITY = f"{STRIKE}_city"
