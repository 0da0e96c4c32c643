"""Guide: what do I do in my role, with pictures, and where is everything explained?"""

from __future__ import annotations

import streamlit as st

from data.version import VERSION
from ui.access import require
from ui.guide import view
from ui.kit import blocks

user = require("comite", "mission", "cantine", "cuisine", "administration")
blocks.page_title("Guide", "Que faire dans mon rôle, et comment lire les chiffres\u00a0?")
view.guide(user)
st.caption(f"Antigaspi, version {VERSION}")
