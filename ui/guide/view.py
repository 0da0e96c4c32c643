"""The guide in the application: the page of a role, with its pictures, and the whole guide."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import streamlit as st

from data.access.rights import Person
from data.typography import french
from ui.first_steps import view as first_steps
from ui.kit import blocks

DOCS = Path(__file__).resolve().parents[2] / "docs"
PICTURE = re.compile(r"^!\[(?P<caption>[^\]]+)\]\((?P<path>[^)]+)\)$", re.MULTILINE)
# The guide of each role, by its name on the page.
GUIDES = {"Comité": "comite", "Gestionnaires": "gestionnaire", "Cuisine": "cuisine", "Mission numérique": "mission"}
OWN = {"comite": "Comité", "cantine": "Gestionnaires", "cuisine": "Cuisine"}
FIRST_STEPS, WHOLE = "Premiers pas", "Tout le guide"
# The pages that the guide shows as a phone shows them.
PHONES = ("ma_cantine", "saisie")
NARROW, WIDE = 390, 900  # pixels: a picture of a phone, one of a desktop


def guide(user: Person) -> None:
    """Show the page of the reader's role first; the others, and the whole guide, are one click away."""
    own = OWN.get(user.role, "Mission numérique")
    names = [own, *(name for name in GUIDES if name != own)]
    parts = {name: partial(_show, DOCS / "guide" / f"{GUIDES[name]}.md") for name in names}
    first = {FIRST_STEPS: partial(first_steps.checklist, user)}
    blocks.tabs(parts | first | {WHOLE: partial(_show, DOCS / "guide.md")}, everything=False)


def _show(path: Path) -> None:
    """Show a page of the guide; it is our own text, not data: Markdown is safe here."""
    text = french(path.read_text(encoding="utf-8"))
    start = 0
    with st.container(key="guide"):
        for picture in PICTURE.finditer(text):
            st.markdown(text[start : picture.start()])
            shown = path.parent / picture["path"]
            _picture(path.stem, str(shown), picture["caption"])
            start = picture.end()
        st.markdown(text[start:])


@st.cache_resource(show_spinner=False, max_entries=100)
def _picture(page: str, path: str, caption: str) -> None:  # noqa: ARG001  part of the key
    """Show a picture, made to its size once: what Streamlit sends is kept, and sent again, on the same page.

    It is sent with its place. Sent on another page, it would take the place of one of that page, which Streamlit
    would forget.
    """
    # The caption says all that the picture shows.
    st.image(path, caption=caption, alt="", width=NARROW if Path(path).stem in PHONES else WIDE)
