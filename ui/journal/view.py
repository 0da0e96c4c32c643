"""The page Journal des actions: the audit journal of the store, with search and download."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from data.access.rights import Act, reach
from data.clock import today_in_paris
from data.kinds import kinds, normalise
from data.kinds.records import RECORD_TABLES
from data.queries import journal
from data.queries.journal import JournalFilter
from data.store import Store
from ui import access
from ui.access import User
from ui.kit import blocks, changes, columns, sheet, tables
from ui.kit.formats import moment, number, plural
from ui.session import ask, store

LINES = 50  # shown at a time
DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
LAST_LINES = 8
JOURNAL = "pages/mission/journal.py"
ALL = "Toutes"
EVERYBODY = "Tout le monde"
NOT_MASKED = (
    "Les comptes d’agents y sont écrits comme ils ont été saisis, non arrondis\u00a0: ne diffusez pas ce journal."
)
LEFT_OUT = "Les lignes qui comptent des agents ne sont montrées qu’à la mission numérique."
# A deposit is a file (typed: False) or a form (True). For the other actions this does not matter (None).
FILE, FORM = ("deposit", False), ("deposit", True)
ACTIONS: list[tuple[str, bool | None]] = [
    FILE, FORM, *((name, None) for name in changes.ACTIONS if name != "deposit")
]  # fmt: skip
NOTHING = "Rien n’a encore été fait."
TITLES = ["Quand", "Qui", "Action", "Ce qui a changé"]


def chosen_filters() -> JournalFilter:
    """Show the filters of the journal and return their values."""
    titles = {kind.title: name for name, kind in kinds().items()}
    actions = {changes.action(name, typed): (name, typed) for name, typed in ACTIONS}
    left, middle, right = st.columns(3)
    action = left.selectbox("Action", [ALL, *actions], key="journal_action")
    kind = middle.selectbox("Données", [ALL, *titles], key="journal_donnees")
    actor = right.selectbox("Qui", [EVERYBODY, *journal.journal_actors(store())], key="journal_qui")
    left, middle, right = st.columns(3)
    today = today_in_paris()
    first_day = journal.journal_begun_on(store()) or today
    bounds: Any = {"min_value": first_day, "max_value": max(first_day, today), "format": "DD/MM/YYYY"}
    first = left.date_input("Du", first_day, key="journal_du", **bounds)
    last = middle.date_input("Au", max(first_day, today), key="journal_au", **bounds)
    text = right.text_input("Chercher", key="journal_texte", placeholder="école, fichier, valeur…")
    name, typed = actions.get(str(action), (None, None))
    return JournalFilter(
        name,
        titles.get(str(kind)),
        None if actor == EVERYBODY else str(actor),
        # The first and last possible days do not filter: a line near midnight is kept whatever the time zone.
        first if first > first_day else None,
        last if last < today else None,
        words_of(text),
        typed,
        access.sees_exact_counts(),
    )


def words_of(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the possible spellings, in the journal, of each word of a search: it has English names and ISO dates."""
    return tuple(tuple(_spellings(word)) for word in text.split())


def _spellings(word: str) -> list[str]:
    iso = DAY.sub(lambda match: f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}", word).replace(",", ".")
    normalised = normalise(word)
    if len(normalised) < 3:
        return [word, iso]
    column_names = dict.fromkeys(name for record_table in RECORD_TABLES.values() for name in record_table.values)
    changed_columns = [
        f'"column": "{name}"'
        for name in column_names
        if any(normalised in header for header in columns.column_headers(name))
    ]
    files = [f'"kind": "{name}"' for name, kind in kinds().items() if normalised in normalise(kind.title)]
    return [word, iso, *changed_columns, *files]


