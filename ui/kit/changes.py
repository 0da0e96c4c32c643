"""The audit journal in French: the name of each action, and its details."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from data.deposit.comparison import WHOLE_LINE
from data.deposit.report import KnownBy
from data.kinds import kinds
from data.settings import SETTINGS
from data.typography import TITLE, VALUE, cut
from ui.access import ROLE_TITLES, User
from ui.kit import announced, comite
from ui.kit.columns import column_title, key_in_words, title_of, value_in_words
from ui.kit.formats import MISSING, SPACE, day, is_missing, moment, number, plural

SOMEBODY_ELSE = "un autre compte"
ACTIONS = {
    "deposit": "Dépôt d’un fichier",
    "sheet": "Saisie d’un service, sans chiffre nouveau",
    "undo": "Dépôt annulé",
    "redo": "Dépôt rétabli",
    "demo_load": "Chargement de la démonstration",
    "demo_meetings": "Séances de la démonstration",
    "demo_remove": "Départ d’une base vide",
    "user": "Compte",
    "token": "Accès d’une application",
    "sign_in": "Connexion",
    "sign_out": "Déconnexion",
    "refused": "Accès refusé",
    "print": "Fiche de production imprimée",
    "canteen_chosen": "Cantine choisie",
    "export": "Export des données",
    "download": "Téléchargement",
    "restore": "Restauration d’une sauvegarde",
    "backup": "Sauvegarde",
    "setting": "Réglage",
    "announcement": "Annonce d’une cantine",
    "kitchen_note": "Mot de la cuisine",
    "meeting": "Séance du comité",
    "programme_weather": "Météo du programme",
    "report": "Rapport du comité",
    "trail": "Lignes anciennes du journal effacées",
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
    "bytes": "octets",
    "setting": "réglage",
    "after": "après",
    "canteen": "cantine",
    "canteens": "cantines",
    "meetings": "séances",
    "day": "jour",
    "before": "avant",
    "accounts": "comptes",
    "subject": "objet",
    "other_canteens": "lignes d’autres cantines refusées",
    "name": "nom",
    "files": "fichiers",
    "format": "format",
}
# The actions that are said in a sentence of their own, not by their details.
SENTENCES = {
    "announcement": announced.in_trail, "kitchen_note": announced.note_in_trail, "meeting": comite.meeting_in_trail,
    "programme_weather": comite.weather_in_trail, "report": comite.report_in_trail,
}  # fmt: skip
ACTIONS_OF_DEPOSITS = ("deposit", "undo", "redo")
TYPED = "Saisie dans un formulaire"
CHANGES_SHOWN = 5
# The outcomes of the lines of a deposit, in words for one line and for several.
OUTCOMES = {
    "added": ("ajoutée", "ajoutées"),
    "changed": ("modifiée", "modifiées"),
    "without_measure": ("sans mesure", "sans mesure"),
    "unchanged": ("déjà connue", "déjà connues"),
    "rejected": ("rejetée", "rejetées"),
}
SINGULARS = [singular for singular, _ in OUTCOMES.values()]
Changes = list[dict[str, str | None]]
Row = Mapping[str, Any]
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def action(name: str, typed: bool | None = False) -> str:
    """Name an action; a deposit `typed` in a form has another name than a deposited file."""
    return TYPED if typed and name == "deposit" else ACTIONS.get(name, name)


def detail(text: str) -> str:
    """Write the details of an action as “name : value” pairs, without those that are empty."""
    told = {name: value for name, value in json.loads(text).items() if value != ""}
    return ", ".join(_pair(_name(name), _value(name, value)) for name, value in told.items())


def _pair(name: str, value: str) -> str:
    if name.endswith("n°"):
        return f"{name}{SPACE}{value}"
    # A number does not begin a line, away from what it counts.
    return f"{name}{SPACE}:{SPACE if value[:1].isdigit() else ' '}{value}"


def _name(name: str) -> str:
    # The details of loading the demonstration are numbers of lines, by kind of file.
    return NAMES.get(name) or _kind(name)


def _kind(name: str) -> str:
    kind = kinds().get(name)
    return kind.title.lower() if kind else name


def _setting(key: str) -> str:
    return SETTINGS[key].title if key in SETTINGS else key


def changes(all_changes: Changes, count: int = CHANGES_SHOWN, kind: str | None = None) -> str:
    """Write the first changes of a deposit: “École A, raccordement : en cours → bloquée”; each line is named once."""
    first = all_changes[:count]
    keys_before = [None, *(change["key"] for change in first)]
    parts = [
        f"{'' if change['key'] == key_before else cut(key_in_words(str(change['key']), kind), TITLE) + ', '}"
        + _change(change, kind)
        for change, key_before in zip(first, keys_before, strict=False)
    ]
    hidden = len(all_changes) - len(parts)
    return " ; ".join(parts).replace(" ;", f"{SPACE};") + (
        f"{SPACE}; et {number(hidden)} de plus" if hidden > 0 else ""
    )


def changes_by_line(all_changes: Changes, kind: str | None = None) -> list[str]:
    """Write all changes of a deposit: one text for each line of the file."""
    lines = [list(of_line) for _, of_line in groupby(all_changes, key=itemgetter("key"))]
    return [changes(of_line, len(of_line), kind) for of_line in lines]


def _change(change: dict[str, str | None], kind: str | None) -> str:
    if change["column"] == WHOLE_LINE:
        return f"ligne {change['new']}"
    title = column_title(str(change["column"]), kind).lower()
    return f"{title}{SPACE}: {_shown(change['old'])} → {_shown(change['new'])}"


def _shown(value: str | None) -> str:
    return cut(value_in_words(value), VALUE)


def line(row: Row, count: int = CHANGES_SHOWN) -> str:
    """Say what a line of the journal did; for a deposit, its changes when it has few lines, else how many lines."""
    if row["action"] in SENTENCES:
        return SENTENCES[row["action"]](json.loads(row["detail"]))
    if is_missing(row["kind"]) or row["action"] not in ACTIONS_OF_DEPOSITS:
        return detail(row["detail"])
    number_ = "" if is_missing(row["deposit_id"]) else f" (dépôt n°{SPACE}{int(row['deposit_id'])})"
    file = "" if row["typed"] or is_missing(row["file_name"]) else f", fichier «{SPACE}{row['file_name']}{SPACE}»"
    about = f"{title_of(row['kind'])}{file}"
    if row["action"] != "deposit":
        return f"{about}{number_}"
    few = row["changes"] and row["lines"] <= CHANGES_SHOWN
    return f"{about}{SPACE}: {changes(row['changes'], count, row['kind']) if few else line_counts(row)}{number_}"


def line_counts(row: Row) -> str:
    """Count the lines of a deposit by outcome: “10 lignes ajoutées, 2 modifiées”."""
    parts = [plural(row[name], *words) for name, words in OUTCOMES.items() if row[name]]
    if not parts:
        return plural(row["lines"], "ligne")
    first, *other_parts = parts
    count, words = first.split(SPACE, 1)
    return ", ".join([f"{count}{SPACE}{'ligne' if words in SINGULARS else 'lignes'} {words}", *other_parts])


WRITERS: dict[str, Callable[[str], str]] = {
    "kind": _kind,
    "role": lambda name: ROLE_TITLES.get(name, name),
    "setting": _setting,
}


def _value(name: str, value: Any) -> str:  # noqa: ANN401
    if value is None:
        return MISSING
    if isinstance(value, dict):
        return f"({', '.join(f'{_name(each)}{SPACE}: {_value(each, inner)}' for each, inner in value.items())})"
    if isinstance(value, list) and not all(isinstance(item, dict) and "key" in item for item in value):
        return ", ".join(_value(name, item) for item in value) or MISSING
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


def actor_seen_by(user: User, actor: str) -> str:
    """Return the depositor’s name as this user may see it: only the mission sees the names of the others."""
    return actor if user.role == "mission" or actor == user.name else SOMEBODY_ELSE


def recorded_by(known: KnownBy | None, user: User) -> str:
    """Name the deposit that holds some data, as this user may see it: “ par A le 24/05/2026 à 14 h 05 (dépôt n° 3)”."""
    if known is None:
        return ""
    actor = actor_seen_by(user, known.actor)
    return f" par {actor} le {moment(known.deposited_at)} (dépôt n°{SPACE}{known.deposit_id})"
