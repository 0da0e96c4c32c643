"""Blocks of the page Production."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pandas as pd
import streamlit as st

from data.announcements.read import threads
from data.calendar.school import service_days
from data.clock import PARIS, today_in_paris
from data.production import files, plan, prints
from data.production.gaps import weekly_gaps
from data.queries.forecasts import runs
from data.queries.forecasts.days import daily_forecast
from data.queries.forecasts.runs import ForecastRun
from data.settings import values
from ui.access import current, require
from ui.forecasts import reserve
from ui.forecasts.view import first_ahead
from ui.kit import blocks, sheet, tables
from ui.kit.formats import MISSING, long_day
from ui.kit.tables import french_csv
from ui.production import sentences as say
from ui.production import tables as shown
from ui.session import ask, store

ALL = "Toutes les cantines"
PAST, DAYS_AHEAD = timedelta(days=21), 15
SERVICE_OVER = 14  # hour
SLIPS_HEIGHT = 640  # pixels: on a screen the slips scroll; on paper they are whole
TO_FILL_IN = "Livré à\u00a0: ……………  Reçu par\u00a0: ……………………  Retour\u00a0: …………… repas"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def chosen_day(run: ForecastRun) -> date | None:
    """Show the choice of a day, written with its weekday; None when the computation has no day."""
    days = {long_day(value): value for value in ask(runs.forecast_days, run.run_id)}
    if not days:
        blocks.empty_state("Aucun jour de service à préparer.")
        return None
    # The service of the day is over in the afternoon: the next one is to be prepared.
    now = datetime.now(PARIS)
    first = first_ahead(list(days.values()), now.date() + timedelta(days=now.hour >= SERVICE_OVER))
    return days[st.selectbox("Jour", list(days), index=first, key="service", bind="query-params")]


def typed_day(run: ForecastRun | None) -> date:
    """Show the choice of a day to type figures for: the last days too, since meals come back the day after."""
    today = today_in_paris()
    past = ask(service_days, today - PAST, today)
    ahead = [day for day in (ask(runs.forecast_days, run.run_id) if run else []) if day > today]
    days = {long_day(value): value for value in [*past, *ahead[:DAYS_AHEAD]] or [today]}
    last = max(len(past) - 1, 0)
    return days[st.selectbox("Jour", list(days), index=last, key="jour_produit", bind="query-params")]


def day_sheet(run: ForecastRun, chosen: date) -> None:
    """Answer: what is to be prepared on this day, dish by dish and canteen by canteen?"""
    rows, dishes = ask(plan.production_of_day, run.run_id, chosen), ask(plan.dishes_of_day, chosen)
    printed = ask(prints.last_print, chosen)
    said = shown.said_of_day(ask(threads, current(), chosen), chosen)
    with blocks.question(long_day(chosen).capitalize()):
        blocks.headline(say.day_total(rows))
        blocks.detail(say.margin(rows))
        if shared := say.reserves(rows):
            blocks.detail(shared)
        reserve.not_yet(run, chosen)
        sheet.sheet_of(shown.of_dishes(rows, dishes))
        settings = ask(values)
        blocks.note(say.rule(settings["nursery_portion"].value, settings["container_portions"].value))
        city = ask(daily_forecast, run.run_id, None)
        if sentence := say.unattached(city.loc[city["date"].dt.date == chosen, "meals"].sum() - rows["expected"].sum()):
            blocks.note(sentence)
        if not dishes:
            blocks.note("Le menu de ce jour n’est pas déposé\u00a0: les portions sont celles de chaque plat.")
    with blocks.question("Pour quelle cantine\u00a0?"):
        blocks.takeaway(say.printed(printed, rows))
        _before_printing(chosen, rows)
        tables.table(shown.of_canteens(rows, printed, said), f"production_{chosen:%Y-%m-%d}", digits=0, height=420)
        st.download_button(
            "Télécharger la fiche (Excel)",
            data=lambda: files.workbook_of(shown.of_file(rows, dishes, said)),
            file_name=f"production_{chosen:%Y-%m-%d}.xlsx",
            mime=XLSX,
            on_click="ignore",
            icon=":material/table:",
        )
    with st.expander("Et si les cantines partageaient une réserve\u00a0?", icon=":material/share:"):
        reserve.block(run)


def _before_printing(chosen: date, rows: pd.DataFrame) -> None:
    """Offer to keep what is printed, so that later changes are marked."""
    # The code of our page prints at the click of such a button (`ui/server/files/page.js`).
    if st.button("J’imprime cette fiche", icon=":material/print:", type="primary", key="imprimer_fiche"):
        meals = {str(row["canteen"]): int(row["meals"]) for row in rows.to_dict("records")}
        prints.keep_print(store(), require("cuisine"), chosen, meals)
        st.toast("Cette version est gardée\u00a0: ce qui change ensuite sera marqué.", icon=":material/print:")
        st.rerun()


def slips(run: ForecastRun, chosen: date) -> None:
    """Show the delivery slip of each canteen, of a district or alone; each is a sheet of its own on paper."""
    rows, dishes = ask(plan.production_of_day, run.run_id, chosen), ask(plan.dishes_of_day, chosen)
    districts = {f"Secteur\u00a0: {name}": name for name in sorted(rows["district"].dropna().unique())}
    place = st.selectbox("Pour", [ALL, *districts, *rows["place"]], key="bons", bind="query-params")
    if place in districts:
        rows = rows[rows["district"] == districts[place]]
    elif place != ALL:
        rows = rows[rows["place"] == place]
    slip_rows = shown.of_slips(rows, dishes)
    st.button("Imprimer les bons", icon=":material/print:", type="primary", key="imprimer_bons")
    st.download_button(
        "Télécharger les bons (CSV)",
        data=lambda: french_csv(slip_rows, 0),
        file_name=f"bons_{chosen:%Y-%m-%d}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )
    said = shown.said_of_day(ask(threads, current(), chosen), chosen)
    rows = rows[rows["meals"] > 0]
    with st.container(height=SLIPS_HEIGHT if len(rows) > 1 else "content", key="bons_du_jour"):
        for place in range(len(rows)):
            _slip(rows.iloc[[place]], dishes, chosen, said)


def _slip(row: pd.DataFrame, dishes: list[str], chosen: date, said: Mapping[str, str]) -> None:
    """Show the slip of one canteen: it is never cut between two sheets of paper."""
    [canteen] = row.to_dict("records")
    with st.container(border=True, key=f"bon_{canteen['canteen']}"):
        title = f"{canteen['place']} · {long_day(chosen)} · {say.meals(row)}"
        sheet.sheet_of(shown.of_dishes(row, dishes), caption=title)
        district = MISSING if pd.isna(canteen["district"]) else canteen["district"]
        if canteen["canteen"] in said:
            blocks.note(f"Annoncé\u00a0: {said[canteen['canteen']]}")
        blocks.note(f"Secteur\u00a0: {district}. {TO_FILL_IN}")


def gaps() -> None:
    """Answer: what was advised, decided, produced and served, week after week?"""
    with blocks.question("Nos écarts"):
        weeks = ask(weekly_gaps)
        if weeks.empty:
            blocks.empty_state(
                "Les écarts paraîtront ici quand des repas produits seront saisis, et les repas servis connus."
            )
            return
        blocks.takeaway(say.weeks(weeks))
        tables.table(shown.of_weeks(weeks), "ecarts_par_semaine", digits=0)
        blocks.note(
            "Chaque ligne compte les mêmes jours des mêmes cantines\u00a0: ceux dont les repas produits et servis sont "
            "connus. Conseillés\u00a0: la dernière quantité calculée avant le jour, sans réserve partagée."
        )
