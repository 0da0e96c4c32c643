"""Réglages: is the application saved, and which values does it work with?"""

from __future__ import annotations

from ui.access import require
from ui.kit import blocks
from ui.settings import backups, view

user = require("administration")
blocks.page_title("Réglages", "L’application est-elle sauvegardée, et avec quelles valeurs travaille-t-elle\u00a0?")

backups.section(user)
view.section()
