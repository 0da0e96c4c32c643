"""Charts of the page “Ma cantine”: meals planned and served, and grams thrown away, day by day."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from ui.kept import drawn_once
from ui.kit import chart, direct, formats
from ui.kit.direct import Name
from ui.kit.exceptional import MARK

THICKNESS = 0.025  # of a mark over a bar, as a share of the highest
FEW_DAYS = 8  # named under the axis: more would stand upright


@drawn_once
def recent_meals(days: pd.DataFrame) -> go.Figure:
    """Draw the meals planned (marks) over the meals served (bars), day by day; a star marks exceptional days."""
    fig = chart.base(height=280, y_title="repas")
    axis = _axis(days)
    fig.add_bar(
        x=axis, y=days["meals_served"], name="Servis", marker_color=chart.SERVED,
        customdata=[formats.plural(value, "repas servi", "repas servis") for value in days["meals_served"].fillna(0)],
        hovertemplate="%{x}<br>%{customdata}<extra></extra>",
    )  # fmt: skip
    # As wide as the bar, whatever the width of the screen: a marker would run into its neighbours on a phone.
    served, planned = (days[name].astype(float) for name in ("meals_served", "meals_planned"))
    thickness = THICKNESS * max(1.0, served.max(), planned.max())
    fig.add_bar(
        x=axis, y=planned.where(planned.isna(), thickness), base=planned - thickness / 2, name="Prévus",
        marker_color=chart.PLAN,
        customdata=[formats.plural(value, "repas prévu", "repas prévus") for value in days["meals_planned"].fillna(0)],
        hovertemplate="%{x}<br>%{customdata}<extra></extra>",
    )  # fmt: skip
    fig.update_layout(barmode="overlay")
    # Room on both sides: the first day must not run into the zero.
    fig.update_xaxes(nticks=FEW_DAYS, range=[-0.9, len(days) - 0.1])
    names = [Name("servis", served.fillna(0).iloc[-1] / 2, chart.SERVED, "bar")]
    if planned.notna().any():
        names.append(Name("prévus", planned.ffill().iloc[-1], chart.PLAN, "line-ew"))
    known = pd.concat([served, planned, pd.Series([1.0])])
    direct.ends(fig, names, 0, 1.08 * known.max())
    return fig


@drawn_once
def recent_grams(days: pd.DataFrame) -> go.Figure:
    """Draw the grams thrown away per meal, on the days that were weighed."""
    fig = chart.base(height=180, y_title="g par repas")
    fig.add_bar(
        x=_axis(days), y=days["grams_per_meal"], marker_color=chart.MEASURED,
        customdata=[formats.quantity(value, "g") for value in days["grams_per_meal"]],
        hovertemplate="%{x}<br>%{customdata} par repas<extra></extra>",
    )  # fmt: skip
    fig.update_xaxes(nticks=FEW_DAYS)
    return fig


def _axis(days: pd.DataFrame) -> list[str]:
    marks = [f" {MARK}" if kind else "" for kind in days["exceptional"].notna()]
    return [f"{formats.weekday(day)[:3]}. {day:%d/%m}{mark}" for day, mark in zip(days["date"], marks, strict=True)]
