"""Gaspillage: where, when and on which dishes do we lose?"""

from __future__ import annotations

import streamlit as st

from data.queries import overview, waste
from models.rankings import calendar, canteens, dishes
from ui.access import only_visible, require
from ui.kit import blocks, filters
from ui.session import ask
from ui.waste import ahead, rankings, view

require("comite", "cantine", "cuisine")
blocks.page_title("Gaspillage", "Où, quand et sur quels plats perdons-nous\u00a0?")

selection = filters.selection_or_stop(with_exceptional=True)
summary = ask(waste.waste_summary, selection)
if not summary.pairs_served:
    blocks.empty_state(
        "Aucun service n’a à la fois des repas prévus et des repas servis dans cette sélection\u00a0: "
        "choisissez une autre période ou un autre lieu, ou comptez les jours exceptionnels."
    )
    st.stop()

view.headline(selection, summary)
view.trend(selection, ask(overview.references).get("surplus_target_pct"))
rankings.canteens(selection, only_visible(ask(canteens.canteens, selection)))
rankings.calendar(selection, ask(calendar.calendar, selection))
view.places(selection)
ahead.ahead(selection)
rankings.dishes(ask(dishes.dishes, selection))
