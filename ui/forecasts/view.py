"""The blocks of the page Prévisions: their age, the coming days of one place, all canteens of one day."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from data.calendar.declared import declared_events
from data.clock import today_in_paris
from data.queries import inventory
from data.queries.forecasts import runs
from data.queries.forecasts.days import canteen_forecasts_of_day, daily_forecast, recent_actuals
from data.queries.forecasts.other_risks import Risk, canteen_forecasts_of_day_at, daily_forecast_at
from data.queries.forecasts.runs import STALE_AFTER_DAYS, ForecastRun, is_from_pupils
from ui.access import require
from ui.forecasts import charts, disagreement
from ui.forecasts import event_sentences as say
from ui.forecasts import risk as risk_view
from ui.kit import blocks, tables
from ui.kit.formats import MISSING, SPACE, as_text, count_of, day, is_missing, long_day, moment, number, plural, weekday
from ui.kit.tables import Wide
from ui.session import ask, refresh_job

PAST_DAYS = 30
ADVICE = (
    "La quantité conseillée ajoute à la prévision la marge qui laisse au plus autant de repas manquants que les "
    "gestionnaires aujourd’hui\u00a0; elle tient compte du prévu de la cantine quand il est déjà connu."
)
FROM_PUPILS = (
    "Cette cantine n’a pas encore de passé\u00a0: elle est prévue d’après ses effectifs et les cantines qui lui "
    "ressemblent."
)
COLUMNS = {
    "meals": "Prévision",
    "meals_lower": "Entre",
    "meals_upper": "et",
    "advised": "Conseillée",
    "meals_planned": "Prévu",
    "disagreement": "Désaccord",
    "recommended": "Conseillée sans le prévu",
    "surplus_meals": "Surplus (repas)",
    "grams_per_meal": "Gaspillage (g/repas)",
    "waste_kg": "Gaspillage (kg)",
    "district": "Secteur",
}
# What to prepare stands first; what may be left over, under it, with shorter titles than in the file.
FIRST = ("Prévision", "Entre", "et", "Conseillée", "Prévu", "Désaccord")
SHORTER = {
    "Conseillée sans le prévu": "Sans le prévu",
    "Surplus (repas)": "Surplus",
    "Gaspillage (g/repas)": "Gaspillage (g/repas)",
    "Gaspillage (kg)": "kg",
    "Secteur": "Secteur",
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
        reason = _reason_to_compute(run)
        if reason:
            st.warning(f"{reason}{SPACE}: recalculez-les.", icon=":material/history:")
        stale = stale_history(run.last_service_on, today_in_paris())
        if stale:
            st.warning(stale, icon=":material/event_busy:")
    if st.button("Recalculer les prévisions" if run else "Calculer les prévisions", icon=":material/refresh:"):
        refresh_job().request()
        st.rerun()


def _reason_to_compute(run: ForecastRun) -> str | None:
    if run.outdated:
        return "Des données ont changé depuis ces prévisions"
    if ask(runs.ends_too_soon, run.run_id, today_in_paris()):
        return "Ces prévisions s’arrêtent avant la fin des 30 prochains jours de service"
    return None


def stale_history(last: date | None, today: date) -> str | None:
    """Say so when the last meals known are so old that the forecasts speak of the past."""
    if last is None or (today - last).days <= STALE_AFTER_DAYS:
        return None
    return f"Les repas connus s’arrêtent au {day(last)}{SPACE}: prévisions faites pour les jours qui suivent."


@st.fragment(run_every=1.0)
def _progress() -> None:
    """Follow the computation; when it ends, the whole page runs again with the new forecasts."""
    require("cuisine", "comite", "cantine")
    state = refresh_job().state()
    if state.status != "running":
        st.rerun()
    share = min(state.done / state.total, 1.0) if state.total else 0.0
    done = f"{number(state.done)} sur {number(state.total)}" if state.total else "lecture de l’historique"
    st.progress(share, text=f"Calcul des prévisions en cours{SPACE}: {done}.")


def coming_days(run: ForecastRun, place: str, canteen: str | None, risk: Risk | None = None) -> None:
    """Answer: how many meals in the next service days, for this place, at this risk of running short?"""
    days = ask(daily_forecast, run.run_id, canteen)
    shown = ask(daily_forecast_at, run.run_id, canteen, risk) if risk else days
    caption = f"{place}. La bande contient le nombre de repas servis quatre fois sur cinq (intervalle à 80{SPACE}%)."
    with blocks.question("Combien de repas dans les prochains jours de service\u00a0?", caption):
        if days.empty:
            blocks.empty_state("Pas encore de prévision ici\u00a0: trop peu de jours connus pour cette cantine.")
            return
        past = ask(recent_actuals, canteen, days["date"].min().date(), PAST_DAYS)
        gaps = disagreement.gaps(days) if canteen else None
        table = _readable(shown.assign(weekday=days["date"].map(weekday), disagreement=gaps), ["date", "weekday"])
        sentence = coming_sentence(shown, today_in_paris())
        blocks.figure(charts.forecast(shown, past), sentence, table, "previsions", digits=0)
        if days["advised"].notna().any():
            blocks.note(risk_view.advice(risk) if risk else ADVICE)
        if canteen is None:
            _city_notes(run, days)
        else:
            events = ask(declared_events, days["date"].min().date(), days["date"].max().date())
            _told(disagreement.of_canteen(days, say.by_day(events, canteen)))
            if ask(is_from_pupils, run.run_id, canteen):
                blocks.note(FROM_PUPILS)


def _told(sentence: str | None) -> None:
    if sentence:
        st.warning(as_text(sentence), icon=":material/compare_arrows:")
        blocks.note(disagreement.MEANING)


def _city_notes(run: ForecastRun, days: pd.DataFrame) -> None:
    """Say what the totals of the city count, and why its plan may be missing."""
    points = ask(inventory.unattached_in_total, run.run_id)
    if points:
        unattached = plural(points, "point de service", "points de service")
        blocks.note(f"Le total de la ville compte tous les points de service, dont {unattached} à rattacher.")
    if days["advised"].notna().any():
        without = f", sans les points à rattacher{SPACE}" if points else SPACE
        blocks.note(
            f"La quantité conseillée pour la ville est la somme de celles de ses cantines{without}: chacune garde sa "
            "marge, même quand le manque de l’une pourrait être couvert par le surplus de l’autre."
        )
    partial = partial_plan(days)
    if partial:
        blocks.note(partial)


def coming_sentence(days: pd.DataFrame, today: date) -> str:
    """Say what to expect of the first day still to come and of the period from there on."""
    ahead = days[days["date"].dt.date >= today]
    kept, word = (days, "prévus") if ahead.empty else (ahead, "prochains")
    first, busiest = kept.iloc[0], kept.nlargest(1, "meals").iloc[0]
    start = f"{long_day(first['date']).capitalize()}{SPACE}: {_meals(first)}."
    if len(kept) == 1:
        return start
    return (
        f"{start} Le jour le plus chargé des {len(kept)} {word} est le {long_day(busiest['date'])} "
        f"({plural(round(busiest['meals']), 'repas', 'repas')})."
    )


def partial_plan(days: pd.DataFrame) -> str | None:
    """Say why the plan of the city is missing on a day some canteens have already planned."""
    partial = days[days["meals_planned"].isna() & (days["planned_canteens"] > 0)]
    if partial.empty:
        return None
    row = partial.iloc[-1]
    return (
        f"Le prévu de la ville n’est montré que les jours où toutes les cantines en ont un{SPACE}: "
        f"le {day(row['date'])}, {_planned(row['planned_canteens'], row['canteens'])}."
    )


def _planned(canteens: int, total: int) -> str:
    return f"{count_of(canteens, total, 'cantine')} {'a' if canteens < 2 else 'ont'} déjà un prévu"


def chosen_day(run: ForecastRun) -> date | None:
    """Show the choice of the day that the next blocks speak of; None when the computation has none."""
    known = {day(value): value for value in ask(runs.forecast_days, run.run_id)}
    if not known:
        blocks.empty_state("Aucun jour de service à prévoir.")
        return None
    first = first_ahead(list(known.values()), today_in_paris())
    return known[st.selectbox("Jour", list(known), index=first, key="jour", bind="query-params")]


def one_day(run: ForecastRun, chosen: date, risk: Risk | None = None) -> None:
    """Answer: for one day, how many meals for each canteen, at this risk of running short?"""
    with blocks.question("Ce jour-là, combien de repas par cantine\u00a0?"):
        canteens = ask(canteen_forecasts_of_day, run.run_id, chosen)
        city = ask(daily_forecast_at, run.run_id, None, risk) if risk else ask(daily_forecast, run.run_id, None)
        shown = ask(canteen_forecasts_of_day_at, run.run_id, chosen, risk) if risk else canteens
        blocks.takeaway(day_sentence(chosen, city, canteens))
        # The managers plan at their own risk: the plan is compared with the quantity of that one.
        table = _readable(shown.assign(disagreement=disagreement.gaps(canteens)), ["place"])
        tables.table(table, f"previsions_{chosen:%Y-%m-%d}", digits=0, height=420)
        _told(disagreement.of_day(canteens, say.by_place(ask(declared_events, chosen, chosen))))


def first_ahead(days: list[date], today: date) -> int:
    """Return the position of the first day still to come, or the first of all when they are past."""
    return next((position for position, value in enumerate(days) if value >= today), 0)


def day_sentence(chosen: date, city: pd.DataFrame, canteens: pd.DataFrame) -> str:
    """Say what the city needs on one day."""
    of_day = city[city["date"].dt.date == chosen]
    meals = _meals(of_day.iloc[0]) if len(of_day) else MISSING
    planned = int(canteens["meals_planned"].notna().sum())
    partly = f" {_planned(planned, len(canteens))}." if 0 < planned < len(canteens) else ""
    apart = _without_canteen(of_day, canteens)
    places = f"{plural(len(canteens), 'cantine')}{apart}"
    return f"{long_day(chosen).capitalize()}{SPACE}: {meals} pour la ville, {places}.{partly}"


def _without_canteen(of_day: pd.DataFrame, canteens: pd.DataFrame) -> str:
    """Say how many of the city's meals are those of no canteen."""
    left = round(of_day["meals"].sum() - canteens["meals"].sum()) if len(of_day) else 0
    meals = plural(left, "repas attendu", "repas attendus")
    return f" et les points à rattacher ({meals}, sans quantité conseillée)" if left > 0 else ""


