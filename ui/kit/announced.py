"""An announcement in words: which day, what changes, what became of it; for canteens, kitchen and journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from data.announcements.thread import ACCEPTED, ANNOUNCED, ANSWERED, SEEN, WITHDRAWN
from data.calendar.event_kinds import CLOSING, OUTING
from data.calendar.names import MONTHS, WEEKDAYS
from data.clock import PARIS
from ui.kit.formats import SPACE, is_missing, number, signed

Row = Mapping[Any, Any]
TOO_LATE = f"trop tard{SPACE}: la commande est partie"
NEW = "nouveau"
ACTS = {
    ANNOUNCED: "annonce", SEEN: "annonce vue", ACCEPTED: "annonce acceptée", ANSWERED: "réponse à l’annonce",
    WITHDRAWN: "annonce retirée",
}  # fmt: skip


def day(value: date) -> str:
    """Write a day near today, with its weekday: “jeudi 3 décembre”."""
    return f"{WEEKDAYS[value.weekday()]} {'1er' if value.day == 1 else value.day} {MONTHS[value.month - 1]}"


def short_day(value: date) -> str:
    """Write a day on a button: “jeu. 03/12”."""
    return f"{WEEKDAYS[value.weekday()][:3]}. {value:%d/%m}"


def moment(value: datetime) -> str:
    """Write a stored UTC moment in Paris time: “lundi 30 novembre à 9 h 05”."""
    local = value.replace(tzinfo=UTC).astimezone(PARIS)
    return f"{day(local)} à {local.hour}{SPACE}h{SPACE}{local:%M}"


def change(event: str, meals: float | None) -> str:
    """Say what an announcement changes: “sortie, −45 repas”, “fermée, aucun repas”, “+12 repas”."""
    if event in CLOSING:
        return "fermée, aucun repas"
    count = [] if meals is None or is_missing(meals) else [f"{signed(meals, 0)}{SPACE}repas"]
    return ", ".join([*(["sortie"] if event == OUTING else []), *count])


def said(row: Row, place: str | None = None) -> str:
    """Say an announcement in one line: “Les Tilleuls, jeudi 3 décembre : sortie, −45 repas (CM2 au musée)”."""
    when = day(row["date"] if isinstance(row["date"], date) else date.fromisoformat(row["date"][:10]))
    start = f"{place}, {when}" if place else when.capitalize()
    sentence = row["sentence"]
    words = "" if sentence is None or is_missing(sentence) else f" ({sentence})"
    return f"{start}{SPACE}: {change(str(row['event']), row['meals'])}{words}"


def state(row: Row) -> str:
    """Say what became of an announcement, for the canteen and the kitchen alike."""
    late = f"{SPACE}; {TOO_LATE}" if row["too_late" if row["active"] else "withdrawn_late"] else ""
    if not row["active"]:
        return "retirée" if is_missing(row["withdrawn_at"]) else f"retirée le {moment(row['withdrawn_at'])}{late}"
    for column, words in (("accepted_at", "acceptée"), ("seen_at", "vue")):
        if not is_missing(row[column]):
            return f"{words} le {moment(row[column])}{late}"
    return f"{NEW}{late}"


def answer(row: Row) -> str | None:
    """Give the last answer of the kitchen, if any."""
    if is_missing(row["answer"]):
        return None
    return f"Réponse de la cuisine, {moment(row['answered_at'])}{SPACE}: {row['answer']}"


def in_trail(detail: Row) -> str:
    """Say an audit line about announcements."""
    if "about" in detail:
        them = f"{SPACE}; ".join(
            f"{said(one, one['canteen'])}{', retirée' if 'act' in one else ''}" for one in detail["about"]
        )
        return f"{ACTS[SEEN].capitalize()}{SPACE}: {them}"
    late = f"{SPACE}; {TOO_LATE}" if detail.get("too_late") else ""
    reply = f"{SPACE}; «{SPACE}{detail['answer']}{SPACE}»" if detail.get("answer") else ""
    return f"{ACTS[detail['act']].capitalize()}{SPACE}: {said(detail, detail['canteen'])}{reply}{late}"


def note_in_trail(detail: Row) -> str:
    """Say an audit line about a note of the kitchen."""
    text = f"«{SPACE}{detail['text']}{SPACE}»"
    if "starts_on" not in detail:
        return f"Mot retiré{SPACE}: {text}"
    to = detail["canteen"] or (f"secteur {detail['district']}" if detail["district"] else "toutes les cantines")
    first, last = (day(date.fromisoformat(detail[name])) for name in ("starts_on", "ends_on"))
    return f"Mot pour {to}, {first if first == last else f'du {first} au {last}'}{SPACE}: {text}"


def quantities(before: float, after: float) -> str:
    """Write a change of the quantity to prepare: “172 → 127 repas”."""
    return f"{number(before)} → {number(after)}{SPACE}repas"
