"""Synthèse: where do we stand?"""

from __future__ import annotations

import streamlit as st

from data.clock import today_in_paris
from data.queries import overview
from models.pilot import study
from models.rankings import canteens
from ui.access import require
from ui.first_steps import view as first_steps
from ui.kit import blocks
from ui.report import view as report_view
from ui.session import ask
from ui.summary import essential, header
from ui.summary import view as summary_view
from ui.summary.situation import situation

user = require("comite")

if not ask(overview.school_years_with_data):
    blocks.page_title("Synthèse", "Où en sommes-nous, qu’est-ce qui a changé, que décider\u00a0?")
    first_steps.checklist(user)
    summary_view.programme_alone(today_in_paris(), ask(study.study))
    st.stop()

selection, view = header.header()
facts = situation(selection)
header.dates(facts, selection)
if view == header.ESSENTIAL:
    essential.essential(facts, selection, ask(study.study), today_in_paris())
elif view == header.REPORT:
    report_view.report(user, facts, selection, ask(study.study))
else:
    summary_view.every_figure(facts, ask(canteens.canteens, selection, grams=False), ask(study.study))
