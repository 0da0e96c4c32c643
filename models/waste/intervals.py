"""The choice of the waste model and its conformal interval, from past forecast errors; kilograms = grams × meals.

The errors are those of past forecasts made as early as the ones to judge, not those of a fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from data.queries.forecasts.promises import INTERVAL
from models.inputs.frames import total
from models.waste.forecast import LEVEL, PARTS, PLACES, TOTAL, ByPart, Weighings

KG = "kg"
# A part is used if it multiplied the past errors by at most WORTH, on at least LEAST_JUDGED weighings.
WORTH, LEAST_JUDGED = 0.98, 40
# To a canteen's own errors are added BESIDE quantiles of the errors of all canteens and of BESIDE usual errors.
# The usual standard deviation is that of a real school's log, as a share of the square root.
BESIDE, USUAL = 20, 0.16
SHARES = (np.arange(BESIDE) + 0.5) / BESIDE


@dataclass(frozen=True)
class WasteForecast:
    """The forecast of one measure, days × canteens: point, lower, upper; its past forecasts, and the actual values."""

    part: str
    point: pd.DataFrame
    lower: pd.DataFrame
    upper: pd.DataFrame
    fitted: pd.DataFrame
    actual: pd.DataFrame


def joined(forecasts: list[dict[str, ByPart]]) -> dict[str, ByPart]:
    """Return the forecasts of several origins as one, in their order; the level where a part could not be learnt."""
    parts = {name: sorted({part for one in forecasts for part in one[name]}, key=PARTS.index) for name in forecasts[0]}
    return {
        name: {part: pd.concat([one[name].get(part, one[name][LEVEL]) for one in forecasts]) for part in used}
        for name, used in parts.items()
    }


def until(forecasts: dict[str, ByPart], days: pd.DatetimeIndex) -> dict[str, ByPart]:
    """Return the forecasts of several origins up to the one of these days."""
    return {
        name: {part: table.loc[: days[-1]] for part, table in by_part.items()} for name, by_part in forecasts.items()
    }


def waste_forecasts(
    forecasts: dict[str, ByPart], days: pd.DatetimeIndex, known: Weighings, meals: pd.DataFrame, served: pd.DataFrame
) -> dict[str, WasteForecast]:
    """Return each measure of these days, with the interval from the days before; KG is the total in kilograms.

    `forecasts` are `joined`, `days` their last ones. `known` are the weighings known when these were forecast. `meals`
    are the meals forecast for the same days, past and coming, equally early. `served` are the actual meals.
    """
    parts = {name: _closest(by_part, known.grams[name], days) for name, by_part in forecasts.items()}
    tables = _adding_up({name: forecasts[name][part] for name, part in parts.items()}, known)
    actual = {name: table.reindex_like(tables[name]) for name, table in known.grams.items()}
    tables[KG] = tables[TOTAL] * meals.reindex_like(tables[TOTAL]) / 1000
    actual[KG] = actual[TOTAL] * served.reindex_like(actual[TOTAL]) / 1000
    parts[KG] = parts[TOTAL]
    return {name: _with_interval(parts[name], tables[name], actual[name], days) for name in tables}


def _closest(by_part: ByPart, grams: pd.DataFrame, days: pd.DatetimeIndex) -> str:
    """Return the part with the smallest past errors; the level unless another part is clearly better."""
    errors = {}
    for part, table in by_part.items():
        past = table.drop(days)
        gaps = (past - grams.reindex_like(past)).abs().to_numpy()
        if np.isfinite(gaps).sum() < LEAST_JUDGED:
            return LEVEL
        errors[part] = float(np.nansum(gaps))
    best = min(errors, key=lambda part: errors[part])
    return best if errors[best] <= WORTH * errors[LEVEL] else LEVEL


def _adding_up(tables: dict[str, pd.DataFrame], known: Weighings) -> dict[str, pd.DataFrame]:
    """Scale the places of loss so that they add up to their usual share of the total."""
    grams = known.grams
    weighed = total(grams[name] for name in PLACES)
    usual = (weighed.sum() / grams[TOTAL].sum()).reindex(tables[TOTAL].columns)
    sum_of_places = total(tables[name] for name in PLACES)
    scale = (tables[TOTAL] * usual / sum_of_places).where(sum_of_places > 0, 0.0)
    return tables | {name: tables[name] * scale for name in PLACES}


def _with_interval(part: str, table: pd.DataFrame, actual: pd.DataFrame, days: pd.DatetimeIndex) -> WasteForecast:
    point, past = table.loc[days], table.drop(days)
    low, high = _spread(past, actual.drop(days))
    return WasteForecast(part, point, point * (1 + low) ** 2, point * (1 + high) ** 2, past, actual.drop(days))


def _spread(past: pd.DataFrame, actual: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return each canteen's lower (≤ 0) and upper (≥ 0) quantiles of the errors, as shares of the square root."""
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.sqrt(actual.to_numpy() / past.to_numpy()) - 1
    usual = [NormalDist(0, USUAL).inv_cdf(share) for share in SHARES]
    shared = np.quantile([*errors[np.isfinite(errors)], *usual], SHARES)
    tail = (1 - INTERVAL) / 2
    own = [np.quantile([*one[np.isfinite(one)], *shared], (tail, 1 - tail)) for one in errors.T]
    low, high = np.array(own).reshape(-1, 2).T
    return np.clip(low, -1, 0), np.maximum(high, 0)
