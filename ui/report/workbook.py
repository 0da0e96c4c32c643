"""The figures of the report as a workbook: one sheet a subject, each cell a number, a share, a date or a text."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from data.queries.pilot import Interval
from data.reading.formulas import defuse
from ui.kit.exceptional import reason
from ui.kit.formats import is_missing, school_name
from ui.pilot_effect.sentences import MEASURES
from ui.report import words as said
from ui.report.content import COLUMNS_OF_DECISIONS, KNOWN, Change, Content

DAY, MONTH = "dd/mm/yyyy", "[$-40C]mmmm yyyy"  # names of months in French, wherever it is opened
WHOLE, TENTHS, SHARE = "#,##0", "#,##0.0", "0.0%"
WIDEST = 60
DECIMALS = {"%": SHARE, "points": TENTHS, "g": WHOLE, "€": WHOLE}


class Typed(NamedTuple):
    """A value with its number format."""

    value: Any
    format: str


def workbook(content: Content) -> bytes:
    """Return the workbook."""
    made = Workbook()
    made.remove(made.worksheets[0])
    made.properties.title, made.properties.creator = said.TITLE, said.one_line(content.city)
    made.properties.language = "fr-FR"
    for title, (heads, rows) in _sheets(content).items():
        _sheet(made, title, heads, rows)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _sheets(content: Content) -> dict[str, tuple[Sequence[str], list[list[Any]]]]:
    """Return the titles and the rows of each sheet."""
    return {"Rapport": (("Rapport", said.TITLE), _about(content)), **_meals(content), **_programme(content)}


def _meals(content: Content) -> dict[str, tuple[Sequence[str], list[list[Any]]]]:
    return {
        "Chiffres": (
            ("Indicateur", "Valeur", "Unité", "Précisions"),
            [[one.label, _measure(one.value, one.unit), one.unit, one.note] for one in content.indicators],
        ),
        "Un an plus tôt": ((*said.CHANGES, "Unité"), [_change(one) for one in content.changes]),
        "Par mois": (
            ("Année scolaire", "Mois", "Jours", "Repas servis", "Repas en trop", "En % des repas servis",
             "Avec un jour exceptionnel"),
            [_month(row) for row in content.months.to_dict("records")],
        ),
        "Jours exceptionnels": (
            ("Jour", "Raison", "Cantine", "Repas en trop", "Repas manquants"),
            [_exceptional(row) for row in content.exceptional_days.to_dict("records")],
        ),
        "Repères": (
            ("Valeur", "Unité", "Source"),
            [[_measure(one.value, one.unit), one.unit, one.source] for one in content.references],
        ),
    }  # fmt: skip


def _programme(content: Content) -> dict[str, tuple[Sequence[str], list[list[Any]]]]:
    return {
        "Depuis le comité": ((content.since_title,), [[text] for text in [*content.since_counts, *content.changed]]),
        "Décisions": (
            tuple(COLUMNS_OF_DECISIONS.values()),
            [[_text_or_day(value) for value in row] for row in content.decisions.itertuples(index=False, name=None)],
        ),
        "Alertes": (("Alerte",), [[text] for text in content.alerts]),
        "Écoles test": (
            ("École", "Étape", "Météo", "Raison", "Retard (jours)", "Raccordement", "Équipée le", "Prochaine action"),
            [_school(row) for row in content.progress.to_dict("records")],
        ),
        "Effet du pilote": (
            ("Mesure", "Unité", "Écart", "De", "À"), [_effect(*one) for one in content.effects.items()]
        ),
    }  # fmt: skip


def _effect(measure: str, change: Interval) -> list[Any]:
    ends = (change.lower, change.upper) if change.finite else (None, None)
    value = change.value if math.isfinite(change.value) else None
    return [MEASURES[measure].name, MEASURES[measure].unit, *(Typed(one, TENTHS) for one in (value, *ends))]


def _about(content: Content) -> list[list[Any]]:
    return [
        ["Ville", content.city], ["Fait le", Typed(content.made_on, DAY)],
        *([name, Typed(content.data_until, DAY) if name == KNOWN else value]
          for name, value in content.filters.items()),
        ["Introduction", content.introduction], [said.FIGURE, f"{content.figure} {content.beside}"],
        *([name, value] for name, value in content.lines), [said.YEAR, content.change],
        ["Effet du pilote", content.pilot], [said.GRAMS, content.grams], ["Jours exceptionnels", content.exceptional],
    ]  # fmt: skip


def _measure(value: float | None, unit: str) -> Typed:
    """Type a value of the page: a share of 7.1 (percent) is 7.1 % of 1."""
    if value is None:
        return Typed(None, WHOLE)
    return Typed(value / 100 if unit == "%" else value, DECIMALS.get(unit, WHOLE if value == round(value) else TENTHS))


def _change(one: Change) -> list[Any]:
    share, gap = one.unit == "%", None
    if one.now is not None and one.before is not None:
        digits = 1 if share else 0
        gap = round(round(one.now, digits) - round(one.before, digits), digits)
    values = [_measure(value, one.unit or "g") for value in (one.now, one.before)]
    unit = "%, écart en points" if share else one.unit or "repas"
    return [one.texts[0], *values, _measure(gap, "points" if share else "g"), unit]


def _month(row: dict[Any, Any]) -> list[Any]:
    return [
        row["year"], Typed(row["month"].date(), MONTH), Typed(int(row["days"]), WHOLE),
        Typed(int(row["meals_served"]), WHOLE), Typed(int(row["surplus_meals"]), WHOLE),
        Typed(row["surplus_pct"] / 100, SHARE), _yes(row["apart"]),
    ]  # fmt: skip


def _school(row: dict[Any, Any]) -> list[Any]:
    late = None if is_missing(row["delay_days"]) else int(row["delay_days"])
    texts = [_text_or_day(row[name]) for name in ("stage", "weather", "weather_reason")]
    return [
        school_name(str(row["school"])), *texts, Typed(late, WHOLE), _text_or_day(row["connection"]),
        _text_or_day(row["equipped_on"]), _text_or_day(row["next_step"]),
    ]  # fmt: skip


def _exceptional(row: dict[Any, Any]) -> list[Any]:
    return [
        _text_or_day(row["date"]), reason(str(row["reason"])), _text_or_day(row["place"]) or "toute la ville",
        Typed(int(row["surplus_meals"]), WHOLE), Typed(int(row["shortage_meals"]), WHOLE),
    ]  # fmt: skip


def _text_or_day(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, bool):
        return _yes(value)
    if is_missing(value):
        return None
    return Typed(value.date(), DAY) if isinstance(value, datetime | pd.Timestamp) else value


def _yes(value: object) -> str:
    return "oui" if value else "non"


# ---------------------------------------------------------------- cells
def _sheet(made: Workbook, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add a sheet: its titles stay in sight and come again on each printed page; it prints on A4."""
    sheet = made.create_sheet(title)
    widths = [len(head) for head in heads]
    for line, row in enumerate([heads, *rows], 1):
        for place, value in enumerate(row):
            cell = sheet.cell(line, place + 1, _safe(value.value if isinstance(value, Typed) else value))
            if isinstance(value, Typed):
                cell.number_format = value.format
            cell.font, cell.alignment = Font(bold=line == 1), Alignment(wrap_text=True, vertical="top")
            widths[place] = max(widths[place], 12 if isinstance(value, Typed) else len(str(value or "")))
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = min(width + 3, WIDEST)
    sheet.freeze_panes, sheet.print_title_rows = "A2", "1:1"
    sheet.page_setup.paperSize, sheet.page_setup.fitToHeight, sheet.page_setup.orientation = 9, 0, "landscape"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _safe(value: Any) -> Any:  # noqa: ANN401
    """Return a value that a cell takes: no text is a formula."""
    if isinstance(value, str):
        return defuse(said.one_line(value))
    return value if isinstance(value, date) or not is_missing(value) else None
