"""The page Dépôt, second block: the history of the deposits, and how to undo or redo one of them."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from data.access.canteens import canteens_of_deposits, own_deposit
from data.access.rights import Act, reach
from data.deposit import undo
from data.queries import inventory
from data.queries.forecasts import runs
from data.store import Store
from ui import access
from ui.access import User, require
from ui.deposit import sentences as say
from ui.deposit.sentences import Deposit
from ui.kit import blocks, tables
from ui.kit.changes import actor_seen_by
from ui.kit.columns import title_of
from ui.kit.formats import SPACE, moment
from ui.session import ask, request_refresh, store

COLUMNS = {
    "deposit_id": "N°",
    "state": "État",
    "deposited_at": "Déposé le",
    "file_name": "Fichier",
    "rejected": "Rejetées",
    "actor": "Par",
}
# The CSV file of the history has all the columns. The screen shows those that fit.
MORE_COLUMNS = {
    "kind": "Contenu",
    "lines": "Lignes",
    "accepted": "Acceptées",
    "changed": "dont modifiées",
    "unchanged": "Inchangées",
    "without_measure": "Sans mesure",
    "warnings": "À vérifier",
}
WARNING = "depot_a_corriger"  # session key: what is wrong after a deposit was undone or redone


def history(user: User) -> None:
    """Show the deposits, and what can be done with one of them."""
    with blocks.question("Qu’a-t-on déjà déposé\u00a0?", "Un dépôt peut être annulé, puis rétabli, à tout moment."):
        if warning := st.session_state.pop(WARNING, None):
            blocks.problem("À corriger.", warning)
        rows = ask(inventory.deposits)
        rows = rows[pd.Series([in_reach(row, user) for row in rows.to_dict("records")], rows.index, dtype=bool)]
        if rows.empty:
            blocks.empty_state("Aucun fichier n’a encore été déposé.")
            return
        rows = rows.assign(actor=[actor_seen_by(user, actor) for actor in rows["actor"]])
        table = _readable(rows)
        screen_table = table[list(COLUMNS.values())].assign(
            **{
                "Déposé le": table["Déposé le"].str[: len("jj/mm/aaaa")],
                "Fichier": table["Fichier"].map(say.short_name),
            }
        )
        tables.table(screen_table, "depots", height="content" if len(rows) <= tables.SHORT else 400, download=False)
        tables.download_csv(table, "depots", "Télécharger l’historique (CSV)")
        by_number = {int(row["deposit_id"]): row for row in rows.to_dict("records")}
        # The key changes with the last deposit: an undo keeps the choice, a new deposit becomes the choice.
        deposit_id = st.selectbox(
            "Dépôt",
            list(by_number),
            # Ordinary spaces, as people type them. The search is exact, so that it never offers another deposit.
            format_func=lambda number: say.deposit_name(by_number[number]).replace(SPACE, " "),
            filter_mode="contains",
            key=f"depot_choisi_{max(by_number)}",
        )
        _actions(by_number[deposit_id], user)


def in_reach(row: Deposit, user: User) -> bool:
    """Tell whether the user may see a deposit, undo it and redo it: all its lines are about canteens of theirs."""
    canteens = ask(canteens_of_deposits).get(int(row["deposit_id"]))
    return own_deposit(reach(user, Act.DEPOSIT, str(row["kind"])), canteens)


def may_download(row: Deposit, user: User) -> bool:
    """Tell whether the user may have the file of a deposit: their own file, which may speak of other canteens."""
    return bool(reach(user, Act.DOWNLOAD)) or (
        row["actor"] == user.name and bool(reach(user, Act.DEPOSIT, str(row["kind"])))
    )


def _readable(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the history with its French titles and values."""
    readable = rows.assign(
        deposited_at=rows["deposited_at"].map(moment),
        kind=rows["kind"].map(title_of),
        state=["actif" if active else "annulé" for active in rows["active"]],
    )
    titles = COLUMNS | MORE_COLUMNS
    return readable[list(titles)].rename(columns=titles)


def original(opened: Store, row: Deposit, user: User) -> bytes:
    """Return the file of a deposit, if the user may still read it at the time of the download."""
    if not may_download(row, access.now(user, opened)):
        raise PermissionError(user.name)
    opened.note(user.name, "download", {"deposit": int(row["deposit_id"]), "file": str(row["file_name"])})
    return inventory.deposited_file(opened, int(row["deposit_id"]))


def _actions(row: Deposit, user: User) -> None:
    """Offer to download the file of a deposit, to undo the deposit or to redo it."""
    blocks.note(say.account_of(row))
    with st.container(horizontal=True):
        if row["has_file"] and may_download(row, user):
            st.download_button(
                "Télécharger le fichier d’origine",
                data=partial(original, store(), row, user),
                file_name=str(row["file_name"]),
                mime="application/octet-stream",
                on_click="ignore",
                icon=":material/download:",
            )
        if not row["active"]:
            if st.button("Rétablir ce dépôt", icon=":material/redo:"):
                ask_redo(row)
        elif st.button("Annuler ce dépôt", icon=":material/undo:"):
            ask_undo(row)
    if not row["has_file"]:
        blocks.note("Le fichier d’origine n’est pas gardé\u00a0: ce dépôt vient de la démonstration.")


@st.dialog("Annuler ce dépôt\u00a0?")
def ask_undo(row: Deposit) -> None:
    """Say what undoing a deposit does, and do it once confirmed."""
    require("cantine")
    _ask(row, say.undo_consequences(row), "Oui, annuler ce dépôt", active=False)


@st.dialog("Rétablir ce dépôt\u00a0?")
def ask_redo(row: Deposit) -> None:
    """Say what redoing a deposit does, and do it once confirmed."""
    require("cantine")
    _ask(row, say.redo_consequences(row), "Oui, rétablir ce dépôt", active=True)


def _ask(row: Deposit, consequences: list[str], yes_label: str, *, active: bool) -> None:
    blocks.takeaway(say.deposit_name(row))
    blocks.sentences(consequences)
    with st.container(horizontal=True):
        if st.button(yes_label, type="primary"):
            set_active(row, active=active)
        if st.button("Non, ne rien changer"):
            st.rerun()


def set_active(row: Deposit, *, active: bool) -> None:
    """Undo or redo a deposit, and ask for new forecasts if they depend on it."""
    user = require("cantine")
    deposit_id = int(row["deposit_id"])
    try:
        st.session_state[WARNING] = (undo.redo if active else undo.undo)(store(), deposit_id, user)
    except undo.NotPossible as refusal:
        if isinstance(refusal, undo.NotYours):
            access.note_refusal(store(), user, f"dépôt n° {deposit_id}")
        blocks.problem("Rien n’a changé.", str(refusal))
        return
    # The message “C’est enregistré” is no longer true.
    st.session_state.pop("deposit_done", None)
    if row["kind"] in runs.FORECAST_KINDS:
        request_refresh()
    st.toast("Dépôt rétabli." if active else "Dépôt annulé.", icon=":material/check_circle:")
    st.rerun()
