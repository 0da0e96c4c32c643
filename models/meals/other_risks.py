"""The newsvendor quantities at other risks of running short than that of the run, as one factor per day and risk.

The meals prepared above a forecast are in proportion to the expected error (`models.meals.quantity.spread`). The
distance from the forecast to the upper end gives that error, so one factor serves for all canteens of a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from data.queries.forecasts.promises import INTERVAL
from models.meals.backtest import Quantities
from models.meals.error_quantiles import Margin
from models.meals.quantity import SIZE_POWER, USUAL_MEALS

# The risks: one day short in so many, the most prudent first.
ONE_IN = (20, 10, 7, 5, 4, 3)
DIGITS = 6


def stored_factors(
    past: Mapping[pd.Timestamp, Quantities], coming: Mapping[pd.Timestamp, Quantities]
) -> dict[str, Any]:
    """Return the factors of each risk, for each day to come and each cutoff judged, as the run stores them.

    `past` has the quantities by cutoff, `coming` by day. `data.queries.forecasts.other_risks` makes meals of a factor.
    """
    return {"one_in": list(ONE_IN), "size_power": SIZE_POWER, "ahead": _by_day(coming), "past": _by_day(past)}


def _by_day(quantities: Mapping[pd.Timestamp, Quantities]) -> dict[str, list[float]]:
    of_quantities = {id(one): factors(one.above, one.prepared) for one in quantities.values()}
    return {f"{day:%Y-%m-%d}": of_quantities[id(one)] for day, one in quantities.items()}


def factors(above: Margin, prepared: Margin) -> list[float]:
    """Return the factor of each risk: meals above the forecast = factor × way × forecast^size_power.

    `way` is the upper end minus the forecast.
    """
    upper = above.quantile((1 + INTERVAL) / 2)
    if upper <= 0:
        return [0.0 for _ in ONE_IN]
    unit = USUAL_MEALS**-SIZE_POWER / upper
    return [round(prepared.quantile(1 - 1 / days) * unit, DIGITS) for days in ONE_IN]
