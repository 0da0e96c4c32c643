"""Ma cantine: what do I prepare tomorrow, what must I still enter, how did the last weeks go?"""

from __future__ import annotations

from data.queries.canteen.recent import last_day
from ui.access import require
from ui.announcements import canteen as announcements
from ui.canteen import surplus, view
from ui.first_steps import view as first_steps
from ui.kit import blocks
from ui.kit.own_canteen import own_canteen_or_stop
from ui.session import ask

user = require("cantine")
blocks.page_title("Ma cantine", "Combien de repas demain, et que reste-t-il à saisir\u00a0?")
if first_steps.are_needed(user):
    first_steps.checklist(user)
label, canteen = own_canteen_or_stop(user)
announcements.notes(user, canteen)
view.next_service(canteen)
view.to_enter(canteen)
surplus.block(canteen)
announcements.block(user, label, canteen)
last = ask(last_day, canteen)
if last:
    view.advice(canteen, last)
    view.last_weeks(canteen, last)
    view.among_others(canteen, last)
