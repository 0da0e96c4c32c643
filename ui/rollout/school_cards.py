"""One card per test school: its stage, its weather and why, its connection, its delay, what comes next."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from ui.kit.formats import MISSING, SPACE, day, escape, is_missing, plural, school_name

UNKNOWN = "non renseigné"
STAGES = 7
# Each icon has its word: no information depends on a colour or a picture alone. The files write “faite”; a
# raccordement is masculine.
WEATHER = {"soleil": "☀ soleil", "nuage": "☁ nuage", "pluie": "☂ pluie", "orage": "⚡ orage"}
CONNECTION = {
    "non prévue": "– non prévu",
    "à faire": "○ à faire",
    "en cours": "◐ en cours",
    "faite": "● fait",
    "bloquée": "✖ bloqué",
}
Row = dict[Hashable, Any]


def cards(schools: pd.DataFrame, today: date) -> None:
    """Show the cards in a grid that wraps; the texts are escaped, whatever they contain."""
    st.html(f'<ul class="cards">{"".join(_card(row, today) for row in schools.to_dict("records"))}</ul>')


def _card(row: Row, today: date) -> str:
    weather = WEATHER.get(str(row["weather"]), UNKNOWN)
    reason = "" if is_missing(row["weather_reason"]) else f"{SPACE}: {row['weather_reason']}"
    facts = [
        ("Étape", stage(row)),
        ("Retard", delay(row["delay_days"])),
        ("Météo", weather + reason),
        ("Raccordement", CONNECTION.get(str(row["connection"]), UNKNOWN)),
        ("Action", MISSING if is_missing(row["next_step"]) else str(row["next_step"])),
        ("Ensuite", following(row, today)),
    ]
    lines = "".join(f"<div><dt>{name}</dt><dd>{escape(text)}</dd></div>" for name, text in facts)
    return f'<li class="card"><strong>{escape(school_name(str(row["school"])))}</strong><dl>{lines}</dl></li>'


def stage(row: Row) -> str:
    """Say where a school is among the seven stages."""
    if is_missing(row["stage"]):
        return UNKNOWN
    state = " (terminée)" if not is_missing(row["actual_end"]) else "" if begun(row) else " (à commencer)"
    return f"{row['stage']}, {int(row['position'])} sur {STAGES}{state}"


def begun(row: Row) -> bool:
    """Tell whether a school has begun its stage: what waits for its first day is not counted as tested."""
    return not (is_missing(row["actual_start"]) and is_missing(row["actual_end"]))


def delay(days: float | None) -> str:
    """Say how late a school is."""
    if days is None or is_missing(days):
        return UNKNOWN
    if days == 0:
        return "à l’heure"
    return plural(days, "jour") if days > 0 else f"{plural(-days, 'jour')} d’avance"


def following(row: Row, today: date) -> str:
    """Say which stage comes next and its planned date, even when that date is over."""
    if is_missing(row["next_stage"]):
        return MISSING
    if is_missing(row["next_start"]):
        return str(row["next_stage"])
    over = f"date dépassée{SPACE}:" if pd.Timestamp(row["next_start"]).date() < today else "le"
    return f"{row['next_stage']}, {over} {day(row['next_start'])}"
