"""Which days the page shows: a week to order for, or the next days to produce; both are kept in the address."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from data.clock import today_in_paris
from data.queries.forecasts import runs
from data.queries.forecasts.runs import ForecastRun
from ui.kit import announced
from ui.session import ask

ORDER, PRODUCE, PLACE = "À commander", "À produire", "Jour par jour"
VIEWS = (ORDER, PRODUCE, PLACE)
WEEKS, PRODUCED_DAYS = 4, 3  # this week, and three more to order for; the days just before
CHOSEN_WEEK = "semaine"


def view() -> str:
    """Show the choice of a view and return it."""
    return str(st.segmented_control("Vue", VIEWS, default=ORDER, required=True, key="vue", bind="query-params"))


def to_produce(run: ForecastRun) -> list[date]:
    """Return the days just before: the next ones of the computation."""
    return _coming(run)[:PRODUCED_DAYS]


def to_order(run: ForecastRun) -> list[date]:
    """Show the choice of a week, with what leads to the next and the previous one, and return its days."""
    weeks: dict[str, list[date]] = {}
    for day in _coming(run):
        monday = day - timedelta(days=day.weekday())
        weeks.setdefault(f"Du {announced.day(monday)}", []).append(day)
    weeks = dict(list(weeks.items())[:WEEKS])
    if not weeks:
        return []
    labels = list(weeks)
    with st.container(horizontal=True, vertical_alignment="bottom", key="semaines"):
        known = str(st.session_state.get(CHOSEN_WEEK))
        place = labels.index(known) if known in labels else 0
        _step("←", "Semaine d’avant", labels, place - 1)
        chosen = st.selectbox("Semaine", labels, key=CHOSEN_WEEK, bind="query-params", width=236)
        _step("→", "Semaine d’après", labels, place + 1)
    return weeks[str(chosen)]


def _coming(run: ForecastRun) -> list[date]:
    """Return the days of the computation from today on; all of them when they are all past."""
    days = ask(runs.forecast_days, run.run_id)
    return [day for day in days if day >= today_in_paris()] or days


def _step(sign: str, title: str, labels: list[str], place: int) -> None:
    known = 0 <= place < len(labels)
    st.button(sign, help=title, key=f"semaine_{sign}", disabled=not known, on_click=_go,
              args=(labels[place] if known else None,))  # fmt: skip


def _go(label: str | None) -> None:
    st.session_state[CHOSEN_WEEK] = label
