"""Days with the largest forecast errors, for the city and for a canteen, with the facts known about each."""

from __future__ import annotations

import streamlit as st

from data.queries.forecasts.quality import Judged
from data.queries.forecasts.runs import ForecastRun
from data.queries.forecasts.worst_days import worst_canteen_days, worst_city_days
from ui.kit import blocks, chart, sheet, tables
from ui.kit.formats import count_of, day, long_day, signed
from ui.kit.tables import Wide
from ui.quality import sentences as say
from ui.quality import tables as quality_tables
from ui.session import ask

DRAWN, LISTED, HEIGHT = 10, 50, 420


def of_city(run: ForecastRun) -> None:
    """Answer: on which days was the forecast of the city most wrong?"""
    caption = (
        "Prévision moins repas servis. Grèves, sorties et erreurs de saisie comprises\u00a0: aucun jour n’est écarté."
    )
    with blocks.question("Quels jours la ville s’est-elle le plus écartée\u00a0?", caption):
        days = ask(worst_city_days, run.run_id)
        days = days.assign(known=days.apply(say.facts_of_city_day, axis="columns"))
        top = days.head(DRAWN)
        texts = [signed(gap, 0) for gap in top["gap"]]
        fig = chart.ranking(top["date"].map(long_day), top["gap"], texts, "repas annoncés en trop (+) ou en moins (−)")
        first = days.iloc[0]
        sentence = say.worst(first, "de la ville", first["known"])
        blocks.figure(fig, sentence, quality_tables.days(days), "qualite_jours", digits=0)


def of_canteens(run: ForecastRun, extent: Judged) -> None:
    """Answer: on which days was the forecast of a canteen most wrong?"""
    with blocks.question("Quelles journées de cantine\u00a0?", "Prévision moins repas servis."):
        canteen_days = ask(worst_canteen_days, run.run_id, LISTED)
        canteen_days = canteen_days.assign(known=canteen_days.apply(say.facts_of_canteen_day, axis="columns"))
        first = canteen_days.iloc[0]
        blocks.takeaway(say.worst(first, f"d’une cantine, {first['place']}", first["known"]))
        _in_tabs(quality_tables.days(canteen_days))
        shown = count_of(len(canteen_days), extent.judged, *say.CANTEEN_DAY)
        explained = count_of(
            int((canteen_days["known"] != say.NOTHING_KNOWN).sum()), len(canteen_days), *say.CANTEEN_DAY
        )
        blocks.note(
            f"Les plus grands écarts, {shown}\u00a0; les autres comptent dans tous les chiffres de la page. On sait "
            f"quelque chose de {explained}."
        )


def _in_tabs(table: Wide) -> None:
    """Show the parts of the table in tabs; the facts are texts to read, the figures can be sorted."""
    errors, facts, meals = table.parts
    errors_tab, facts_tab, meals_tab = st.tabs(["Écarts", quality_tables.FACTS, "Repas"])
    with errors_tab:
        tables.table(errors, "qualite_journees_ecarts", digits=0, height=HEIGHT, download=False)
    with facts_tab, st.container(height=HEIGHT, border=False):
        sheet.sheet_of(facts.assign(Date=facts["Date"].map(day)))
    with meals_tab:
        tables.table(meals, "qualite_journees_repas", digits=0, height=HEIGHT, download=False)
    tables.download_csv(table.whole, "qualite_journees", digits=1)
