"""Entry point: configure the page, find the user, list the pages they may open, run the chosen one."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import streamlit as st

from ui import access, session
from ui.kit import blocks, frame
from ui.navigation import PageDescription, home_of, pages_of


def menu(user: access.User) -> dict[str, list[st.Page]]:
    """Return the pages that the user may open, grouped by audience."""
    # The home only redirects: every page keeps the address of its file.
    home_page = st.Page(home, title="Accueil", url_path="", default=True, visibility="hidden")
    sections: dict[str, list[st.Page]] = {"": [home_page]}
    for page in pages_of(user):
        sections.setdefault(page.audience, []).append(_page(page))
    # For an unknown address Streamlit shows an English message: this hidden page says it in French.
    address = unquote(urlsplit(st.context.url or "").path).strip("/ ").rpartition("/")[2]
    if address and address not in {page.url_path for pages in sections.values() for page in pages}:
        sections[""].append(st.Page(page_not_found, title="Page introuvable", url_path=address, visibility="hidden"))
    return sections


def home() -> None:
    """Go to the page where the user begins."""
    st.switch_page(home_of(person).file)


def page_not_found() -> None:
    """Say that no page has this address, and link to the first page."""
    if st.session_state[access.ROLE_CHANGED]:
        home()
    blocks.page_title("Page introuvable", "Aucune page ouverte à votre compte n’a cette adresse.")
    blocks.link(home_of(person).file, "Aller à l’accueil")


def _page(page: PageDescription) -> st.Page:
    return st.Page(page.file, title=page.title, icon=f":material/{page.icon}:")


# The icon is a local file: Streamlit would fetch an icon given by its name from outside.
st.set_page_config(page_title="Antigaspi", page_icon=str(frame.ICON), layout="wide")
frame.dress()
st.session_state[access.ROLE_CHANGED] = st.session_state.pop(access.ROLE_CHOSEN, False)
person = access.current()
session.store()
# Expanded: a folded menu would show “View more”, in English.
selected = st.navigation(menu(person), expanded=True)
st.set_page_config(page_title=f"{selected.title} – Antigaspi")
frame.surround(person)
selected.run()
