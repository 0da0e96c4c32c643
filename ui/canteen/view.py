"""Blocks of the page “Ma cantine”."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd
import streamlit as st

from data.calendar.declared import declared_events
from data.clock import PARIS, today_in_paris
from data.queries import overview
from data.queries.canteen import peers, recent
from data.queries.forecasts import days as forecast_days
from data.queries.forecasts import runs
from data.sheets.days import NOON, missing_days
from ui.canteen import charts
from ui.canteen import sentences as say
from ui.forecasts import reserve, why
from ui.forecasts.event_sentences import by_day
from ui.kit import announced, blocks, sheet
from ui.kit.exceptional import reason
from ui.kit.formats import MISSING, SPACE, day, is_missing, number, weekday
from ui.kit.own_canteen import KEY
from ui.session import ask

SHEET = "pages/cantine/saisie.py"
DAYS_SHOWN, DAYS_FOLLOWING = 6, 9


def next_service(canteen: str) -> None:
    """Answer: how many meals to prepare for the next service?"""
    today = today_in_paris()
    run = ask(runs.latest_run)
    days = ask(forecast_days.daily_forecast, run.run_id, canteen) if run else None
    ahead = days[days["date"].dt.date > today] if days is not None else None
    if run is None or ahead is None or ahead.empty:
        with blocks.question("Prochain service"):
            blocks.empty_state("Le nombre de repas à préparer paraîtra ici après le prochain calcul des prévisions.")
        return
    row = ahead.iloc[0]
    chosen = row["date"].date()
    with blocks.question(say.next_title(chosen, today)):
        blocks.headline(say.quantity(row["advised"], row["meals"]))
        blocks.detail(say.expected(row))
        reserve.reminder(run, chosen, of_kitchen=False)
        if event := by_day(ask(declared_events, chosen, chosen), canteen).get(chosen):
            blocks.note(f"Déclaré ce jour-là{SPACE}: {event}.")
        terms = ask(forecast_days.forecast_terms, run.run_id, canteen, chosen)
        if terms is not None:
            meals = why.rounded([terms[name] for name in why.TERMS])
            blocks.note(f"Pourquoi{SPACE}? {why.sentence(chosen, meals)}")
        blocks.why(["Quantité conseillée", "Repas attendus", "Fourchette"], "prochain")
        _following(ahead.iloc[1 : 1 + DAYS_FOLLOWING])


def _following(days: pd.DataFrame) -> None:
    """Show the days after the next service, this canteen’s own, to read."""
    if days.empty:
        return
    with st.expander("Voir les jours suivants", icon=":material/calendar_month:", key="jours_suivants"):
        quantities = days["advised"].fillna(days["meals"].round())
        sheet.sheet(["Jour", "À préparer", "Attendus", "Sans doute entre"], [
            sheet.row([
                sheet.cell(announced.day(row["date"]).capitalize(), "name"), sheet.cell(number(prepare), "number name"),
                sheet.cell(number(row["meals"]), "number"),
                sheet.cell(f"{number(row['meals_lower'])} et {number(row['meals_upper'])}"),
            ])
            for row, prepare in zip(days.to_dict("records"), quantities, strict=True)
        ])  # fmt: skip


def _label(canteen: str) -> str:
    return ask(overview.canteen_labels).get(canteen, canteen)


def to_enter(canteen: str) -> None:
    """Answer: which services are still to be entered? A link for each leads to its sheet."""
    with blocks.question("Ce qu’il reste à saisir"):
        # From noon on, the service of the day is one to tell.
        until = today_in_paris() + timedelta(days=datetime.now(PARIS).hour >= NOON)
        missing = ask(missing_days, canteen, until)
        if not missing:
            blocks.takeaway("Tout est saisi. Merci\u00a0!")
            st.page_link(SHEET, label="Saisir un service", icon=":material/edit:", query_params={KEY: _label(canteen)})
            return
        with st.container(horizontal=True, key="services_a_saisir"):
            for value in missing[-DAYS_SHOWN:]:
                st.page_link(
                    SHEET, label=say.short_day(value), icon=":material/edit:",
                    query_params={KEY: _label(canteen), "jour": value.isoformat()},
                )  # fmt: skip
        if len(missing) > DAYS_SHOWN:
            blocks.note(f"Et {len(missing) - DAYS_SHOWN} autres, plus anciens.")


def advice(canteen: str, last: date) -> None:
    """Answer: what is worth changing?"""
    with blocks.question("Un conseil"):
        sentence = say.advice(ask(recent.habits, canteen, last))
        blocks.takeaway(sentence or "Aucun jour de la semaine ne laisse régulièrement trop de repas, ni trop peu.")
        # One day and one period in one block: a regular surplus says the rest.
        if sentence is None and (worst := say.worst_weekday(ask(recent.weekdays, canteen, last))):
            blocks.note(worst)


def last_weeks(canteen: str, last: date) -> None:
    """Answer: how many meals were planned and served in the last four weeks, and how much was thrown away?"""
    with blocks.question("Mes quatre dernières semaines"):
        days = ask(recent.recent_days, canteen, last)
        shown = days.drop(columns=["compared", "surplus_meals", "shortage_meals"])
        table = shown.assign(
            date=days["date"].map(lambda value: f"{weekday(value)} {day(value)}"),
            exceptional=[MISSING if is_missing(kinds) else reason(str(kinds)) for kinds in days["exceptional"]],
        ).rename(
            columns={
                "date": "Jour", "meals_planned": "Prévus", "meals_served": "Servis",
                "grams_per_meal": "Jetés (g par repas)", "exceptional": "Jour exceptionnel",
            }
        )  # fmt: skip
        empty = [name for name in ("Jetés (g par repas)", "Jour exceptionnel") if _is_empty(table[name])]
        blocks.figure(
            charts.recent_meals(days), say.recent(days), table.drop(columns=empty), "quatre_semaines", digits=0
        )
        for sentence in say.exceptional(days):
            blocks.note(sentence)
        if days["grams_per_meal"].notna().any():
            st.plotly_chart(
                charts.recent_grams(days), key="chart_grammes", theme=None, config=blocks.PLOT_CONFIG,
                alt="Graphique des grammes jetés par repas, les jours pesés.",
            )  # fmt: skip


def _is_empty(values: pd.Series) -> bool:
    return bool((values.isna() | (values == MISSING)).all())


def among_others(canteen: str, last: date) -> None:
    """Answer: does the canteen do better than those of its kind and size?"""
    with blocks.question("Et les cantines semblables\u00a0?"):
        comparison = ask(peers.comparison, canteen, last)
        if comparison is None:
            blocks.empty_state("La comparaison paraîtra ici quand dix services au moins seront saisis.")
            return
        blocks.sentences(say.compared(comparison))
        blocks.note(say.compared_with(comparison))
        blocks.why(["Repas en trop", "Repas manquants", "Cantines semblables"], "semblables")
