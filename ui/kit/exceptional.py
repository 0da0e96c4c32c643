"""Sentences and marks on the exceptional days, the same on every page."""

from __future__ import annotations

import pandas as pd

from data.calendar.event_kinds import FRENCH
from data.calendar.exceptional import TYPING_ERROR
from data.queries.waste import WasteSummary
from ui.kept import made_once
from ui.kit import blocks
from ui.kit.formats import SPACE, day, enumeration, number, percent, plural

WORDS = FRENCH | {TYPING_ERROR: "faute de frappe"}
# How charts mark what holds an exceptional day.
MARK = "✱"
# With more dates than this, a sentence gives their number.
DATES_SHOWN = 4
RULE = "Un événement déclaré ou une faute de frappe évidente y change les repas d’au moins 15\u00a0%."


def reason(kinds: str) -> str:
    """Return the French name of what makes a day exceptional: “grève”, “grève et sortie”."""
    return enumeration([WORDS.get(kind, "événement") for kind in kinds.split()])


def whole_days(days: pd.DataFrame) -> pd.DataFrame:
    """Return the days that are exceptional for the whole selection, without those of one canteen among others."""
    return days[days["place"].isna()]


def causes(days: pd.DataFrame) -> list[str]:
    """Say how many days are exceptional, why and when: “2 jours exceptionnels (grève le 12/09/2017 et le …)”."""
    whole, of_canteens = whole_days(days), days[days["place"].notna()]
    sentences = []
    if len(whole):
        count = plural(whole["date"].nunique(), "jour exceptionnel", "jours exceptionnels")
        sentences.append(f"{count} ({f'{SPACE}; '.join(_cause(*one) for one in whole.groupby('reason')['date'])})")
    if len(of_canteens):
        count = plural(len(of_canteens), "journée exceptionnelle", "journées exceptionnelles")
        sentences.append(f"{count} d’une seule cantine ({_of_canteens(of_canteens)})")
    return sentences


def _cause(kinds: object, dates: pd.Series) -> str:
    word = reason(str(kinds))
    if len(dates) > DATES_SHOWN:
        return f"{word}, {plural(len(dates), 'jour')} du {day(dates.min())} au {day(dates.max())}"
    return f"{word} {enumeration([f'le {day(date)}' for date in dates])}"


def _of_canteens(days: pd.DataFrame) -> str:
    if len(days) <= DATES_SHOWN and all(days["place"]):
        rows = days.to_dict("records")
        return f"{SPACE}; ".join(f"{reason(row['reason'])}, {row['place']}, le {day(row['date'])}" for row in rows)
    counts = days["reason"].value_counts()
    return ", ".join(f"{reason(str(kinds))}{SPACE}: {number(count)}" for kinds, count in counts.items())


@made_once
def comparison(days: pd.DataFrame, without: WasteSummary, whole: WasteSummary) -> str:
    """Say how many days are exceptional and why, what they weigh, and overproduction without and with them."""
    if days.empty:
        return "Aucun jour exceptionnel dans cette sélection."
    surplus = (
        f"{number(days['surplus_meals'].sum())} des {number(whole.surplus_meals)} repas prévus en trop"
        if whole.surplus_meals
        else "aucun repas prévu en trop"
    )
    rate, other = (percent(summary.overproduction_pct, 2) for summary in (without, whole))
    both = f"{rate}, avec comme sans" if rate == other else f"{rate} sans, {other} avec"
    return f"{enumeration(causes(days))}{SPACE}: {surplus}. Surproduction{SPACE}: {both}."


def note(days: pd.DataFrame, without: WasteSummary, whole: WasteSummary) -> None:
    """Show what the exceptional days change, in one sentence what they are, and where to read more."""
    blocks.note(" ".join([comparison(days, without, whole), *([] if days.empty else [RULE])]))
    if len(days):
        blocks.link("pages/aide/guide.py", "En savoir plus sur les jours exceptionnels", part="Tout le guide")


def beside(
    note: str | None, value: float | None, other: float | None, days: pd.DataFrame, *, with_them: bool
) -> str | None:
    """Add to the note of a figure its `other` value, with the exceptional days or without them.

    Two values that read alike are written once.
    """
    if days.empty:
        return note
    word = "avec" if with_them else "sans"
    exceptional = "le jour exceptionnel" if days["date"].nunique() == 1 else "les jours exceptionnels"
    shown = f"{percent(other)} aussi" if percent(other) == percent(value) else percent(other)
    return " ".join(filter(None, [f"{note}{SPACE};" if note else None, f"{shown} {word} {exceptional}"]))


def of_weeks(weeks: pd.Series, days: pd.DataFrame) -> list[int]:
    """Return how many exceptional days each week (its Monday) holds."""
    dates = pd.DatetimeIndex(whole_days(days)["date"].unique())
    mondays = dates - pd.to_timedelta(dates.weekday, unit="D")
    return [int((mondays == week).sum()) for week in weeks]


def of_cells(days: pd.DataFrame) -> set[tuple[int, int]]:
    """Return the cells (weekday from 1, month) that hold exceptional days."""
    dates = pd.DatetimeIndex(whole_days(days)["date"].unique())
    return set(zip((dates.weekday + 1).tolist(), dates.month.tolist(), strict=True))
