"""L’essentiel: all that the comité reads in two minutes, on one screen and one sheet."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data.meetings import read, since, weather
from data.meetings.read import Meeting
from data.queries.pilot import Study
from data.queries.rollout import progress
from data.selection import Selection
from ui.access import current
from ui.kit import blocks
from ui.kit.formats import (
    SPACE,
    as_text,
    count_of,
    day,
    escape,
    is_missing,
    number,
    percent,
    plural,
    quantity,
    school_name,
    signed,
)  # fmt: skip
from ui.meetings.view import CLOSED, counts
from ui.navigation import roles_of
from ui.pilot_effect import sentences as pilot_says
from ui.rollout.school_cards import UNKNOWN, WEATHER, delay
from ui.session import ask
from ui.summary.situation import Situation, alerts
from ui.summary.trend import trend

TO_DECIDE = ALERTS = 3
LONGEST_DECISION = 80
EXPLAINED = (
    "Repas en trop", "Surproduction", "Jour exceptionnel", "Météo", "Écoles en retard", "Effet du pilote",
    "Gaspillage par repas",
)  # fmt: skip
Row = dict[Hashable, Any]


def essential(facts: Situation, selection: Selection, study: Study, today: date) -> None:
    """Show the one screen: the figure, the comité, the schools, the pilot, the grams."""
    meeting = ask(read.last_meeting, today)
    with st.container(key="essentiel"):
        with st.container(key="essentiel_corps"):
            with st.container(key="essentiel_chiffre"):
                st.html(_main_figure(facts, meeting, today))
                starts = study.sites["start"].dropna() if len(study.sites) else pd.Series(dtype="datetime64[ns]")
                start = None if starts.empty else pd.Timestamp(starts.min()).date()
                trend(selection, facts.reference("surplus_target_pct"), start, _trend_sentence(facts))
            with st.container(key="essentiel_comite"):
                with st.container(key="essentiel_depuis"):
                    _since(meeting, today)
                with st.container(key="essentiel_decider"):
                    _to_decide(today)
                with st.container(key="essentiel_alertes"):
                    _part("Alertes", _list(alerts(facts)[:ALERTS]))
        _schools(ask(progress, today))
        st.html(f'<div class="foot">{_pilot(study)}{_grams(facts)}</div>')


# ---------------------------------------------------------------- the one figure
def _main_figure(facts: Situation, meeting: Meeting | None, today: date) -> str:
    now, whole = facts.now, facts.whole
    beside = "pas de jour exceptionnel" if facts.exceptional.empty else (
        f"sans les jours exceptionnels{SPACE}; {percent(whole.surplus_pct)} avec"
    )  # fmt: skip
    lines = [("Objectif", _goal(facts)), *_since_meeting(meeting, today)]
    told = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in lines)
    return (
        f'<div class="main-figure"><div><h2>Repas en trop</h2><p class="value">{escape(percent(now.surplus_pct))}</p>'
        f"<p>des repas servis, {escape(beside)}</p>{_why(facts)}</div><dl>{told}</dl></div>"
    )


def _why(facts: Situation) -> str:
    return blocks.why_html(EXPLAINED, "essentiel", facts.services)


def _goal(facts: Situation) -> str:
    """Say whether the goal is held, by the figure that it is about, and how many meals are missing."""
    goal, now = facts.reference("surplus_target_pct"), facts.now
    if goal is None or now.surplus_pct is None or now.overproduction_pct is None:
        return "aucun objectif fixé, ou aucun repas prévu et servi connu."
    told = f"{percent(goal)} de surproduction au plus{SPACE}: "
    allowed = goal * now.pairs_served / 100
    if now.overproduction_pct > goal:
        meals = max(round(now.pairs_planned - now.pairs_served - allowed), 1)
        return f"{told}dépassé ({percent(now.overproduction_pct)}). Il reste {_meals(meals)} à ne plus prévoir."
    held = f"{told}tenu ({percent(now.overproduction_pct)})."
    if now.surplus_pct <= goal:
        return held
    meals = max(round(now.surplus_meals - allowed), 1)
    return f"{held} Pour que les repas en trop y soient aussi{SPACE}: {_meals(meals)} de moins."


def _meals(count: int) -> str:
    return plural(count, "repas", "repas")


def _since_meeting(meeting: Meeting | None, today: date) -> list[tuple[str, str]]:
    if meeting is None:
        return []
    facts = ask(since.since, meeting.held_on, today)
    fact = next((one for one in facts if one.kind == since.SURPLUS), None)
    title = f"Depuis le comité du {day(meeting.held_on)}"
    if fact is None:
        return [(title, "trop peu de jours connus pour comparer.")]
    before, after = float(fact.before), float(fact.after)
    return [
        (
            title,
            f"{percent(after)}, contre {percent(before)} sur autant de jours avant ({_points(before, after)}), "
            f"dans {plural(fact.canteens, 'cantine')}.",
        )
    ]


def _trend_sentence(facts: Situation) -> str:
    """Say how the share moved from the same period a year before."""
    now, before = facts.compared.surplus_pct, facts.before.surplus_pct
    if now is None or before is None:
        return "Repas en trop par mois\u00a0: la même période un an plus tôt n’est pas connue."
    return f"En un an{SPACE}: {_points(before, now)} ({percent(before)} sur la même période)."


def _points(before: float, after: float) -> str:
    difference = round(round(after, 1) - round(before, 1), 1)
    if not difference:
        return "sans changement"
    return f"{signed(difference)}{SPACE}{'points' if abs(difference) >= 2 else 'point'}"


# ---------------------------------------------------------------- the comité
def _since(meeting: Meeting | None, today: date) -> None:
    if meeting is None:
        _part("Comité", "<p>Aucune séance n’est encore enregistrée.</p>")
        return
    decided, done, late = counts(meeting, ask(read.decisions), today)
    now = ask(weather.current).weather
    lines = [
        *([] if now == weather.UNKNOWN else [f"Météo{SPACE}: {now}"]),
        f"{plural(decided, 'décision prise', 'décisions prises')} ce jour-là",
        f"{plural(done, 'faite', 'faites')} depuis",
        f"{'⚠ ' if late else ''}{number(late)} en retard, à prendre ou à faire",
    ]
    _part(f"Depuis le comité du {day(meeting.held_on)}", _list(lines))


def _to_decide(today: date) -> None:
    """Show the decisions that are awaited, the most pressing first, each a link to where it is taken."""
    rows = ask(read.decisions)
    rows = rows[rows["decided_on"].isna() & ~rows["state"].isin(CLOSED)].sort_values("due_on", na_position="last")
    count = f" ({TO_DECIDE} sur {len(rows)})" if len(rows) > TO_DECIDE else ""
    _part(f"À décider{count}", "" if len(rows) else "<p>Rien n’est attendu du comité.</p>")
    for row in rows.head(TO_DECIDE).to_dict("records"):
        label, page = _expected(row, today), str(row["page"])
        if current().may(roles_of(page)):
            st.page_link(page, label=as_text(label))
        else:
            blocks.detail(label)


def _expected(row: Row, today: date) -> str:
    text = str(row["decision"])
    text = text if len(text) <= LONGEST_DECISION else f"{text[: LONGEST_DECISION - 1]}…"
    if is_missing(row["due_on"]):
        return f"{text}, sans date"
    late = f", en{SPACE}retard" if row["due_on"] < pd.Timestamp(today) else ""
    return f"{text}, pour le {day(row['due_on'])}{late}"


def _part(title: str, body: str) -> None:
    st.html(f'<div class="part"><h2>{escape(title)}</h2>{body}</div>')


def _list(lines: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


# ---------------------------------------------------------------- the programme
def _schools(schools: pd.DataFrame) -> None:
    """Show the test schools as one strip: stage, weather in a word, delay in words."""
    if schools.empty:
        _part("Écoles test", "<p>Aucune école test n’est encore enregistrée.</p>")
        return
    late = int((schools["delay_days"] > 0).sum())
    title = f"{plural(len(schools), 'école test', 'écoles test')}, {number(late)} en retard (▲)"
    _part(title, f'<ul class="strip">{"".join(map(_school, schools.to_dict("records")))}</ul>')


def _school(row: Row) -> str:
    late = not is_missing(row["delay_days"]) and row["delay_days"] > 0
    stage = UNKNOWN if is_missing(row["stage"]) else str(row["stage"])
    sky = WEATHER.get(str(row["weather"]), f"météo {UNKNOWN}e")
    delayed = f"{'▲ ' if late else ''}{delay(row['delay_days'])}"
    return (
        f"<li{' class=late' if late else ''}><strong>{escape(school_name(str(row['school'])))}</strong>"
        f"<span>{escape(stage)}</span><span>{escape(sky)}, {escape(delayed)}</span></li>"
    )


def _pilot(study: Study) -> str:
    known = (pilot_says.sentence(study, measure) for measure in pilot_says.ORDER if measure in study.effects)
    sentence = next(known, f"{pilot_says.NOT_YET}{SPACE}: pas assez d’écoles en test et de jours connus.")
    return f"<div><h2>Le pilote fonctionne-t-il{SPACE}?</h2><p>{escape(sentence)}</p></div>"


def _grams(facts: Situation) -> str:
    now = facts.now
    text = (
        f"{quantity(now.grams_per_meal, 'g')} par repas, là où l’on pèse seulement{SPACE}: "
        f"{count_of(now.weighing_canteens, now.canteens, 'cantine')}."
        if now.weighed_meals
        else "Aucune cantine ne pèse sur cette période."
    )
    return f"<div><h2>Gaspillage pesé</h2><p>{escape(text)}</p></div>"
