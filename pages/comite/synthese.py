"""Synthèse: where do we stand?"""

from __future__ import annotations

import streamlit as st

from data.clock import today_in_paris
from data.queries import overview
from models.pilot import study
from models.rankings import canteens
from ui.access import require
from ui.kit import blocks, filters
from ui.pilot_effect import view as pilot_effect_view
from ui.session import ask
from ui.summary import changes
from ui.summary import view as summary_view
from ui.summary.situation import decisions, situation

require("comite")
blocks.page_title("Synthèse", "Où en sommes-nous, qu’est-ce qui a changé, que décider\u00a0?")

if not ask(overview.school_years_with_data):
    filters.no_meal_known()
    summary_view.programme_alone(today_in_paris(), ask(study.study))
    st.stop()

selection = filters.selection_or_stop(with_place=False, with_history=False)
facts = situation(selection)
ranked = ask(canteens.canteens, selection)

blocks.figures(summary_view.meals_figures(facts), "repas")
summary_view.exceptional_note(facts)
blocks.figures(summary_view.waste_figures(facts), "gaspillage")
summary_view.freshness(facts)

with blocks.question("Que décider\u00a0?", summary_view.DECISIONS_CAPTION):
    blocks.sentences(decisions(facts, ranked))
summary_view.programme_decisions(today_in_paris())
pilot_effect_view.summary(ask(study.study))
changes.changes(facts)
summary_view.sources(facts)
