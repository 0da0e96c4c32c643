"""Names written beside what a chart draws, in place of a legend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

# How a name shows the look of its series: a reader without colours, or a grey print, has the shape.
MARKS = {
    "circle": "●", "circle-open": "○", "square": "■", "diamond": "◆", "triangle-up": "▲", "x": "✕",
    "dash": "╌", "dot": "┈", "bar": "■", "hatched": "▨", "crossed": "▩", "band": "█", "interval": "┼", "line-ew": "━",
    "star": "✱",
}  # fmt: skip
SIZE, LINE, LETTER = 12, 15, 7.2  # pixels: of the letters, from line to line, across a letter
AXIS = 130  # pixels of a chart that its lines do not have: margins, dates that stand upright on a phone


@dataclass(frozen=True)
class Name:
    """The name of a series, with line breaks, the height at which it ends, its colour and its mark."""

    text: str
    y: float
    colour: str
    mark: str = "circle"

    @property
    def lines(self) -> list[str]:
        """Return its lines."""
        return self.text.split("<br>")

    def written(self) -> str:
        """Return the name behind its mark, in the colour of its series."""
        return f'<span style="color:{self.colour}">{MARKS[self.mark]}</span> {self.text}'


def ends(fig: go.Figure, names: Iterable[Name], low: float, high: float) -> None:
    """Name each series at its right end, moved apart where two ends are close; the axis goes from `low` to `high`."""
    ordered = sorted((name for name in names if name.y == name.y), key=lambda name: name.y)
    room = _room(fig)
    own = [(name.y - low) / (high - low) * room for name in ordered]
    places = apart(own, [LINE * len(name.lines) for name in ordered], room)
    for name, drawn, place in zip(ordered, own, places, strict=True):
        fig.add_annotation(
            text=name.written(), xref="paper", x=1, xanchor="left", xshift=4, align="left", showarrow=False,
            y=name.y, yanchor="middle", yshift=place - drawn, font={"size": SIZE},
        )  # fmt: skip
    widest = max((len(line) for name in ordered for line in name.lines), default=0)
    fig.update_layout(showlegend=False, margin={"r": 20 + round(LETTER * widest)})
    fig.update_yaxes(range=[low, high])


def above(fig: go.Figure, names: Sequence[Name]) -> float:
    """Name at the top left the series that stop before the right end; return its room, as a share of the rest."""
    if names:
        fig.add_annotation(
            text="<br>".join(name.written() for name in names), xref="paper", x=0, xanchor="left", xshift=4,
            yref="paper", y=1, yanchor="top", align="left", showarrow=False, font={"size": SIZE},
        )  # fmt: skip
    taken = (LINE * len(names) + LINE) / _room(fig)
    return taken / (1 - min(taken, 0.5))


def apart(own: list[float], heights: list[float], room: float) -> list[float]:
    """Return the places nearest to `own` (rising) at which labels of these heights do not touch, within `room`."""
    if not own:
        return []
    steps = [0.0]
    for lower, upper in pairwise(heights):
        steps.append(steps[-1] + (lower + upper) / 2)
    # Pools of labels that touch, each at the mean of what its labels want.
    pools: list[list[float]] = []
    for wanted in (place - step for place, step in zip(own, steps, strict=True)):
        pools.append([wanted])
        while len(pools) > 1 and _mean(pools[-2]) > _mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    top = max(room - steps[-1], 0.0)
    level = [min(max(_mean(pool), 0.0), top) for pool in pools for _ in pool]
    return [place + step for place, step in zip(level, steps, strict=True)]


def _room(fig: go.Figure) -> float:
    """Return the least height that the lines of a chart have, in pixels."""
    layout: Any = fig.layout
    return max(layout.height - AXIS, LINE)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
