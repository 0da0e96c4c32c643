"""Guide: how do I deposit a file and read the figures?"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from data.typography import french
from data.version import VERSION
from ui.access import require
from ui.first_steps import view as first_steps
from ui.kit import blocks

user = require("comite", "mission", "cantine", "cuisine", "administration")
blocks.page_title("Guide", "Comment déposer un fichier et lire les chiffres\u00a0?")
first_steps.checklist(user)
guide = Path(__file__).resolve().parents[2] / "docs" / "guide.md"
# The guide is our own text, not data: Markdown is safe here.
with st.container(key="guide"):
    st.markdown(french(guide.read_text(encoding="utf-8")))
st.caption(f"Antigaspi, version {VERSION}")
