"""Gaspillage: where, when and on which dishes do we lose?"""

from __future__ import annotations

import streamlit as st

from data.queries import waste
from models.rankings import calendar, canteens, dishes
from ui.access import only_visible, require
from ui.kit import blocks, filters
from ui.session import ask
from ui.waste import ahead, measures, one_canteen, rankings, view

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

measure = measures.chosen()
grams = measure is measures.GRAMS
one_canteen.way_back(selection)
blocks.tabs(
    {
        "Vue d’ensemble": lambda: view.overview(
            selection, summary, only_visible(ask(canteens.canteens, selection, grams=grams)), measure
        ),
        "Jours et mois": lambda: rankings.calendar(selection, ask(calendar.calendar, selection, grams=grams), measure),
        "Plats": lambda: rankings.dishes(ask(dishes.dishes, selection, grams=grams), measure),
        "Pesées": lambda: view.places(selection),
        "À venir": lambda: ahead.ahead(selection),
    }
)
