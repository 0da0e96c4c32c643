"""Sentences and marks on the exceptional days, the same on every page."""

from __future__ import annotations

import pandas as pd

from data.calendar.events import FRENCH
from data.calendar.exceptional import TYPING_ERROR
from data.queries.waste import WasteSummary
from ui.kit.formats import SPACE, day, enumeration, is_missing, number, percent, plural

WORDS = FRENCH | {TYPING_ERROR: "faute de frappe"}
# How charts mark what holds an exceptional day.
MARK = "✱"
# With more dates than this, a sentence gives their number.
DATES_SHOWN = 4
RULE = (
    "Un jour est exceptionnel quand une grève, une sortie, une fermeture ou une fête déclarée, ou une faute de frappe "
    "évidente, y éloigne les repas servis d’au moins 15\u00a0% du prévu (règle exacte dans le guide)."
)


def reason(kinds: str) -> str:
    """Return the French name of what makes a day exceptional: “grève”, “grève et sortie”."""
    return enumeration([WORDS.get(kind, "événement") for kind in kinds.split()])


def causes(days: pd.DataFrame) -> str:
    """Say what makes the days exceptional, and when: “grève le 12/09/2017 et le 21/09/2017”."""
    return f"{SPACE}; ".join(
        _cause(reason(str(kinds)), place, rows["date"])
        for (kinds, place), rows in days.groupby(["reason", "place"], sort=False, dropna=False)
    )


def _cause(word: str, place: object, dates: pd.Series) -> str:
    where = "" if is_missing(place) else f" à {place}"
    if len(dates) > DATES_SHOWN:
        return f"{word}{where}, {plural(len(dates), 'jour')} du {day(dates.min())} au {day(dates.max())}"
    return f"{word}{where} {enumeration([f'le {day(date)}' for date in dates])}"


def comparison(days: pd.DataFrame, without: WasteSummary, whole: WasteSummary) -> str:
    """Say how many days are exceptional and why, what they weigh, and overproduction without and with them."""
    if days.empty:
        return "Aucun jour exceptionnel dans cette sélection."
    count = days["date"].nunique()
    start = plural(count, "jour exceptionnel", "jours exceptionnels")
    surplus = (
        f"{number(days['surplus_meals'].sum())} des {number(whole.surplus_meals)} repas prévus en trop"
        if whole.surplus_meals
        else "aucun repas prévu en trop"
    )
    both = f"{percent(without.overproduction_pct, 2)} sans, {percent(whole.overproduction_pct, 2)} avec"
    alone = "À lui seul" if count < 2 else "À eux seuls"
    return f"{start}{SPACE}: {causes(days)}. {alone}, {surplus}. Surproduction{SPACE}: {both}."


def beside(note: str | None, other: float | None, days: pd.DataFrame, *, with_them: bool) -> str | None:
    """Add to the note of a figure its value with the exceptional days, or without them."""
    if days.empty:
        return note
    word = "avec" if with_them else "sans"
    exceptional = "le jour exceptionnel" if days["date"].nunique() == 1 else "les jours exceptionnels"
    return " ".join(filter(None, [f"{note}{SPACE};" if note else None, f"{percent(other)} {word} {exceptional}"]))


def of_weeks(weeks: pd.Series, days: pd.DataFrame) -> list[int]:
    """Return how many exceptional days each week (its Monday) holds."""
    dates = pd.DatetimeIndex(days["date"].unique())
    mondays = dates - pd.to_timedelta(dates.weekday, unit="D")
    return [int((mondays == week).sum()) for week in weeks]
