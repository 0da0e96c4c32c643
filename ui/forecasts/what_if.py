"""“Et si…”: what an event would change, before it is recorded; then recording it, as a deposit of one line."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data.calendar.events import CLOSING, FRENCH, Event, scope
from data.clock import today_in_paris
from data.deposit.apply import DepositRefused, apply
from data.export.files import csv_bytes
from data.kinds import kinds, normalise
from data.queries.forecasts import runs
from data.queries.forecasts.adjusted import learnt_effects
from data.queries.forecasts.days import daily_forecast
from data.queries.forecasts.runs import ForecastRun
from ui.access import current, require
from ui.forecasts import event_sentences as say
from ui.kit import blocks, tables
from ui.kit.changes import recorded_by
from ui.kit.filters import WHOLE_CITY
from ui.kit.formats import SPACE, as_text, weekday
from ui.kit.tables import Wide
from ui.navigation import roles_of
from ui.session import ask, request_refresh, store

DEPOSIT = "pages/cantine/depot.py"
UNKNOWN, IN_MEALS, IN_PERCENT = "je ne sais pas", "en repas par jour", "en pour cent"
LONGEST_LABEL = 80
ROUND = "et_si_round"


@st.fragment
def form(run: ForecastRun, place: str, canteen: str | None) -> None:
    """Ask for an event, show what it would change, and offer to record it to those who may."""
    require("cuisine", "comite", "cantine")
    event = _asked(run, place, canteen)
    if event is None:
        return
    if event.ends_on < event.starts_on:
        st.warning("La fin précède le début\u00a0: corrigez les dates.", icon=":material/event_busy:")
        return
    moved = _moved(run, canteen if event.canteen else None, event)
    if moved.empty:
        blocks.note("Aucun jour de service prévu entre ces dates.")
        return
    if _is_known(run, event):
        _show(place if event.canteen else WHOLE_CITY, moved, _moved(run, None, event))
    if current().may(roles_of(DEPOSIT)):
        if st.button("Enregistrer cet événement", type="primary", icon=":material/check:"):
            _record(event)
    else:
        blocks.note("Pour l’enregistrer, adressez-vous à la mission numérique ou au gestionnaire de la cantine.")


def _key(field: str) -> str:
    """Name a field: once an event is recorded, the fields are new ones, else it would be supposed a second time."""
    return f"et_si_{field}_{st.session_state.setdefault(ROUND, 0)}"


def _asked(run: ForecastRun, place: str, canteen: str | None) -> Event | None:
    """Show the fields and return the event they describe."""
    days = ask(runs.forecast_days, run.run_id)
    ahead = next((day for day in days if day >= today_in_paris()), days[0])
    bounds: dict[str, Any] = {"min_value": days[0], "max_value": days[-1], "format": "DD/MM/YYYY"}
    left, right = st.columns(2)
    names = {french: kind for kind, french in say.KINDS.items()}
    kind = names[left.selectbox("Événement", list(names), index=1, key=_key("type"))]
    scopes = [WHOLE_CITY] if canteen is None else [place, WHOLE_CITY]
    where = right.selectbox(
        "Lieu", scopes, key=_key("lieu"), help="Pour une seule cantine, choisissez-la en haut de la page."
    )
    first = left.date_input("Premier jour", ahead, key=_key("debut"), **bounds)
    last = right.date_input("Dernier jour", first or ahead, key=_key("fin"), **bounds)
    of_canteen = canteen if where != WHOLE_CITY else None
    effect = {} if kind in CLOSING else _effect(of_canteen)
    label = st.text_input("Libellé (facultatif, sans nom de personne)", max_chars=LONGEST_LABEL, key=_key("libelle"))
    if not isinstance(first, date) or not isinstance(last, date):
        return None
    return Event(kind, first, last, of_canteen, label.strip() or None, **effect)


def _effect(canteen: str | None) -> dict[str, Any]:
    """Ask for the expected effect; for the whole city only a share has a meaning for each canteen."""
    left, right = st.columns(2)
    choices = [UNKNOWN, IN_PERCENT] if canteen is None else [UNKNOWN, IN_MEALS, IN_PERCENT]
    known = left.selectbox("Effet attendu", choices, key=_key("effet"))
    if known == IN_MEALS:
        given = right.number_input("Repas en plus, ou en moins (−)", -5000, 5000, -20, key=_key("repas"))
        return {"effect_meals": int(given)}
    if known == IN_PERCENT:
        given = right.number_input("Pour cent en plus, ou en moins (−)", -99, 300, -20, step=5, key=_key("pourcent"))
        return {"effect_percent": float(given)}
    return {}


def _moved(run: ForecastRun, canteen: str | None, event: Event) -> pd.DataFrame:
    """Return the days of the event in a place, without it and with it."""
    before = ask(daily_forecast, run.run_id, canteen)
    within = before["date"].between(pd.Timestamp(event.starts_on), pd.Timestamp(event.ends_on))
    return say.change(before[within], ask(daily_forecast, run.run_id, canteen, event))


def _show(place: str, moved: pd.DataFrame, city: pd.DataFrame) -> None:
    blocks.takeaway(f"{say.what_if(place, moved)} {say.for_the_kitchen(city)}")
    shown = {
        "date": "Date",
        "weekday": "Jour",
        "meals_before": "Prévision sans",
        "meals_after": "avec",
        "meals_lower_after": "entre",
        "meals_upper_after": "et",
        "advised_before": "Conseillée sans",
        "advised_after": "Conseillée avec",
        "gap": "Différence",
    }
    table = moved.assign(weekday=moved["date"].map(weekday))[list(shown)].rename(columns=shown)
    meals, advised = table.columns[2:6], table.columns[6:]
    parts = (table.drop(columns=advised), table.drop(columns=meals))
    tables.table(Wide(table, parts), "et_si", digits=0, height="content", download=False)


def _is_known(run: ForecastRun, event: Event) -> bool:
    """Tell whether anything is known of what the event changes, and say where it comes from when nobody gave it."""
    if event.kind in CLOSING or event.effect_meals is not None or event.effect_percent is not None:
        return True
    learnt = ask(learnt_effects, run.run_id)
    told: say.Row = {"kind": event.kind, "canteen": event.canteen, "effect_meals": None, "effect_percent": None}
    if scope(event.kind, event.canteen) in learnt:
        blocks.note(f"{say.KINDS[event.kind]}{SPACE}: {say.effect(told, learnt)}.")
        return True
    st.info(
        "Aucun événement de ce type et de cette étendue n’est connu dans le passé\u00a0: indiquez l’effet attendu, "
        "sans quoi la prévision ne change pas.",
        icon=":material/info:",
    )
    return False


def _record(event: Event) -> None:
    """Deposit the event as a file of one line: history, undo and audit come with it."""
    user = require(*roles_of(DEPOSIT))
    line = [
        FRENCH[event.kind],
        event.starts_on,
        event.ends_on,
        event.canteen,
        event.label,
        event.effect_meals,
        event.effect_percent,
    ]
    name = f"evenement_{normalise(FRENCH[event.kind])}_{event.starts_on:%Y-%m-%d}.csv"
    try:
        report = apply(store(), name, csv_bytes(kinds()["events"], [line], "open"), user.name)
    except DepositRefused as refusal:
        blocks.problem("Cet événement n’est pas enregistré.", str(refusal))
        return
    if report.nothing_to_do:
        known = f"cet événement est déjà enregistré{recorded_by(report.known_by, user)}."
        st.info(as_text(f"Rien n’est ajouté\u00a0: {known}"), icon=":material/check:")
        return
    request_refresh()
    st.session_state[ROUND] += 1
    st.toast("Événement enregistré\u00a0: les prévisions en tiennent compte.", icon=":material/check_circle:")
    st.rerun()
