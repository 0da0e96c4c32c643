"""“Et si…”, a what-if scenario: the effect of an event on the forecasts before it is recorded, and its recording."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data.access.rights import Act, reach
from data.calendar.event_kinds import CLOSING, FRENCH
from data.calendar.events import Event, scope
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
FORM_NUMBER = "et_si_round"


@st.fragment
def form(run: ForecastRun, place: str, canteen: str | None) -> None:
    """Show the fields of an event, then its effect on the forecasts, then the button that records it."""
    require("cuisine", "comite", "cantine")
    event = _event_fields(run, place, canteen)
    if event is None:
        return
    if event.ends_on < event.starts_on:
        st.warning("La fin précède le début\u00a0: corrigez les dates.", icon=":material/event_busy:")
        return
    changes = _changes(run, canteen if event.canteen else None, event)
    if changes.empty:
        blocks.note("Aucun jour de service prévu entre ces dates.")
        return
    if _has_effect(run, event):
        _show(place if event.canteen else WHOLE_CITY, changes, _changes(run, None, event))
    if reach(current(), Act.DEPOSIT, "events").covers([event.canteen]):
        if st.button("Enregistrer cet événement", type="primary", icon=":material/check:"):
            _record(event)
    else:
        whom = "à la mission numérique" if event.canteen is None else "au gestionnaire de la cantine"
        blocks.note(f"Pour l’enregistrer, adressez-vous {whom}.")


def _key(field: str) -> str:
    """Return the key of a field; it changes after each recorded event, so that the form is empty again."""
    return f"et_si_{field}_{st.session_state.setdefault(FORM_NUMBER, 0)}"


def _event_fields(run: ForecastRun, place: str, canteen: str | None) -> Event | None:
    """Show the fields and return the event they describe."""
    days = ask(runs.forecast_days, run.run_id)
    first_future = next((day for day in days if day >= today_in_paris()), days[0])
    bounds: dict[str, Any] = {"min_value": days[0], "max_value": days[-1], "format": "DD/MM/YYYY"}
    left, right = st.columns(2)
    names = {french: kind for kind, french in say.KINDS.items()}
    kind = names[left.selectbox("Événement", list(names), index=1, key=_key("type"))]
    scopes = [WHOLE_CITY] if canteen is None else [place, WHOLE_CITY]
    scope_name = right.selectbox(
        "Lieu", scopes, key=_key("lieu"), help="Pour une seule cantine, choisissez-la en haut de la page."
    )
    first = left.date_input("Premier jour", first_future, key=_key("debut"), **bounds)
    last = right.date_input("Dernier jour", first or first_future, key=_key("fin"), **bounds)
    event_canteen = canteen if scope_name != WHOLE_CITY else None
    effect = {} if kind in CLOSING else _effect(event_canteen)
    label = st.text_input("Libellé (facultatif, sans nom de personne)", max_chars=LONGEST_LABEL, key=_key("libelle"))
    if not isinstance(first, date) or not isinstance(last, date):
        return None
    return Event(kind, first, last, event_canteen, label.strip() or None, **effect)


def _effect(canteen: str | None) -> dict[str, Any]:
    """Show the fields of the expected effect; for the whole city it is a percentage, which every canteen can apply."""
    left, right = st.columns(2)
    units = [UNKNOWN, IN_PERCENT] if canteen is None else [UNKNOWN, IN_MEALS, IN_PERCENT]
    unit = left.selectbox("Effet attendu", units, key=_key("effet"))
    if unit == IN_MEALS:
        value = right.number_input("Repas en plus, ou en moins (−)", -5000, 5000, -20, key=_key("repas"))
        return {"effect_meals": int(value)}
    if unit == IN_PERCENT:
        value = right.number_input("Pour cent en plus, ou en moins (−)", -99, 300, -20, step=5, key=_key("pourcent"))
        return {"effect_percent": float(value)}
    return {}


def _changes(run: ForecastRun, canteen: str | None, event: Event) -> pd.DataFrame:
    """Return the forecasts of a place on the days of the event, without it and with it."""
    before = ask(daily_forecast, run.run_id, canteen)
    in_event = before["date"].between(pd.Timestamp(event.starts_on), pd.Timestamp(event.ends_on))
    return say.change(before[in_event], ask(daily_forecast, run.run_id, canteen, event))


def _show(place: str, changes: pd.DataFrame, city_changes: pd.DataFrame) -> None:
    blocks.takeaway(f"{say.what_if(place, changes)} {say.for_the_kitchen(city_changes)}")
    titles = {
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
    table = changes.assign(weekday=changes["date"].map(weekday))[list(titles)].rename(columns=titles)
    meals, advised = table.columns[2:6], table.columns[6:]
    parts = (table.drop(columns=advised), table.drop(columns=meals))
    tables.table(Wide(table, parts), "et_si", digits=0, height="content", download=False)


def _has_effect(run: ForecastRun, event: Event) -> bool:
    """Tell whether the event has a known effect: declared, or learnt from the past; show which effect was learnt."""
    if event.kind in CLOSING or event.effect_meals is not None or event.effect_percent is not None:
        return True
    learnt = ask(learnt_effects, run.run_id)
    event_row: say.Row = {"kind": event.kind, "canteen": event.canteen, "effect_meals": None, "effect_percent": None}
    if scope(event.kind, event.canteen) in learnt:
        blocks.note(f"{say.KINDS[event.kind]}{SPACE}: {say.effect(event_row, learnt)}.")
        return True
    st.info(
        "Aucun événement semblable connu\u00a0: indiquez l’effet attendu, sans quoi la prévision ne change pas.",
        icon=":material/info:",
    )
    return False


def _record(event: Event) -> None:
    """Record the event as a deposit of one line, with its history, its undo and its audit line."""
    user = require(*roles_of(DEPOSIT))
    cells = [
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
        report = apply(store(), name, csv_bytes(kinds()["events"], [cells], "open"), user)
    except DepositRefused as refusal:
        blocks.problem("Cet événement n’est pas enregistré.", str(refusal))
        return
    if report.nothing_to_do:
        message = f"cet événement est déjà enregistré{recorded_by(report.known_by, user)}."
        st.info(as_text(f"Rien n’est ajouté\u00a0: {message}"), icon=":material/check:")
        return
    request_refresh()
    st.session_state[FORM_NUMBER] += 1
    st.toast("Événement enregistré\u00a0: les prévisions en tiennent compte.", icon=":material/check_circle:")
    st.rerun()
