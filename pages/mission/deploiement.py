"""Déploiement: where do the test schools stand?"""

from __future__ import annotations

from data.clock import today_in_paris
from ui.access import require
from ui.edit import block as edit_view
from ui.kit import blocks
from ui.rollout import steering as steering_view
from ui.rollout import view as rollout_view

user = require("comite")
blocks.page_title("Déploiement", "Où en sont les écoles test, qu’est-ce qui les retient, quelle est la suite\u00a0?")

today = today_in_paris()
schools = rollout_view.schools(today)

if schools.empty:
    blocks.empty_state(
        "Aucune école test n’est encore enregistrée dans cette base. Cette page montrera l’étape de chaque école, "
        "son retard et son raccordement dès que le programme y sera saisi."
    )
    edit_view.editing(user, edit_view.ROLLOUT, today)
else:
    rollout_view.summary(today)
    edit_view.editing(user, edit_view.ROLLOUT, today)
    chosen = rollout_view.chosen_schools(schools)
    rollout_view.timeline(chosen, today)
    rollout_view.table(chosen, today, len(schools))

# Decisions, milestones and risks may come before the first school.
steering_view.decisions(today)
steering_view.milestones(today)
steering_view.risks()
if not schools.empty:
    steering_view.school_map(schools)
    rollout_view.delays_note(today)
