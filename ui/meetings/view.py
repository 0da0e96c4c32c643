"""The blocks of the page Séances du comité: the last meeting, its decisions, what changed between two days."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data.meetings import read, since, weather
from data.meetings.figures import Figures, figures_of
from data.meetings.read import CLOSED, Meeting
from ui.kit import blocks, sheet
from ui.kit.blocks import Figure
from ui.kit.formats import MISSING, SPACE, day, is_missing, long_day, number, plural, school_name
from ui.meetings import sentences
from ui.session import ask

SHOWN = 6  # decisions before “all of them”
TITLES = ["Décision", "Service", "Pour le", "État"]
CHANGES_CAPTION = (
    "Calculé sur les données d’aujourd’hui. Repas en trop\u00a0: les mêmes cantines, jours complets et ordinaires "
    "après la date, et autant de jours avant\u00a0; rien n’est dit à moins de dix jours de chaque côté."
)


def last(meeting: Meeting, today: date) -> None:
    """Show the last meeting, and what is to be done since."""
    last_meeting(meeting, today)
    decisions(meeting, today)


def last_meeting(meeting: Meeting, today: date) -> None:
    """Show the last meeting: its date, the weather of the programme, what was decided, done, late."""
    now, rows = ask(weather.current), ask(read.decisions)
    decided, done, late = counts(meeting, rows, today)
    with blocks.question(f"Dernière séance\u00a0: {long_day(meeting.held_on)}", meeting.title):
        blocks.takeaway(sentences.weather(now))
        blocks.figures(
            [
                Figure("Décisions prises ce jour-là", number(decided)),
                Figure("Faites depuis", number(done)),
                Figure("En retard, à prendre ou à faire", number(late)),
            ],
            "seance",
        )


def counts(meeting: Meeting, rows: pd.DataFrame, today: date) -> tuple[int, int, int]:
    """Count the decisions taken at a meeting, those done since, those late today."""
    held_on = pd.Timestamp(meeting.held_on)
    return (
        int((rows["decided_on"] == held_on).sum()),
        int((rows["done_on"] > held_on).sum()),
        int(read.late(rows, today).sum()),
    )


def decisions(meeting: Meeting | None, today: date) -> None:
    """Answer: what is to be done, by whom, until when? First what is open, then what was done since the meeting."""
    rows = ask(read.decisions)
    with blocks.question("Qui fait quoi, pour quand\u00a0?"):
        if rows.empty:
            blocks.empty_state("Aucune décision n’est encore enregistrée.")
            return
        rows = rows.assign(late=read.late(rows, today))
        taken = rows["decided_on"].notna()
        closed = rows["state"].isin(CLOSED) | (taken & rows["pilot"].notna())
        since_then = pd.Timestamp(meeting.held_on if meeting else today)
        fresh = (rows["done_on"] > since_then) | (rows["decided_on"] >= since_then)
        to_do = ~closed & ~rows["late"]
        first = pd.concat(
            [rows[~closed & rows["late"]], rows[to_do & taken], rows[closed & fresh], rows[to_do & ~taken]]
        )
        sheet.sheet(TITLES, map(_decision, first.head(SHOWN).to_dict("records")))
        if len(rows) > min(len(first), SHOWN):
            with st.expander(f"Toutes les décisions ({len(rows)})", key="toutes_les_decisions"):
                sheet.sheet(TITLES, map(_decision, rows.to_dict("records")))
                blocks.link("pages/mission/portefeuille.py", "Les décisions sur les pilotes\u00a0: Portefeuille")


def _decision(row: dict[Any, Any]) -> sheet.Row:
    taken = not is_missing(row["decided_on"])
    about = _text(row["school"], school_name) or _text(row["pilot"])
    choice = "" if row["outcome"] == row["decision"] else _text(row["outcome"])
    when = row["act_by"] if taken else row["due_on"]
    state = _text(row["state"]) or ("prise" if taken else "à décider")
    state = state.replace(" ", SPACE)
    if not is_missing(row["done_on"]):
        state = f"{state} le {day(row['done_on'])}"
    elif taken:
        choice = f"{choice}{', ' if choice else ''}le {day(row['decided_on'])}"
    note = f"{SPACE}; ".join(filter(None, [about, choice]))
    late = f"en{SPACE}retard" if row["late"] else ""
    return sheet.row([
        sheet.cell(row["decision"], note=note), sheet.cell(_text(row["owner"]) or MISSING),
        sheet.cell(day(when)), sheet.cell(state, note=late),
    ])  # fmt: skip


def _text(value: Any, write: Any = str) -> str:  # noqa: ANN401
    return "" if is_missing(value) else write(value)


# ---------------------------------------------------------------- what changed
def changes(meetings: list[Meeting], today: date) -> None:
    """Answer: what changed between two meetings, or since one of them?"""
    days = sorted({meeting.held_on for meeting in meetings} | {today}, reverse=True)
    with blocks.question("Qu’est-ce qui a changé\u00a0?", CHANGES_CAPTION):
        if len(days) < 2:
            blocks.empty_state("Une seule séance, aujourd’hui\u00a0: les changements se liront à partir de demain.")
            return
        left, right = st.columns(2)
        first = left.selectbox("Depuis", days[1:], key="seance_depuis", format_func=sentences.day_or_today)
        later = [one for one in days if one > first]
        last = right.selectbox("Jusqu’à", later, key=f"seance_jusqu_a_{first}", format_func=sentences.day_or_today)
        found = ask(since.since, first, last)
        if not found:
            blocks.takeaway("Rien de sûr à dire\u00a0: trop peu de jours, ou aucun changement enregistré.")
        for fact in found:
            _fact(fact, first, last)
        with st.expander("Les chiffres de ces deux jours", key="chiffres_des_seances", on_change="rerun") as opened:
            if opened.open:
                _figures(meetings, first, last)


def _fact(fact: since.Fact, first: date, last: date) -> None:
    left, right = st.columns([6, 1], vertical_alignment="center")
    with left:
        blocks.detail(sentences.changed(fact, first, last))
    if fact.page != since.RECORD:
        with right:
            blocks.link(fact.page, "Vérifier")


def _figures(meetings: list[Meeting], first: date, last: date) -> None:
    """Show the figures of two days: frozen for a meeting, computed now for today."""
    kept = {meeting.held_on: Figures(meeting.figures, meeting.data_until) for meeting in meetings}
    before, after = (kept.get(one) or ask(figures_of, one) for one in (first, last))
    names = [name for name in sentences.TITLES if name in before.figures or name in after.figures]
    if not names:
        blocks.note("Aucun chiffre n’est connu pour ces deux jours.")
        return
    titles = ["Chiffre de l’année scolaire", sentences.day_or_today(first), sentences.day_or_today(last), "Écart"]
    sheet.sheet(
        titles,
        [
            sheet.row([
                sheet.cell(sentences.TITLES[name]),
                *(sheet.cell(sentences.value(name, one.figures.get(name)),
                             note=sentences.measure(name, one.figures.get(name))) for one in (before, after)),
                sheet.cell(sentences.gap(name, before.figures.get(name), after.figures.get(name))),
            ])
            for name in names
        ],
    )  # fmt: skip
    frozen = "Les chiffres d’une séance sont ceux de ce jour-là, gardés tels quels."
    blocks.note(f"{frozen} Repas connus jusqu’au {day(before.data_until)} et au {day(after.data_until)}.")


def past(meetings: list[Meeting]) -> None:
    """List the meetings and the weathers of the programme."""
    given = ask(weather.history)
    if not meetings and given.empty:
        return
    title = f"{plural(len(meetings), 'séance')}, {plural(len(given), 'météo')} du programme"
    with blocks.question(title):
        blocks.sentences(f"{long_day(meeting.held_on).capitalize()}, {meeting.title}." for meeting in meetings)
        if not given.empty:
            columns = {"set_at": "Donnée le", "weather": "Météo", "reason": "Raison"}
            table = given[list(columns)].rename(columns=columns)
            sheet.sheet_of(table.assign(**{"Donnée le": table["Donnée le"].map(day)}))
