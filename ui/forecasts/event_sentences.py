"""What the page Prévisions says of events: their name, their days, their place, what they change."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from data.calendar.events import CLOSING, DECLARED, FRENCH, scope
from ui.kit.formats import SPACE, day, enumeration, is_missing, long_day, number, plural, signed

KINDS = {kind: FRENCH[kind].capitalize() for kind in DECLARED}
CITY = "toute la ville"
Learnt = Mapping[str, tuple[float, int]]
Row = Mapping[Hashable, Any]


def name(event: Row) -> str:
    """Name an event, with what its author said of it: “Sortie (zoo)”."""
    kind = KINDS[event["kind"]]
    label = event["label"]
    return kind if is_missing(label) or str(label).casefold() == kind.casefold() else f"{kind} ({label})"


def days(first: date, last: date) -> str:
    """Say the days of an event."""
    return long_day(first) if first == last else f"du {day(first)} au {day(last)}"


def described(event: Row, learnt: Learnt) -> str:
    """Say all that is known of an event in one line."""
    place = (
        CITY
        if is_missing(event["canteen"])
        else str(event["canteen"] if is_missing(event["place"]) else event["place"])
    )
    swapped = event["declared_on"]
    read = "" if is_missing(swapped) else f" (déclarée le {day(swapped)}, jour et mois inversés)"
    when = days(event["starts_on"], event["ends_on"])
    return f"{name(event)}, {when}{read}, {place}{SPACE}: {effect(event, learnt)}."


def effect(event: Row, learnt: Learnt) -> str:
    """Say what an event changes, and how that is known."""
    if event["kind"] in CLOSING:
        return "aucun repas"
    if not is_missing(event["effect_meals"]):
        return f"{meals(event['effect_meals'])} par jour attendus"
    if not is_missing(event["effect_percent"]):
        return f"{share(event['effect_percent'])} attendus"
    known, seen = learnt.get(scope(event["kind"], event["canteen"]), (0.0, 0))
    if not seen:
        return "effet inconnu, la prévision n’en tient pas compte"
    return f"{share(100 * math.expm1(known))}, effet appris sur {plural(seen, 'jour passé', 'jours passés')}"


def meals(count: float) -> str:
    """Write a change in meals with its sign."""
    return f"{signed(count, 0)}{SPACE}repas"


def share(percent: float) -> str:
    """Write a change in percent with its sign, with decimals only where they say something."""
    digits = 0 if abs(percent) >= 10 or float(percent).is_integer() else 1
    return f"{signed(percent, digits)}{SPACE}%"


def short(event: Row) -> str:
    """Name an event and its expected effect, in a sentence: “sortie (−25 repas)”."""
    kind = FRENCH[event["kind"]]
    if not is_missing(event["effect_meals"]):
        return f"{kind} ({meals(event['effect_meals'])})"
    return kind if is_missing(event["effect_percent"]) else f"{kind} ({share(event['effect_percent'])})"


def by_day(events: pd.DataFrame, canteen: str | None) -> dict[date, str]:
    """Name the events that concern a canteen (None: the whole city) on each of their days."""
    found: dict[date, list[str]] = {}
    own = events[events["canteen"].isna() | (events["canteen"] == canteen)]
    for row in own.to_dict("records"):
        for one in pd.date_range(row["starts_on"], row["ends_on"]):
            found.setdefault(one.date(), []).append(short(row))
    return {one: enumeration(list(dict.fromkeys(names))) for one, names in found.items()}


def by_place(events: pd.DataFrame) -> dict[str | None, str]:
    """Name the events of one day by place, as people read it; None is the whole city."""
    found: dict[str | None, list[str]] = {}
    for row in events.to_dict("records"):
        found.setdefault(None if is_missing(row["canteen"]) else str(row["place"]), []).append(short(row))
    return {place: enumeration(list(dict.fromkeys(names))) for place, names in found.items()}


def change(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the days that an event moves, side by side; a day without forecast after it is closed: no meal."""
    columns = ["meals", "meals_lower", "meals_upper", "advised"]
    both = before[["date", *columns]].merge(after[["date", *columns]], "left", "date", suffixes=("_before", "_after"))
    both = both.fillna({f"{column}_after": 0.0 for column in columns if column != "advised"})
    closed = both["meals_after"] == 0
    both["advised_after"] = both["advised_after"].mask(closed, 0.0)
    # Where no quantity is known, the kitchen is told of the forecast.
    told = both["advised_before"].notna() & both["advised_after"].notna()
    gap = (both["advised_after"] - both["advised_before"]).where(told, both["meals_after"] - both["meals_before"])
    return both.assign(gap=gap)


def what_if(place: str, moved: pd.DataFrame) -> str:
    """Say what an event would change in a place, on its first day."""
    row = moved.iloc[0]
    start = f"{long_day(row['date']).capitalize()}, {place}{SPACE}: "
    if not row["meals_after"]:
        return f"{start}aucun repas au lieu de {number(round(row['meals_before']))}."
    advised = (
        ""
        if is_missing(row["advised_after"])
        else f"{SPACE}; quantité conseillée {number(row['advised_after'])} au lieu de {number(row['advised_before'])}"
    )
    return (
        f"{start}{plural(round(row['meals_after']), 'repas attendu', 'repas attendus')} au lieu de "
        f"{number(row['meals_before'])}, entre {number(row['meals_lower_after'])} et "
        f"{number(row['meals_upper_after'])}{advised}."
    )


def for_the_kitchen(moved: pd.DataFrame) -> str:
    """Say what an event would change in the total to prepare; `moved` are the days of the city."""
    gap = round(moved["gap"].sum())
    side = "de moins" if gap < 0 else "de plus"
    many = f" sur {plural(len(moved), 'jour')}" if len(moved) > 1 else ""
    start = f"Pour la cuisine centrale{SPACE}: "
    return f"{start}{plural(abs(gap), 'repas', 'repas')} {side}{many}." if gap else f"{start}rien ne change."
