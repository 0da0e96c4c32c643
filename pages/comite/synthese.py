"""Synthèse: where do we stand?"""

from __future__ import annotations

import streamlit as st

from data.clock import today_in_paris
from data.queries import overview, waste
from models.pilot import study as pilot_study
from ui.access import require
from ui.kit import blocks, filters
from ui.pilot_effect import view as effect_view
from ui.session import ask
from ui.summary import view as synthesis_view
from ui.summary.situation import decisions, situation

require("comite")
blocks.page_title("Synthèse", "Où en sommes-nous, qu’est-ce qui a changé, que décider\u00a0?")

if not ask(overview.school_years_with_data):
    filters.no_meal_known()
    synthesis_view.programme_alone(today_in_paris(), ask(pilot_study.study))
    st.stop()

selection = filters.selection_or_stop(with_place=False, with_history=False)
facts = situation(selection)
canteens = ask(waste.by_canteen, selection)

blocks.figures(synthesis_view.meals_figures(facts), "repas")
blocks.figures(synthesis_view.waste_figures(facts), "gaspillage")
synthesis_view.freshness(facts)

with blocks.question("Que décider\u00a0?", "Déduit des chiffres de la période."):
    blocks.sentences(decisions(facts, canteens))
synthesis_view.programme_decisions(today_in_paris())
effect_view.summary(ask(pilot_study.study))
synthesis_view.changes(facts)
synthesis_view.sources(facts)
