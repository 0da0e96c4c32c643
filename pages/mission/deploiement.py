"""Déploiement: where do the test schools stand?"""

from __future__ import annotations

from functools import partial

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

of_schools = {
    "Avancement": partial(view.progress, schools, today),
    "Écoles": partial(view.each_school, schools, today),
    "Carte": partial(steering.school_map, schools),
}
# Decisions, milestones and risks may come before the first school.
of_programme = {
    steering.DECISIONS: partial(steering.decisions, today),
    "Jalons": partial(steering.milestones, today),
    "Risques": steering.risks,
}
blocks.tabs(of_programme if schools.empty else of_schools | of_programme)
