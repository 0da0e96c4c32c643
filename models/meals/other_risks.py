"""The newsvendor quantities at other risks of running short than that of the run, as one factor per origin and risk.

The meals prepared above a forecast follow a power of the expected error (`models.meals.quantity.spread`). The distance
from the forecast to the upper end gives that error, so one factor serves for all canteens and days of an origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from data.queries.forecasts.promises import INTERVAL
from models.meals.backtest import Quantities
from models.meals.error_quantiles import Margin
from models.meals.quantity import SIZE_POWER, USUAL_MEALS, USUAL_WIDTH, WIDTH_POWER

# The risks: one day short in so many, the most prudent first.
ONE_IN = (20, 10, 7, 5, 4, 3)
DIGITS = 6


def stored_factors(past: Mapping[pd.Timestamp, Quantities], coming: Quantities) -> dict[str, Any]:
    """Return the factors of each risk, for the days to come and each judged origin, as the run stores them.

    `past` has the quantities by cutoff. `data.queries.forecasts.other_risks` turns a factor into meals.
    """
    return {
        "one_in": list(ONE_IN),
        "width_power": WIDTH_POWER,
        "size_power": SIZE_POWER,
        "ahead": factors(coming.above, coming.prepared),
        "past": {f"{cutoff:%Y-%m-%d}": factors(one.above, one.prepared) for cutoff, one in past.items()},
    }


def factors(above: Margin, prepared: Margin) -> list[float]:
    """Return the factor of each risk: meals above the forecast = factor × way^width_power × forecast^(1 − width_power)
    × forecast^size_power, where `way` is the upper end minus the forecast.
    """
    upper = above.quantile((1 + INTERVAL) / 2)
    if upper <= 0:
        return [0.0 for _ in ONE_IN]
    unit = USUAL_WIDTH ** (1 - WIDTH_POWER) * upper**-WIDTH_POWER * USUAL_MEALS**-SIZE_POWER
    return [round(prepared.quantile(1 - 1 / days) * unit, DIGITS) for days in ONE_IN]
