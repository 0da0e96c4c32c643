"""Équipement: do the agents have an identity and a device, and do they use them?"""

from __future__ import annotations

from data.clock import today_in_paris
from data.queries import rollout as programme
from ui.access import require
from ui.edit import block as edit_view
from ui.equipment import mail as mail_view
from ui.equipment import next_week
from ui.equipment import support as support_view
from ui.equipment import view as equipment_view
from ui.kit import blocks
from ui.session import ask

user = require("comite")
blocks.page_title("Équipement", "Les agents ont-ils une identité numérique et un matériel, et s’en servent-ils\u00a0?")

months = ask(programme.months)
today = today_in_paris()

if not months:
    equipment_view.no_counts()
    edit_view.editing(user, edit_view.EQUIPMENT, today)
    masked = equipment_view.by_school(today)
    next_week.to_do(today, masked)
else:
    month = equipment_view.chosen_month(months)
    steps = equipment_view.funnel(month)
    equipment_view.headline(steps)
    edit_view.editing(user, edit_view.EQUIPMENT, today, mois=month)
    equipment_view.stairs(steps, month)
    masked = equipment_view.by_group(month)
    next_week.to_do(today, masked)
    equipment_view.trend(month)
    mail_view.mail_and_marks(month)

# Devices, workshops and requests may come before the first count.
equipment_view.devices(masked, today)
support_view.workshops(today)
support_view.tickets(today)
