"""The record of the comité and its reports in words, for its page and the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from data.meetings.meeting import PUT_BACK, RECORDED, WITHDRAWN
from data.report import kept
from ui.kit.formats import SPACE, long_day

Row = Mapping[Any, Any]
ACTS = {RECORDED: "séance ajoutée", WITHDRAWN: "séance retirée", PUT_BACK: "séance remise"}
OF_REPORTS = {kept.MADE: "rapport fait", kept.WITHDRAWN: "rapport retiré", kept.PUT_BACK: "rapport remis"}


def meeting_in_trail(detail: Row) -> str:
    """Say an audit line about a meeting."""
    held_on = long_day(date.fromisoformat(detail["day"]))
    return f"{ACTS[detail['act']].capitalize()}{SPACE}: {held_on}, {detail['title']}"


def weather_in_trail(detail: Row) -> str:
    """Say an audit line about the weather of the programme."""
    reason = f" ({detail['reason']})" if detail.get("reason") else ""
    if detail.get("act") == WITHDRAWN:
        return f"Météo retirée{SPACE}: {detail['weather']}{reason}"
    return f"{detail['before'].capitalize()} → {detail['weather']}{reason}"


def report_in_trail(detail: Row) -> str:
    """Say an audit line about a report."""
    introduction = f" ({detail['introduction']})" if detail.get("introduction") else ""
    return f"{OF_REPORTS[detail['act']].capitalize()}{SPACE}: {detail['filters']}{introduction}"
