"""The frame of every page: style, demo banner, role of the user, date of the data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from data.access.rights import ROLES
from data.queries import inventory, overview
from data.settings import logo, values
from ui import palette
from ui.access import ROLE_CHOSEN, ROLE_TITLES, TRIED_CANTEENS, TRIED_ROLE, User
from ui.kit import blocks, formats
from ui.session import ask, opened

STYLE = f"<style>{palette.variables()}{Path(__file__).with_name('style.css').read_text(encoding='utf-8')}</style>"
ICON = Path(__file__).with_name("icon.svg")
LOGO = Path(__file__).with_name("logo.svg")


def dress() -> None:
    """Set the style sheet and the logo."""
    st.html(STYLE)
    st.logo(LOGO, size="large", icon_image=ICON)


def surround(user: User) -> None:
    """Show the demo banner, the role of the user and the date of the data."""
    state = ask(overview.store_overview)
    warning = opened().warning
    if warning and user.may(()):
        blocks.problem("Des données confirmées manquent.", warning)
    if state.demo:
        st.container(key="demonstration").warning(
            "Données de démonstration\u00a0: ville fictive. "
            "Pour une base vide\u00a0: page «\u00a0Données disponibles\u00a0».",
            icon=":material/science:",
        )
    with st.sidebar:
        if not state.demo:
            _city()
        st.caption(f"Données jusqu’au {formats.day(state.last_day)}" if state.last_day else _no_meal())
        if incomplete := incomplete_sentence(state.incomplete_days):
            st.caption(incomplete)
        if user.local:
            st.caption("Sans connexion configurée\u00a0: accès limité à ce poste.")
            _try_a_role(user)
        else:
            st.caption(ROLE_TITLES[user.role])
            st.button("Se déconnecter", on_click=st.logout)


def _city() -> None:
    """Show the logo and the name of the city; a demonstration is of none."""
    settings = ask(values)
    name = settings["city_name"].value
    if png := logo.as_png(settings["city_logo"].value):
        st.image(png, alt=name)
    st.caption(formats.as_text(name))


def _try_a_role(user: User) -> None:
    """Let the local user see the application as each role sees it."""
    st.selectbox(
        "Essayer un rôle",
        ROLES,
        ROLES.index("mission"),
        format_func=lambda role: ROLE_TITLES[role],
        key=TRIED_ROLE,
        bind="query-params",
        on_change=_chosen,
    )
    if user.role == "cantine":
        labels = ask(overview.canteen_labels)
        st.multiselect("Ses cantines", list(labels), format_func=lambda name: labels[name], key=TRIED_CANTEENS,
                       placeholder="Choisir", bind="query-params", on_change=_chosen)  # fmt: skip


def _chosen() -> None:
    """Let a role that may not open this page land on its own, and the filters of the one before be forgotten."""
    st.session_state[ROLE_CHOSEN] = True


def incomplete_sentence(days: Sequence[overview.IncompleteDay]) -> str | None:
    """Say which days are known in part only since the date of the data."""
    if not days:
        return None
    first = days[0]
    points = formats.count_of(first.points, first.usual_points, "point de service", "points de service")
    if len(days) == 1:
        return f"Journée incomplète laissée de côté\u00a0: le {formats.day(first.day)} ({points})."
    return (
        f"{len(days)} journées incomplètes laissées de côté, du {formats.day(first.day)} au "
        f"{formats.day(days[-1].day)} ({points} le premier jour)."
    )


def _no_meal() -> str:
    """Say that no meal is known, or that no data at all is known."""
    row_count = ask(inventory.counts_by_kind)["rows"].sum()
    return "Aucun repas connu" if row_count else "Aucune donnée déposée"