def lines(filters: JournalFilter, user: User) -> None:
    """Show the lines that match the filters, a part at a time, the newest first."""
    caption = NOT_MASKED if filters.counts_of_people else LEFT_OUT
    with blocks.question("Les actions, de la plus récente à la plus ancienne", caption):
        size = journal.journal_size(store(), filters)
        if not size:
            everything = JournalFilter(counts_of_people=filters.counts_of_people)
            blocks.empty_state(NOTHING if filters == everything else "Aucune ligne du journal ne répond à ces filtres.")
            return
        start = _part(size, filters)
        rows = journal.journal(store(), filters, LINES, start)
        sheet.sheet(TITLES, [_row(journal.journal_line(row)) for row in rows.to_dict("records")])
        tables.download_csv(
            lambda: taken_away(store(), filters, user),
            "journal",
            f"Télécharger {'la ligne' if size == 1 else f'les {number(size)} lignes'} (CSV)",
        )
        blocks.note(
            "Le journal garde les 60 premiers changements d’un fichier du programme\u00a0; "
            "le fichier, lui, est gardé tout entier. "
            "Un dépôt s’annule ou se rétablit sur la page «\u00a0Déposer un fichier\u00a0»."
        )


def taken_away(opened: Store, filters: JournalFilter, user: User) -> pd.DataFrame:
    """Return all lines that match the filters, for download; check again that the user may read them."""
    now = access.now(user, opened)
    if not reach(now, Act.ADMINISTER):
        raise PermissionError(user.name)
    filters = replace(filters, counts_of_people=filters.counts_of_people and now.role == "mission")
    opened.note(user.name, "download", {"file": "journal.csv"})
    return table(journal.journal(opened, filters))


def _part(size: int, filters: JournalFilter) -> int:
    """Show the choice of a part of a long list; return the position of its first line."""
    if size <= LINES:
        blocks.takeaway(plural(size, "ligne"))
        return 0
    starts = {
        f"{number(start + 1)} à {number(min(start + LINES, size))} sur {number(size)}": start
        for start in range(0, size, LINES)
    }
    # The key contains the filters: when they change, the list begins with its first part again.
    return starts[str(st.selectbox("Lignes", list(starts), key=f"journal_lignes_{hash(filters)}_{size}"))]


def _row(line: changes.Row) -> sheet.Row:
    action = changes.action(line["action"], line["typed"])
    return sheet.row([
        sheet.cell(moment(line["done_at"])), sheet.cell(line["actor"]),
        sheet.cell(action, note="annulé depuis" if _is_undone(line) else ""),
        sheet.cell(changes.line(line), "text", summary=_summary(line),
                   more=changes.changes_by_line(line["changes"], line["kind"])),
    ])  # fmt: skip


def _is_undone(line: changes.Row) -> bool:
    return line["action"] == "deposit" and line["active"] is False


def _summary(line: changes.Row) -> str:
    """Return the title of the list of all changes of a deposit; empty when the line already shows them all."""
    count = len(line["changes"])
    fully_shown = max(line["lines"], count) <= changes.CHANGES_SHOWN
    return "" if fully_shown or not count or line["action"] != "deposit" else f"Voir {plural(count, 'changement')}"


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return lines of the journal with French titles and words, each with all its changes."""
    journal_lines = [journal.journal_line(row) for row in rows.to_dict("records")]
    return pd.DataFrame(
        {
            "Quand": [moment(line["done_at"]) for line in journal_lines],
            "Qui": [line["actor"] for line in journal_lines],
            "Action": [changes.action(line["action"], line["typed"]) for line in journal_lines],
            "Données": [columns.title_of(line["kind"]) if line["kind"] else None for line in journal_lines],
            "Dépôt n°": rows["deposit_id"].astype("Int64"),
            "Annulé depuis": ["oui" if _is_undone(line) else None for line in journal_lines],
            "Ce qui a changé": [changes.line(line) for line in journal_lines],
            "Changements": [
                " | ".join(changes.changes_by_line(line["changes"], line["kind"])) for line in journal_lines
            ],
        }
    )


def last() -> None:
    """Show the last actions and a link to the whole journal."""
    with blocks.question("Qu’a-t-on fait récemment\u00a0?"):
        rows = ask(journal.journal, JournalFilter(), LAST_LINES)
        if rows.empty:
            blocks.empty_state(NOTHING)
            return
        sheet.sheet(TITLES, [_row(journal.journal_line(row)) for row in rows.to_dict("records")])
        blocks.link(JOURNAL, "Tout le journal")
