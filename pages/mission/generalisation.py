"""Généralisation: when will every school be done, and at which pace?"""

from __future__ import annotations

import streamlit as st

from data.clock import today_in_paris
from data.queries import rollout
from models.scale_up import forecast as scale_up_forecast
from ui.access import require
from ui.kit import blocks
from ui.scale_up import view
from ui.session import ask

require("comite")
blocks.page_title("Généralisation", "Quand toutes les écoles seront-elles équipées, à quel rythme\u00a0?")

today = today_in_paris()
stages = ask(rollout.stages)

if stages["actual_end"].isna().all():
    blocks.empty_state(
        "Aucune étape d’une école test n’est encore terminée dans cette base. "
        "Cette page simulera la suite du programme dès que les premières étapes le seront.",
        "Voir le déploiement",
        "pages/mission/deploiement.py",
    )
else:
    answer = st.container()  # the answer is shown above the assumptions
    assumptions = view.choose_assumptions(stages, today)
    forecast = ask(scale_up_forecast.of_store, today, assumptions)
    if forecast is None:
        blocks.empty_state("La durée d’aucune de ces étapes n’est encore connue\u00a0: choisissez-en d’autres.")
    else:
        with answer:
            view.headline(forecast, assumptions)
            view.fan(forecast, assumptions, today)
        view.pace(forecast)
        view.durations(forecast)
