"""The page Dépôt with several files: what each was recognised as, one confirmation, what came of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from data.deposit.report import DepositReport
from data.deposit.several import Chosen, Outcome, deposit_all, digest_of, recognised
from data.queries.forecasts import runs
from ui import access
from ui.access import User
from ui.deposit import report as deposit_report
from ui.deposit import sentences as say
from ui.kit import blocks
from ui.kit.formats import MISSING, SPACE, number, plural
from ui.kit.sheet import sheet_of
from ui.session import request_refresh, store

# Session keys: what the files were recognised as, without their bytes; what came of those recorded.
LOOKED, OUTCOMES = "deposit_several", "deposit_outcomes"
File = tuple[str, bytes]


def choose(files: list[File], user: User, empty_field: Callable[[], None]) -> None:
    """Show what each file was recognised as, and deposit them all once confirmed."""
    contents = {digest_of(content): content for _, content in files}
    chosen = _recognised(files, user)
    ready = [file for file in chosen if file.ready]
    known = [file for file in chosen if file.nothing_new and not file.reason]
    blocks.takeaway(_sentence(len(chosen), len(ready), len(known)))
    _listed(chosen)
    if ready:
        blocks.note(
            "Ils sont enregistrés dans cet ordre, les listes avant les relevés qui en dépendent\u00a0: chacun est "
            "vérifié à son tour, et ses lignes mises de côté vous sont rendues (déposé seul, un fichier dit d’abord "
            "lesquelles et pourquoi). Si deux fichiers donnent deux valeurs pour "
            "la même case, celle du dernier reste. Chaque dépôt peut ensuite être annulé seul."
        )
    with st.container(horizontal=True):
        label = f"Enregistrer {plural(len(ready), 'fichier')}"
        if ready and st.button(label, type="primary", icon=":material/check:", key="enregistrer_plusieurs"):
            _deposit(ready, contents, user, empty_field)
            st.rerun()
        if st.button("Annuler" if ready else "Choisir d’autres fichiers", key="annuler_plusieurs"):
            empty_field()
            st.rerun()


def _listed(chosen: list[Chosen]) -> None:
    sheet_of(
        pd.DataFrame(
            {
                "Ordre": [number(rank) for rank in range(1, len(chosen) + 1)],
                "Fichier": [file.name for file in chosen],
                "Reconnu comme": [file.title or MISSING for file in chosen],
                "Lignes": [number(file.lines) if file.kind else MISSING for file in chosen],
                "Ce qui se passera": [_what_happens(file) for file in chosen],
            }
        )
    )


def _sentence(files: int, ready: int, known: int) -> str:
    if known == files:
        return f"Ces {number(files)} fichiers n’apportent rien de nouveau{SPACE}: il n’y a rien à enregistrer."
    if ready == files:
        return f"{number(files)} fichiers reconnus{SPACE}: rien n’est encore enregistré."
    # One that brings nothing new is told, and is no obstacle.
    others = f" {plural(known, 'fichier n’apporte', 'fichiers n’apportent')} rien de nouveau." if known else ""
    if not ready:
        return f"Aucun des {number(files)} fichiers ne peut être enregistré avec les autres.{others}"
    can = "peut être enregistré" if ready == 1 else "peuvent être enregistrés ensemble"
    return f"{plural(ready, 'fichier')} sur {number(files)} {can}.{others}"


def _what_happens(file: Chosen) -> str:
    if not file.reason and file.nothing_new:
        return file.nothing_new
    if not file.reason:
        return _set_aside(file)
    return f"à part{SPACE}: {file.reason}" if file.kind else f"refusé{SPACE}: {file.reason}"


def _set_aside(file: Chosen) -> str:
    """Say how many lines of a file would be set aside, as it stands."""
    aside = f"{plural(file.rejected, 'ligne')} sur {number(file.lines)}" if file.rejected else "aucune ligne"
    told = f"sera enregistré, {aside} à mettre de côté"
    if file.after_others:
        return f"{told} (les fichiers d’avant peuvent changer ce nombre)"
    return f"rien à en retenir, {aside} à mettre de côté" if file.rejected == file.lines else told


def _recognised(files: list[File], user: User) -> list[Chosen]:
    """Return the files in their order, read again only when one of them or the store changed."""
    key = (store().state(), user, tuple((name, digest_of(content)) for name, content in files))
    looked = st.session_state.get(LOOKED)
    if looked is None or looked[0] != key:
        with st.spinner("Lecture des fichiers, rien n’est encore enregistré…"):
            looked = st.session_state[LOOKED] = (key, recognised(store(), files, user))
        for file in looked[1]:
            if file.not_yours:
                access.note_refusal(store(), user, f"dépôt du fichier {file.name}")
    return looked[1]


def _deposit(ready: list[Chosen], contents: Mapping[str, bytes], user: User, empty_field: Callable[[], None]) -> None:
    """Deposit the files; what came of each is kept at once.

    Any word to Streamlit (its session too) may end this run when something else is clicked: the field is emptied and
    the list of outcomes is in the session before the first file, and nothing is said until the last.
    """
    opened = store()
    with st.spinner(f"Enregistrement de {plural(len(ready), 'fichier')}…"):
        outcomes: list[Outcome] = []
        st.session_state[OUTCOMES] = outcomes
        empty_field()
        try:
            outcomes.extend(deposit_all(opened, ready, contents, user))
        finally:
            if any(_changes_forecasts(one.report) for one in outcomes):
                request_refresh()


def _changes_forecasts(report: DepositReport | None) -> bool:
    return report is not None and report.kind in runs.FORECAST_KINDS and not report.nothing_to_do


def forget() -> None:
    """Forget what the files were recognised as: they are no longer in the field."""
    st.session_state.pop(LOOKED, None)


def last_outcomes() -> bool:
    """Show what came of the files deposited together, until others are chosen; return False when there are none."""
    outcomes: list[Outcome] = st.session_state.get(OUTCOMES, [])
    if not outcomes:
        return False
    recorded = [one for one in outcomes if one.report and not one.report.nothing_to_do]
    if recorded:
        files = plural(len(recorded), "fichier enregistré", "fichiers enregistrés")
        st.success(
            f"{files}{SPACE}: toutes les pages en tiennent déjà compte. Chaque dépôt peut être annulé plus bas.",
            icon=":material/check_circle:",
        )
    for rank, outcome in enumerate(outcomes):
        blocks.takeaway(f"{outcome.name}{SPACE}: {_came_of(outcome)}")
        if outcome.report:
            deposit_report.left_to_correct(outcome.report, rank)
    return True


def _came_of(outcome: Outcome) -> str:
    if outcome.report is None:
        return f"rien n’est enregistré. {outcome.reason[:1].upper()}{outcome.reason[1:]}"
    new = "" if not outcome.report.nothing_to_do else "rien de nouveau. "
    return f"{new}{say.summary(outcome.report)}"
