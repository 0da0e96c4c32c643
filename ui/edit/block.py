"""The block “Mettre à jour” of the programme: what to change, its form, and the last changes with their undo."""

from __future__ import annotations

from datetime import date

import streamlit as st

from data.deposit import edits, undo
from ui.access import User, require
from ui.edit import line, month, next_stage
from ui.kit import blocks
from ui.kit import changes as kit_changes
from ui.kit.formats import SPACE, escape, is_missing, moment, plural
from ui.session import ask, store

NEXT_STAGE = "Passer une école à l’étape suivante"
# The choices of each page, and the kind of file of each choice.
ROLLOUT = {
    NEXT_STAGE: "stages",
    "La situation d’une école": "sites",
    "Les dates d’une étape": "stages",
    "Un jalon": "milestones",
    "Un risque": "risks",
    "Une décision attendue": "decisions",
}
WHOLE_MONTH = "Tous les comptes du mois, en un tableau"
EQUIPMENT = {
    "Les agents d’une école et d’un métier": "equipment",
    WHOLE_MONTH: "equipment",
    "Un matériel": "devices",
    "Un atelier": "workshops",
    "Une demande d’assistance": "tickets",
}
PORTFOLIO = {"Un pilote du programme": "pilots"}
NEW = "Ajouter une ligne"
NAMED = 5  # how many lines to correct are shown
NO_SCHOOL = (
    "Aucune école n’est encore connue. Déposez d’abord le fichier «\u00a0Écoles\u00a0» ou «\u00a0Écoles test\u00a0»."
)
DEPOSIT, JOURNAL = "pages/cantine/depot.py", "pages/mission/journal.py"
UP_TO_DATE = "La liste ci-dessous vient d’être relue\u00a0; le journal garde tous les changements."
UNDO_PROBLEM = "changement_annule"  # session key: the problem to show after an undo or a redo


def editing(user: User, choices: dict[str, str], today: date, **where: date) -> None:
    """Let the mission numérique change one line of the programme; the other roles only read.

    `where` limits the lines to correct to those whose columns have these values.
    """
    if user.role != "mission":
        return
    _to_correct(tuple(dict.fromkeys(choices.values())))
    with st.expander("Mettre à jour", icon=":material/edit:", key="mettre_a_jour"):
        chosen = str(st.selectbox("Que voulez-vous mettre à jour\u00a0?", list(choices), key="a_mettre_a_jour"))
        kind = choices[chosen]
        rows, schools = ask(edits.rows, kind), ask(edits.schools)
        if line.lacks_school(kind, rows, schools):
            blocks.note(NO_SCHOOL)
        elif chosen == NEXT_STAGE:
            next_stage.form(today)
        elif chosen == WHOLE_MONTH and "mois" in where:
            month.counts(where["mois"])
        else:
            matches = [row for row in rows if all(row.get(name, value) == value for name, value in where.items())]
            line.line(kind, line.choice(kind, matches, NEW), schools)
        line.show_warnings()
        blocks.note(
            "N’indiquez aucun nom de personne. Une case vidée ici redevient «\u00a0non renseignée\u00a0». "
            "Beaucoup de lignes\u00a0: déposez un fichier\u00a0; il est contrôlé de la même façon."
        )
        blocks.link(DEPOSIT, "Déposer un fichier")
        _last_changes(tuple(dict.fromkeys(choices.values())))


def _to_correct(kinds: tuple[str, ...]) -> None:
    """List the lines that are wrong since an undo or a redo, until they are corrected."""
    errors = ask(undo.still_wrong, kinds)
    if not errors:
        return
    st.warning(
        "À corriger\u00a0: des lignes sont fausses ou se contredisent depuis une annulation.", icon=":material/warning:"
    )
    rest = [] if len(errors) <= NAMED else [f"et {plural(len(errors) - NAMED, 'autre')}."]
    blocks.sentences([*errors[:NAMED], *rest])


def _last_changes(kinds: tuple[str, ...]) -> None:
    """List the last changes of these kinds, each with a button to undo or redo it."""
    changes = ask(edits.recent, kinds=kinds)
    if problem := st.session_state.pop(UNDO_PROBLEM, None):
        blocks.problem(*problem)
    if not changes:
        return
    st.subheader("Derniers changements", anchor=False)
    for row in changes:
        text, button = st.columns([4, 1], vertical_alignment="center")
        with text:
            _change(row)
        deposit_id, active = int(row["deposit_id"]), bool(row["active"])
        label, icon, name = ("Annuler", "undo", "annuler") if active else ("Rétablir", "redo", "retablir")
        button.button(
            label, icon=f":material/{icon}:", key=f"{name}_{deposit_id}", on_click=_set, args=(deposit_id, not active)
        )
    last = "Le dernier changement" if len(changes) == 1 else f"Les {len(changes)} derniers changements"
    blocks.note(f"{last} de cette page. Le journal les garde tous, annulés compris.")
    blocks.link(JOURNAL, "Tout le journal")


def _change(row: edits.Row) -> None:
    """Show one change, struck out when it was undone; its text is escaped, whatever it contains."""
    html = escape(change_sentence(row))
    if not row["active"]:
        html = f"<strong>Annulé</strong>{escape(undo_details(row))} <s>{html}</s>"
    st.html(f'<ul class="sentences"><li>{html}</li></ul>')


def change_sentence(row: edits.Row) -> str:
    """Say when, by whom and what a deposit changed, with its number, which other changes may mention."""
    return f"{moment(row['done_at'])}, {row['actor']}{SPACE}: {kit_changes.line(row)}"


def undo_details(row: edits.Row) -> str:
    """Say when and by whom a change was undone; this text follows the word “Annulé”."""
    dated = not is_missing(row["undone_at"])
    return f" le {moment(row['undone_at'])}, {row['undone_by']}{SPACE}:" if dated else f"{SPACE}:"


def _set(deposit_id: int, active: bool) -> None:
    """Undo or redo a listed change, even when others came since; the page then shows the new state."""
    user = require("mission")
    try:
        warning = (undo.redo if active else undo.undo)(store(), deposit_id, user)
    except undo.NotPossible as refusal:
        st.session_state[UNDO_PROBLEM] = "Rien n’a changé.", f"{refusal} {UP_TO_DATE}"
        return
    if warning:
        st.session_state[UNDO_PROBLEM] = "À corriger.", warning
        return
    st.toast("Rétabli." if active else "Annulé.", icon=":material/check_circle:")
