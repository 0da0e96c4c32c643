"""The page Saisir un service: the sheet, a component of our own that lives in the browser, and the last sheets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from data.clock import PARIS
from data.deposit.undo import NotPossible
from data.sheets import past, read
from data.sheets.sheet import mark_of
from data.typography import french
from ui.access import User
from ui.kit import blocks
from ui.kit.changes import actor_seen_by
from ui.kit.formats import SPACE, long_day, moment
from ui.session import ask, request_refresh_soon, store

NAME, FOLDER = "antigaspi.sheet", Path(__file__).parent
TURN = "saisie_tour"  # session key
REFUSAL = "saisie_refus"  # session key: why a sheet could not be taken back
WORDS = {
    "prevision": "prévus",
    "reel": "servis",
    "preparation_kg": "kg de préparation",
    "non_servi_kg": "kg non servis",
    "restes_assiette_kg": "kg de restes d’assiette",
    "commentaire": "commentaire",
}


def form(user: User, label: str, canteen: str) -> None:
    """Show the sheet of a canteen (its label, its key)."""
    now = datetime.now(PARIS).replace(minute=0, second=0, microsecond=0)  # part of the key of the cached answer
    day = _day_of_address()
    shown = ask(read.sheet, canteen, day, now)
    if not shown["points"]:
        blocks.empty_state(
            "Cette cantine n’a encore ni maternelle ni élémentaire dans l’application\u00a0: "
            "la mission numérique doit d’abord déposer les rattachements."
        )
        return
    data = {"person": mark_of(user.name), "canteen": canteen, "label": label, "sheet": shown}
    turn = st.session_state.setdefault(TURN, 0)  # a sheet taken back from the list is drawn anew
    _component()(key=f"fiche_{canteen}_{turn}", data=data, on_stored_change=lambda: None)


def _day_of_address() -> date | None:
    """Return the day that the address asks for: a page that says what is missing leads to it."""
    try:
        return date.fromisoformat(str(st.query_params.get("jour", "")))
    except ValueError:
        return None


def _component() -> Any:  # noqa: ANN401
    """Return the component; its code is served as files, since the policy of our page runs no code written in it."""
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(NAME) is None:
        project, component = NAME.split(".")
        files = ComponentConfig(name=component, asset_dir="files")
        manager.register_from_manifest(ComponentManifest(name=project, version="1", components=[files]), FOLDER)
    return st.components.v2.component(NAME, css="sheet.css", js="sheet.js")


def last_sheets(user: User, canteen: str) -> None:
    """Show the last sheets of a canteen, each with a button to take it back."""
    with blocks.question("Mes dernières saisies"):
        if reason := st.session_state.pop(REFUSAL, None):
            st.warning(reason, icon=":material/info:")
        sheets = ask(past.recent, canteen)
        if not sheets:
            blocks.empty_state("Aucune saisie pour l’instant.")
        for sheet in sheets:
            left, right = st.columns([4, 1], vertical_alignment="center")
            left.text(_in_words(sheet, user))
            if sheet["may_be_undone"]:
                right.button(
                    "Annuler", key=f"annuler_{sheet['sheet_key']}", on_click=_take_back, args=(user, sheet["sheet_key"])
                )
            else:
                right.text("" if sheet["active"] else "annulée")


def _in_words(sheet: Mapping[str, Any], user: User) -> str:
    """Say what a sheet told: “vendredi 27 novembre : M 120 prévus, 118 servis (saisi le …)”."""
    by_kind: dict[str, list[str]] = {}
    for told in sheet["stored"]:
        text = f"{told['value']} {WORDS[told['field']]}" if told["field"] != "commentaire" else "un commentaire"
        by_kind.setdefault(read.KINDS.get(told["kind"], told["kind"]), []).append(text.replace(".", ","))
    figures = " ; ".join(f"{kind} {', '.join(texts)}" for kind, texts in by_kind.items()) or "rien de nouveau"
    author = actor_seen_by(user, sheet["actor"])
    return french(f"{long_day(sheet['day'])} : {figures}\nsaisi le {moment(sheet['saved_at'])}{SPACE}par {author}")


def _take_back(user: User, key: str) -> None:
    try:
        past.take_back(store(), user, key)
    except NotPossible as refusal:
        st.session_state[REFUSAL] = str(refusal)
    else:
        st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
        request_refresh_soon()
