"""Portefeuille des pilotes: which of the programme's pilots first, and what must the comité decide?"""

from __future__ import annotations

from functools import partial

from data.clock import today_in_paris
from ui.access import require
from ui.edit import block
from ui.kit import blocks
from ui.portfolio import view

user = require("comite")
blocks.page_title(
    "Portefeuille des pilotes", "Quels pilotes du programme d’abord, et que doit décider le comité\u00a0?"
)

today = today_in_paris()
pilots = view.pilots(today)

if pilots.empty:
    blocks.empty_state(
        "Aucun pilote n’est encore enregistré dans cette base. Cette page montrera chaque pilote, de l’idée à la "
        "généralisation, son impact, son effort et ce que le comité en a décidé."
    )
    block.editing(user, block.PORTFOLIO, today)
else:
    block.editing(user, block.PORTFOLIO, today)
    blocks.tabs(
        {
            "À décider": partial(view.to_decide, pilots),
            "Priorités": partial(view.weights, pilots),
            "Chaque pilote": partial(view.table, pilots),
        }
    )
