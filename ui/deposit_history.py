"""The page Dépôt, second half: what was deposited, taking a deposit back, and what the files must look like."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from data import queries, templates, undo
from data.schemas import Kind, kinds
from ui import blocks, tables
from ui.access import require
from ui.formats import SPACE, moment, plural
from ui.session import ask, request_refresh, store

MIMES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
COLUMNS = {
    "deposit_id": "N°",
    "state": "État",
    "deposited_at": "Déposé le",
    "file_name": "Fichier",
    "kind": "Contenu",
    "lines": "Lignes",
    "accepted": "Acceptées",
    "changed": "dont modifiées",
    "unchanged": "Inchangées",
    "without_measure": "Sans mesure",
    "rejected": "Rejetées",
    "warnings": "À vérifier",
}
Deposit = dict[Hashable, Any]


def history() -> None:
    """Show the last deposits, and what can be done with one of them."""
    with blocks.question("Qu’a-t-on déjà déposé\u00a0?", "Un dépôt peut être annulé, puis rétabli, à tout moment."):
        rows = ask(queries.deposits)
        if rows.empty:
            blocks.empty_state("Aucun fichier n’a encore été déposé.")
            return
        tables.table(_readable(rows), "depots", height=min(400, 38 + 36 * len(rows)))
        named = {_name(row): row for row in rows.to_dict("records")}
        _actions(named[st.selectbox("Dépôt", list(named))])


def _readable(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the history under the names people read."""
    shown = rows.assign(
        deposited_at=rows["deposited_at"].map(moment),
        kind=rows["kind"].map(_title),
        state=["actif" if active else "annulé" for active in rows["active"]],
    )
    return shown[list(COLUMNS)].rename(columns=COLUMNS)


def _title(kind: str) -> str:
    found = kinds().get(kind)
    return found.title if found else kind


def _name(row: Deposit) -> str:
    state = "" if row["active"] else " (annulé)"
    return f"n°{SPACE}{row['deposit_id']}, {row['file_name']}, {moment(row['deposited_at'])}{state}"


def _actions(row: Deposit) -> None:
    """Offer to take the file of a deposit, to undo it, or to put it back."""
    deposit_id = int(row["deposit_id"])
    with st.container(horizontal=True):
        if row["has_file"]:
            st.download_button(
                "Télécharger le fichier d’origine",
                data=partial(queries.deposited_file, store(), deposit_id),
                file_name=str(row["file_name"]),
                mime="application/octet-stream",
                on_click="ignore",
                icon=":material/download:",
            )
        if not row["active"]:
            if st.button("Rétablir ce dépôt", icon=":material/redo:"):
                set_active(row, active=True)
        elif st.button("Annuler ce dépôt", icon=":material/undo:"):
            ask_undo(row)
    if not row["has_file"]:
        blocks.note("Le fichier d’origine n’est pas gardé\u00a0: ce dépôt vient de la démonstration.")


@st.dialog("Annuler ce dépôt\u00a0?")
def ask_undo(row: Deposit) -> None:
    """Say what undoing a deposit does, and do it once confirmed."""
    require("cantine")
    blocks.takeaway(f"n°{SPACE}{row['deposit_id']}, {row['file_name']}")
    lines = plural(row["accepted"], "ligne acceptée", "lignes acceptées")
    blocks.note(
        f"Ce que ce dépôt a apporté ({lines}) disparaît de toutes les pages\u00a0; les valeurs qu’il avait remplacées "
        "reviennent. Les autres dépôts restent, et vous pourrez rétablir celui-ci."
    )
    if st.button("Oui, annuler ce dépôt", type="primary"):
        set_active(row, active=False)


def set_active(row: Deposit, *, active: bool) -> None:
    """Undo a deposit or put it back, and ask for the forecasts that follow from it."""
    user = require("cantine")
    deposit_id = int(row["deposit_id"])
    try:
        (undo.redo if active else undo.undo)(store(), deposit_id, user.name)
    except undo.NotPossible as refusal:
        blocks.problem("Rien n’a changé.", str(refusal))
        return
    if row["kind"] in queries.FORECAST_KINDS:
        request_refresh()
    st.toast("Dépôt rétabli." if active else "Dépôt annulé.", icon=":material/check_circle:")
    st.rerun()


def expected_files() -> None:
    """Show the columns of each kind of file, with an empty model and a filled example."""
    with blocks.question("À quoi doit ressembler le fichier\u00a0?", "Son type est reconnu à ses titres de colonnes."):
        by_title = {kind.title: kind for kind in kinds().values()}
        first = list(by_title.values()).index(kinds()["log"])
        kind = by_title[st.selectbox("Type de fichier", list(by_title), index=first)]
        blocks.note(kind.description)
        tables.table(columns_of(kind), "colonnes", download=False)
        with st.container(horizontal=True):
            for filled in (False, True):
                for form in templates.FORMS:
                    _download(kind, form, filled)
        blocks.note(
            "Accepté\u00a0: .csv, .tsv, .txt ou .xlsx\u00a0; séparateur «\u00a0;\u00a0», «\u00a0,\u00a0», tabulation "
            "ou «\u00a0|\u00a0», virgule ou point décimal, dates jj/mm/aaaa ou aaaa-mm-jj. "
            "«\u00a0NA\u00a0» ou une case vide veut dire inconnu, jamais zéro."
        )
        blocks.note("Refusé\u00a0: .xls, .ods, PDF, images et archives. Enregistrez-les d’abord en CSV ou en .xlsx.")


def _download(kind: Kind, form: templates.Form, filled: bool) -> None:
    write = templates.filled_example if filled else templates.empty_model
    st.download_button(
        f"{'Exemple rempli' if filled else 'Modèle vide'} ({'Excel' if form == 'xlsx' else 'CSV'})",
        data=partial(write, kind.name, form),
        file_name=templates.template_name(kind.name, form, filled=filled),
        mime=MIMES[form],
        key=f"{'exemple' if filled else 'modele'}_{form}",
        on_click="ignore",
        icon=":material/download:",
    )


def columns_of(kind: Kind) -> pd.DataFrame:
    """Return one row per column of a kind of file."""
    return pd.DataFrame(
        {
            "Colonne": [field.name for field in kind.fields],
            "Obligatoire": ["oui" if field.required_column else "non" for field in kind.fields],
            "Exemple": [field.example for field in kind.fields],
            "Ce qu’elle contient": [field.description for field in kind.fields],
        }
    )
