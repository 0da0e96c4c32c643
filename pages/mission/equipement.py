"""Équipement: do the agents have an identity and a device, and do they use them?"""

from __future__ import annotations

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

if not months:
    view.no_counts()
    block.editing(user, block.EQUIPMENT, today)
    counts = view.by_school(today)
    next_week.to_do(today, counts)
else:
    month = view.chosen_month(months)
    steps = view.funnel(month)
    view.headline(steps)
    block.editing(user, block.EQUIPMENT, today, mois=month)
    view.losses(steps, month)
    counts = view.by_group(month)
    next_week.to_do(today, counts)
    view.trend(month)
    mail.mail_and_marks(month)

# Devices, workshops and requests may come before the first count.
view.devices(counts, today)
support.workshops(today)
support.tickets(today)
