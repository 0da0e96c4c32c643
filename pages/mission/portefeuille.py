"""Portefeuille des pilotes: which of the programme's pilots first, and what must the comité decide?"""

from __future__ import annotations

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
    view.headline(pilots)
    block.editing(user, block.PORTFOLIO, today)
    view.waiting(pilots)
    view.weights(pilots)
    view.table(pilots)
