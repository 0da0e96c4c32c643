"""The archive: what earlier computations announced three weeks, one week and one day ahead, and what happened."""

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
    "Annoncé trois semaines avant\u00a0: ce qu’a dit du jour le dernier calcul qui ne connaissait que des repas "
    "d’au moins 21\u00a0jours avant lui\u00a0; de même 7\u00a0jours et la veille. Ces annonces sont gardées telles "
    "quelles\u00a0; les repas servis sont ceux du journal d’aujourd’hui. Les trois colonnes ne portent pas sur les "
    "mêmes jours\u00a0: le prévu, lui, y dit si ces jours étaient difficiles."
)
KEY = "archive_jours"


def archived() -> None:
    """Answer: did what was announced come true?"""
    with blocks.question(
        "Ce qui avait été annoncé s’est-il produit\u00a0?", "En\u00a0% des repas servis, jours servis depuis."
    ):
        found = ask(archive.by_horizon)
        if found.empty:
            blocks.empty_state(awaited())
            return
        blocks.takeaway(announced(found))
        more = {"days_ahead": "Avance médiane (jours)", "forecast_city_wape_pct": "Écart ville, prévision (%)"}
        titles = [NAMES[horizon] for horizon in found["horizon"]]
        tables.table(quality_tables.beside(found, titles, more), "archive_qualite", height="content")
        blocks.sentences(counted(row) for _, row in found.iterrows())
        blocks.note(RULE)
        late = int(found["computed_after"].max())
        if late:
            blocks.note(after_the_day(late))
    by_day()


def awaited() -> str:
    """Say what the archive waits for."""
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


def announced(found: pd.DataFrame) -> str:
    """Say by how much what was announced at each horizon missed."""
    parts = [
        f"{WORDS[horizon]}, de {percent(gap)} ({plural(days, *say.CANTEEN_DAY)})"
        for horizon, gap, days in zip(found["horizon"], found["forecast_wape_pct"], found["canteen_days"], strict=True)
    ]
    return (
        f"Par cantine et par jour, ce qui a été annoncé s’écarte des repas servis{SPACE}: {f'{SPACE}; '.join(parts)}."
    )


def counted(row: pd.Series) -> str:
    """Say on how many canteen-days a horizon is judged, and which are not."""
    total = int(row["canteen_days"] + row["not_forecast"])
    return (
        f"{NAMES[row['horizon']]}, du {day(row['first'])} au {day(row['last'])}{SPACE}: "
        f"{count_of(int(row['canteen_days']), total, *say.CANTEEN_DAY)} servies depuis la première annonce, "
        f"{plural(row['not_forecast'], 'autre')} sans annonce aussi ancienne{SPACE}; "
        f"{plural(row['not_served'], 'journée annoncée', 'journées annoncées')} sans repas au journal."
    )


def after_the_day(late: int) -> str:
    """Say that some forecasts were computed once their day had passed."""
    return (
        f"{plural(late, *say.CANTEEN_DAY)} dont la prévision a été calculée après le jour lui-même, avec les seuls "
        "repas connus avant\u00a0: elle dit ce que vaut le calcul, mais personne n’a pu la lire à temps."
    )


def by_day() -> None:
    """Answer: day by day, what was announced, and what happened?"""
    caption = "Repas annoncés moins repas servis, dans les cantines qui ont servi ce jour-là."
    with blocks.question("Et jour par jour\u00a0?", caption):
        place, canteen = filters.canteen()
        found = ask(archive.archive_by_day, canteen)
        if found["gap_1"].notna().any():
            fig = charts.announced_gaps(found, NAMES)
            blocks.figure(fig, day_by_day(found, place), quality_tables.archived_days(found, NAMES), KEY, digits=0)
        else:
            blocks.empty_state("Aucun jour annoncé, puis servi, n’est gardé pour ce lieu.")
        everything = ask(archive.archive_by_canteen_day)
        label = f"Télécharger toute l’archive par cantine et par jour, {plural(len(everything), 'ligne')} (CSV)"
        tables.download_csv(
            quality_tables.archived_canteen_days(everything, NAMES), "archive_previsions", label, digits=1
        )


def day_by_day(found: pd.DataFrame, place: str) -> str:
    """Say for a place how many days met a forecast, and on which one what was announced last was most wrong."""
    met = found.dropna(subset="gap_1")
    worst = met.iloc[int(met["gap_1"].abs().argmax())]
    return (
        f"{place}{SPACE}: {plural(len(met), 'jour')}, du {day(met['date'].min())} au {day(met['date'].max())}. "
        f"Le plus grand écart de la dernière annonce{SPACE}: {signed(worst['gap_1'], 0)}{SPACE}repas "
        f"le {long_day(worst['date'])}, pour {number(worst['meals_served'])} servis."
    )
