"""Production: what to prepare on a day, the delivery slips, what was produced and what came back."""

from __future__ import annotations

import streamlit as st

from data.queries.forecasts import runs
from ui.access import require
from ui.kit import blocks
from ui.production import typed, view
from ui.session import ask

require("cuisine")
blocks.page_title("Production", "Que préparer, pour quelle cantine, et qu’en est-il resté\u00a0?")
SHEET, SLIPS, TYPED, GAPS = "Fiche du jour", "Bons de livraison", "Produits et retours", "Nos écarts"
shown = st.segmented_control(
    "Vue", [SHEET, SLIPS, TYPED, GAPS], default=SHEET, required=True, key="volet", bind="query-params",
    label_visibility="collapsed",
)  # fmt: skip
run = ask(runs.latest_run)
if shown == GAPS:
    view.gaps()
elif shown == TYPED:
    typed.grid(run, view.typed_day(run))
elif run is None:
    blocks.empty_state("La production paraîtra ici dès que les prévisions seront calculées.")
elif (chosen := view.chosen_day(run)) is not None:
    if shown == SLIPS:
        view.slips(run, chosen)
    else:
        view.day_sheet(run, chosen)
