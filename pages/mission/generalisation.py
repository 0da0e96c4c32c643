"""Généralisation: when will every school be done, and at which pace?"""

from __future__ import annotations

import streamlit as st

from data.clock import today_in_paris
from data.queries import rollout as programme
from models.scale_up import forecast as rollout_forecast
from ui.access import require
from ui.kit import blocks
from ui.scale_up import view as rollout_ahead_view
from ui.session import ask

require("comite")
blocks.page_title("Généralisation", "Quand toutes les écoles seront-elles équipées, à quel rythme\u00a0?")

today = today_in_paris()
stages = ask(programme.stages)

if stages["actual_end"].isna().all():
    blocks.empty_state(
        "Aucune étape d’une école test n’est encore terminée dans cette base. "
        "Cette page simulera la suite du programme dès que les premières étapes le seront.",
        "Voir le déploiement",
        "pages/mission/deploiement.py",
    )
else:
    answer = st.container()  # the answer is shown above the assumptions
    assumptions = rollout_ahead_view.choose_assumptions(stages, today)
    forecast = ask(rollout_forecast.of_store, today, assumptions)
    if forecast is None:
        blocks.empty_state("La durée d’aucune de ces étapes n’est encore connue\u00a0: choisissez-en d’autres.")
    else:
        with answer:
            rollout_ahead_view.headline(forecast, assumptions)
            rollout_ahead_view.fan(forecast, assumptions, today)
        rollout_ahead_view.pace(forecast)
        rollout_ahead_view.durations(forecast)
