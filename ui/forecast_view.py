"""The blocks of the page Prévisions: their age, the coming days of one place, all canteens of one day."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from data import queries
from data.queries import ForecastRun
from ui import blocks, charts, tables
from ui.formats import MISSING, SPACE, day, long_day, moment, number, plural, weekday
from ui.session import ask, refresh_job

PAST_DAYS = 30
COLUMNS = {
    "meals": "Prévision (repas)",
    "meals_lower": "Entre",
    "meals_upper": "et",
    "meals_planned": "Prévu par la cantine",
    "surplus_meals": "Surplus (repas)",
    "grams_per_meal": "Gaspillage (g/repas)",
}


def freshness(run: ForecastRun | None) -> None:
    """Say how old the forecasts are and on which data they stand; offer to compute them again."""
    state = refresh_job().state()
    if state.status == "running":
        _progress()
        return
    if state.status == "failed":
        blocks.problem("Le dernier calcul des prévisions n’a pas abouti.", state.message)
    if run is not None:
        known = f"avec les repas connus jusqu’au {day(run.last_service_on)}"
        blocks.note(f"Prévisions calculées le {moment(run.finished_at)}, {known}.")
        if run.outdated:
            st.warning(
                "Des données ont été déposées depuis\u00a0: recalculez les prévisions.",
                icon=":material/history:",
            )
    if st.button("Recalculer les prévisions" if run else "Calculer les prévisions", icon=":material/refresh:"):
        refresh_job().request()
        st.rerun()


@st.fragment(run_every=1.0)
def _progress() -> None:
    """Follow the computation; when it ends, the whole page runs again with the new forecasts."""
    state = refresh_job().state()
    if state.status != "running":
        st.rerun()
    share = min(state.done / state.total, 1.0) if state.total else 0.0
    done = f"{number(state.done)} sur {number(state.total)}" if state.total else "lecture de l’historique"
    st.progress(share, text=f"Calcul des prévisions en cours{SPACE}: {done}.")


def coming_days(run: ForecastRun, place: str, canteen: str | None) -> None:
    """Answer: how many meals in the next service days, for this place?"""
    days = ask(queries.daily_forecast, run.run_id, canteen)
    caption = f"{place}. La bande contient le nombre de repas servis quatre fois sur cinq (intervalle à 80{SPACE}%)."
    with blocks.question("Combien de repas dans les prochains jours de service\u00a0?", caption):
        if days.empty:
            blocks.empty_state("Pas encore de prévision ici\u00a0: trop peu de jours connus pour cette cantine.")
            return
        past = ask(queries.recent_actuals, canteen, days["date"].min().date(), PAST_DAYS)
        table = _readable(days.assign(weekday=days["date"].map(weekday)), ["date", "weekday"])
        blocks.figure(charts.forecast(days, past), coming_sentence(days), table, "previsions", digits=0)


def coming_sentence(days: pd.DataFrame) -> str:
    """Say what to expect of the first day and of the whole period."""
    first = days.iloc[0]
    busiest = days.nlargest(1, "meals").iloc[0]
    return (
        f"{long_day(first['date']).capitalize()}{SPACE}: {_meals(first)}. "
        f"Le jour le plus chargé des {len(days)} prochains est le {long_day(busiest['date'])} "
        f"({plural(round(busiest['meals']), 'repas', 'repas')})."
    )


def one_day(run: ForecastRun) -> None:
    """Answer: for one day, how many meals for each canteen?"""
    with blocks.question("Pour un jour donné, combien de repas par cantine\u00a0?"):
        known = {day(value): value for value in ask(queries.forecast_days, run.run_id)}
        if not known:
            blocks.empty_state("Aucun jour de service à prévoir.")
            return
        chosen = known[st.selectbox("Jour", list(known), key="jour", bind="query-params")]
        canteens = ask(queries.canteen_forecasts_of_day, run.run_id, chosen)
        blocks.takeaway(day_sentence(chosen, ask(queries.daily_forecast, run.run_id, None), canteens))
        table = _readable(canteens, ["place", "district"])
        tables.table(table, f"previsions_{chosen:%Y-%m-%d}", digits=0, height=420)


def day_sentence(chosen: date, city: pd.DataFrame, canteens: pd.DataFrame) -> str:
    """Say what the city needs on one day."""
    of_day = city[city["date"].dt.date == chosen]
    meals = _meals(of_day.iloc[0]) if len(of_day) else MISSING
    return f"{long_day(chosen).capitalize()}{SPACE}: {meals} pour la ville, {plural(len(canteens), 'cantine')}."


def _meals(row: pd.Series) -> str:
    expected = f"{plural(round(row['meals']), 'repas', 'repas')} attendus"
    return f"{expected}, entre {number(row['meals_lower'])} et {number(row['meals_upper'])}"


def _readable(days: pd.DataFrame, first: list[str]) -> pd.DataFrame:
    """Return the columns under the names people read, without those that hold nothing."""
    kept = [name for name in COLUMNS if days[name].notna().any()]
    names = {"date": "Date", "weekday": "Jour", "place": "Cantine", "district": "Secteur"}
    return days[[*first, *kept]].rename(columns={**names, **COLUMNS})
