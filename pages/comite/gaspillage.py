"""Gaspillage: where, when and on which dishes do we lose?"""

from __future__ import annotations

from functools import partial

import streamlit as st

from data.queries import waste
from models.rankings import calendar, canteens, dishes
from ui.access import only_visible, require
from ui.kit import blocks, filters
from ui.session import ask
from ui.waste import rankings, view

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

blocks.tabs(
    {
        "Vue d’ensemble": lambda: view.overview(selection, summary, only_visible(ask(canteens.canteens, selection))),
        "Jours et mois": lambda: rankings.calendar(selection, ask(calendar.calendar, selection)),
        "Plats": lambda: rankings.dishes(ask(dishes.dishes, selection)),
        "Pesées": partial(view.weighings, selection),
    }
)
