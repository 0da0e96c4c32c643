"""The door: page configuration, who is here, which pages they get, run."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import access, frame, session
from ui.navigation import PAGES, PageDescription

HERE = Path(__file__).parent


def menu(user: access.User) -> dict[str, list[st.Page]]:
    """Return the pages this person may open, under the heading of their audience."""
    # The home has no page of its own: it leads to the first one, so that every page keeps the address of its file.
    sections: dict[str, list[st.Page]] = {"": [st.Page(home, title="Accueil", default=True, visibility="hidden")]}
    for page in PAGES:
        if user.may(page.roles) and (HERE / page.file).exists():
            sections.setdefault(page.audience, []).append(_page(page))
    return sections


def home() -> None:
    """Lead to the first page this person may open."""
    st.switch_page(next(page.file for page in PAGES if person.may(page.roles)))


def _page(page: PageDescription) -> st.Page:
    return st.Page(page.file, title=page.title, icon=f":material/{page.icon}:")


# The icon is a file of ours: an icon by name would be fetched from outside.
st.set_page_config(page_title="Antigaspi", page_icon=str(frame.ICON), layout="wide")
frame.dress()
person = access.current()
session.store()
selected = st.navigation(menu(person))
st.set_page_config(page_title=f"{selected.title} – Antigaspi")
frame.surround(person)
selected.run()
