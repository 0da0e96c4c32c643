"""Meals in excess month by month, one line per school year, with the goal, the pilot's start, exceptional months."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from data.calendar.exceptional import exceptional_days
from data.calendar.names import MONTHS
from data.calendar.school import school_year, school_year_bounds
from data.queries.school_years import by_month
from data.selection import Selection
from ui.kept import drawn_once
from ui.kit import blocks, chart
from ui.kit.exceptional import MARK, whole_days
from ui.kit.formats import SPACE, percent
from ui.session import ask

YEARS = 3
LEAST_DAYS = 4  # a month of fewer days says nothing
HEIGHT = 168
SHORT = {9: "sept.", 10: "oct.", 11: "nov.", 12: "déc.", 1: "janv.", 2: "févr.", 3: "mars", 4: "avr.", 5: "mai",
         6: "juin", 7: "juil."}  # fmt: skip
# The year before last, the year before, the year that is read: never told by colour alone.
LINES = (
    {"color": chart.QUIET, "width": 1.5, "dash": "dot"},
    {"color": chart.QUIET, "width": 2, "dash": "dash"},
    {"color": chart.MEASURED, "width": 3},
)
RANGE = [0.6, 14]  # from September to July, with room for the names of the lines
# How near a name is to another, in months; half the name of a year and a month of a phone, in pixels.
MONTHS_APART, NAME_WIDTH, MONTH_WIDTH = 5, 36, 16
NAME_ROOM = 0.13  # of the height of the chart
UNDER_WAY = 9  # a year that ends before May is not over: its name is under its line
APART = f"{MARK} jour exceptionnel, non compté"
COLUMNS = {"month": "Mois", "days": "Jours", "surplus_meals": "Repas en trop", "surplus_pct": "En % des repas servis"}


def trend(selection: Selection, goal: float | None, pilot_start: date | None, sentence: str) -> None:
    """Show the last school years, up to the one of the selection, under the sentence that sums them up."""
    months = months_of(selection)
    if months.empty:
        blocks.empty_state("Aucun mois n’a encore de repas prévus et servis à comparer.")
        return
    table = months[list(COLUMNS)].rename(columns=COLUMNS)
    table["Mois"] = [f"{MONTHS[month.month - 1]} {month.year}" for month in months["month"]]
    fig = figure(drawn(months), goal, pilot_start)
    blocks.figure(fig, sentence, table, "annees")


def drawn(months: pd.DataFrame) -> pd.DataFrame:
    """Return the months of the lines: those with enough days to say something, or all where none has."""
    enough = months[months["days"] >= LEAST_DAYS]
    return months if enough.empty else enough


def months_of(selection: Selection) -> pd.DataFrame:
    """Return the months of the years that are shown, each with its year, its place in it, whether it is exceptional."""
    first = int(school_year(selection.start)[:4]) - YEARS + 1
    whole = Selection(date(first, 8, 1), school_year_bounds(school_year(selection.start))[1])
    months, days = ask(by_month, whole), whole_days(ask(exceptional_days, whole))
    apart = set(pd.DatetimeIndex(days["date"]).to_period("M"))
    return months.assign(
        year=[school_year(month.date()) for month in months["month"]],
        place=(months["month"].dt.month - 8) % 12,
        apart=[month in apart for month in months["month"].dt.to_period("M")],
    )


@drawn_once
def figure(months: pd.DataFrame, goal: float | None, pilot_start: date | None) -> go.Figure:
    """Draw the years; every line has its name at its end."""
    fig = chart.base(height=HEIGHT)
    top = 1.15 * max(months["surplus_pct"].max(), goal or 0)
    years = sorted(months["year"].unique())[-YEARS:]
    fig.add_traces([
        _line(months[months["year"] == year], line) for year, line in zip(years, LINES[-len(years) :], strict=True)
    ])  # fmt: skip
    names = [*_names(months, years, top, goal), *_marks(months, goal, pilot_start)]
    places = {(month - 8) % 12: name for month, name in SHORT.items()}
    # In one go: each addition to a figure costs a check of the whole of it.
    fig.update_layout(
        showlegend=False, margin={"l": 4, "r": 4, "t": 4, "b": 4},
        annotations=[{"showarrow": False, "xanchor": "left"} | name for name in names],
        shapes=[] if goal is None else [
            {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": goal, "y1": goal,
             "line": {"color": chart.GOAL, "width": 2}},
        ],
        xaxis={"range": RANGE, "tickmode": "array", "tickvals": list(places), "ticktext": list(places.values()),
               "tickfont": {"size": 12}},
        yaxis={"range": [0, top], "ticksuffix": f"{SPACE}%", "nticks": 4, "tickfont": {"size": 12}},
    )  # fmt: skip
    return fig


def _line(rows: pd.DataFrame, line: dict[str, Any]) -> go.Scatter:
    return go.Scatter(
        x=rows["place"], y=rows["surplus_pct"], mode="lines+markers+text", line=line,
        text=[MARK if apart else "" for apart in rows["apart"]], textposition="top center",
        marker={"size": 5, "color": line["color"]},
        hovertemplate=f"%{{y:.1f}}{SPACE}%<extra>%{{customdata}}</extra>",
        customdata=[f"{MONTHS[month.month - 1]} {month.year}" for month in rows["month"]],
    )  # fmt: skip


def _names(months: pd.DataFrame, years: list[str], top: float, goal: float | None) -> list[dict[str, Any]]:
    """Write each year at the end of its line, moved apart where two ends, or an end and the goal's name, are close."""
    ends = [months[months["year"] == year].iloc[-1] for year in years]
    names, height = [], -1.0
    for one in sorted(range(len(ends)), key=lambda one: float(ends[one]["surplus_pct"])):
        end, read = ends[one], one == len(years) - 1
        under = read and end["place"] < UNDER_WAY
        y = float(end["surplus_pct"])
        if not under:
            height = y = max(y, height + NAME_ROOM * top)
            if goal is not None and goal - 2 * NAME_ROOM * top < y < goal + NAME_ROOM * top / 2:
                height = y = goal + NAME_ROOM * top / 2
        names.append({
            "x": float(end["place"]) + (0 if under else 0.15), "y": y, "yshift": -12 if under else 0,
            "text": f"<b>{years[one]}</b>" if read else years[one], "xanchor": "center" if under else "left",
            "font": {"size": 12, "color": LINES[one - len(years)]["color"]},
        })  # fmt: skip
    return names


