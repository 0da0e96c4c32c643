"""The page Journal des actions: every action that changed the store, to be searched, read and taken away."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import streamlit as st

from data.clock import today_in_paris
from data.kinds import kinds, normalise
from data.kinds.records import RECORD_TABLES
from data.queries import journal
from data.queries.journal import JournalFilter
from data.store import Store
from ui.access import User, still_may
from ui.kit import blocks, columns, sheet, tables
from ui.kit import changes as audit_words
from ui.kit.formats import moment, number, plural
from ui.session import ask, store

LINES = 50  # of a part of the list
DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
LAST = 8
JOURNAL = "pages/mission/journal.py"
ALL = "Toutes"
EVERYBODY = "Tout le monde"
NOT_MASKED = (
    "Les comptes d’agents y sont écrits comme ils ont été saisis, non arrondis\u00a0: ne diffusez pas ce journal."
)
# A deposit is a file or a form; the other actions are looked for whichever it was.
FILE, FORM = ("deposit", False), ("deposit", True)
ACTIONS: list[tuple[str, bool | None]] = [
    FILE, FORM, *((name, None) for name in audit_words.ACTIONS if name != "deposit")
]  # fmt: skip
NOTHING = "Rien n’a encore été fait."
TITLES = ["Quand", "Qui", "Action", "Ce qui a changé"]


def asked() -> JournalFilter:
    """Show the filters and return what they select."""
    titles = {kind.title: name for name, kind in kinds().items()}
    actions = {audit_words.action(name, typed): (name, typed) for name, typed in ACTIONS}
    left, middle, right = st.columns(3)
    action = left.selectbox("Action", [ALL, *actions], key="journal_action")
    kind = middle.selectbox("Données", [ALL, *titles], key="journal_donnees")
    actor = right.selectbox("Qui", [EVERYBODY, *ask(journal.journal_actors)], key="journal_qui")
    left, middle, right = st.columns(3)
    today = today_in_paris()
    begun = ask(journal.journal_begun_on) or today
    bounds: Any = {"min_value": begun, "max_value": max(begun, today), "format": "DD/MM/YYYY"}
    first = left.date_input("Du", begun, key="journal_du", **bounds)
    last = middle.date_input("Au", max(begun, today), key="journal_au", **bounds)
    text = right.text_input("Chercher", key="journal_texte", placeholder="école, fichier, valeur…")
    name, typed = actions.get(str(action), (None, None))
    return JournalFilter(
        name,
        titles.get(str(kind)),
        None if actor == EVERYBODY else str(actor),
        # As they stand at first, they leave nothing out, whatever the hour here.
        first if first > begun else None,
        last if last < today else None,
        words_of(text),
        typed,
    )


def words_of(text: str) -> tuple[tuple[str, ...], ...]:
    """Return each word of a search as the ways it may be written in a line: the trail keeps our names and ISO days."""
    return tuple(tuple(_ways(word)) for word in text.split())


def _ways(word: str) -> list[str]:
    iso = DAY.sub(lambda found: f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}", word).replace(",", ".")
    begun = normalise(word)
    if len(begun) < 3:
        return [word, iso]
    names = dict.fromkeys(name for target in RECORD_TABLES.values() for name in target.values)
    named = [f'"column": "{name}"' for name in names if any(begun in way for way in columns.column_headers(name))]
    files = [f'"kind": "{name}"' for name, kind in kinds().items() if begun in normalise(kind.title)]
    return [word, iso, *named, *files]


def lines(asked_: JournalFilter, user: User) -> None:
    """Show the lines that answer, a part at a time, the newest first."""
    with blocks.question("Les actions, de la plus récente à la plus ancienne", NOT_MASKED):
        size = ask(journal.journal_size, asked_)
        if not size:
            blocks.empty_state(
                NOTHING if asked_ == JournalFilter() else "Aucune ligne du journal ne répond à ces filtres."
            )
            return
        start = _part(size, asked_)
        found = ask(journal.journal, asked_, LINES, start)
        sheet.sheet(TITLES, [_row(journal.journal_line(row)) for row in found.to_dict("records")])
        tables.download_csv(
            lambda: taken_away(store(), asked_, user),
            "journal",
            f"Télécharger {'la ligne' if size == 1 else f'les {number(size)} lignes'} (CSV)",
        )
        blocks.note(
            "Le journal garde les 60 premiers changements d’un fichier du programme\u00a0; "
            "le fichier, lui, est gardé tout entier. "
            "Un dépôt s’annule ou se rétablit sur la page «\u00a0Déposer un fichier\u00a0»."
        )


def taken_away(opened: Store, asked_: JournalFilter, user: User) -> pd.DataFrame:
    """Return all the lines that answer, to whom may still read them when the file is asked for."""
    if not still_may(user, opened, "mission"):
        raise PermissionError(user.name)
    return table(journal.journal(opened, asked_))


def _part(size: int, asked_: JournalFilter) -> int:
    """Let the reader choose a part of a long list; return its first place."""
    if size <= LINES:
        blocks.takeaway(plural(size, "ligne"))
        return 0
    starts = {
        f"{number(at + 1)} à {number(min(at + LINES, size))} sur {number(size)}": at for at in range(0, size, LINES)
    }
    # Other filters have other parts: the list is then read from its beginning again.
    return starts[str(st.selectbox("Lignes", list(starts), key=f"journal_lignes_{hash(asked_)}_{size}"))]


def _row(line: audit_words.Row) -> str:
    action = audit_words.action(line["action"], line["typed"])
    return sheet.row([
        sheet.cell(moment(line["done_at"])), sheet.cell(line["actor"]),
        sheet.cell(action, note="annulé depuis" if _undone(line) else ""),
        sheet.cell(audit_words.line(line), "text", summary=_summary(line),
                   more=audit_words.changes_by_line(line["changes"], line["kind"])),
    ])  # fmt: skip


def _undone(line: audit_words.Row) -> bool:
    return line["action"] == "deposit" and line["active"] is False


def _summary(line: audit_words.Row) -> str:
    """Announce the changes of a deposit that the line itself did not all say."""
    count = len(line["changes"])
    told_whole = max(line["lines"], count) <= audit_words.CHANGES_NAMED
    return "" if told_whole or not count or line["action"] != "deposit" else f"Voir {plural(count, 'changement')}"


def table(found: pd.DataFrame) -> pd.DataFrame:
    """Return lines of the journal as people read them, each with all its changes."""
    told = [journal.journal_line(row) for row in found.to_dict("records")]
    return pd.DataFrame(
        {
            "Quand": [moment(line["done_at"]) for line in told],
            "Qui": [line["actor"] for line in told],
            "Action": [audit_words.action(line["action"], line["typed"]) for line in told],
            "Données": [columns.title_of(line["kind"]) if line["kind"] else None for line in told],
            "Dépôt n°": found["deposit_id"].astype("Int64"),
            "Annulé depuis": ["oui" if _undone(line) else None for line in told],
            "Ce qui a changé": [audit_words.line(line) for line in told],
            "Changements": [" | ".join(audit_words.changes_by_line(line["changes"], line["kind"])) for line in told],
        }
    )


def last() -> None:
    """Show the last actions, and where the others are."""
    with blocks.question("Qu’a-t-on fait récemment\u00a0?"):
        found = ask(journal.journal, JournalFilter(), LAST)
        if found.empty:
            blocks.empty_state(NOTHING)
            return
        sheet.sheet(TITLES, [_row(journal.journal_line(row)) for row in found.to_dict("records")])
        blocks.link(JOURNAL, "Tout le journal")
