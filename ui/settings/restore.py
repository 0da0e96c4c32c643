"""Put a backup back, in two steps: what would be lost, then the confirmation."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from data.backup.loss import lost_lines
from data.backup.restore import restore_open
from data.faults import StoreFault
from data.queries import journal
from data.queries.forecasts.runs import forecasts_outdated
from data.queries.journal import JournalFilter
from data.store import State
from ui import access
from ui.access import require
from ui.kit import blocks, changes, sheet
from ui.kit.formats import moment
from ui.session import request_refresh, store
from ui.settings import sentences as say

LINES = 20
DONE = "sauvegarde_faite"
CHECKED = "sauvegarde_examinee"  # session key: what was examined last, and what it would lose


@st.dialog("Restaurer cette sauvegarde\u00a0?", width="large")
def ask_restore(path: Path) -> None:
    """Check the file, say what would be lost, and put it back once confirmed."""
    user = require("administration")
    state = store().state()
    try:
        lost = _lost(path)
    except StoreFault as fault:
        blocks.problem("Ce fichier ne peut pas être restauré.", str(fault))
        return
    blocks.takeaway(say.loss(lost["action"]))
    _lines(lost)
    blocks.sentences([*say.CONSEQUENCES, *([] if user.local else [say.SIGN_IN_AGAIN])])
    # The key has the state of the store: when somebody writes meanwhile, the box is empty again under the new list.
    sure = st.checkbox("J’ai lu ce qui sera perdu", key=f"restaurer_{path.name}_{state}")
    if st.button("Oui, restaurer", type="primary", disabled=not sure) and sure:
        _restore(path, user.name, state)
    if st.button("Non, ne rien changer"):
        st.rerun()


def _lost(path: Path) -> pd.DataFrame:
    """Return what would be lost; the file is read again only when it, or the store, has changed."""
    status = path.stat() if path.is_file() else None
    key = (path, status and (status.st_size, status.st_mtime_ns), store().state())
    known = st.session_state.get(CHECKED)
    if known is None or known[0] != key:
        with st.spinner("Vérification du fichier…"):
            known = st.session_state[CHECKED] = (key, lost_lines(store(), path))
    lost: pd.DataFrame = known[1]
    return lost


def _lines(lost: pd.DataFrame) -> None:
    if lost.empty:
        return
    rows = journal.journal(store(), JournalFilter(counts_of_people=access.sees_exact_counts()))
    rows = rows[rows["audit_id"].isin(lost["audit_id"])].head(LINES)
    lines = [journal.journal_line(row) for row in rows.to_dict("records")]
    sheet.sheet(
        ["Action", "Ce qui serait perdu"],
        [
            sheet.row([
                sheet.cell(
                    changes.action(line["action"], line["typed"]), note=f"{moment(line['done_at'])}, {line['actor']}"
                ),
                sheet.cell(changes.line(line), "text"),
            ])
            for line in lines
        ],
    )  # fmt: skip
    if len(lost) > LINES:
        blocks.note(f"Les {LINES} plus récentes\u00a0; les autres sont dans le journal des actions.")


def _restore(path: Path, actor: str, state: State) -> None:
    try:
        with st.spinner("Restauration…"):
            kept = restore_open(path, store(), actor, state)
    except StoreFault as fault:
        blocks.problem("Rien n’a été restauré.", str(fault))
        return
    st.session_state.pop(CHECKED, None)
    if forecasts_outdated(store()):
        request_refresh()
    st.session_state[DONE] = f"Base restaurée. Celle d’avant est gardée\u00a0: {kept.name if kept else '—'}."
    st.rerun()
