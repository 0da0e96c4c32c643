"""What other risks of running short than the managers' would have meant, read from the errors an origin knew.

A quantity for another risk is forecast + position × (upper − forecast): the width of the errors above scales both
alike, so one number per origin and risk is enough, whatever the canteen, the day and its events.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from models.backtest import Origin, known_margin
from models.clues import Made
from models.margins import Margin
from models.panel import Panel
from models.quantity import INTERVAL

# One day short in so many, the most prudent first.
ONE_IN = (20, 10, 7, 5, 4, 3)
DIGITS = 6


def kept(panel: Panel, made: Made, strikes: Collection[date], past: list[Origin], future: Origin) -> dict[str, Any]:
    """Return, to be kept with the run, the positions of each risk for the days to come and for each judged origin."""
    found = {one.cutoff: positions(known_margin(panel, made, strikes, one)) for one in (*past, future)}
    return {
        "one_in": list(ONE_IN),
        "ahead": found[future.cutoff],
        "past": {f"{one.cutoff:%Y-%m-%d}": found[one.cutoff] for one in past},
    }


def positions(margin: Margin) -> list[float]:
    """Return where the quantity of each risk is, as a share of the way from the forecast to the upper end."""
    upper = margin.quantile((1 + INTERVAL) / 2)
    return [round(margin.quantile(1 - 1 / days) / upper, DIGITS) if upper > 0 else 0.0 for days in ONE_IN]
