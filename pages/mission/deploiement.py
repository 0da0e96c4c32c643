"""Déploiement: where do the test schools stand?"""

from __future__ import annotations

from data.clock import today_in_paris
from ui.access import require
from ui.edit import block
from ui.kit import blocks
from ui.rollout import steering, view

user = require("comite")
blocks.page_title("Déploiement", "Où en sont les écoles test, qu’est-ce qui les retient, quelle est la suite\u00a0?")

today = today_in_paris()
schools = view.schools(today)

if schools.empty:
    blocks.empty_state(
        "Aucune école test n’est encore enregistrée dans cette base. Cette page montrera l’étape de chaque école, "
        "son retard et son raccordement dès que le programme y sera saisi."
    )
    block.editing(user, block.ROLLOUT, today)
else:
    view.summary(today)
    block.editing(user, block.ROLLOUT, today)
    chosen = view.chosen_schools(schools)
    view.timeline(chosen, today)
    view.table(chosen, today, len(schools))

# Decisions, milestones and risks may come before the first school.
steering.decisions(today)
steering.milestones(today)
steering.risks()
if not schools.empty:
    steering.school_map(schools)
    view.delays_note(today)