def _marks(months: pd.DataFrame, goal: float | None, start: date | None) -> list[dict[str, Any]]:
    """Name the goal, what the marked months are, and the month in which the test began."""
    marks: list[dict[str, Any]] = []
    if goal is not None:
        # It is a goal of overproduction, not of what the lines show: on two lines, a phone has room for it too.
        text = f"surproduction{SPACE}:<br>objectif {percent(goal)}"
        place = {"x": RANGE[1], "y": goal, "yshift": -1, "xanchor": "right", "yanchor": "top", "align": "right"}
        marks.append({**place, "text": text, "font": {"color": chart.GOAL, "size": 12}})
    if months["apart"].any():
        font = {"color": chart.QUIET, "size": 12}
        marks.append({"x": RANGE[0], "y": 0, "xshift": 4, "yshift": 9, "text": APART, "font": font})
    row = months[months["month"].dt.to_period("M") == pd.Timestamp(start).to_period("M")] if start else months[:0]
    if len(row):
        # Beside the name of the year under way, not over it.
        after = float(row["place"].iloc[0]) - float(months["place"].iloc[-1])
        near = abs(after) < MONTHS_APART and months["place"].iloc[-1] < UNDER_WAY
        side = ("left" if after >= 0 else "right") if near else "center"
        shift = {"left": 1, "right": -1, "center": 0}[side] * max(0, NAME_WIDTH - round(MONTH_WIDTH * abs(after)))
        marks.append({
            "x": float(row["place"].iloc[0]), "y": float(row["surplus_pct"].iloc[0]),
            "text": "test" if near else "début du test",
            "xanchor": side, "showarrow": True, "ax": shift, "ay": 26, "arrowcolor": chart.INK, "arrowhead": 2,
            "arrowwidth": 1, "font": {"size": 12},
        })  # fmt: skip
    return marks
