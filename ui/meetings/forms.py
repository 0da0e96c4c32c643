"""The forms of the mission: add a meeting with the figures of its day, give the weather, withdraw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from data.meetings import meeting as record
from data.meetings import read, weather
from data.meetings.figures import figures_of
from data.meetings.meeting import LONGEST_TITLE, MeetingRefused
from data.meetings.read import Meeting
from data.meetings.weather import LONGEST_REASON, UNKNOWN, WEATHERS
from ui.access import User, require
from ui.edit import block
from ui.kit import blocks, sheet
from ui.kit.formats import day, long_day
from ui.meetings import sentences
from ui.session import ask, store

DECISIONS = {"Une décision du comité": "decisions"}
REFUSED, ROUND = "seance_refusee", "seance_tour"  # session keys: why nothing was saved; how many were


def forms(user: User, today: date) -> None:
    """Let the mission numérique keep the record; the other roles only read."""
    if user.role != "mission":
        return
    if refusal := st.session_state.pop(REFUSED, None):
        blocks.problem("Rien n’est enregistré.", refusal)
    block.editing(user, DECISIONS, today)
    with st.expander("Ajouter une séance, donner la météo", icon=":material/groups:", key="tenir_le_registre"):
        turn = st.session_state.setdefault(ROUND, 0)
        _meeting(today, turn)
        _withdrawals()
        _weather(turn)


def _meeting(today: date, turn: int) -> None:
    """Show the form of a meeting; once its day is chosen, the figures that will be kept."""
    left, right = st.columns(2)
    held_on = left.date_input(
        "Jour de la séance", None, max_value=today, format="DD/MM/YYYY", key=f"seance_jour_{turn}"
    )
    right.text_input("Titre ou lieu", key=f"seance_titre_{turn}", max_chars=LONGEST_TITLE)
    if isinstance(held_on, date):
        _figures(held_on)
    else:
        blocks.note("Choisissez le jour\u00a0: ses chiffres s’affichent, puis sont gardés avec la séance.")
    st.button("Enregistrer la séance", type="primary", icon=":material/check:", on_click=_record, args=(turn,))


def _figures(held_on: date) -> None:
    known = ask(figures_of, held_on)
    if not known.figures:
        blocks.note("Aucun chiffre n’est encore connu à cette date\u00a0: la séance sera gardée sans chiffre.")
        return
    blocks.note(f"Ces chiffres seront gardés avec la séance. Repas connus jusqu’au {day(known.data_until)}.")
    titles = ["Chiffre de l’année scolaire", "Ce jour-là"]
    rows = [(title, sentences.value(name, known.figures.get(name))) for name, title in sentences.TITLES.items()]
    sheet.sheet(titles, [sheet.row([sheet.cell(title), sheet.cell(value)]) for title, value in rows])


def _withdrawals() -> None:
    """List the meetings, each with a button to withdraw it, or to put it back."""
    for meeting in ask(read.meetings):
        _one(meeting, "Retirer", record.withdraw, "undo")
    for meeting in ask(read.meetings, withdrawn=True):
        _one(meeting, "Remettre", record.put_back, "redo")


def _one(meeting: Meeting, label: str, act: Callable[..., None], icon: str) -> None:
    text, button = st.columns([4, 1], vertical_alignment="center")
    with text:
        blocks.detail(f"{long_day(meeting.held_on).capitalize()}, {meeting.title}")
    button.button(
        label, icon=f":material/{icon}:", key=f"{icon}_seance_{meeting.meeting_id}", on_click=_act,
        args=(act, meeting.meeting_id),
    )  # fmt: skip


def _weather(turn: int) -> None:
    st.subheader("Météo du programme", anchor=False)
    now = ask(weather.current)
    blocks.note(f"{sentences.weather(now)} {sentences.weather_given(now)}")
    choices = [*WEATHERS, UNKNOWN]
    st.selectbox("Météo", choices, choices.index(now.weather), key=f"meteo_{turn}", format_func=str.capitalize)
    st.text_input("Raison, en une phrase", key=f"meteo_raison_{turn}", max_chars=LONGEST_REASON)
    with st.container(horizontal=True):
        st.button("Enregistrer la météo", type="primary", icon=":material/check:", on_click=_give, args=(turn,))
        if now.set_at:
            st.button("Annuler cette météo", icon=":material/undo:", on_click=_take_back)


def _record(turn: int) -> None:
    held_on, title = st.session_state[f"seance_jour_{turn}"], st.session_state[f"seance_titre_{turn}"]
    _save(lambda user: record.record(store(), user, held_on, title), "Séance enregistrée.")


def _act(act: Callable[..., None], meeting_id: int) -> None:
    _save(lambda user: act(store(), user, meeting_id), "C’est fait.")


def _give(turn: int) -> None:
    chosen, reason = st.session_state[f"meteo_{turn}"], st.session_state[f"meteo_raison_{turn}"]
    _save(lambda user: weather.give(store(), user, chosen, reason), "Météo enregistrée.")


def _take_back() -> None:
    _save(lambda user: weather.take_back(store(), user), "Météo annulée.")


def _save(save: Callable[[User], None], done: str) -> None:
    """Save as the mission; what was typed stays where it is refused."""
    try:
        save(require("mission"))
    except MeetingRefused as refusal:
        st.session_state[REFUSED] = str(refusal)
        return
    st.session_state[ROUND] += 1
    st.toast(done, icon=":material/check_circle:")
