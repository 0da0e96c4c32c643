"""The report as a PDF of four sheets: one fixed template of Typst, to which every word is data."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from ui.kit.exceptional import MARK
from ui.kit.formats import SPACE, day, long_day, percent
from ui.report import words as said
from ui.report.content import Change, Content
from ui.summary.sentences import PILOT_TITLE
from ui.summary.trend import APART, SHORT, UNDER_WAY

TEMPLATE = Path(__file__).with_name("report.typ")
DECISIONS, LINES, SCHOOLS = 12, 8, 14  # on a sheet, at most
GOAL_NOTE = "objectif : de surproduction"
NAME_ROOM = 0.075  # of the height of the chart
STEPS = (0.5, 1, 2, 5, 10, 20, 50)


def pdf(content: Content) -> bytes:
    """Return the report as PDF/UA-1; as a tagged PDF alone where a letter of somebody is in none of its fonts."""
    import typst  # loaded by the first report

    inputs = {"data": json.dumps(_on_one_line(_data(content)), ensure_ascii=False)}
    compiled = partial(typst.compile, str(TEMPLATE), format="pdf", ignore_system_fonts=True, sys_inputs=inputs)
    try:
        return compiled(pdf_standards=["ua-1"])
    except typst.TypstError:
        return compiled()


def _on_one_line(value: Any) -> Any:  # noqa: ANN401
    """Return the data with each of its texts on one line."""
    if isinstance(value, str):
        return said.one_line(value)
    if isinstance(value, dict):
        return {name: _on_one_line(one) for name, one in value.items()}
    return [_on_one_line(one) for one in value] if isinstance(value, list | tuple) else value


def _data(content: Content) -> dict[str, Any]:
    decisions = said.decision_rows(content, DECISIONS)
    return {
        "title": said.TITLE, "city": content.city, "about": content.about, "colon": f"{SPACE}: ",
        "foot": f"{said.TITLE}, {content.city}, {day(content.made_on)}",
        "date": long_day(content.made_on).capitalize(),
        "logo": None if content.logo is None else list(content.logo),
        "filters": list(content.filters.items()), "introduction": content.introduction,
        "headings": {
            "figure": said.FIGURE, "comite": said.COMITE, "changed": said.CHANGED, "alerts": said.ALERTS,
            "decide": said.to_decide_title(content), "decisions": said.WHO_DOES_WHAT, "programme": said.PROGRAMME,
            "pilot": PILOT_TITLE, "grams": said.GRAMS, "change": said.YEAR, "figures": said.FIGURES,
            "changes": said.A_YEAR_BEFORE, "months": said.MONTHLY, "sources": said.SOURCES,
        },
        "figure": content.figure, "beside": content.beside, "lines": content.lines, "trend": content.trend,
        "years": _years(content) if len(content.months) else None, "alts": _alts(content),
        "since": {"title": content.since_title, "counts": content.since_counts},
        "changed": content.changed, "alerts": content.alerts,
        "decide": said.awaited(content, LINES),
        "decisions": _table(said.DECISIONS, decisions),
        "schools": {"title": content.schools_title, **_table(said.SCHOOLS, said.school_rows(content, SCHOOLS))},
        "pilot": content.pilot, "effects": _table(said.EFFECTS, said.effect_rows(content)), "grams": content.grams,
        "change": content.change, "bars": _bars(said.percents(content)),
        "indicators": _table(said.INDICATORS, [[one.label, one.text, one.note] for one in content.indicators]),
        "exceptional": content.exceptional,
        "changes": _table(said.CHANGES, [list(one.texts) for one in content.changes]),
        "months": _table(("Mois", *said.years_of(content)), said.month_rows(content) if len(content.months) else []),
        "sources": [one.sentence for one in content.references],
    }  # fmt: skip


def _table(titles: tuple[str, ...], rows: list[list[str]]) -> dict[str, Any]:
    return {"titles": list(titles), "rows": rows}


def _alts(content: Content) -> dict[str, str]:
    """Describe the charts to who does not see them: their sentence; the figures are in tables of the last sheet."""
    where = f"Les chiffres sont dans un tableau de la page «{SPACE}{said.FIGURES}{SPACE}»."
    return {
        "years": f"Courbes, une par année scolaire. {content.trend} {where}",
        "bars": f"Barres, cette période et un an plus tôt. {content.change} {where}",
    }


# ---------------------------------------------------------------- charts
def _years(content: Content) -> dict[str, Any]:
    """Return the drawing of the years: each point at the place of its month and at its share in percent."""
    months, goal = content.drawn, content.goal
    top = 1.15 * max(months["surplus_pct"].max(), goal or 0, 0.1)
    step = next(one for one in STEPS if top / one <= 6 or one == STEPS[-1])
    ticks = [step * one for one in range(int(top / step) + 1)]
    years = [(name, months[months["year"] == name]) for name in said.years_of(content)]
    return {
        "top": top, "goal": goal, "mark": MARK,
        "ticks": [{"value": one, "text": percent(one, 0 if step >= 1 else 1)} for one in ticks],
        "months": [{"place": (month - 8) % 12, "name": name} for month, name in SHORT.items()],
        "years": [{"name": name, "points": _points(rows)} for name, rows in years],
        "names": _names(years, goal, top), "start": _start(content),
        "note": " ; ".join([*([APART] if months["apart"].any() else []), *([] if goal is None else [GOAL_NOTE])]),
    }  # fmt: skip


def _points(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {"place": int(row["place"]), "value": float(row["surplus_pct"]), "apart": bool(row["apart"])}
        for row in rows.to_dict("records")
    ]


def _names(years: list[tuple[str, pd.DataFrame]], goal: float | None, top: float) -> list[dict[str, Any]]:
    """Write each year at the end of its line, the goal at the right; moved apart where two names would touch."""
    names = []
    for name, rows in years:
        end, kind = rows.iloc[-1], "read" if name == years[-1][0] else "before"
        place, under = int(end["place"]), bool(end["place"] < UNDER_WAY)
        names.append({"text": name, "kind": kind, "place": place, "value": float(end["surplus_pct"]), "under": under})
    if goal is not None:
        names.append({"text": f"objectif {percent(goal)}", "kind": "goal", "place": 11, "value": goal, "under": False})
    height = -top
    for name in sorted((name for name in names if not name["under"]), key=lambda name: name["value"]):
        name["place"] = 11
        height = name["value"] = max(name["value"], height + NAME_ROOM * top)
    return names


def _start(content: Content) -> dict[str, Any] | None:
    """Return the month in which the test began, if it is drawn."""
    if content.pilot_start is None:
        return None
    begun = pd.Timestamp(content.pilot_start).to_period("M")
    rows = content.drawn[content.drawn["month"].dt.to_period("M") == begun]
    return None if rows.empty else {**_points(rows)[0], "text": "début du test"}


def _bars(changes: list[Change]) -> dict[str, Any] | None:
    rows = [
        {"label": one.texts[0], "now": one.now, "now-text": one.texts[1], "before": one.before,
         "before-text": f"{one.texts[2]} un an plus tôt"}
        for one in changes
    ]  # fmt: skip
    return {"rows": rows} if rows else None
