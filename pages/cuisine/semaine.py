"""Semaine de la cuisine: how much to order and to produce, for whom, on which day, and what do the canteens say?"""

from __future__ import annotations

import streamlit as st

from data.queries import overview
from data.queries.forecasts import runs
from ui.access import require
from ui.announcements import kitchen
from ui.first_steps import view as first_steps
from ui.forecasts import events, view, why
from ui.forecasts import risk as forecasts_risk
from ui.kit import blocks, filters
from ui.session import ask
from ui.week import days
from ui.week import view as week

user = require("cuisine", "comite", "cantine")
blocks.page_title("Semaine de la cuisine", "Combien préparer, pour qui, quel jour\u00a0?")

if ask(overview.store_overview).last_day is None:
    first_steps.checklist(user)
    st.stop()

run = ask(runs.latest_run)
view.freshness(run)
if run is None:
    blocks.empty_state("Les prévisions des 30 prochains jours de service paraîtront ici dès la fin de leur calcul.")
    first_steps.checklist(user)
    st.stop()

shown = days.view()
if shown != days.PLACE:
    chosen, produced = days.to_order(run) if shown == days.ORDER else days.to_produce(run), shown == days.PRODUCE
    week.totals(run, user, chosen, with_order=produced)
    kitchen.block(user)
    week.canteens(run, user, chosen, with_order=produced)
    st.stop()

place, canteen = filters.canteen()
risk = forecasts_risk.choice(run)
view.coming_days(run, place, canteen, risk)
forecasts_risk.price_of_choices(run, place, canteen, risk)
events.events(run, user, place, canteen)
chosen_day = view.chosen_day(run)
if chosen_day:
    why.why(run, place, canteen, chosen_day)
    view.one_day(run, chosen_day, risk, after_city=canteen is None)
