"""What other risks of running short than the managers' would have meant, read from the errors an origin knew.

A quantity for another risk is forecast + position × (upper − lower): the errors scale the interval and the quantity of
a canteen alike, so one number per origin and risk is enough, whatever the canteen, the day and its events.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import pandas as pd

from models import quantity
from models.backtest import Origin, known_errors
from models.panel import Panel

# One day short in so many, the most prudent first.
ONE_IN = (20, 10, 7, 5, 4, 3)
DIGITS = 6


def kept(
    panel: Panel, meals: pd.DataFrame, strikes: Collection[date], past: list[Origin], future: Origin
) -> dict[str, Any]:
    """Return, to be kept with the run, the positions of each risk for the days to come and for each judged origin."""
    found = {one.cutoff: positions(known_errors(panel, meals, strikes, one)) for one in (*past, future)}
    return {
        "one_in": list(ONE_IN),
        "ahead": found[future.cutoff],
        "past": {f"{one.cutoff:%Y-%m-%d}": found[one.cutoff] for one in past},
    }


def positions(errors: quantity.Errors) -> list[float]:
    """Return where the quantity of each risk is, as a share of the interval's width from the forecast."""
    tail = (1 - quantity.INTERVAL) / 2
    # The interval always holds its forecast.
    width = max(errors.quantile(1 - tail), 0.0) - min(errors.quantile(tail), 0.0)
    return [round(errors.quantile(1 - 1 / days) / width, DIGITS) if width > 0 else 0.0 for days in ONE_IN]
