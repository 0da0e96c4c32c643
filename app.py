"""The door: page configuration, who is here, which pages they get, run."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import streamlit as st

from ui import access, session
from ui.kit import blocks, frame
from ui.navigation import PAGES, PageDescription

HERE = Path(__file__).parent


def menu(user: access.User) -> dict[str, list[st.Page]]:
    """Return the pages this person may open, under the heading of their audience."""
    # The home has no page of its own: it leads to the first one, so that every page keeps the address of its file.
    first = st.Page(home, title="Accueil", url_path="", default=True, visibility="hidden")
    sections: dict[str, list[st.Page]] = {"": [first]}
    for page in PAGES:
        if user.may(page.roles) and (HERE / page.file).exists():
            sections.setdefault(page.audience, []).append(_page(page))
    # Streamlit says in English that it knows no such page: an unknown address gets a page that says it in French.
    asked = unquote(urlsplit(st.context.url or "").path).strip("/ ").rpartition("/")[2]
    if asked and asked not in {page.url_path for pages in sections.values() for page in pages}:
        sections[""].append(st.Page(lost, title="Page introuvable", url_path=asked, visibility="hidden"))
    return sections


def home() -> None:
    """Lead to the first page this person may open."""
    st.switch_page(next(page.file for page in PAGES if person.may(page.roles)))


def lost() -> None:
    """Say that the address leads nowhere, and show the way back."""
    blocks.page_title("Page introuvable", "Aucune page ouverte à votre compte n’a cette adresse.")
    blocks.link(next(page.file for page in PAGES if person.may(page.roles)), "Aller à l’accueil")


def _page(page: PageDescription) -> st.Page:
    return st.Page(page.file, title=page.title, icon=f":material/{page.icon}:")


# The icon is a file of ours: an icon by name would be fetched from outside.
st.set_page_config(page_title="Antigaspi", page_icon=str(frame.ICON), layout="wide")
frame.dress()
person = access.current()
session.store()
# Folded, a long menu says “View more”, in English.
selected = st.navigation(menu(person), expanded=True)
st.set_page_config(page_title=f"{selected.title} – Antigaspi")
frame.surround(person)
selected.run()
