"""Effet du pilote: do the test schools waste less than they would have without it?"""

from __future__ import annotations

from functools import partial

from models.pilot import study as pilot_study
from ui.access import require
from ui.kit import blocks
from ui.pilot_effect import view
from ui.session import ask

require("comite")
blocks.page_title("Effet du pilote", "Le pilote fait-il baisser le gaspillage, et peut-on en être sûr\u00a0?")

study = ask(pilot_study.study)

if view.nothing_to_show(study):
    view.method()
else:
    blocks.tabs(
        {
            "L’effet": partial(view.effect, study),
            "Avant et après": partial(view.months, study),
            "Cantines comparées": partial(view.pairs, study),
            "Méthode": partial(view.how, study),
        }
    )
