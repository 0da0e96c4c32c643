"""Disagreement: days when the plan of a canteen is far from the quantity advised from history, and possible reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from ui.kit.formats import SPACE, count_of, enumeration, long_day, number, plural, signed

NAMED = 3
MEANING = (
    "Désaccord\u00a0: le prévu moins la quantité conseillée d’après l’historique seul, quand l’écart dépasse la "
    "moitié de la largeur de la fourchette."
)
LOWER = "une sortie, une grève ou une classe absente que l’historique ne connaît pas, ou une erreur de saisie"
HIGHER = "des convives en plus que l’historique ne connaît pas, ou une erreur de saisie"


def gaps(days: pd.DataFrame) -> pd.Series:
    """Return plan − advised quantity, in meals, where it exceeds half the width of the interval; missing elsewhere."""
    gap = days["meals_planned"].astype(float) - days["recommended"].astype(float)
    return gap.where(gap.abs() > (days["meals_upper"] - days["meals_lower"]) / 2)


def of_canteen(days: pd.DataFrame, events: Mapping[date, str] | None = None) -> str | None:
    """Say on which day the plan of a canteen is furthest from its quantity; None when they agree on all days.

    `events` has the names of the declared events, by day.
    """
    known_gaps = gaps(days).dropna()
    if known_gaps.empty:
        return None
    largest = days.assign(gap=known_gaps, size=known_gaps.abs()).nlargest(1, "size")
    row, gap = largest.iloc[0], float(largest["gap"].iloc[0])
    history = f"la quantité conseillée d’après l’historique ({number(row['recommended'])})"
    blended = f"{SPACE}; avec ce prévu, elle devient {number(row['advised'])}"
    others = f" Autres désaccords{SPACE}: {plural(len(known_gaps) - 1, 'jour')}, voir le tableau."
    return (
        f"{long_day(row['date']).capitalize()}{SPACE}: {plural(row['meals_planned'], 'repas prévu', 'repas prévus')} "
        f"par la cantine, {number(abs(gap))} de {'moins' if gap < 0 else 'plus'} que {history}"
        f"{blended if row['advised'] != row['recommended'] else ''}. "
        f"{_declared((events or {}).get(row['date'].date()))}"
        f"À vérifier{SPACE}: {LOWER if gap < 0 else HIGHER}.{others if len(known_gaps) > 1 else ''}"
    )


def _declared(events: str | None) -> str:
    """Name the declared events: the quantity already includes their effect, the plan may include another one."""
    return f"La quantité tient compte de ce qui est déclaré ce jour-là{SPACE}: {events}. " if events else ""


def of_day(canteens: pd.DataFrame, events: Mapping[str | None, str] | None = None) -> str | None:
    """Say which canteens have a plan far from their quantity on one day; None when all agree.

    `events` has the names of the events declared for that day, by place; the key None is the whole city.
    """
    declared = events or {}
    known_gaps = gaps(canteens).dropna()
    if known_gaps.empty:
        return None
    largest = canteens.loc[known_gaps.index].assign(gap=known_gaps, size=known_gaps.abs()).nlargest(NAMED, "size")
    worst = [
        f"{place} ({signed(gap, 0)}{f'{SPACE}; {declared[place]}' if place in declared else ''})"
        for place, gap in zip(largest["place"], largest["gap"], strict=True)
    ]
    planned = int(canteens["meals_planned"].notna().sum())
    meanings = [meaning for meaning, sign in ((LOWER, -1), (HIGHER, 1)) if (known_gaps * sign > 0).any()]
    return (
        f"Prévu loin de la quantité conseillée d’après l’historique{SPACE}: "
        f"{count_of(len(known_gaps), planned, 'cantine')}{', dont' if len(known_gaps) > NAMED else SPACE + ':'} "
        f"{enumeration(worst)}. {_declared(declared.get(None))}À vérifier{SPACE}: {f'{SPACE}; ou '.join(meanings)}."
    )
