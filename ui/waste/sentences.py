"""Takeaway sentences of the page Gaspillage, one per chart, computed from its rows."""

from __future__ import annotations

from datetime import date

import pandas as pd

from data.calendar.names import MONTHS, WEEKDAYS
from data.queries.waste import CONFORMING_DAYS, reliability
from ui.kit.formats import (
    SPACE,
    count_of,
    day,
    enumeration,
    long_day,
    number,
    percent,
    plural,
    quantity,
)

ADEME = "ADEME 2024, réf. 012619"
# ADEME 2024, réf. 012619: 100 g per meal in schools (edible parts only), by place of loss.
PLACES = {
    "preparation": ("Préparation", 5.0),
    "unserved": ("Préparé, non servi", 34.0),
    "leftovers": ("Restes d’assiette", 60.0),
}


def trend_sentence(weeks: pd.DataFrame, goal: float | None) -> str:
    """Say how often overproduction is above the goal, and in which weeks overproduction and shortage are highest."""
    worst = weeks.nlargest(1, "overproduction_pct").iloc[0]
    short = weeks.nlargest(1, "shortage_pct").iloc[0]
    peaks = (
        f"la plus forte est de {percent(worst['overproduction_pct'])}, la semaine du {day(worst['week'])}. "
        f"Le manque le plus fort est de {percent(short['shortage_pct'])}, la semaine du {day(short['week'])}."
    )
    if goal is None:
        return f"Surproduction hebdomadaire{SPACE}: {peaks}"
    above = count_of(int((weeks["overproduction_pct"] > goal).sum()), len(weeks), "semaine")
    return f"La surproduction dépasse le repère de {percent(goal)} pendant {above}{SPACE}; {peaks}"


def canteens_sentence(ranked: pd.DataFrame) -> str:
    """Say which canteens have the largest part of the surplus."""
    total = ranked["surplus_meals"].sum()
    ranked = ranked[ranked["attached"]] if ranked["attached"].any() else ranked
    top = ranked.head(3)
    if len(ranked) <= 3 or not total:
        return f"{plural(total, 'repas', 'repas')} prévus en trop au total."
    share, names = percent(100 * top["surplus_meals"].sum() / total, 0), enumeration(top["place"].tolist())
    return f"Trois cantines sur {len(ranked)} font {share} des repas en trop{SPACE}: {names}."


def typing_errors(errors: pd.DataFrame) -> str | None:
    """Say which obvious typing errors the ranking leaves out, though the city's figures count them."""
    if errors.empty:
        return None
    named = [
        f"{row['place']} le {day(row['date'])} ({number(row['planned'])} prévus, {number(row['served'])} servis)"
        for row in errors.head(3).to_dict("records")
    ]
    count = plural(len(errors), "faute de frappe évidente", "fautes de frappe évidentes")
    start = "" if len(errors) <= len(named) else "les plus grosses, "
    return (
        f"{count}, à corriger dans les journaux{SPACE}: {start}{enumeration(named)}. "
        "Ce classement les laisse de côté\u00a0; les totaux, où elles pèsent trop peu pour rendre le jour "
        "exceptionnel, les comptent."
    )


def calendar_sentence(cells: pd.DataFrame) -> str:
    """Say in which cells (weekday × month) the surplus is highest and lowest, among the cells that are filled."""
    filled = cells.dropna(subset="surplus_pct")
    if filled.empty:
        return "Trop peu de jours pour comparer\u00a0: élargissez la période."
    high, low = filled.nlargest(1, "surplus_pct").iloc[0], filled.nsmallest(1, "surplus_pct").iloc[0]

    def cell(row: pd.Series) -> str:
        weekday = WEEKDAYS[int(row["weekday"]) - 1]
        return f"le {weekday} en {MONTHS[int(row['month']) - 1]} ({percent(row['surplus_pct'])})"

    if len(filled) == 1:
        return f"Une seule case est connue{SPACE}: {cell(high)}."
    return f"Le surplus est le plus fort {cell(high)}, le plus faible {cell(low)}."


def places_sentence(losses: pd.DataFrame) -> str:
    """Say at which place of loss most food is thrown away."""
    grams = losses["grams_per_meal"]
    label, reference = PLACES[str(grams.idxmax())]
    share = percent(100 * grams.max() / grams.sum() if grams.sum() else None, 0)
    measured = f"{label}{SPACE}: {quantity(grams.max(), 'g')} par repas, {share} de ce qui est jeté"
    return f"{measured} (référence{SPACE}: {quantity(reference, 'g')})."


def ahead_sentence(days: pd.DataFrame, today: date, *, city: bool) -> str:
    """Say the waste forecast of the first future day, its main place of loss, and the day with most waste."""
    future = days[days["date"].dt.date >= today]
    chosen = days if future.empty else future
    first, heaviest = chosen.iloc[0], chosen.nlargest(1, "kg").iloc[0]
    where = f" dans {_weighing(int(first['canteens']))}" if city else ""
    place = max(PLACES, key=lambda name: first[name])
    start = (
        f"{long_day(first['date']).capitalize()}{SPACE}: {quantity(first['kg'], 'kg')} attendus, entre "
        f"{number(first['kg_lower'])} et {number(first['kg_upper'])},{where}"
        f" soit {quantity(first['grams'], 'g')} par repas, surtout «{SPACE}{PLACES[place][0].lower()}{SPACE}» "
        f"({quantity(first[place], 'g')})."
    )
    if len(chosen) == 1:
        return start
    return f"{start} Le jour le plus lourd sera le {long_day(heaviest['date'])} ({quantity(heaviest['kg'], 'kg')})."


def _weighing(canteens: int) -> str:
    often = "au moins 20 jours en deux ans"
    if canteens == 1:
        return f"la seule cantine qui a pesé {often},"
    return f"les {number(canteens)} cantines qui ont pesé {often},"


def reliability_sentence(days: pd.DataFrame) -> str:
    """Say how many canteens weigh their waste, for how many days, and how reliable that makes the figures."""
    if days.empty:
        return "Aucune cantine n’a de journée pesée en entier."
    median, enough = days["days"].median(), int((days["days"] >= CONFORMING_DAYS).sum())
    return (
        f"Fiabilité {reliability(median)}{SPACE}: {number(median)} jours pesés par cantine en médiane, "
        f"{count_of(enough, len(days), 'cantine')} avec au moins {CONFORMING_DAYS} jours."
    )


def dishes_sentence(dishes: pd.DataFrame) -> str:
    """Say which dish has the highest surplus on its days, with the number of days."""
    first = dishes.iloc[0]
    return (
        f"Les jours de «{SPACE}{first['dish']}{SPACE}» ({plural(first['days'], 'jour')}), le surplus est de "
        f"{percent(first['surplus_pct'])}, contre {percent(first['surplus_pct_other_days'])} les autres jours."
    )
