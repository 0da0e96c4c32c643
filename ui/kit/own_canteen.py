"""The canteen of a manager: chosen once when there are several, and remembered from one visit to the next."""

from __future__ import annotations

import streamlit as st

from data.access.canteens import last_chosen, remember_chosen
from data.access.rights import Act, Person, reach
from data.queries import overview
from ui.kit import blocks
from ui.session import ask, opened

KEY = "cantine"


def own_canteen_or_stop(user: Person) -> tuple[str, str]:
    """Return the label and the key of the canteen that the user writes for; with several, show the choice.

    Without any, say whom to ask, and stop the run.
    """
    within = reach(user, Act.DEPOSIT, "log")
    labels = {key: label for key, label in ask(overview.canteen_labels).items() if within.covers([key])}
    if not labels:
        blocks.empty_state(
            "Aucune cantine ne vous est encore confiée\u00a0: demandez-le à la mission numérique."
            if ask(overview.canteen_labels)
            else "Aucune cantine n’est encore connue\u00a0: la mission numérique dépose d’abord leur liste."
        )
        st.stop()
    if len(labels) == 1:
        [(key, label)] = labels.items()
        blocks.detail(label)
        return label, key
    keys = {label: key for key, label in labels.items()}
    first = labels.get(last_chosen(opened(), user.name) or "")
    if KEY not in st.session_state and st.query_params.get(KEY) not in keys and first:
        st.session_state[KEY] = first

    def remember() -> None:
        remember_chosen(opened(), user, keys[st.session_state[KEY]])

    label = st.selectbox("Ma cantine", list(keys), key=KEY, bind="query-params", on_change=remember)
    return label, keys[label]
