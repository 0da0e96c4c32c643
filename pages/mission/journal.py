"""Journal des actions: who changed what, and when?"""

from __future__ import annotations

from ui.access import require
from ui.journal import view as journal_view
from ui.kit import blocks

user = require("mission")
blocks.page_title("Journal des actions", "Qui a changé quoi, et quand\u00a0?")

journal_view.lines(journal_view.chosen_filters(), user)
