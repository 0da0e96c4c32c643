"""Charts of the programme: the stages of each school, the steps month by month, the devices."""

from __future__ import annotations

import textwrap
from datetime import date

import pandas as pd
import plotly.graph_objects as go

from ui.kit import chart, formats
from ui.kit.formats import school_name

HATCHED = {"shape": "/", "fgcolor": "white", "size": 5, "fillmode": "overlay"}
NAME_LINE, NAME_LINES = 22, 2  # most letters on one line of a school’s name, and most lines
# At 768 pixels, a bar shorter than this share of the axis has no room for its number.
TOO_SHORT = 0.02
DAY_MS = 24 * 3600 * 1000
# Each series differs by its marker and its dash as well as by its colour.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
LINES = tuple(zip(chart.SERIES, DASHES, ("circle", "square", "diamond", "triangle-up", "x"), strict=True))
STATES = {
    "en service": {"color": chart.DONE},
    "en panne": {"color": chart.BLOCKED, "pattern": HATCHED},
    "en stock": {"color": chart.EXPECTED, "line": {"color": chart.QUIET, "width": 1}},
}
OTHER_STATE = {"color": chart.OTHER, "line": {"color": chart.QUIET, "width": 1}}


def rollout(stages: pd.DataFrame, schools: list[str], today: date) -> go.Figure:
    """Draw, per school, the stages as planned above the stages as they happened, each with its number."""
    fig = chart.base(height=110 + 46 * len(schools))
    begun = stages[stages["actual_start"].notna()]
    done, under_way = begun[begun["actual_end"].notna()], begun[begun["actual_end"].isna()]
    until_today = under_way.assign(actual_end=pd.Timestamp(today))
    dates = stages[["planned_start", "planned_end", "actual_start", "actual_end"]].apply(pd.to_datetime).stack()
    least_days = TOO_SHORT * (dates.max() - dates.min()).days
    # Two long names may be cut to the same text: the rows are numbered, and the names are only labels.
    rows = {school: row for row, school in enumerate(schools)}
    _stages(fig, stages, rows, "planned", "Prévu", {"color": chart.EXPECTED}, least_days)
    _stages(fig, done, rows, "actual", "Réalisé", {"color": chart.DONE}, least_days)
    _stages(fig, until_today, rows, "actual", "En cours", {"color": chart.UNDER_WAY}, least_days)
    chart.name_rows(fig, [_on_lines(school_name(school)) for school in schools])
    fig.update_xaxes(type="date", tickformat="%m/%Y", showgrid=True, gridcolor=chart.GRID)
    fig.add_vline(pd.Timestamp(today).timestamp() * 1000, line={"color": chart.INK, "width": 1.5, "dash": "dash"})
    fig.add_annotation(x=pd.Timestamp(today), y=1, yref="paper", yanchor="bottom", text="aujourd’hui", showarrow=False)
    fig.update_layout(barmode="overlay", legend={"y": 1.04})
    return fig


def _on_lines(name: str) -> str:
    lines = textwrap.wrap(name, NAME_LINE, max_lines=NAME_LINES, placeholder="…")
    return "<br>".join(map(formats.in_chart, lines))


def _stages(
    fig: go.Figure, stages: pd.DataFrame, rows: dict[str, int], which: str, name: str, marker: dict, least_days: float
) -> None:
    """Add one bar per stage, planned or actual (`which`); its number needs a bar of at least `least_days` days."""
    stages = stages.dropna(subset=[f"{which}_start", f"{which}_end"])
    start, end = pd.to_datetime(stages[f"{which}_start"]), pd.to_datetime(stages[f"{which}_end"])
    fig.add_bar(
        y=stages["school"].map(rows),
        base=start,
        x=(end - start).dt.days * DAY_MS + DAY_MS,
        orientation="h",
        name=name,
        offset=-0.36 if which == "planned" else 0.0,
        width=0.34,
        marker={**marker, "line": {"color": "white", "width": 1}},
        text=[
            str(position) if days >= least_days else ""
            for position, days in zip(stages["position"], (end - start).dt.days + 1, strict=True)
        ],
        textposition="inside",
        textangle=0,
        insidetextanchor="middle",
        insidetextfont={"size": 11},
        constraintext="none",
        customdata=[
            f"{formats.in_chart(school_name(school))}<br>"
            f"{formats.in_chart(stage)}, du {formats.day(first)} au {formats.day(last)}"
            for school, stage, first, last in zip(stages["school"], stages["stage"], start, end, strict=True)
        ],
        hovertemplate="%{customdata}<extra>%{fullData.name}</extra>",
    )


def steps_by_month(shares: pd.DataFrame) -> go.Figure:
    """Draw the share of agents who reached each step, month by month; a gap is a missing figure."""
    fig = chart.base(y_title="% des agents", height=360)
    for name, (colour, dash, symbol) in zip(shares.columns, LINES, strict=False):
        fig.add_scatter(
            x=shares.index,
            y=shares[name],
            name=name,
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2},
            marker={"symbol": symbol, "size": 8},
            customdata=[formats.percent(value, 0) for value in shares[name]],
            hovertemplate="%{x|%m/%Y}<br>%{customdata}<extra>%{fullData.name}</extra>",
        )
    fig.update_xaxes(tickformat="%m/%Y")
    fig.update_yaxes(range=[0, 102], ticksuffix=f"{formats.SPACE}%")
    return fig


def devices(counts: pd.DataFrame) -> go.Figure:
    """Draw the devices of each kind (rows), stacked by state (columns), each with its count."""
    fig = chart.base(height=110 + 56 * len(counts), x_title="matériels")
    for state in counts.columns:
        fig.add_bar(
            y=[formats.in_chart(str(kind)) for kind in counts.index],
            x=counts[state],
            orientation="h",
            name=formats.in_chart(str(state)),
            marker=STATES.get(str(state), OTHER_STATE),
            text=[formats.number(count) if count else "" for count in counts[state]],
            textposition="inside",
            textangle=0,
            insidetextanchor="middle",
            hovertemplate="%{y}<br>%{x}<extra>%{fullData.name}</extra>",
        )
    fig.update_layout(barmode="stack", bargap=0.35, legend={"traceorder": "normal"})
    fig.update_yaxes(autorange="reversed", showgrid=False, title=None)
    fig.update_xaxes(showgrid=True, gridcolor=chart.GRID, rangemode="tozero")
    return fig
