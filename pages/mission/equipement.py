"""Équipement: do the agents have an identity and a device, and do they use them?"""

from __future__ import annotations

from data.clock import today_in_paris
from data.queries import rollout as programme
from ui.access import require
from ui.edit import block as edit_view
from ui.equipment import counts as people_counts
from ui.equipment import mail as mail_view
from ui.equipment import next_week
from ui.equipment import support as support_view
from ui.equipment import view as equipment_view
from ui.kit import blocks
from ui.session import ask

user = require("comite")
blocks.page_title("Équipement", "Les agents ont-ils une identité numérique et un matériel, et s’en servent-ils\u00a0?")

people_counts.note()
months = ask(programme.months)
today = today_in_paris()

if not months:
    equipment_view.no_counts()
    edit_view.editing(user, edit_view.EQUIPMENT, today)
    counts = equipment_view.by_school(today)
    next_week.to_do(today, counts)
else:
    month = equipment_view.chosen_month(months)
    steps = equipment_view.funnel(month)
    equipment_view.headline(steps)
    edit_view.editing(user, edit_view.EQUIPMENT, today, mois=month)
    equipment_view.losses(steps, month)
    counts = equipment_view.by_group(month)
    next_week.to_do(today, counts)
    equipment_view.trend(month)
    mail_view.mail_and_marks(month)

# Devices, workshops and requests may come before the first count.
equipment_view.devices(counts, today)
support_view.workshops(today)
support_view.tickets(today)
