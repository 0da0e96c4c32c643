"""The choice of the canteen that a sheet is about."""

from __future__ import annotations

import streamlit as st

from data.access.rights import Act, reach
from data.queries import overview
from ui.access import User
from ui.kit import blocks
from ui.session import ask


def own_canteen(user: User) -> tuple[str, str] | None:
    """Return the label and the key of the canteen, chosen when the user has several; None, and why, without any."""
    within = reach(user, Act.DEPOSIT, "log")
    keys = {label: key for key, label in ask(overview.canteen_labels).items() if within.covers([key])}
    if not keys:
        blocks.empty_state(
            "Votre compte n’a encore aucune cantine\u00a0: demandez à la mission numérique de vous les confier."
        )
        return None
    label = next(iter(keys))
    if len(keys) > 1:
        label = str(st.selectbox("Cantine", list(keys), key="cantine", bind="query-params"))
    return label, keys[label]
