"""Blocks of the page Gaspillage: each has one question, one sentence, one chart and one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from data.calendar.exceptional import counted_typing_errors, exceptional_days
from data.calendar.school import next_service_days
from data.queries import losses, waste
from data.queries.canteen.surplus import saved
from data.queries.overview import Reference, references, store_overview
from data.queries.waste import WasteSummary
from data.selection import Selection
from ui.access import only_visible
from ui.kit import blocks, exceptional
from ui.kit.blocks import Figure
from ui.kit.formats import SPACE, count_of, number, percent, plural, quantity
from ui.session import ask
from ui.waste import charts, one_canteen, rankings
from ui.waste import sentences as say
from ui.waste.measures import GRAMS, MEALS, SHARE, Measure

TREND_CAPTION = (
    "Par semaine, en\u00a0% des repas servis. Le repère s’applique à la surproduction publiée\u00a0: repas en trop "
    "moins repas manquants."
)
TREND_TITLES = {
    "%": ("Comment évoluent les repas en trop et les repas manquants\u00a0?", TREND_CAPTION),
    "repas": ("Comment évoluent les repas en trop et les repas manquants\u00a0?", "Repas par semaine."),
    "grammes": (
        "Comment évolue le gaspillage\u00a0?",
        "Grammes par repas et par semaine, là où l’on pèse\u00a0: pas les mêmes cantines chaque semaine.",
    ),
}
GRAMS_COLUMNS = [
    "Semaine du", "Jours pesés", "Cantines qui pèsent", "Repas servis", "Jeté (kg)", "Gaspillage (g/repas)",
    "Jours exceptionnels",
]  # fmt: skip
TREND_COLUMNS = [
    "Semaine du", "Jours", "Repas servis", "En trop (repas)", "Manquants (repas)",
    "En trop (%)", "Manquants (%)", "Surproduction (%)", "Jours exceptionnels",
]  # fmt: skip


def overview(selection: Selection, summary: WasteSummary, ranked: pd.DataFrame, measure: Measure) -> None:
    """Show the figures; how they evolve, beside the canteens that stand out, or beside the days of the one chosen."""
    headline(selection, summary)
    with st.container(key="cote_a_cote_gaspillage"):
        trend(selection, ask(references).get("surplus_target_pct"), measure)
        if selection.canteen:
            one_canteen.days(selection, measure)
        else:
            rankings.canteens(selection, ranked, measure)


def headline(selection: Selection, summary: WasteSummary) -> None:
    """Show the figures at the top of the page, the rates beside what they are with or without the exceptional days."""
    days = ask(exceptional_days, selection)
    # A manager reads how many days of other canteens there are, never whose.
    named = days["place"].isna() | days["place"].isin(only_visible(days)["place"])
    days = days.assign(place=days["place"].where(named, ""))
    other = ask(waste.waste_summary, replace(selection, exceptional=not selection.exceptional))
    blocks.figures(
        headline_figures(summary, other, days, with_them=not selection.exceptional),
        "gaspillage",
        counted(summary),
    )
    without, whole = (other, summary) if selection.exceptional else (summary, other)
    exceptional.note(days, without, whole)
    if sentence := saved_sentence(ask(saved, selection)):
        blocks.note(sentence)


def counted(summary: WasteSummary) -> str:
    """Say on how many services the figures are: those in meals, and those in grams."""
    pairs = f"repas{SPACE}: {plural(summary.pairs, 'service')} où le prévu et le servi sont connus"
    weighed = plural(summary.weighed_services, "service pesé", "services pesés")
    return f"{pairs}{SPACE}; gaspillage par repas{SPACE}: {weighed}"


def saved_sentence(sums: Mapping[Any, Any]) -> str | None:
    """Say the meals that served instead of being thrown away; None without any."""
    if not sums["uses"]:
        return None
    mass = f" ({quantity(sums['kg'], 'kg')})" if sums["kg"] else ""
    return (
        f"Sauvés{SPACE}: {plural(sums['meals'], 'repas', 'repas')}{mass}, resservis ou donnés, en "
        f"{plural(sums['uses'], 'fois', 'fois')}. Ils comptent dans les repas en trop, jamais dans ce qui est jeté."
    )


def headline_figures(
    summary: WasteSummary, other: WasteSummary, days: pd.DataFrame, *, with_them: bool
) -> list[Figure]:
    """Return the figures at the top of the page, each with its numerator and its denominator.

    `other` is the same selection with the exceptional days (`with_them`), or without them.
    """

    def rate(title: str, name: str, note: str, meaning: str) -> Figure:
        own, others = getattr(summary, name), getattr(other, name)
        return Figure(title, percent(own), exceptional.beside(note, own, others, days, with_them=with_them), meaning)

    return [
        rate(
            "Surproduction",
            "overproduction_pct",
            f"{number(summary.pairs_planned)} prévus, {number(summary.pairs_served)} servis, là où les deux sont "
            "connus",
            "(repas prévus − repas servis) ÷ repas servis, sur les services où les deux chiffres sont connus.",
        ),
        rate(
            "Repas en trop",
            "surplus_pct",
            f"{plural(summary.surplus_meals, 'repas', 'repas')} prévus en trop",
            "Repas prévus en trop, sans retrancher ceux qui ont manqué ailleurs, en\u00a0% des repas servis.",
        ),
        rate(
            "Repas manquants",
            "shortage_pct",
            f"{plural(summary.shortage_meals, 'repas', 'repas')} servis en plus du prévu",
            "Repas servis en plus du prévu, en\u00a0% des repas servis.",
        ),
        rate(
            "Services où des repas ont manqué",
            "short_services_pct",
            count_of(summary.short_services, summary.pairs, "service"),
            "Services (un point de service, un jour) où l’on a servi plus de repas que prévu.",
        ),
        _weighed(summary),
    ]


def _weighed(summary: WasteSummary) -> Figure:
    return Figure(
        "Gaspillage par repas",
        quantity(summary.grams_per_meal, "g"),
        f"{count_of(summary.weighing_canteens, summary.canteens, 'cantine')} "
        f"{'pèsent' if summary.weighing_canteens > 1 else 'pèse'}",
        "Préparation, non servi et restes d’assiette, sur les services où les trois ont été pesés. "
        "Pesée brute\u00a0: parties comestibles et non comestibles.",
    )


def trend(selection: Selection, goal: Reference | None, measure: Measure) -> None:
    """Answer: how does it evolve from week to week?"""
    title, caption = TREND_TITLES[measure.name]
    with blocks.question(title, caption):
        late = _too_early(selection)
        known = selection.until(late[0] - timedelta(days=1)) if late else selection
        weeks = ask(waste.grams_by_week if measure is GRAMS else waste.by_week, known)
        if weeks.empty:
            blocks.empty_state(
                "Aucune pesée dans cette sélection\u00a0: choisissez une autre mesure, ou une autre période."
            )
            return
        weeks["exceptional_days"] = exceptional.of_weeks(weeks["week"], ask(exceptional_days, selection))
        table = weeks.set_axis(GRAMS_COLUMNS if measure is GRAMS else TREND_COLUMNS, axis="columns")
        weeks["finished"] = weeks["week"] != _week_under_way()
        if measure is GRAMS:
            blocks.figure(charts.grams_by_week(weeks), say.grams_sentence(weeks), table, "tendance")
        else:
            # The goal is a share of the meals.
            value = goal.value if goal and measure is SHARE else None
            weeks["overproduction_meals"] = weeks["surplus_meals"] - weeks["shortage_meals"]
            sentence = say.meals_sentence(weeks) if measure is MEALS else say.trend_sentence(weeks, value)
            blocks.figure(charts.surplus_by_week(weeks, value, measure), sentence, table, "tendance")
        if weeks["exceptional_days"].any():
            counted = "comptés" if selection.exceptional else "laissés de côté"
            blocks.note(f"{exceptional.MARK} Semaine avec un ou plusieurs jours exceptionnels, {counted}.")
        errors = 0 if measure is GRAMS or selection.exceptional else len(ask(counted_typing_errors, known))
        if notes := say.trend_notes(weeks, late, errors):
            blocks.note(" ".join(notes))


def _too_early(selection: Selection) -> list[date]:
    """Return the last days of the period that too few canteens have told of; a canteen’s own days are its own."""
    late = () if selection.canteen else ask(store_overview).incomplete_days
    return [one.day for one in late if selection.start < one.day <= selection.end]


def _week_under_way() -> pd.Timestamp | None:
    """Return the week (its Monday) of the last complete day, when it has days of service to come."""
    last = ask(store_overview).last_day
    if last is None or not (following := ask(next_service_days, last, 1)):
        return None
    monday = last - timedelta(days=last.weekday())
    return pd.Timestamp(monday) if following[0] < monday + timedelta(days=7) else None


def places(selection: Selection) -> None:
    """Answer: at which place of loss is food thrown away?"""
    loss_rows = ask(losses.loss_places, selection).set_index("place")
    caption = "Grammes par repas servi, là où l’on pèse. Parties comestibles et non comestibles ensemble."
    with blocks.question("À quel moment jetons-nous\u00a0?", caption):
        if loss_rows.empty:
            blocks.empty_state(
                "Aucune pesée dans cette sélection. Ajoutez au journal les colonnes preparation_kg, non_servi_kg et "
                "restes_assiette_kg\u00a0: une semaine de pesées suffit pour commencer.",
                "Déposer des pesées",
                "pages/cantine/depot.py",
            )
            return
        loss_rows = loss_rows.reindex([place for place in say.PLACES if place in loss_rows.index])
        labels, reference = zip(*(say.PLACES[str(place)] for place in loss_rows.index), strict=True)
        fig = charts.measured_and_reference(list(labels), loss_rows["grams_per_meal"].tolist(), list(reference))
        blocks.figure(
            fig,
            say.places_sentence(loss_rows),
            _places_table(loss_rows, list(labels), list(reference)),
            "lieux_de_perte",
        )
        days = ask(losses.weighing_days, selection)
        blocks.note(say.reliability_sentence(days))
        blocks.note(f"Référence{SPACE}: {say.ADEME}, gaspillage (parties comestibles) en milieu scolaire.")


def _places_table(loss_rows: pd.DataFrame, labels: list[str], reference: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Moment": labels,
            "g par repas": loss_rows["grams_per_meal"].to_numpy(),
            "Référence (g)": reference,
            "Kilogrammes pesés": loss_rows["kg"].to_numpy(),
            "Repas servis": loss_rows["meals_served"].to_numpy(),
            "Services pesés": loss_rows["services"].to_numpy(),
        }
    )
