"""Données disponibles: what data do we have?"""

from __future__ import annotations

from data.queries import overview
from ui.access import require
from ui.inventory import attach, view
from ui.journal import view as journal_view
from ui.kit import blocks, filters
from ui.session import ask

user = require("mission")
blocks.page_title("Données disponibles", "Quelles données avons-nous, pour quelles cantines et quelles semaines\u00a0?")

if ask(overview.school_years_with_data):
    view.grid(filters.selection_or_stop(with_history=False))
else:
    filters.no_meal_known()

attach.labels(user)
view.contents()
journal_view.last()
view.leave_demo()
