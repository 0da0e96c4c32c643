"""Charts of waste: surplus and shortage in meals, grams per meal by place of loss, forecast kilograms."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
import plotly.graph_objects as go

from data.calendar.names import SHORT_MONTHS, WEEKDAYS
from ui.kept import drawn_once
from ui.kit import chart, direct, formats
from ui.kit.direct import Name
from ui.kit.exceptional import MARK
from ui.waste.measures import MEALS, SHARE, Measure

# Place of loss → its pattern, which distinguishes it without the colours.
PATTERNS = {"leftovers": "", "unserved": "/", "preparation": "x"}
HATCHED = {"shape": "/", "fgcolor": "white", "size": 5, "fillmode": "overlay"}
UNFINISHED = 0.45  # opacity of the bar of a week that is not over
# The scale of the heat map begins at zero and never ends below this: a few points apart are a shade, not a contrast.
LEAST_SCALE = 20
ROOM = 1.15  # of the highest value of a week
YEAR = pd.Timedelta(days=365)  # within one, a day and a month are a date
# Measure → its columns of a week: surplus, shortage, surplus − shortage.
WEEKLY = {
    "%": ("surplus_pct", "shortage_pct", "overproduction_pct"),
    "repas": ("surplus_meals", "shortage_meals", "overproduction_meals"),
}
WEEK_HOVER = "semaine du %{x|%d/%m/%Y}<br>%{customdata}<extra>%{fullData.name}</extra>"


@drawn_once
def surplus_by_week(weeks: pd.DataFrame, goal: float | None, measure: Measure = SHARE) -> go.Figure:
    """Draw surplus above the axis, shortage below it, and overproduction as a line, which the goal is about."""
    surplus, shortage, overproduction = WEEKLY[measure.name]
    fig = chart.base(y_title="repas" if measure is MEALS else "% des repas servis", height=350)
    _weekly_bars(fig, weeks, surplus, 1, "Repas en trop", {"color": chart.SURPLUS}, measure)
    hatched = {"color": chart.SHORTAGE, "pattern": HATCHED}
    _weekly_bars(fig, weeks, shortage, -1, "Repas manquants", hatched, measure)
    # The line stops at the weeks without service.
    net = weeks.set_index("week")[overproduction].asfreq("7D")
    fig.add_scatter(
        x=net.index,
        y=net,
        name="Surproduction",
        mode="lines+markers",
        line={"color": chart.NET, "width": 2},
        marker={"symbol": "circle", "size": 6},
        customdata=[measure.write(value) for value in net],
        hovertemplate=WEEK_HOVER,
    )
    _exceptional_weeks(fig, weeks[weeks["exceptional_days"] > 0], [surplus, overproduction])
    if goal is not None:
        _goal(fig, weeks, goal)
    fig.update_layout(barmode="relative", bargap=0.15)
    _weeks_below(fig, weeks)
    names = _week_names(weeks[[surplus, shortage, overproduction]].iloc[-1].tolist(), goal)
    direct.ends(fig, names, *_heights(weeks[[surplus, overproduction]], weeks[shortage], goal))
    fig.update_yaxes(**({"tickformat": ","} if measure is MEALS else {"ticksuffix": f"{formats.SPACE}%"}))
    return fig


def _week_names(last: list[float], goal: float | None) -> list[Name]:
    surplus, shortage, overproduction = last
    names = [
        Name("repas<br>en trop", surplus / 2, chart.SURPLUS, "bar"),
        Name("repas<br>manquants", -shortage / 2, chart.SHORTAGE, "hatched"),
        Name("surproduction", overproduction, chart.NET),
    ]
    if goal is not None:
        names.append(Name(f"repère de<br>surproduction<br>({formats.percent(goal)})", goal, chart.GOAL, "dash"))
    return names


def _heights(above: pd.DataFrame, below: pd.Series, goal: float | None) -> tuple[float, float]:
    """Return the ends of the vertical axis, with room for the marks above the bars."""
    top = max(above.fillna(0).max().max(), goal or 0, 1)
    return -1.15 * below.fillna(0).max(), ROOM * top


def _goal(fig: go.Figure, weeks: pd.DataFrame, goal: float) -> None:
    fig.add_scatter(
        x=weeks["week"].iloc[[0, -1]],
        y=[goal, goal],
        name=f"Repère de surproduction ({formats.percent(goal)})",
        mode="lines",
        line={"color": chart.GOAL, "width": 2, "dash": "dash"},
        hoverinfo="skip",
    )


def _weeks_below(fig: go.Figure, weeks: pd.DataFrame) -> None:
    ticks = weeks["week"].iloc[:: -(-len(weeks) // 5)]
    within_a_year = weeks["week"].iloc[-1] - weeks["week"].iloc[0] < YEAR
    fig.update_xaxes(tickvals=ticks, tickformat="%d/%m" if within_a_year else "%d/%m/%y")


@drawn_once
def grams_by_week(weeks: pd.DataFrame) -> go.Figure:
    """Draw the grams thrown away per meal, week by week, where they were weighed."""
    fig = chart.base(y_title="g par repas", height=350)
    fig.add_bar(
        x=weeks["week"], y=weeks["grams_per_meal"], name="Gaspillage",
        marker={"color": chart.MEASURED, "opacity": _opacities(weeks)},
        customdata=[formats.quantity(value, "g") for value in weeks["grams_per_meal"]], hovertemplate=WEEK_HOVER,
    )  # fmt: skip
    _exceptional_weeks(fig, weeks[weeks["exceptional_days"] > 0], ["grams_per_meal"])
    _weeks_below(fig, weeks)
    fig.update_layout(showlegend=False)
    fig.update_yaxes(rangemode="tozero")
    return fig


def _exceptional_weeks(fig: go.Figure, weeks: pd.DataFrame, columns: list[str]) -> None:
    """Mark the weeks that hold exceptional days, above their bars."""
    if weeks.empty:
        return
    fig.add_scatter(
        x=weeks["week"],
        y=weeks[columns].max(axis="columns"),
        name="Jours exceptionnels",
        mode="markers+text",
        marker={"opacity": 0},
        text=[MARK] * len(weeks),
        textposition="top center",
        textfont={"size": 16, "color": chart.INK},
        showlegend=False,
        cliponaxis=False,
        customdata=[formats.plural(count, "jour") for count in weeks["exceptional_days"]],
        hovertemplate=WEEK_HOVER,
    )


def _opacities(weeks: pd.DataFrame) -> list[float]:
    return [1.0 if finished else UNFINISHED for finished in weeks["finished"]]


def _weekly_bars(
    fig: go.Figure, weeks: pd.DataFrame, column: str, sign: int, name: str, marker: dict, measure: Measure
) -> None:
    fig.add_bar(
        x=weeks["week"],
        y=sign * weeks[column],
        name=name,
        marker=marker | {"opacity": _opacities(weeks)},
        customdata=[measure.write(value) for value in weeks[column]],
        hovertemplate=WEEK_HOVER,
    )


SCALE_TITLES = {"%": "repas en trop (%)", "repas": "repas en trop par jour", "grammes": "g par repas"}
SCALE_BELOW = {"nticks": 3,
    "thickness": 12, "outlinewidth": 0, "orientation": "h", "y": 0, "yanchor": "top",
}  # fmt: skip


@drawn_once
def month_weekday(cells: pd.DataFrame, marked: Collection[tuple[int, int]] = (), measure: Measure = SHARE) -> go.Figure:
    """Draw the surplus of each month of the school year × weekday as a heat map, with the value in each cell.

    The cells that stand out are bold; the cells (weekday, month) that hold exceptional days are marked. Weekdays are
    the columns, since a phone has room for the values of five.
    """
    weekdays = sorted(set(cells["weekday"].tolist()))
    months = sorted(set(cells["month"].tolist()), key=lambda month: (month - 9) % 12)
    grid = cells.pivot(index="month", columns="weekday", values=measure.cell).reindex(index=months, columns=weekdays)
    clear = set(cells.loc[cells["stands_out"], ["weekday", "month"]].itertuples(index=False, name=None))
    texts = [
        [
            _cell(
                grid.loc[month, weekday],
                measure.digits,
                bold=(weekday, month) in clear,
                marked=(weekday, month) in marked,
            )
            for weekday in weekdays
        ]
        for month in months
    ]
    names = [f"{WEEKDAYS[weekday - 1][:3]}." for weekday in weekdays], [SHORT_MONTHS[month - 1] for month in months]
    return _heat_map(grid, names, texts, measure)


def _heat_map(
    grid: pd.DataFrame, names: tuple[list[str], list[str]], texts: list[list[str]], measure: Measure
) -> go.Figure:
    """Draw shares or amounts with their texts; `names` are those of the columns, then of the rows."""
    fig = chart.base(height=150 + 34 * len(grid))
    fig.add_heatmap(
        z=grid.to_numpy(),
        x=names[0],
        y=names[1],
        zmin=0,
        zmax=max(LEAST_SCALE if measure is SHARE else 0, grid.max().max()),
        text=texts,
        texttemplate="%{text}",
        colorscale=chart.SEQUENTIAL,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
        colorbar=SCALE_BELOW | {"title": SCALE_TITLES[measure.name]},
    )
    fig.update_yaxes(autorange="reversed", showgrid=False)
    fig.update_xaxes(side="top")
    return fig


def _cell(surplus: float, digits: int, *, bold: bool, marked: bool) -> str:
    text = "" if pd.isna(surplus) else f"{formats.number(surplus, digits)}{f' {MARK}' if marked else ''}"
    return f"<b>{text}</b>" if text and bold else text


@drawn_once
def standing_out(
    labels: pd.Series, rows: pd.DataFrame, texts: list[str], measure: Measure = SHARE, hover: str = ""
) -> go.Figure:
    """Draw what stands out, the first row at the top: its gap with its interval, under its name, gap and text."""
    fig = chart.base(height=70 + 72 * len(labels), x_title=f"{measure.of_gap} d’écart")
    interval = {
        "array": rows["upper"] - rows["gap"],
        "arrayminus": rows["gap"] - rows["lower"],
        "color": chart.INK,
        "width": 4,
    }
    fig.add_bar(
        x=rows["gap"],
        y=list(range(len(labels))),
        orientation="h",
        offset=0.05,
        width=0.32,
        marker_color=chart.MEASURED,
        error_x=interval,
        # A bar that is not hovered over cannot be clicked either.
        **({"hovertemplate": f"{hover}<extra></extra>"} if hover else {"hoverinfo": "skip"}),
    )
    fig.update_layout(showlegend=False)
    fig.update_xaxes(showgrid=True, gridcolor=chart.GRID, nticks=4)
    chart.name_above(
        fig,
        [
            f"<b>{formats.in_chart(chart.shortened(str(label)))}</b> {measure.gap(gap)}<br>{text}"
            for label, gap, text in zip(labels, rows["gap"], texts, strict=True)
        ],
    )
    return fig


@drawn_once
def measured_and_reference(labels: list[str], measured: list[float | None], reference: list[float]) -> go.Figure:
    """Draw the grams per meal of each place of loss beside its reference."""
    fig = chart.base(x_title="g par repas", height=70 + 84 * len(labels))
    rows, bar = list(range(len(labels))), {"orientation": "h", "width": 0.22}
    fig.add_bar(
        x=measured,
        y=rows,
        offset=0.04,
        **bar,
        marker_color=chart.MEASURED,
        text=[f"{formats.quantity(value, 'g', 1)} mesurés" for value in measured],
        textposition="outside",
        textfont={"size": 13},
        cliponaxis=False,
        hoverinfo="skip",
    )
    fig.add_bar(
        x=reference,
        y=rows,
        offset=0.27,
        **bar,
        marker={"color": chart.REFERENCE, "line": {"color": chart.QUIET, "width": 1}},
        text=[f"{formats.quantity(value, 'g', 0)}, référence" for value in reference],
        textposition="outside",
        textfont={"size": 13},
        cliponaxis=False,
        hoverinfo="skip",
    )
    chart.name_above(fig, labels)
    fig.update_layout(showlegend=False)
    # Room for the last text beside its bar, on a phone too.
    largest = pd.Series([*measured, *reference], dtype=float).max()
    fig.update_xaxes(showgrid=True, gridcolor=chart.GRID, range=[0, 1.85 * largest])
    return fig


@drawn_once
def kilograms_ahead(days: pd.DataFrame, labels: dict[str, str]) -> go.Figure:
    """Draw the forecast kilograms of each day, stacked by place of loss, with the interval of their sum."""
    fig = chart.base(y_title="kg", height=380)
    # The axis has service days only: the other days would be empty places that mean nothing.
    axis = [f"{formats.weekday(day)[:3]}. {day:%d/%m}" for day in days["date"]]
    for place, pattern in PATTERNS.items():
        kilos = days["kg"] * (days[place] / days["grams"]).where(days["grams"] > 0, 0.0)
        fig.add_bar(
            x=axis,
            y=kilos,
            name=labels[place],
            marker={
                "color": chart.LOSSES[place],
                "pattern": {"shape": pattern, "fgcolor": "white", "size": 5, "fillmode": "overlay"},
            },
            customdata=[formats.quantity(value, "kg", 1) for value in kilos],
            hovertemplate="%{x}<br>%{customdata}<extra>%{fullData.name}</extra>",
        )
    fig.add_scatter(
        x=axis,
        y=days["kg"],
        mode="markers",
        marker={"color": chart.INK, "size": 5},
        error_y={"array": days["kg_upper"] - days["kg"], "arrayminus": days["kg"] - days["kg_lower"], "width": 3},
        customdata=[_interval(row) for _, row in days.iterrows()],
        hovertemplate="%{x}<br>%{customdata}<extra></extra>",
    )
    fig.update_layout(barmode="stack", bargap=0.15)
    fig.update_xaxes(type="category", nticks=4)
    fig.update_yaxes(tickformat=",.0f")
    _kinds(fig, days, labels)
    return fig


def _kinds(fig: go.Figure, days: pd.DataFrame, labels: dict[str, str]) -> None:
    """Name the places of loss, and the range of their sum, beside the last day."""
    last = days.iloc[-1]
    names, below = [Name("total et fourchette<br>(4 jours sur 5)", last["kg"], chart.INK, "interval")], 0.0
    for place, mark in zip(PATTERNS, ("bar", "hatched", "crossed"), strict=True):
        kilos = last["kg"] * last[place] / last["grams"] if last["grams"] > 0 else 0.0
        names.append(Name(labels[place].replace(" ", "<br>", 1), below + kilos / 2, chart.LOSSES[place], mark))
        below += kilos
    direct.ends(fig, names, 0, 1.08 * max(float(days["kg_upper"].max()), 1))


def _interval(row: pd.Series) -> str:
    lower, upper = (formats.number(row[name]) for name in ("kg_lower", "kg_upper"))
    return f"{formats.quantity(row['kg'], 'kg')}, entre {lower} et {upper}"
