"""Saisir un service: what was planned, served and thrown away, one day, in one canteen."""

from __future__ import annotations

import streamlit as st

from ui.access import require
from ui.kit import blocks
from ui.sheet import view
from ui.sheet.canteen import own_canteen

user = require("cantine")
blocks.page_title("Saisir un service", "Combien de repas avez-vous servis\u00a0?")
chosen = own_canteen(user)
if chosen is None:
    st.stop()
label, canteen = chosen
view.form(user, label, canteen)
view.last_sheets(user, canteen)
