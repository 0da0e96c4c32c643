"""Qualité des prévisions: were past forecasts better than the managers' plan?"""

from __future__ import annotations

import streamlit as st

from data.queries import overview
from data.queries.forecasts import runs
from ui.access import require
from ui.kit import blocks, filters
from ui.quality import view
from ui.session import ask

require("comite")
blocks.page_title("Qualité des prévisions", "Peut-on se fier aux prévisions, plus qu’au prévu des gestionnaires\u00a0?")

if ask(overview.store_overview).last_day is None:
    filters.no_meal_known()
    st.stop()

run = ask(runs.latest_run)
judged = view.judged(run)
if run is not None and judged is not None:
    blocks.tabs(view.views(run, judged), "detail")
