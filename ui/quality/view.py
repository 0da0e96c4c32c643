"""Blocks of the page Qualité des prévisions: rolling-origin backtest of the forecasts, compared with the plan."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from data.queries.forecasts import quality
from data.queries.forecasts.quality import Judged
from data.queries.forecasts.runs import ForecastRun
from ui.kit import blocks, tables
from ui.kit.blocks import Figure
from ui.kit.formats import SPACE, count_of, moment, number, percent
from ui.quality import archive, charts, worst_days
from ui.quality import sentences as say
from ui.quality import tables as quality_tables
from ui.quality.sentences import Row
from ui.session import ask

FORECASTS_PAGE = "pages/cuisine/semaine.py"
METRICS_NOTE = (
    "En\u00a0% des repas servis. Écart moyen, par cantine et par jour, ou du total de la ville par jour (Écart "
    "ville). Tendance\u00a0: à prévoir trop (+) ou trop peu (−), tout compensé. Jours de manque\u00a0: journées de "
    "cantine "
    "où il aurait fallu plus de repas, en\u00a0% de toutes."
)
LEADS_NOTE = (
    "Trois semaines avant, on commande\u00a0; dans la semaine et la veille, on produit. Chaque avance est jugée sur "
    "les mêmes journées, avec les seuls repas connus tant de jours avant. Quantité conseillée avec le prévu des "
    "gestionnaires. Manques nets\u00a0: journées où plus de 5\u00a0% des repas, et au moins deux, ont manqué."
)


def judged(run: ForecastRun | None) -> Judged | None:
    """Return the canteen-days that the last computation judged, or say what to do and return None."""
    if run is None:
        blocks.empty_state(
            "Aucune prévision n’est encore calculée\u00a0: leur qualité paraîtra ici après le premier calcul.",
            "Calculer les prévisions",
            FORECASTS_PAGE,
        )
        return None
    judged_days = ask(quality.judged_days, run.run_id)
    if judged_days is None:
        blocks.empty_state(
            "Le dernier calcul n’a pas pu juger de prévisions passées\u00a0: il faut au moins une année de repas "
            "prévus et servis. Si vous les avez déposés depuis, recalculez les prévisions.",
            "Aller aux prévisions",
            FORECASTS_PAGE,
        )
    return judged_days


def headline(run: ForecastRun, extent: Judged) -> None:
    """Show the reliability tests and their results, the main figures, and the days they are computed on."""
    metrics = say.rows_of(ask(quality.by_method, run.run_id))
    coverage = ask(quality.coverage, run.run_id).to_dict("records")[0]
    answer, points = say.verdict(metrics, coverage)
    blocks.takeaway(answer)
    blocks.sentences(points)
    names = {"forecast": "Écart de la prévision", "plan": "Écart du prévu"}
    blocks.figures([*(_gap(name, metrics[key]) for key, name in names.items()), *_shares(metrics, coverage)], "qualite")
    blocks.note(say.extent(extent, metrics["plan"]["meals_served"]))
    outdated = " Des données ont changé depuis\u00a0: recalculez les prévisions." if run.outdated else ""
    blocks.note(
        f"Calcul du {moment(run.finished_at)}. Chaque mois passé est prévu comme il l’aurait été alors, avec les seuls "
        f"repas connus trois semaines avant son premier jour.{outdated}"
    )


def _gap(name: str, row: Row) -> Figure:
    return Figure(
        name,
        percent(row["wape_pct"]),
        f"{number(row['gap_meals'])} repas d’écart pour {number(row['meals_served'])} servis",
        "Somme des écarts par cantine et par jour, en trop ou en moins, ÷ repas servis.",
    )


def _shares(metrics: dict[str, Row], coverage: Row) -> list[Figure]:
    recommended = metrics["recommended"]
    return [
        Figure(
            "Jours de manque, quantité conseillée",
            percent(recommended["short_pct"]),
            count_of(recommended["short_days"], recommended["canteen_days"], *say.CANTEEN_DAY),
            f"Prévu des gestionnaires{SPACE}: {percent(metrics['plan']['short_pct'])}.",
        ),
        Figure(
            "Fourchette tenue",
            percent(coverage["covered_pct"]),
            count_of(coverage["covered"], coverage["canteen_days"], *say.CANTEEN_DAY),
            f"Promis{SPACE}: 80{SPACE}%.",
        ),
    ]


def by_method(run: ForecastRun) -> None:
    """Answer: which method has the smallest error, and which data does each method use?"""
    caption = "Sur les journées de cantine où le prévu et la prévision existent."
    with blocks.question("Quelle méthode s’écarte le moins\u00a0?", caption):
        rows = ask(quality.by_method, run.run_id)
        tables.table(quality_tables.methods(rows), "qualite_methodes", height="content")
        blocks.note(METRICS_NOTE)
        blocks.sentences(say.KNOWLEDGE)
        blocks.note(say.naive(say.rows_of(rows)))


def views(run: ForecastRun, extent: Judged) -> dict[str, Callable[[], None]]:
    """Return what the page shows, by the name of its part."""
    return {
        "Verdict": partial(headline, run, extent),
        "Méthodes": partial(by_method, run),
        "Par mois": partial(by_month, run),
        "Par avance": partial(by_lead, run),
        "Par cantine": partial(by_canteen, run),
        "Fourchette": partial(interval, run),
        "Pires jours": partial(worst_days.of_city, run),
        "Pires cantines": partial(worst_days.of_canteens, run, extent),
        "Archive": archive.forecast_archive,
    }


def by_month(run: ForecastRun) -> None:
    """Answer: is the forecast more accurate in every month?"""
    caption = "Somme des écarts par cantine et par jour, en\u00a0% des repas servis du mois."
    with blocks.question("Est-ce vrai tous les mois\u00a0?", caption):
        months = ask(quality.quality_by_month, run.run_id)
        table = quality_tables.months(months)
        blocks.figure(charts.gaps_by_month(months), say.months(months), table, "qualite_mois")


def by_lead(run: ForecastRun) -> None:
    """Answer: how much nearer is the forecast of a nearer day?"""
    with blocks.question(
        "Que gagne-t-on à prévoir plus près du jour\u00a0?", "En\u00a0% des repas servis, ou des journées."
    ):
        leads = ask(quality.quality_by_lead, run.run_id)
        if leads.empty:
            blocks.empty_state(
                "Ce calcul n’a pas gardé l’avance de ses prévisions\u00a0: recalculez-les.",
                "Aller aux prévisions",
                FORECASTS_PAGE,
            )
            return
        blocks.takeaway(say.leads(leads))
        tables.table(quality_tables.leads(leads), "qualite_avance", height="content", digits=1)
        blocks.note(say.canteen_days([say.lead(leads["lead_days"].iloc[0])], leads["canteen_days"].tolist()[:1]))
        blocks.note(LEADS_NOTE)


def by_canteen(run: ForecastRun) -> None:
    """Answer: is the forecast more accurate in every canteen?"""
    caption = "Un clic sur un titre de colonne trie le tableau. En\u00a0% des repas servis."
    with blocks.question("Est-ce vrai dans toutes les cantines\u00a0?", caption):
        canteens = ask(quality.quality_by_canteen, run.run_id)
        blocks.takeaway(say.canteens(canteens))
        table, parts = quality_tables.canteens(canteens)
        for tab, (name, part) in zip(st.tabs(list(parts)), parts.items(), strict=True):
            with tab:
                tables.table(part, f"qualite_cantines_{name}", height=420, download=False)
        tables.download_csv(table, "qualite_cantines", digits=2)


def interval(run: ForecastRun) -> None:
    """Answer: is the coverage of the 80 % interval close to 80 %?"""
    with blocks.question(
        "La fourchette tient-elle sa promesse, 4 jours sur 5\u00a0?", "Part des journées de cantine, mois par mois."
    ):
        coverage, months = ask(quality.coverage, run.run_id), ask(quality.quality_by_month, run.run_id)
        fig = charts.coverage_by_month(months)
        blocks.figure(fig, say.coverage(coverage), quality_tables.months(months), "qualite_intervalle")
        by_size = say.sizes(coverage)
        if by_size:
            blocks.note(by_size)
