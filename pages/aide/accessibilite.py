"""Accessibilité: what can everybody use here, what not yet, and whom to tell?"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from data.typography import french
from data.version import VERSION
from ui.access import require
from ui.kit import blocks

require("comite", "mission", "cantine", "cuisine", "administration")
blocks.page_title("Accessibilité", "Tout le monde peut-il se servir d’Antigaspi, et à qui dire ce qui bloque\u00a0?")
statement = Path(__file__).resolve().parents[2] / "docs" / "accessibilite.md"
# The statement is our own text, not data: Markdown is safe here.
with st.container(key="guide"):
    st.markdown(french(statement.read_text(encoding="utf-8").replace("{version}", VERSION)))
