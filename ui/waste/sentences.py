"""Takeaway sentences of the page Gaspillage, one per chart, computed from its rows."""

from __future__ import annotations

from datetime import date

import pandas as pd

from data.queries.waste import CONFORMING_DAYS, reliability
from ui.kept import made_once
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


def finished(weeks: pd.DataFrame) -> pd.DataFrame:
    """Return the weeks that are over: two days compare badly with four; all of them when none is."""
    return weeks[weeks["finished"]] if weeks["finished"].any() else weeks


def trend_notes(weeks: pd.DataFrame, late: list[date], errors: int) -> list[str]:
    """Say which days and errors the weeks leave out, and which bar is of a week that is not over."""
    notes = []
    if late:
        notes.append(f"Trop peu de cantines connues, donc pas comptés ici{SPACE}: {enumeration([*map(day, late)])}.")
    if not weeks["finished"].all():
        days = plural(int(weeks.loc[~weeks["finished"], "days"].iloc[0]), "jour connu", "jours connus")
        notes.append(f"Barre pâle{SPACE}: semaine pas encore finie ({days}).")
    if errors:
        count = plural(errors, "faute de frappe évidente", "fautes de frappe évidentes")
        notes.append(f"Sans {count}, qui fausserait une semaine." if errors == 1 else f"Sans {count}.")
    return notes


@made_once
def trend_sentence(weeks: pd.DataFrame, goal: float | None) -> str:
    """Say how often overproduction is above the goal, and in which weeks overproduction and shortage are highest."""
    weeks = finished(weeks)
    worst = weeks.nlargest(1, "overproduction_pct").iloc[0]
    short = weeks.nlargest(1, "shortage_pct").iloc[0]
    peaks = (
        f"la plus forte est de {percent(worst['overproduction_pct'])}, la semaine du {day(worst['week'])}. "
        f"Les repas manquants sont au plus haut à {percent(short['shortage_pct'])}, la semaine du {day(short['week'])}."
    )
    if goal is None:
        return f"Surproduction hebdomadaire{SPACE}: {peaks}"
    above = count_of(int((weeks["overproduction_pct"] > goal).sum()), len(weeks), "semaine")
    return f"La surproduction dépasse le repère de {percent(goal)} pendant {above}{SPACE}; {peaks}"


@made_once
def meals_sentence(weeks: pd.DataFrame) -> str:
    """Say how many meals were in excess or short, and in which weeks most."""
    worst, short = (finished(weeks).nlargest(1, name).iloc[0] for name in ("surplus_meals", "shortage_meals"))
    total, missing = (plural(int(weeks[name].sum()), "repas", "repas") for name in ("surplus_meals", "shortage_meals"))
    return (
        f"{total} en trop et {missing} manquants en {plural(len(weeks), 'semaine')}. Le plus en trop{SPACE}: "
        f"{number(worst['surplus_meals'])}, la semaine du {day(worst['week'])}{SPACE}; le plus manquants{SPACE}: "
        f"{number(short['shortage_meals'])}, la semaine du {day(short['week'])}."
    )


@made_once
def grams_sentence(weeks: pd.DataFrame) -> str:
    """Say how much was thrown away per meal over the weeks that were weighed, and in which week most."""
    worst = finished(weeks).nlargest(1, "grams_per_meal").iloc[0]
    mean = 1000 * weeks["kg"].sum() / weeks["meals_served"].sum()
    return (
        f"{quantity(mean, 'g')} par repas en {plural(len(weeks), 'semaine')} de pesées. Le plus{SPACE}: "
        f"{quantity(worst['grams_per_meal'], 'g')}, la semaine du {day(worst['week'])}."
    )


def places_sentence(losses: pd.DataFrame) -> str:
    """Say at which place of loss most food is thrown away."""
    grams = losses["grams_per_meal"]
    label, reference = PLACES[str(grams.idxmax())]
    share = percent(100 * grams.max() / grams.sum() if grams.sum() else None, 0)
    measured = f"{label}{SPACE}: {quantity(grams.max(), 'g')} par repas, {share} de ce qui est jeté"
    return f"{measured}, en pesée brute (référence, comestible seul{SPACE}: {quantity(reference, 'g')})."


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
        f"{count_of(enough, len(days), 'cantine')} avec au moins {CONFORMING_DAYS} jours. "
        "Cela ne dit rien des cantines qui ne pèsent pas."
    )
