"""Blocks of the view Jour par jour: age of the forecasts, coming days of one place, all canteens of one day."""

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
from data.queries.forecasts.runs import STALE_AFTER_DAYS, ForecastRun
from ui.access import only_visible, require
from ui.forecasts import charts, disagreement, promises, totals
from ui.forecasts import event_sentences as say
from ui.kit import blocks, tables
from ui.kit.formats import MISSING, SPACE, as_text, count_of, day, is_missing, long_day, moment, number, plural, weekday
from ui.kit.tables import Wide
from ui.session import ask, refresh_job

PAST_DAYS = 30
COLUMNS = {
    "meals": "Prévision",
    "meals_lower": "Entre",
    "meals_upper": "et",
    "advised": "Conseillée",
    "meals_planned": "Prévu",
    "disagreement": "Désaccord",
    "recommended": "Conseillée sans le prévu",
    "surplus_meals": "En trop (repas)",
    "grams_per_meal": "Gaspillage (g/repas)",
    "waste_kg": "Gaspillage (kg)",
    "district": "Secteur",
}
# The columns of the first part of the table: what to prepare; then those of the second: what may be left over.
# The second part has shorter titles than the CSV file.
FIRST = ("Prévision", "Entre", "et", "Conseillée", "Prévu", "Désaccord")
SECOND = {
    "Conseillée sans le prévu": "Sans le prévu",
    "En trop (repas)": "En trop",
    "Gaspillage (g/repas)": "Gaspillage (g/repas)",
    "Gaspillage (kg)": "kg",
    "Secteur": "Secteur",
}


def freshness(run: ForecastRun | None) -> None:
    """Show the date of the forecasts and of their data, and the button that computes them again."""
    state = refresh_job().state()
    if state.status == "running":
        _progress()
        return
    if state.status == "failed":
        blocks.problem("Le dernier calcul des prévisions n’a pas abouti.", state.message)
    if run is not None:
        data_date = f"avec les repas connus jusqu’au {day(run.last_service_on)}"
        blocks.note(f"Prévisions calculées le {moment(run.finished_at)}, {data_date}.")
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
    """Return a warning when the last known meals are so old that the forecasts are about past days."""
    if last is None or (today - last).days <= STALE_AFTER_DAYS:
        return None
    return f"Les repas connus s’arrêtent au {day(last)}{SPACE}: prévisions faites pour les jours qui suivent."


@st.fragment(run_every=1.0)
def _progress() -> None:
    """Show the progress of the computation; at its end the whole page runs again with the new forecasts."""
    require("cuisine", "comite", "cantine")
    state = refresh_job().state()
    if state.status != "running":
        st.rerun()
    share = min(state.done / state.total, 1.0) if state.total else 0.0
    done = f"{number(state.done)} sur {number(state.total)}" if state.total else "lecture de l’historique"
    st.progress(share, text=f"Calcul des prévisions en cours{SPACE}: {done}.")


def coming_days(run: ForecastRun, place: str, canteen: str | None, risk: Risk | None = None) -> None:
    """Answer: how many meals in the next service days, for this place, at this stock-out risk?"""
    days = ask(daily_forecast, run.run_id, canteen)
    days_at_risk = ask(daily_forecast_at, run.run_id, canteen, risk) if risk else days
    caption = f"{place}. {promises.BAND}"
    with blocks.question("Combien de repas dans les prochains jours de service\u00a0?", caption):
        if days.empty:
            blocks.empty_state("Pas encore de prévision ici\u00a0: trop peu de jours connus pour cette cantine.")
            return
        past = ask(recent_actuals, canteen, days["date"].min().date(), PAST_DAYS)
        gaps = disagreement.gaps(days) if canteen else None
        table = _readable(
            days_at_risk.assign(weekday=days["date"].map(weekday), disagreement=gaps), ["date", "weekday"]
        )
        sentence = coming_sentence(days_at_risk, today_in_paris())
        blocks.figure(charts.forecast(days_at_risk, past), sentence, table, "previsions", digits=0)
        blocks.why(["Quantité conseillée", "Repas attendus", "Fourchette", "Désaccord"], "previsions")
        for sentence in promises.measured(run, canteen, risk, advised=bool(days["advised"].notna().any())):
            blocks.note(sentence)
        if canteen is None:
            _city_notes(run, days)
        else:
            events = ask(declared_events, days["date"].min().date(), days["date"].max().date())
            _disagreement_warning(disagreement.of_canteen(days, say.by_day(events, canteen)))
            origin = totals.of_canteen(run, canteen)
            if origin:
                blocks.note(origin)


def _disagreement_warning(sentence: str | None) -> None:
    if sentence:
        st.warning(as_text(sentence), icon=":material/compare_arrows:")
        blocks.note(disagreement.MEANING)


def _city_notes(run: ForecastRun, days: pd.DataFrame) -> None:
    """Say what the totals of the city include, and why its plan may be missing."""
    point_count = ask(inventory.unattached_in_total, run.run_id)
    if point_count:
        unattached = plural(point_count, "nom de lieu", "noms de lieux")
        blocks.note(f"Le total de la ville compte aussi {unattached} à rattacher à une cantine.")
    if days["advised"].notna().any():
        exception = f", sans les points à rattacher{SPACE}" if point_count else SPACE
        blocks.note(
            f"La quantité conseillée pour la ville est la somme de celles de ses cantines{exception}: chacune garde sa "
            "marge, même quand les repas qui manquent à l’une pourraient venir de ceux qui sont en trop chez l’autre."
        )
    partial = partial_plan(days)
    if partial:
        blocks.note(partial)
    totals.composition(run)


