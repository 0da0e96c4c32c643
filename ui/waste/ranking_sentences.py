"""Takeaway sentences of the rankings of the page Gaspillage: what stands out, or “Rien de net”."""

from __future__ import annotations

import pandas as pd

from data.calendar.names import MONTHS, WEEKDAYS
from data.queries.losses import LEAST_DISH_DAYS
from ui.kept import made_once
from ui.kit.formats import SPACE, bound, day, enumeration, number, plural
from ui.waste.measures import GRAMS, SHARE, Measure

NAMED = 3
NOTHING_CLEAR = f"Rien de net{SPACE}: "
LINE = " (le trait)"  # how a chart draws a range
# models.rankings.permutations.LEVEL, in words.
LEVEL = "une fois sur 50 au plus"
DISHES_TEST = (
    f"Un plat se détache quand sa fourchette{LINE} ne contient pas 0{SPACE}: si l’on mélange les dates au "
    f"hasard dans chaque mois, aucun plat n’y arrive, sauf {LEVEL} (test de permutation corrigé du nombre de plats). "
    "Servis le même jour ne veut pas dire cause."
)
CANTEENS_TEST = (
    "Attendu\u00a0: ce qu’ont eu les cantines de la ville de même taille, les mêmes semaines. Une cantine se détache "
    f"quand la fourchette de son écart{LINE} est au-dessus de 0\u00a0: sans vraie différence, aucune n’y "
    f"arrive, sauf {LEVEL} (permutation des signes de ses semaines, corrigée du nombre de cantines)."
)
CALENDAR_TEST_ALONE = (
    f"En gras, ce qui se détache\u00a0: si l’on mélange les dates, aucune case n’y arrive, sauf {LEVEL}."
)
CALENDAR_TEST = (
    "L’échelle des couleurs part de 0 et va au moins jusqu’à 20\u00a0%, pour ne pas grossir de petits écarts. "
    f"{CALENDAR_TEST_ALONE}"
)


def method(test: str, *, drawn: bool) -> str:
    """Say how what stands out is told from chance; without a chart, nothing is said of its lines."""
    return test if drawn else test.replace(LINE, "")


@made_once
def dishes_sentence(dishes: pd.DataFrame, measure: Measure = SHARE) -> str:
    """Say which dishes have more surplus on their days, or less, than chance explains."""
    clear = dishes[dishes["stands_out"]]
    tested = (
        f"{plural(len(dishes), 'plat')} {'servi' if len(dishes) < 2 else 'servis'} au moins {LEAST_DISH_DAYS} jours"
    )
    if clear.empty:
        return f"{NOTHING_CLEAR}sur {tested}, aucun n’a plus ou moins de {measure.noun} que n’en donne le hasard."
    largest = clear.loc[clear["gap"].abs().sort_values(ascending=False).index].head(NAMED)
    named = [
        f"«{SPACE}{row['dish']}{SPACE}» ({interval(row, measure)}, {plural(row['days'], 'jour')})"
        for row in largest.to_dict("records")
    ]
    verb = "se détache" if len(clear) < 2 else "se détachent"
    return f"{plural(len(clear), 'plat')} {verb}, sur {tested}{SPACE}: {enumeration(named)}."


@made_once
def canteens_sentence(ranked: pd.DataFrame, measure: Measure = SHARE) -> str:
    """Say which canteens have more surplus than expected for their size."""
    tested = ranked.dropna(subset="gap")
    if tested.empty:
        return "Trop peu de semaines pour comparer les cantines\u00a0: élargissez la période."
    if len(tested) == 1:
        return _one_canteen(tested.iloc[0], measure)
    more = tested[tested["stands_out"]]
    if more.empty:
        return (
            f"{NOTHING_CLEAR}sur {len(tested)} cantines{_weighing(measure)}, aucune n’a plus de {measure.noun} "
            "qu’attendu pour sa taille, au-delà du hasard."
        )
    named = [f"{row['place']} ({against_expected(row, measure)})" for row in more.head(NAMED).to_dict("records")]
    first = "surtout " if len(more) > NAMED else ""
    whose = f"a nettement plus de {measure.noun} qu’attendu pour sa taille"
    if len(more) > 1:
        whose = f"ont nettement plus de {measure.noun} qu’attendu pour leur taille"
    return f"Sur {len(tested)} cantines{_weighing(measure)}, {len(more)} {whose}{SPACE}: {first}{enumeration(named)}."


def _weighing(measure: Measure) -> str:
    return " qui pèsent" if measure is GRAMS else ""


def _one_canteen(row: pd.Series, measure: Measure) -> str:
    verdict = "nettement plus" if row["stands_out"] else f"{NOTHING_CLEAR.lower()}l’écart peut venir du hasard"
    return f"{row['place']}{SPACE}: {against_expected(row, measure)} attendus d’une cantine de cette taille, {verdict}."


def against_expected(row: pd.Series | dict, measure: Measure = SHARE) -> str:
    """Write a surplus beside the one expected."""
    return f"{measure.write(row[measure.value])} au lieu de {measure.write(row[measure.expected])}"


def interval(row: pd.Series | dict, measure: Measure = SHARE) -> str:
    """Write a gap and its interval."""
    ends = " et ".join(bound(row[end], measure.digits) for end in ("lower", "upper"))
    return f"{measure.gap(row['gap'])}, entre {ends}"


@made_once
def calendar_sentence(cells: pd.DataFrame, measure: Measure = SHARE) -> str:
    """Say in which cells (weekday × month) the surplus stands out, among the cells that are filled."""
    filled = cells.dropna(subset=measure.cell)
    if filled.empty:
        return "Trop peu de jours pour comparer\u00a0: élargissez la période."
    if len(filled) == 1:
        return f"Une seule case est connue{SPACE}: {_cell(filled.iloc[0], measure)}."
    clear = filled[filled["stands_out"]]
    lowest, highest = (measure.write(value) for value in (filled[measure.cell].min(), filled[measure.cell].max()))
    if clear.empty:
        return (
            f"{NOTHING_CLEAR}de {lowest} à {highest} selon les cases, aucune ne s’écarte des autres plus que ne le "
            "ferait le hasard."
        )
    named = [_cell(row, measure) for _, row in clear.sort_values(measure.cell, ascending=False).head(NAMED).iterrows()]
    count = f"{plural(len(clear), 'case')} {'se détache' if len(clear) < 2 else 'se détachent'} sur {len(filled)}"
    return f"{count}{SPACE}: {'surtout ' if len(clear) > NAMED else ''}{enumeration(named)}."


def _cell(row: pd.Series, measure: Measure) -> str:
    weekday = WEEKDAYS[int(row["weekday"]) - 1]
    return f"le {weekday} en {MONTHS[int(row['month']) - 1]} ({measure.write(row[measure.cell])})"


def typing_errors(errors: pd.DataFrame) -> str | None:
    """Say which obvious typing errors the ranking leaves out, though the city's figures count them."""
    if errors.empty:
        return None
    named = [
        f"{row['place']} le {day(row['date'])} ({number(row['planned'])} prévus, {number(row['served'])} servis)"
        for row in errors.head(NAMED).to_dict("records")
    ]
    count = plural(len(errors), "faute de frappe évidente", "fautes de frappe évidentes")
    start = "" if len(errors) <= len(named) else "les plus grosses, "
    return (
        f"{count}, à corriger dans les journaux{SPACE}: {start}{enumeration(named)}. "
        "Ni ce classement ni les semaines ne les comptent\u00a0; les totaux, qu’elles ne déplacent pas assez, les "
        "comptent."
    )
