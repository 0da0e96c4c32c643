"""What other risks of running short than the managers' would have meant, read from the errors an origin knew.

What is prepared above a forecast follows a power of the expected error (`models.quantity.spread`), which the way from
the forecast to the upper end tells: one factor per origin and risk is enough, whatever the canteen and the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from models.inputs.series import INTERVAL
from models.meals.backtest import Quantities
from models.meals.error_quantiles import Margin
from models.meals.quantity import SIZE_POWER, USUAL_MEALS, USUAL_WIDTH, WIDTH_POWER

# One day short in so many, the most prudent first.
ONE_IN = (20, 10, 7, 5, 4, 3)
DIGITS = 6


def kept(past: Mapping[pd.Timestamp, Quantities], ahead: Quantities) -> dict[str, Any]:
    """Return, to be kept with the run, the factors of each risk for the days to come and for each judged origin.

    `past` are the quantities by the last day these knew. `data.queries.risk` says how a factor becomes meals.
    """
    return {
        "one_in": list(ONE_IN),
        "width_power": WIDTH_POWER,
        "size_power": SIZE_POWER,
        "ahead": factors(ahead.above, ahead.prepared),
        "past": {f"{known:%Y-%m-%d}": factors(one.above, one.prepared) for known, one in past.items()},
    }


def factors(above: Margin, prepared: Margin) -> list[float]:
    """Return the factor of each risk: meals above the forecast = factor × way^width_power × forecast^(1 − width_power)
    × forecast^size_power, where `way` leads from the forecast to the upper end.
    """
    upper = above.quantile((1 + INTERVAL) / 2)
    if upper <= 0:
        return [0.0 for _ in ONE_IN]
    unit = USUAL_WIDTH ** (1 - WIDTH_POWER) * upper**-WIDTH_POWER * USUAL_MEALS**-SIZE_POWER
    return [round(prepared.quantile(1 - 1 / days) * unit, DIGITS) for days in ONE_IN]
