"""Forecast archive: the forecasts kept 21, 7 and 1 days before each day, compared with the meals served."""

from __future__ import annotations

import pandas as pd

from data.queries.forecasts import archive
from ui.kit import blocks, filters, tables
from ui.kit.formats import SPACE, count_of, day, long_day, number, percent, plural, signed
from ui.quality import charts
from ui.quality import sentences as say
from ui.quality import tables as quality_tables
from ui.session import ask

NAMES = {21: "3 semaines avant", 7: "1 semaine avant", 1: "La veille"}
WORDS = {21: "trois semaines avant", 7: "une semaine avant", 1: "la veille"}
RULE = (
    "Annoncé trois semaines avant\u00a0: la dernière prévision faite au moins 21\u00a0jours avant\u00a0; de même "
    "7\u00a0jours et la veille. Ces annonces sont gardées telles "
    "quelles\u00a0; les repas servis sont ceux du journal d’aujourd’hui. Les trois colonnes ne portent pas sur les "
    "mêmes jours\u00a0: le prévu, lui, y dit si ces jours étaient difficiles."
)
KEY = "archive_jours"


def forecast_archive() -> None:
    """Answer: were the forecasts right?"""
    with blocks.question(
        "Ce qui avait été annoncé s’est-il produit\u00a0?", "En\u00a0% des repas servis, jours servis depuis."
    ):
        horizons = ask(archive.by_horizon)
        if horizons.empty:
            blocks.empty_state(nothing_judged_yet())
            return
        blocks.takeaway(error_by_horizon(horizons))
        extra_metrics = {"days_ahead": "Avance médiane (jours)", "forecast_city_wape_pct": "Écart ville, prévision (%)"}
        titles = [NAMES[horizon] for horizon in horizons["horizon"]]
        tables.table(quality_tables.transposed(horizons, titles, extra_metrics), "archive_qualite", height="content")
        blocks.sentences(days_judged(row) for _, row in horizons.iterrows())
        blocks.note(RULE)
        computed_late = int(horizons["computed_after"].max())
        if computed_late:
            blocks.note(computed_too_late(computed_late))
    by_day()


def nothing_judged_yet() -> str:
    """Say from which day on forecasts can be compared with served meals."""
    first = ask(archive.first_day_awaited)
    if first is None:
        return (
            "Aucune prévision gardée n’a encore rencontré la réalité\u00a0: la comparaison commencera avec le premier "
            "jour prévu, puis servi et déposé."
        )
    return (
        "Aucune prévision gardée n’a encore rencontré la réalité. La comparaison commencera avec les repas servis du "
        f"{day(first)}, dès qu’ils seront déposés."
    )


def error_by_horizon(horizons: pd.DataFrame) -> str:
    """Say the WAPE of the forecasts of each horizon."""
    parts = [
        f"{WORDS[horizon]}, de {percent(gap)} ({plural(days, *say.CANTEEN_DAY)})"
        for horizon, gap, days in zip(
            horizons["horizon"], horizons["forecast_wape_pct"], horizons["canteen_days"], strict=True
        )
    ]
    return (
        f"Par cantine et par jour, ce qui a été annoncé s’écarte des repas servis{SPACE}: {f'{SPACE}; '.join(parts)}."
    )


def days_judged(row: pd.Series) -> str:
    """Say how many canteen-days a horizon is judged on, and how many are left out."""
    total = int(row["canteen_days"] + row["not_forecast"])
    return (
        f"{NAMES[row['horizon']]}, du {day(row['first'])} au {day(row['last'])}{SPACE}: "
        f"{count_of(int(row['canteen_days']), total, *say.CANTEEN_DAY)} servies depuis la première annonce, "
        f"{plural(row['not_forecast'], 'autre')} sans annonce aussi ancienne{SPACE}; "
        f"{plural(row['not_served'], 'journée annoncée', 'journées annoncées')} sans repas au journal."
    )


def computed_too_late(count: int) -> str:
    """Say how many forecasts were computed after their own day."""
    return (
        f"{plural(count, *say.CANTEEN_DAY)} dont la prévision a été calculée après le jour lui-même, avec les seuls "
        "repas connus avant\u00a0: elle dit ce que vaut le calcul, mais personne n’a pu la lire à temps."
    )


def by_day() -> None:
    """Answer: day by day, how far was the forecast from the meals served?"""
    caption = "Repas annoncés moins repas servis, dans les cantines qui ont servi ce jour-là."
    with blocks.question("Et jour par jour\u00a0?", caption):
        place, canteen = filters.canteen()
        days = ask(archive.archive_by_day, canteen)
        if days["gap_1"].notna().any():
            fig = charts.announced_gaps(days, NAMES)
            blocks.figure(fig, worst_day(days, place), quality_tables.archived_days(days, NAMES), KEY, digits=0)
        else:
            blocks.empty_state("Aucun jour annoncé, puis servi, n’est gardé pour ce lieu.")
        canteen_days = ask(archive.archive_by_canteen_day)
        label = f"Télécharger toute l’archive par cantine et par jour, {plural(len(canteen_days), 'ligne')} (CSV)"
        tables.download_csv(
            quality_tables.archived_canteen_days(canteen_days, NAMES), "archive_previsions", label, digits=1
        )


def worst_day(days: pd.DataFrame, place: str) -> str:
    """Say how many days of a place are judged, and on which day the last forecast had the largest error."""
    judged = days.dropna(subset="gap_1")
    worst = judged.iloc[int(judged["gap_1"].abs().argmax())]
    return (
        f"{place}{SPACE}: {plural(len(judged), 'jour')}, du {day(judged['date'].min())} au "
        f"{day(judged['date'].max())}. Le plus grand écart de la dernière annonce{SPACE}: "
        f"{signed(worst['gap_1'], 0)}{SPACE}repas le {long_day(worst['date'])}, "
        f"pour {number(worst['meals_served'])} servis."
    )
