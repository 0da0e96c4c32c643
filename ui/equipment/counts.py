"""Statistical disclosure control on the page: counts of people are written “≈ 15”, or exact for the mission."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pandas.api.extensions import ExtensionArray

from data.people.rounding import BASE
from ui.access import sees_exact_counts
from ui.kit import blocks
from ui.kit.formats import about, number

ROUNDED = (
    "Pour que personne ne soit reconnaissable, les nombres d’agents (≈) sont arrondis au multiple de "
    f"{BASE} le plus proche dans chaque école, puis additionnés."
)
EXACT = "Nombres d’agents exacts, pour la mission numérique qui les saisit\u00a0: ne les diffusez pas."


def note() -> None:
    """Say whether this user sees rounded or exact counts of people."""
    blocks.note(EXACT if sees_exact_counts() else ROUNDED)


def people(count: Any, *, exact: bool, digits: int = 0) -> str:  # noqa: ANN401
    """Write a count of people; “≈ 0” may stand for a few people."""
    return about(number(count, digits), exact=exact)


def column(counts: pd.Series, *, exact: bool, digits: int = 0) -> ExtensionArray | list[str]:
    """Return a column of a table: numbers to sort and add when the counts are exact, texts when they are rounded."""
    return counts.array if exact else [people(count, exact=exact, digits=digits) for count in counts]
