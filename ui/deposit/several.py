"""The page Dépôt with several files: what each was recognised as, one confirmation, what came of each."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pandas as pd
import streamlit as st

from data.deposit.several import Chosen, Outcome, deposit_all, recognised
from data.queries.forecasts import runs
from ui import access
from ui.access import User
from ui.deposit import report as deposit_report
from ui.deposit import sentences as say
from ui.kit import blocks
from ui.kit.formats import MISSING, SPACE, number, plural
from ui.kit.sheet import sheet_of
from ui.session import request_refresh, store

# Session keys: the files recognised, and what came of those recorded.
LOOKED, OUTCOMES = "deposit_several", "deposit_outcomes"
File = tuple[str, bytes]


def choose(files: list[File], user: User, next_file: Callable[[], None]) -> None:
    """Show what each file was recognised as, and deposit them all once confirmed."""
    chosen = _recognised(files, user)
    ready = [file for file in chosen if not file.reason]
    blocks.takeaway(_sentence(len(chosen), len(ready)))
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
    if ready:
        blocks.note(
            "Ils sont enregistrés dans cet ordre, les listes avant les relevés qui en dépendent\u00a0: chacun est "
            "vérifié à son tour, et ses lignes rejetées vous sont rendues. Si deux fichiers donnent deux valeurs pour "
            "la même case, celle du dernier reste. Chaque dépôt peut ensuite être annulé seul."
        )
    with st.container(horizontal=True):
        label = f"Enregistrer {plural(len(ready), 'fichier')}"
        if ready and st.button(label, type="primary", icon=":material/check:", key="enregistrer_plusieurs"):
            _deposit(ready, user)
            next_file()
        if st.button("Annuler", key="annuler_plusieurs"):
            next_file()


def _sentence(files: int, ready: int) -> str:
    if not ready:
        return f"Aucun des {number(files)} fichiers ne peut être enregistré avec les autres."
    if ready == files:
        return f"{number(files)} fichiers reconnus{SPACE}: rien n’est encore enregistré."
    return f"{number(ready)} fichiers sur {number(files)} peuvent être enregistrés ensemble."


def _what_happens(file: Chosen) -> str:
    if not file.reason:
        return "sera vérifié puis enregistré"
    return f"à part{SPACE}: {file.reason}" if file.kind else f"refusé{SPACE}: {file.reason}"


def _recognised(files: list[File], user: User) -> list[Chosen]:
    """Return the files in their order, read again only when one of them or the store changed."""
    key = (store().state(), user, tuple((name, hashlib.sha256(content).hexdigest()) for name, content in files))
    looked = st.session_state.get(LOOKED)
    if looked is None or looked[0] != key:
        with st.spinner("Lecture des fichiers, rien n’est encore enregistré…"):
            looked = st.session_state[LOOKED] = (key, recognised(store(), files, user))
        for file in looked[1]:
            if file.not_yours:
                access.note_refusal(store(), user, f"dépôt du fichier {file.name}")
    return looked[1]


def _deposit(ready: list[Chosen], user: User) -> None:
    shown, done = st.progress(0.0, "Enregistrement…"), 0

    def begun(name: str) -> None:
        nonlocal done
        shown.progress(done / len(ready), f"Fichier {done + 1} sur {len(ready)}{SPACE}: {name}")
        done += 1

    outcomes = deposit_all(store(), ready, user, begun)
    if any(outcome.report and outcome.report.kind in runs.FORECAST_KINDS for outcome in outcomes):
        request_refresh()
    st.session_state[OUTCOMES] = outcomes


def forget() -> None:
    """Let go of the files recognised: their bytes are no longer needed."""
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
