"""Sentences about events on the kitchen's page: name, dates, place, effect."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from data.calendar.event_kinds import CLOSING, DECLARED, FRENCH
from data.calendar.events import scope
from ui.kit.formats import SPACE, day, enumeration, is_missing, long_day, number, plural, signed

KINDS = {kind: FRENCH[kind].capitalize() for kind in DECLARED}
CITY = "toute la ville"
Learnt = Mapping[str, tuple[float, int]]
Row = Mapping[Hashable, Any]


def name(event: Row) -> str:
    """Name an event, with the label that its author typed: “Sortie (zoo)”."""
    kind = KINDS[event["kind"]]
    label = event["label"]
    return kind if is_missing(label) or str(label).casefold() == kind.casefold() else f"{kind} ({label})"


def days(first: date, last: date) -> str:
    """Say the dates of an event."""
    return long_day(first) if first == last else f"du {day(first)} au {day(last)}"


def described(event: Row, learnt: Learnt) -> str:
    """Say the name, dates, place and effect of an event in one line."""
    place = (
        CITY
        if is_missing(event["canteen"])
        else str(event["canteen"] if is_missing(event["place"]) else event["place"])
    )
    declared_on = event["declared_on"]
    swap_note = "" if is_missing(declared_on) else f" (déclarée le {day(declared_on)}, jour et mois inversés)"
    dates = days(event["starts_on"], event["ends_on"])
    return f"{name(event)}, {dates}{swap_note}, {place}{SPACE}: {effect(event, learnt)}."


def effect(event: Row, learnt: Learnt) -> str:
    """Say the effect of an event, and whether it was declared or learnt from the past."""
    if event["kind"] in CLOSING:
        return "aucun repas"
    if not is_missing(event["effect_meals"]):
        return f"{meals(event['effect_meals'])} par jour attendus"
    if not is_missing(event["effect_percent"]):
        return f"{share(event['effect_percent'])} attendus"
    log_effect, past_days = learnt.get(scope(event["kind"], event["canteen"]), (0.0, 0))
    if not past_days:
        return "effet inconnu, la prévision n’en tient pas compte"
    return f"{share(100 * math.expm1(log_effect))}, effet appris sur {plural(past_days, 'jour passé', 'jours passés')}"


def meals(count: float) -> str:
    """Write a change in meals with its sign."""
    return f"{signed(count, 0)}{SPACE}repas"


def share(percent: float) -> str:
    """Write a change in percent with its sign; one decimal only under 10 %."""
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
    names_by_day: dict[date, list[str]] = {}
    concerned = events[events["canteen"].isna() | (events["canteen"] == canteen)]
    for row in concerned.to_dict("records"):
        for event_day in pd.date_range(row["starts_on"], row["ends_on"]):
            names_by_day.setdefault(event_day.date(), []).append(short(row))
    return {event_day: enumeration(list(dict.fromkeys(names))) for event_day, names in names_by_day.items()}


def by_place(events: pd.DataFrame) -> dict[str | None, str]:
    """Name the events of one day, by the label of their place; the key None is the whole city."""
    names_by_place: dict[str | None, list[str]] = {}
    for row in events.to_dict("records"):
        names_by_place.setdefault(None if is_missing(row["canteen"]) else str(row["place"]), []).append(short(row))
    return {place: enumeration(list(dict.fromkeys(names))) for place, names in names_by_place.items()}


def change(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the forecast of each day without the event and with it; a day with no forecast `after` it has no meal."""
    columns = ["meals", "meals_lower", "meals_upper", "advised"]
    both = before[["date", *columns]].merge(after[["date", *columns]], "left", "date", suffixes=("_before", "_after"))
    both = both.fillna({f"{column}_after": 0.0 for column in columns if column != "advised"})
    closed = both["meals_after"] == 0
    both["advised_after"] = both["advised_after"].mask(closed, 0.0)
    # Where a quantity is unknown, the kitchen counts with the forecast.
    both_known = both["advised_before"].notna() & both["advised_after"].notna()
    gap = (both["advised_after"] - both["advised_before"]).where(both_known, both["meals_after"] - both["meals_before"])
    return both.assign(gap=gap)


def what_if(place: str, changes: pd.DataFrame) -> str:
    """Say what an event would change in a place on its first day; `changes` comes from `change`."""
    row = changes.iloc[0]
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


def for_the_kitchen(changes: pd.DataFrame) -> str:
    """Say what an event would change in the total to prepare; `changes` are those of the whole city."""
    gap = round(changes["gap"].sum())
    side = "de moins" if gap < 0 else "de plus"
    over_days = f" sur {plural(len(changes), 'jour')}" if len(changes) > 1 else ""
    start = f"Pour la cuisine centrale{SPACE}: "
    return f"{start}{plural(abs(gap), 'repas', 'repas')} {side}{over_days}." if gap else f"{start}rien ne change."
