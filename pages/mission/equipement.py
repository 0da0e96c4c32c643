"""Équipement: do the agents have an identity and a device, and do they use them?"""

from __future__ import annotations

from datetime import date

from data import programme
from ui import blocks, equipment_view
from ui.access import require
from ui.session import ask

require("comite")
blocks.page_title("Équipement", "Les agents ont-ils une identité numérique et un matériel, et s’en servent-ils\u00a0?")

months = ask(programme.months)

if not months:
    blocks.empty_state(
        "Aucun chiffre d’équipement n’est encore enregistré dans cette base. Cette page montrera les agents par étape, "
        "école et métier, jamais une personne, dès que ces comptes y seront saisis."
    )
else:
    month = equipment_view.chosen_month(months)
    steps = equipment_view.funnel(month)
    equipment_view.headline(steps)
    equipment_view.stairs(steps, month)
    masked = equipment_view.by_group(month)
    equipment_view.trend()
    equipment_view.devices(masked)
    equipment_view.workshops(date.today())
