"""The audit journal in French: what was done, and its detail."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from data.schemas import kinds
from ui.access import ROLE_TITLES
from ui.deposit_words import column_title, french_days, value_in_words
from ui.formats import MISSING, SPACE, day, number

ACTIONS = {
    "deposit": "Dépôt d’un fichier",
    "undo": "Dépôt annulé",
    "redo": "Dépôt rétabli",
    "demo_load": "Chargement de la démonstration",
    "demo_remove": "Départ d’une base vide",
    "user": "Compte",
    "forecast": "Calcul des prévisions",
}
NAMES = {
    "file": "fichier",
    "kind": "type",
    "deposit": "dépôt n°",
    "accepted": "acceptées",
    "changed": "modifiées",
    "run_id": "calcul n°",
    "rows": "lignes",
    "last_service_on": "dernier service",
    "role": "rôle",
    "active": "actif",
    "email": "compte",
    "changes": "changements",
}
CHANGES_NAMED = 5
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def action(name: str) -> str:
    """Name an action."""
    return ACTIONS.get(name, name)


def detail(text: str) -> str:
    """Write the detail of an action as “name : value” pairs."""
    return ", ".join(f"{_name(name)}{SPACE}: {_value(name, value)}" for name, value in json.loads(text).items())


def _name(name: str) -> str:
    # The detail of a demonstration counts the lines of each kind of file.
    return NAMES.get(name) or _kind(name)


def _kind(name: str) -> str:
    found = kinds().get(name)
    return found.title.lower() if found else name


def changes(found: list[dict[str, str | None]]) -> str:
    """Write the first changes of a deposit, each line named once: “École A, raccordement : en cours → bloquée”."""
    shown = found[:CHANGES_NAMED]
    named = [None, *(change["key"] for change in shown)]
    told = [
        ("" if change["key"] == before else f"{french_days(str(change['key']))}, ")
        + f"{column_title(str(change['column'])).lower()}{SPACE}: "
        f"{value_in_words(change['old'])} → {value_in_words(change['new'])}"
        for change, before in zip(shown, named, strict=False)
    ]
    more = len(found) - len(told)
    return " ; ".join(told).replace(" ;", f"{SPACE};") + (f"{SPACE}; et {number(more)} de plus" if more > 0 else "")


WRITERS: dict[str, Callable[[str], str]] = {"kind": _kind, "role": lambda name: ROLE_TITLES.get(name, name)}


def _value(name: str, value: Any) -> str:  # noqa: ANN401
    if value is None:
        return MISSING
    if isinstance(value, list):
        return changes(value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float):
        return number(value, 0 if value == round(value) else 1)
    text = str(value)
    if name in WRITERS:
        return WRITERS[name](text)
    return day(date.fromisoformat(text)) if ISO_DAY.fullmatch(text) else text
