"""Journal des actions: who changed what, and when?"""

from __future__ import annotations

from ui.access import require
from ui.journal import view
from ui.kit import blocks

user = require("administration")
blocks.page_title("Journal des actions", "Qui a changé quoi, et quand\u00a0?")

view.lines(view.chosen_filters(), user)
