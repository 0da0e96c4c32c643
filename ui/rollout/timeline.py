"""The timeline of the test schools: each stage as planned, and as it happened; what is late has its colour and word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui.kept import drawn_once
from ui.kit import chart, formats
from ui.kit.formats import school_name

# At 768 pixels, a bar shorter than this share of the axis has no room for its number.
TOO_SHORT = 0.02
DAY, DAY_MS = pd.Timedelta(days=1), 24 * 3600 * 1000
ROW = 50  # pixels: the name of a school, its plan, what happened
LONGEST_NAME = 30  # letters; a phone has room for them and for a delay on one line
# A state differs by its shape as well as by its colour: pale with an edge, full, hollow, hatched.
PLANNED = {"color": chart.EXPECTED, "line": {"color": chart.QUIET, "width": 1.5}}
DONE = {"color": chart.DONE, "line": {"color": chart.DONE, "width": 1}}
UNDER_WAY = {"color": chart.HOLLOW, "line": {"color": chart.UNDER_WAY, "width": 2.5}}
LATE = {
    "color": chart.LATE, "line": {"color": chart.LATE, "width": 1},
    "pattern": {"shape": "/", "fgcolor": chart.HATCH, "size": 6, "fillmode": "overlay"},
}  # fmt: skip


@drawn_once
def timeline(stages: pd.DataFrame, delays: Mapping[str, str], today: date) -> go.Figure:
    """Draw the stages of each school (key of `delays`): what was planned above what happened, each with its number.

    `delays` says how late a school is, in words, or nothing; what happened after its planned end is drawn as late.
    """
    fig = chart.base(height=84 + ROW * len(delays))
    rows = {school: row for row, school in enumerate(delays)}
    stages = stages.assign(row=stages["school"].map(rows))
    dates = stages[["planned_start", "planned_end", "actual_start", "actual_end"]].apply(pd.to_datetime)
    stages[dates.columns] = dates
    known = dates.stack()
    least_days = TOO_SHORT * (pd.Timestamp(str(known.max())) - pd.Timestamp(str(known.min()))).days
    for name, marker, offset, bars in _series(stages, pd.Timestamp(today)):
        fig.add_bar(name=name, marker=marker, offset=offset, **_bars(bars, least_days))
    for school, late in delays.items():
        _name(fig, rows[school], school, late)
    fig.update_yaxes(visible=False, range=[len(rows) - 0.45, -0.55])
    fig.update_xaxes(type="date", tickformat="%m/%Y", nticks=6, showgrid=True, gridcolor=chart.GRID)
    for row in rows.values():  # beside the bars of a school: its name, above them, is not crossed
        fig.add_shape(
            x0=pd.Timestamp(today), x1=pd.Timestamp(today), y0=row - 0.18, y1=row + 0.44,
            line={"color": chart.INK, "width": 1.5, "dash": "dot"},
        )  # fmt: skip
    fig.add_annotation(x=pd.Timestamp(today), y=1, yref="paper", yanchor="bottom", text="aujourd’hui", showarrow=False)
    fig.update_layout(barmode="overlay", legend={"y": 1 + 24 / (ROW * len(rows)), "traceorder": "normal"})
    return fig


def _series(stages: pd.DataFrame, today: pd.Timestamp) -> list[tuple[str, dict[str, Any], float, pd.DataFrame]]:
    """Return the bars of each state: its name, its look, its place in a row, and their stages with `start`, `end`."""
    planned = stages.assign(start=stages["planned_start"], end=stages["planned_end"], begins=True)
    begun = stages[stages["actual_start"].notna()]
    begun = begun.assign(start=begun["actual_start"], end=begun["actual_end"].fillna(today), begins=True)
    due = begun["planned_end"].fillna(begun["end"])
    in_time = begun.assign(end=begun["end"].where(begun["end"] <= due, due))
    late = begun.assign(start=begun["start"].where(begun["start"] > due, due + DAY), begins=begun["start"] > due)
    late, in_time = late[late["end"] >= late["start"]], in_time[in_time["end"] >= in_time["start"]]
    done = in_time["actual_end"].notna()
    return [
        ("Prévu", PLANNED, -0.14, planned.dropna(subset=["start", "end"])),
        ("Réalisé", DONE, 0.14, in_time[done]),
        ("En cours", UNDER_WAY, 0.14, in_time[~done]),
        ("En retard", LATE, 0.14, late),
    ]


def _bars(stages: pd.DataFrame, least_days: float) -> dict[str, Any]:
    """Return what draws one bar per stage; its number needs a bar of `least_days`, and stands where it begins."""
    start, end = stages["start"], stages["end"]
    return {
        "y": stages["row"],
        "base": start,
        "x": (end - start).dt.days * DAY_MS + DAY_MS,
        "orientation": "h",
        "width": 0.24,
        "text": [
            str(position) if begins and days >= least_days else ""
            for position, begins, days in zip(
                stages["position"], stages["begins"], (end - start).dt.days + 1, strict=True
            )
        ],
        "textposition": "inside",
        "textangle": 0,
        "insidetextanchor": "middle",
        "insidetextfont": {"size": 11},
        "constraintext": "none",
        "customdata": [
            f"{formats.in_chart(school_name(school))}<br>"
            f"{formats.in_chart(stage)}, du {formats.day(first)} au {formats.day(last)}"
            for school, stage, first, last in zip(stages["school"], stages["stage"], start, end, strict=True)
        ],
        "hovertemplate": "%{customdata}<extra>%{fullData.name}</extra>",
    }


def _short(name: str) -> str:
    """Return a name that a phone has room for, beside a delay, escaped."""
    return formats.shortened(name if len(name) < 25 else name.replace("Élémentaire", "Élém."), LONGEST_NAME)


def _name(fig: go.Figure, row: int, school: str, late: str) -> None:
    """Write the name of a school over its bars, where a phone has room for it, and how late it is."""
    delay = f" · <b>{formats.in_chart(late)}</b>" if late else ""
    fig.add_annotation(
        x=0, xref="paper", xanchor="left", y=row - 0.34, showarrow=False,
        text=f"{_short(school_name(school))}{delay}",
        font={"size": 12, "color": chart.LATE if late else chart.INK},
    )  # fmt: skip
