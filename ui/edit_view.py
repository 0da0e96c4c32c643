"""The block that keeps the programme up to date: what to change, its form, and the last changes, to be taken back."""

from __future__ import annotations

from datetime import date

import streamlit as st

from data import edits, undo
from data.targets import PROGRAMME_KINDS
from ui import audit_words, blocks, edit_form, edit_table, next_stage_form
from ui import deposit_words as say
from ui.access import User, require
from ui.formats import SPACE, moment, plural
from ui.session import ask, store

NEXT_STAGE = "Passer une école à l’étape suivante"
# What the list offers, and what it calls a new line.
ROLLOUT = {
    NEXT_STAGE: "stages",
    "La situation d’une école\u00a0: raccordement, météo, prochaine action": "sites",
    "Les dates d’une étape": "stages",
    "Un jalon": "milestones",
    "Un risque": "risks",
    "Une décision attendue": "decisions",
}
WHOLE_MONTH = "Tous les comptes du mois, en un tableau"
EQUIPMENT = {
    "Les agents d’une école, un métier, un mois": "equipment",
    WHOLE_MONTH: "equipment",
    "Un matériel": "devices",
    "Un atelier": "workshops",
    "Une demande d’assistance": "tickets",
}
PORTFOLIO = {"Un pilote du programme": "pilots"}
NEW = "Ajouter une ligne"
DEPOSIT = "pages/cantine/depot.py"
TAKEN_BACK = "changement_annule"  # in the session: what is to be seen to after a change was taken back


def editing(user: User, offered: dict[str, str], today: date, **where: date) -> None:
    """Offer to change one line of the programme to the mission numérique; the others read.

    `where` keeps the lines whose columns have these values, among those to correct.
    """
    if user.role != "mission":
        return
    with st.expander("Mettre à jour", icon=":material/edit:", key="mettre_a_jour"):
        chosen = str(st.selectbox("Que voulez-vous mettre à jour\u00a0?", list(offered), key="a_mettre_a_jour"))
        kind = offered[chosen]
        if chosen == NEXT_STAGE:
            next_stage_form.form(today)
        elif chosen == WHOLE_MONTH and "mois" in where:
            edit_table.counts(where["mois"])
        else:
            rows = ask(edits.rows, kind)
            kept = [row for row in rows if all(row.get(name, value) == value for name, value in where.items())]
            edit_form.line(kind, edit_form.choice(kind, kept, NEW), ask(edits.schools))
        blocks.note(
            "N’indiquez aucun nom de personne. Une case vidée ici redevient «\u00a0non renseignée\u00a0». "
            "Beaucoup de lignes\u00a0: déposez un fichier\u00a0; il est contrôlé de la même façon."
        )
        blocks.link(DEPOSIT, "Déposer un fichier")
        _last_changes()


def _last_changes() -> None:
    """List the last changes of the programme, each with what takes it back."""
    found = ask(edits.recent)
    if told := st.session_state.pop(TAKEN_BACK, None):
        blocks.problem(*told)
    if not found:
        return
    st.subheader("Derniers changements", anchor=False)
    for row in found:
        text, button = st.columns([4, 1], vertical_alignment="center")
        with text:
            blocks.sentences([change_sentence(row)])
        number_ = int(row["deposit_id"])
        button.button("Annuler", icon=":material/undo:", key=f"annuler_{number_}", on_click=_undo, args=(number_,))


def change_sentence(row: edits.Row) -> str:
    """Say when, by whom and what one deposit changed in the programme, with its number: another may name it."""
    when = f"{moment(row['deposited_at'])}, {row['actor']}{SPACE}: "
    number_ = f"dépôt n°{SPACE}{row['deposit_id']}"
    if row["changes"] and row["lines"] <= audit_words.CHANGES_NAMED:
        return f"{when}{audit_words.changes(row['changes'])} ({number_})"
    changed = f", dont {plural(row['changed'], 'modifiée')}" if row["changed"] else ""
    lines = plural(row["accepted"], "ligne")
    return f"{when}{say.title_of(row['kind'])}, {lines}{changed} ({number_})"


def _undo(deposit_id: int) -> None:
    """Take a change back; the page shows what is true then."""
    user = require("mission")
    shown = {int(row["deposit_id"]): row["kind"] for row in ask(edits.recent)}
    if shown.get(deposit_id) not in PROGRAMME_KINDS:
        return
    try:
        warning = undo.undo(store(), deposit_id, user.name)
    except undo.NotPossible as refusal:
        st.session_state[TAKEN_BACK] = "Rien n’a changé.", str(refusal)
        return
    if warning:
        st.session_state[TAKEN_BACK] = "À corriger.", warning
        return
    st.toast("Annulé. La page «\u00a0Déposer un fichier\u00a0» permet de le rétablir.", icon=":material/undo:")
