"""Live pages: the page is drawn again within seconds of an announcement, an answer or a note, and only then."""

from __future__ import annotations

import streamlit as st

from data.announcements import read
from ui.access import require
from ui.session import ask

KITCHEN, CANTEEN = 1.0, 2.0  # seconds between two looks: the kitchen has few screens, the canteens many
DRAWN = "annonces_dessinees"  # session key: what the page that is shown knows


def watch(known: tuple[int | None, ...], every: float) -> None:
    """Draw the page again as soon as something is newer than `known`, what `read.latest` said before it was drawn."""
    st.session_state[DRAWN] = known
    st.fragment(_look, run_every=every)()


def _look() -> None:
    """Ask one cached question; nothing is drawn."""
    require("cuisine", "comite", "cantine")
    if ask(read.latest) != st.session_state.get(DRAWN):
        st.rerun()
