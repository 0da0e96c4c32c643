"""What other risks of running short than the managers' would have meant, read from the errors an origin knew.

A quantity for another risk is forecast + position × (upper − forecast): the width of the errors above scales both
alike, so one number per origin and risk is enough, whatever the canteen, the day and its events.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from models.margins import Margin
from models.quantity import INTERVAL

# One day short in so many, the most prudent first.
ONE_IN = (20, 10, 7, 5, 4, 3)
DIGITS = 6


def kept(past: Mapping[pd.Timestamp, Margin], ahead: Margin) -> dict[str, Any]:
    """Return, to be kept with the run, the positions of each risk for the days to come and for each judged origin.

    `past` are the margins above the forecasts by the last day these knew.
    """
    return {
        "one_in": list(ONE_IN),
        "ahead": positions(ahead),
        "past": {f"{known:%Y-%m-%d}": positions(margin) for known, margin in past.items()},
    }


def positions(margin: Margin) -> list[float]:
    """Return where the quantity of each risk is, as a share of the way from the forecast to the upper end."""
    upper = margin.quantile((1 + INTERVAL) / 2)
    return [round(margin.quantile(1 - 1 / days) / upper, DIGITS) if upper > 0 else 0.0 for days in ONE_IN]
