"""Glossaire: what does this word mean, and where does this figure come from?"""

from __future__ import annotations

import re

import streamlit as st

from data.glossary import TERMS
from data.typography import french, typed
from ui.access import require
from ui.kit import blocks
from ui.kit.formats import SPACE, escape

require("comite", "mission", "cantine", "cuisine", "administration")
blocks.page_title("Glossaire", "Que veut dire ce mot, d’où vient ce chiffre\u00a0?")

word = st.text_input("Chercher un mot", key="mot", bind="query-params", placeholder="repas en trop", max_chars=60) or ""
shown = [term for term in TERMS if typed(word) in typed(term.name)]
shown = shown or [term for term in TERMS if typed(word) in typed(f"{' '.join(term.labels)} {term.meaning}")]
if not shown:
    blocks.empty_state("Aucun mot du glossaire ne contient ce texte\u00a0: effacez-le pour les voir tous.")
lines = [
    f'<dt id="{re.sub("[^a-z0-9]+", "-", typed(term.name)).strip("-")}">{escape(term.name)}</dt>'
    f"<dd>{escape(french(term.meaning))}"
    + (f'<p class="note">Source{SPACE}: {escape(french(term.source))}.</p>' if term.source else "")
    + "</dd>"
    for term in sorted(shown, key=lambda term: typed(term.name))
]
st.html(f'<dl class="glossary">{"".join(lines)}</dl>' if lines else "<p></p>")
