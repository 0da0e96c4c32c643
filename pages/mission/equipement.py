"""Équipement: do the agents have an identity and a device, and do they use them?"""

from __future__ import annotations

from functools import partial

from data.clock import today_in_paris
from data.queries import rollout
from ui.access import require
from ui.edit import block
from ui.equipment import counts as equipment_counts
from ui.equipment import mail, next_week, support, view
from ui.kit import blocks
from ui.session import ask

user = require("comite")
blocks.page_title("Équipement", "Les agents ont-ils une identité numérique et un matériel, et s’en servent-ils\u00a0?")

equipment_counts.note()
months = ask(rollout.months)
today = today_in_paris()
month = view.chosen_month(months) if months else None

if month is None:
    view.no_counts()
    block.editing(user, block.EQUIPMENT, today)
    of_agents = {}
else:
    block.editing(user, block.EQUIPMENT, today, mois=month)
    of_agents = {
        "Parcours": partial(view.journey, month),
        "Écoles et métiers": partial(view.by_group, month),
        "Évolution": partial(view.trend, month),
        "Messagerie": partial(mail.mail_and_marks, month),
    }
# Devices, workshops and requests may come before the first count.
blocks.tabs(
    of_agents
    | {
        "Matériels": partial(view.devices, month or today, today),
        "Ateliers et demandes": partial(support.support, today),
        "À faire": partial(next_week.to_do, month or today, today),
    }
)
