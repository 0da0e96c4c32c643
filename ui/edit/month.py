"""The table that corrects all the counts of a month at once, with the same checks as the form and the files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data.deposit import edits
from data.kinds import kinds
from ui.access import require
from ui.edit import line as edit_line
from ui.kit import blocks
from ui.kit.formats import SPACE, escape, month_name, school_name
from ui.session import ask, store

KIND = "equipment"
# Short titles, so that the whole row fits on the screen.
SHORT = {
    "identites_creees": "Créées",
    "identites_activees": "Activées",
    "adresses_mel": "Messagerie",
    "actifs_30_jours": "Actifs (30\u00a0j)",
    "satisfaction": "Note sur 5",
}
ROUND = "round_table"
UNMASKED = "{month}\u00a0: chiffres exacts, pour la mission numérique qui les saisit\u00a0: ne les diffusez pas."


def counts(month: date) -> None:
    """Show the counts of a month as a table to correct, and the refused cells below it."""
    rows = [row for row in ask(edits.rows, KIND) if row["mois"] == month]
    if not rows:
        blocks.note("Aucun compte ce mois-ci\u00a0: ajoutez une ligne par le formulaire, ou déposez un fichier.")
        return
    blocks.note(UNMASKED.format(month=month_name(month).capitalize()))
    fields = [field for field in kinds()[KIND].fields if field.name not in (*kinds()[KIND].key, edits.TAKE_BACK)]
    table = pd.DataFrame([{field.name: edits.as_text(row[field.name]) for field in fields} for row in rows])
    table.insert(0, "ecole", [school_name(row["ecole"]) for row in rows])
    table.insert(1, "metier", [row["metier"] for row in rows])
    typed = st.data_editor(
        table,
        key=f"table_{month}_{st.session_state.setdefault(ROUND, 0)}",
        hide_index=True,
        disabled=["ecole", "metier"],
        column_config={
            "ecole": st.column_config.TextColumn("École", pinned=True),
            "metier": st.column_config.TextColumn("Métier", pinned=True),
            **{field.name: st.column_config.TextColumn(SHORT.get(field.name, field.title)) for field in fields},
        },
    )
    refusals_key = f"refused_table_{month}"
    if st.button("Enregistrer le tableau", type="primary", icon=":material/check:"):
        _save(rows, typed, [field.name for field in fields], refusals_key)
    _refusals(rows, refusals_key)


def changed_lines(rows: list[edits.Row], typed: pd.DataFrame, names: list[str]) -> list[tuple[int, edits.Row]]:
    """Return the line of each row in which a cell changed, with the position of the row."""
    changed = []
    for place, (row, cells) in enumerate(zip(rows, typed[names].to_dict("records"), strict=True)):
        before = {name: edits.as_text(value) or None for name, value in row.items()}
        line = edits.line_of(KIND, before, before | {str(name): _text(value) for name, value in cells.items()})
        if not set(line) <= set(kinds()[KIND].key):
            changed.append((place, line))
    return changed


def _text(value: Any) -> str | None:  # noqa: ANN401
    return str(value).strip() or None if isinstance(value, str) else None


def _save(rows: list[edits.Row], typed: pd.DataFrame, names: list[str], refusals_key: str) -> None:
    """Deposit the rows that changed, all of them or none."""
    user = require("mission")
    changed = changed_lines(rows, typed, names)
    if not changed:
        st.session_state[refusals_key] = {}
        st.toast("Rien n’a changé.", icon=":material/info:")
        return
    outcome = edits.record(store(), KIND, [line for _, line in changed], user)
    places = [place for place, _ in changed]
    st.session_state[refusals_key] = {(places[line], name): reason for (line, name), reason in outcome.refusals.items()}
    if outcome.refusals:
        return
    st.session_state[ROUND] += 1
    edit_line.say(outcome, user)
    st.rerun()


def _refusals(rows: list[edits.Row], refusals_key: str) -> None:
    """Say which cells are refused and why; the typed values stay in the table."""
    reasons: Mapping[tuple[int, str], str] = st.session_state.get(refusals_key, {})
    titles = {field.name: field.title for field in kinds()[KIND].fields}
    for (place, name), reason in reasons.items():
        if place < len(rows):
            where = f"{school_name(rows[place]['ecole'])}, {rows[place]['metier']}, {titles[name]}"
            st.html(f'<p class="refusal" role="alert">✖ Refusé, {escape(where)}{SPACE}: {escape(reason)}</p>')
