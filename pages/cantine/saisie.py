"""Saisir un service: what was planned, served and thrown away, one day, in one canteen."""

from __future__ import annotations

from ui.access import require
from ui.kit import blocks
from ui.kit.own_canteen import own_canteen_or_stop
from ui.sheet import view

user = require("cantine")
blocks.page_title("Saisir un service", "Combien de repas avez-vous servis\u00a0?")
label, canteen = own_canteen_or_stop(user)
view.form(user, label, canteen)
view.last_sheets(user, canteen)
