"""Séances du comité: what was decided, what is done, what changed since?"""

from __future__ import annotations

from functools import partial

from data.clock import today_in_paris
from data.meetings import read
from ui.access import require
from ui.kit import blocks
from ui.meetings import forms, view
from ui.session import ask

user = require("comite")
blocks.page_title("Séances du comité", "Qu’avons-nous décidé, qu’est-ce qui est fait, qu’est-ce qui a changé\u00a0?")

today = today_in_paris()
meetings = ask(read.meetings)

if not meetings:
    blocks.empty_state(
        "Aucune séance n’est encore enregistrée. La mission numérique ajoute chaque séance ici, avec ses décisions. "
        "Les chiffres du jour sont gardés, et l’on verra d’une séance à l’autre ce qui a changé."
    )
    forms.forms(user, today)
    view.decisions(None, today)
    view.past(meetings)
else:
    forms.forms(user, today)
    blocks.tabs(
        {
            "Dernière séance": partial(view.last, meetings[0], today),
            "Ce qui a changé": partial(view.changes, meetings, today),
            "Séances passées": partial(view.past, meetings),
        }
    )
