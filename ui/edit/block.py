"""The block that keeps the programme up to date: what to change, its form, and the last changes, to be taken back."""

from __future__ import annotations

from datetime import date

import streamlit as st

from data.deposit import edits, undo
from ui.access import User, require
from ui.edit import line as edit_form
from ui.edit import month as edit_table
from ui.edit import next_stage as next_stage_form
from ui.kit import blocks
from ui.kit import changes as audit_words
from ui.kit.formats import SPACE, escape, is_missing, moment, plural
from ui.session import ask, store

NEXT_STAGE = "Passer une école à l’étape suivante"
# What the list offers, and what it calls a new line.
ROLLOUT = {
    NEXT_STAGE: "stages",
    "La situation d’une école\u00a0: connexion filaire, météo, prochaine action": "sites",
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
NAMED = 5  # of the lines to correct
NO_SCHOOL = (
    "Aucune école n’est encore connue. Déposez d’abord le fichier «\u00a0Écoles\u00a0» ou «\u00a0Écoles test\u00a0»."
)
DEPOSIT, JOURNAL = "pages/cantine/depot.py", "pages/mission/journal.py"
UP_TO_DATE = "La liste ci-dessous vient d’être relue\u00a0; le journal garde tous les changements."
TAKEN_BACK = "changement_annule"  # in the session: what is to be seen to after a change was taken, or put, back


def editing(user: User, offered: dict[str, str], today: date, **where: date) -> None:
    """Offer to change one line of the programme to the mission numérique; the others read.

    `where` keeps the lines whose columns have these values, among those to correct.
    """
    if user.role != "mission":
        return
    _to_correct(tuple(dict.fromkeys(offered.values())))
    with st.expander("Mettre à jour", icon=":material/edit:", key="mettre_a_jour"):
        chosen = str(st.selectbox("Que voulez-vous mettre à jour\u00a0?", list(offered), key="a_mettre_a_jour"))
        kind = offered[chosen]
        rows, schools = ask(edits.rows, kind), ask(edits.schools)
        if edit_form.lacks_school(kind, rows, schools):
            blocks.note(NO_SCHOOL)
        elif chosen == NEXT_STAGE:
            next_stage_form.form(today)
        elif chosen == WHOLE_MONTH and "mois" in where:
            edit_table.counts(where["mois"])
        else:
            kept = [row for row in rows if all(row.get(name, value) == value for name, value in where.items())]
            edit_form.line(kind, edit_form.choice(kind, kept, NEW), schools)
        edit_form.doubts()
        blocks.note(
            "N’indiquez aucun nom de personne. Une case vidée ici redevient «\u00a0non renseignée\u00a0». "
            "Beaucoup de lignes\u00a0: déposez un fichier\u00a0; il est contrôlé de la même façon."
        )
        blocks.link(DEPOSIT, "Déposer un fichier")
        _last_changes(tuple(dict.fromkeys(offered.values())))


def _to_correct(kinds: tuple[str, ...]) -> None:
    """Say what a change taken back, or put back, left wrong, as long as it is."""
    wrong = ask(undo.still_wrong, kinds)
    if not wrong:
        return
    st.warning(
        "À corriger\u00a0: des lignes sont fausses ou se contredisent depuis une annulation.", icon=":material/warning:"
    )
    rest = [] if len(wrong) <= NAMED else [f"et {plural(len(wrong) - NAMED, 'autre')}."]
    blocks.sentences([*wrong[:NAMED], *rest])


def _last_changes(kinds: tuple[str, ...]) -> None:
    """List the last changes of these kinds, each with what takes it back, or puts it back."""
    found = ask(edits.recent, kinds=kinds)
    if told := st.session_state.pop(TAKEN_BACK, None):
        blocks.problem(*told)
    if not found:
        return
    st.subheader("Derniers changements", anchor=False)
    for row in found:
        text, button = st.columns([4, 1], vertical_alignment="center")
        with text:
            _change(row)
        number_, active = int(row["deposit_id"]), bool(row["active"])
        label, icon, name = ("Annuler", "undo", "annuler") if active else ("Rétablir", "redo", "retablir")
        button.button(
            label, icon=f":material/{icon}:", key=f"{name}_{number_}", on_click=_set, args=(number_, not active)
        )
    last = "Le dernier changement" if len(found) == 1 else f"Les {len(found)} derniers changements"
    blocks.note(f"{last} de cette page. Le journal les garde tous, annulés compris.")
    blocks.link(JOURNAL, "Tout le journal")


def _change(row: edits.Row) -> None:
    """Show one change, struck out when it was taken back; its text is shown as it is, whatever it contains."""
    told = escape(change_sentence(row))
    if not row["active"]:
        told = f"<strong>Annulé</strong>{escape(taken_back(row))} <s>{told}</s>"
    st.html(f'<ul class="sentences"><li>{told}</li></ul>')


def change_sentence(row: edits.Row) -> str:
    """Say when, by whom and what one deposit changed in the programme, with its number: another may name it."""
    return f"{moment(row['done_at'])}, {row['actor']}{SPACE}: {audit_words.line(row)}"


def taken_back(row: edits.Row) -> str:
    """Say when and by whom a change was taken back, after the word that says it was."""
    known = not is_missing(row["undone_at"])
    return f" le {moment(row['undone_at'])}, {row['undone_by']}{SPACE}:" if known else f"{SPACE}:"


def _set(deposit_id: int, active: bool) -> None:
    """Take back, or put back, a change that the page listed, however many came since; it shows what is true then."""
    user = require("mission")
    try:
        warning = (undo.redo if active else undo.undo)(store(), deposit_id, user.name)
    except undo.NotPossible as refusal:
        st.session_state[TAKEN_BACK] = "Rien n’a changé.", f"{refusal} {UP_TO_DATE}"
        return
    if warning:
        st.session_state[TAKEN_BACK] = "À corriger.", warning
        return
    st.toast("Rétabli." if active else "Annulé.", icon=":material/check_circle:")
