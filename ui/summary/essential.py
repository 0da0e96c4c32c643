"""L’essentiel: all that the comité reads in two minutes, on one screen and one sheet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

from data.meetings import read
from data.meetings.read import Meeting
from data.queries.pilot import Study
from data.queries.rollout import progress
from data.selection import Selection
from ui.access import current
from ui.kit import blocks
from ui.kit.formats import SPACE, as_text, escape, percent
from ui.navigation import roles_of
from ui.rollout.steering import DECISIONS
from ui.session import ask
from ui.summary import sentences as say
from ui.summary.situation import Situation, alerts
from ui.summary.trend import trend

TO_DECIDE = ALERTS = 3
DEPLOYMENT, MEETINGS = "pages/mission/deploiement.py", "pages/comite/seances.py"
EXPLAINED = (
    "Repas en trop", "Surproduction", "Jour exceptionnel", "Météo", "Écoles en retard", "Effet du pilote",
    "Gaspillage par repas",
)  # fmt: skip


def essential(facts: Situation, selection: Selection, study: Study, today: date) -> None:
    """Show the one screen: the figure, the comité, the schools, the pilot, the grams."""
    meeting = ask(read.last_meeting, today)
    with st.container(key="essentiel"):
        with st.container(key="essentiel_corps"):
            with st.container(key="essentiel_chiffre"):
                st.html(_main_figure(facts, meeting, today))
                trend(selection, facts.reference("surplus_target_pct"), say.pilot_start(study), say.trend(facts))
            with st.container(key="essentiel_comite"):
                with st.container(key="essentiel_depuis"):
                    _since(meeting, today)
                with st.container(key="essentiel_decider"):
                    _to_decide(today)
                with st.container(key="essentiel_alertes"):
                    _part("Alertes", _list(alerts(facts)[:ALERTS]))
        _schools(ask(progress, today))
        foot = _foot(say.PILOT_TITLE, say.pilot(study)) + _foot("Gaspillage pesé", say.grams(facts))
        st.html(f'<div class="foot">{foot}</div>')


def _main_figure(facts: Situation, meeting: Meeting | None, today: date) -> str:
    lines = [("Objectif", say.goal(facts)), *say.since_meeting(meeting, today)]
    told = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in lines)
    return (
        f'<div class="main-figure"><div><h2>Repas en trop</h2><p class="value">{escape(percent(facts.now.surplus_pct))}'
        f"</p><p>des repas servis, {escape(say.beside(facts))}</p>"
        f"{blocks.why_html(EXPLAINED, 'essentiel', facts.services)}</div><dl>{told}</dl></div>"
    )


# ---------------------------------------------------------------- the comité
def _since(meeting: Meeting | None, today: date) -> None:
    if meeting is None:
        _part("Comité", f"<p>{say.NO_MEETING}</p>")
        return
    # What the counts are of stands, by its name, on the page of the meetings.
    page = MEETINGS if current().may(roles_of(MEETINGS)) else None
    weather, *counted = ["", *say.since_counts(meeting, today)][-4:]
    lines = [escape(line) for line in [weather, *counted] if line]
    if page:  # one link: a finger would miss three, a line apart
        lines[-len(counted)] = f'<a href="/{Path(page).stem}">{lines[-len(counted)]}</a>'
    _part(say.since_title(meeting), f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>")


def _to_decide(today: date) -> None:
    """Show the decisions that are awaited, the most pressing first, each a link to where it is taken."""
    rows = ask(read.awaited)
    count = f" ({TO_DECIDE} premières sur{SPACE}{len(rows)})" if len(rows) > TO_DECIDE else ""
    _part(f"À décider{count}", "" if len(rows) else f"<p>{say.NOTHING_AWAITED}</p>")
    for row in rows.head(TO_DECIDE).to_dict("records"):
        label, page = say.expected(row, today), str(row["page"])
        if current().may(roles_of(page)):
            parts = {blocks.PART: DECISIONS} if page == DEPLOYMENT else None
            st.page_link(page, label=as_text(label), query_params=parts)
        else:
            blocks.detail(label)


def _part(title: str, body: str) -> None:
    st.html(f'<div class="part"><h2>{escape(title)}</h2>{body}</div>')


def _list(lines: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


# ---------------------------------------------------------------- the programme
def _schools(schools: pd.DataFrame) -> None:
    """Show the test schools as one strip: stage, weather in a word, delay in words."""
    if schools.empty:
        _part("Écoles test", f"<p>{say.NO_SCHOOL}</p>")
        return
    _part(say.schools_title(schools), f'<ul class="strip">{"".join(map(_school, schools.to_dict("records")))}</ul>')


def _school(row: say.Row) -> str:
    one = say.school(row)
    return (
        f"<li{' class=late' if one.late else ''}><strong>{escape(one.name)}</strong>"
        f"<span>{escape(one.stage)}</span><span>{escape(one.state)}</span></li>"
    )


def _foot(title: str, text: str) -> str:
    return f"<div><h2>{escape(title)}</h2><p>{escape(text)}</p></div>"