def coming_sentence(days: pd.DataFrame, today: date) -> str:
    """Say the forecast of the first future day and the day with most meals; without a future day, of all the days."""
    future = days[days["date"].dt.date >= today]
    chosen, adjective = (days, "prévus") if future.empty else (future, "prochains")
    first, busiest = chosen.iloc[0], chosen.nlargest(1, "meals").iloc[0]
    start = f"{long_day(first['date']).capitalize()}{SPACE}: {_meals(first)}."
    if len(chosen) == 1:
        return start
    return (
        f"{start} Le jour le plus chargé des {len(chosen)} {adjective} est le {long_day(busiest['date'])} "
        f"({plural(round(busiest['meals']), 'repas', 'repas')})."
    )


def partial_plan(days: pd.DataFrame) -> str | None:
    """Say why the plan of the city is missing on a day when only some canteens have a plan; None without such a day."""
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
    """Show the choice of a day and return it; None when the computation has no day."""
    days_by_label = {day(value): value for value in ask(runs.forecast_days, run.run_id)}
    if not days_by_label:
        blocks.empty_state("Aucun jour de service à prévoir.")
        return None
    first = first_ahead(list(days_by_label.values()), today_in_paris())
    return days_by_label[st.selectbox("Jour", list(days_by_label), index=first, key="jour", bind="query-params")]


def one_day(run: ForecastRun, chosen: date, risk: Risk | None = None, *, after_city: bool = False) -> None:
    """Answer: for one day, how many meals for each canteen, at this stock-out risk?"""
    with blocks.question("Ce jour-là, combien de repas par cantine\u00a0?"):
        canteens = ask(canteen_forecasts_of_day, run.run_id, chosen)
        named = only_visible(canteens)
        city = ask(daily_forecast_at, run.run_id, None, risk) if risk else ask(daily_forecast, run.run_id, None)
        canteens_at_risk = ask(canteen_forecasts_of_day_at, run.run_id, chosen, risk) if risk else canteens
        blocks.takeaway(day_sentence(chosen, city, canteens))
        totals.composition(run, chosen, after_city=after_city)
        # The plan is compared with the quantity at the managers' own risk, whatever risk is chosen.
        gaps = disagreement.gaps(canteens)
        table = _readable(only_visible(canteens_at_risk.assign(disagreement=gaps)), ["place"])
        tables.table(table, f"previsions_{chosen:%Y-%m-%d}", digits=0, height=420)
        _disagreement_warning(disagreement.of_day(named, say.by_place(ask(declared_events, chosen, chosen))))


def first_ahead(days: list[date], today: date) -> int:
    """Return the position of the first future day; 0 when all days are past."""
    return next((position for position, value in enumerate(days) if value >= today), 0)


def day_sentence(chosen: date, city: pd.DataFrame, canteens: pd.DataFrame) -> str:
    """Say how many meals the city needs on one day."""
    of_day = city[city["date"].dt.date == chosen]
    meals = _meals(of_day.iloc[0]) if len(of_day) else MISSING
    planned = int(canteens["meals_planned"].notna().sum())
    plan_note = f" {_planned(planned, len(canteens))}." if 0 < planned < len(canteens) else ""
    other_points = _without_canteen(of_day, canteens)
    places = f"{plural(len(canteens), 'cantine')}{other_points}"
    return f"{long_day(chosen).capitalize()}{SPACE}: {meals} pour la ville, {places}.{plan_note}"


def _without_canteen(of_day: pd.DataFrame, canteens: pd.DataFrame) -> str:
    """Say how many meals of the city are those of service points without a canteen."""
    meal_count = round(of_day["meals"].sum() - canteens["meals"].sum()) if len(of_day) else 0
    meals = plural(meal_count, "repas attendu", "repas attendus")
    return f" et les points à rattacher ({meals}, sans quantité conseillée)" if meal_count > 0 else ""


def _meals(row: pd.Series) -> str:
    expected = f"{plural(round(row['meals']), 'repas', 'repas')} attendus"
    return f"{_advised(row)}{expected}, entre {number(row['meals_lower'])} et {number(row['meals_upper'])}"


def _advised(row: pd.Series) -> str:
    """Return the words on the advised quantity, which come before the forecast; empty when it is unknown."""
    if is_missing(row.get("advised")):
        return ""
    advised = round(row["advised"])
    summed = " (somme des cantines)" if row["canteens"] > 1 else ""
    return f"{plural(advised, 'repas conseillé', 'repas conseillés')}{summed}{SPACE}; "


def _readable(days: pd.DataFrame, first: list[str]) -> Wide:
    """Return the table with French titles, without its empty columns."""
    plan_unused = days["recommended"].equals(days["advised"])
    filled = [name for name in COLUMNS if name in days and days[name].notna().any()]
    columns = [name for name in filled if not (plan_unused and name == "recommended")]
    names = {"date": "Date", "weekday": "Jour", "place": "Cantine"}
    whole = days[[*first, *columns]].rename(columns={**names, **COLUMNS})
    keys = [names[name] for name in first]
    meals = whole[[*keys, *(name for name in FIRST if name in whole)]]
    other_columns = whole[[*keys, *(name for name in SECOND if name in whole)]].rename(columns=SECOND)
    return Wide(whole, (meals, other_columns) if len(other_columns.columns) > len(keys) else (meals,))