def _meals(row: pd.Series) -> str:
    expected = f"{plural(round(row['meals']), 'repas', 'repas')} attendus"
    return f"{_advised(row)}{expected}, entre {number(row['meals_lower'])} et {number(row['meals_upper'])}"


def _advised(row: pd.Series) -> str:
    """Return the quantity to prepare, to stand before the forecast; nothing where there is none."""
    if is_missing(row.get("advised")):
        return ""
    advised = round(row["advised"])
    summed = " (somme des cantines)" if row["canteens"] > 1 else ""
    return f"{plural(advised, 'repas conseillé', 'repas conseillés')}{summed}{SPACE}; "


def _readable(days: pd.DataFrame, first: list[str]) -> Wide:
    """Return the columns under the names people read, without those that hold nothing."""
    same = days["recommended"].equals(days["advised"])
    known = [name for name in COLUMNS if name in days and days[name].notna().any()]
    kept = [name for name in known if not (same and name == "recommended")]
    names = {"date": "Date", "weekday": "Jour", "place": "Cantine"}
    whole = days[[*first, *kept]].rename(columns={**names, **COLUMNS})
    keys = [names[name] for name in first]
    meals = whole[[*keys, *(name for name in FIRST if name in whole)]]
    left = whole[[*keys, *(name for name in SHORTER if name in whole)]].rename(columns=SHORTER)
    return Wide(whole, (meals, left) if len(left.columns) > len(keys) else (meals,))
