"""What past forecasts of the waste teach: which parts to believe, how sure to be; kilograms = grams × meals.

Errors are those of forecasts made as early as the ones to judge, never those of a fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from models.inputs.frames import days_of, total
from models.inputs.series import INTERVAL
from models.waste.forecast import LEVEL, PLACES, TOTAL, Told, Weighings

KG = "kg"
# A part is used when it brought the past forecasts this much closer, on at least this many weighings.
WORTH, LEAST_JUDGED = 0.98, 40
# Beside a canteen's own errors stand those of all canteens, and beside these the usual ones, as this many errors each;
# the usual deviation is that of a real school's log, as a share of the square root.
BESIDE, USUAL = 20, 0.16
SHARES = (np.arange(BESIDE) + 0.5) / BESIDE


@dataclass(frozen=True)
class Ahead:
    """One measure on the coming days, days × canteens: point, lower, upper; what past forecasts said, what came."""

    part: str
    point: pd.DataFrame
    lower: pd.DataFrame
    upper: pd.DataFrame
    fitted: pd.DataFrame
    told: pd.DataFrame


def ahead(
    forecasts: list[dict[str, Told]], known: Weighings, meals: pd.DataFrame, served: pd.DataFrame
) -> dict[str, Ahead]:
    """Return each measure of the last of the forecasts, judged by those before it; KG is that of all places.

    `known` is what was known when the last forecast was made. `meals` are the meals forecast for the same days, past
    and coming, as early; `served` are the meals that came.
    """
    days = days_of(forecasts[-1][TOTAL][LEVEL])
    parts = {name: _closest(forecasts, name, known.grams[name], days) for name in known.grams}
    tables = {name: _joined(forecasts, name, part) for name, part in parts.items()}
    tables = _adding_up(tables, known)
    told = {name: table.reindex_like(tables[name]) for name, table in known.grams.items()}
    tables[KG] = tables[TOTAL] * meals.reindex_like(tables[TOTAL]) / 1000
    told[KG] = told[TOTAL] * served.reindex_like(told[TOTAL]) / 1000
    parts[KG] = parts[TOTAL]
    return {name: _ahead(parts[name], tables[name], told[name], days) for name in tables}


def _joined(forecasts: list[dict[str, Told]], name: str, part: str) -> pd.DataFrame:
    """Return what a part said at all its origins; where it could not be learnt yet, the level."""
    return pd.concat([one[name].get(part, one[name][LEVEL]) for one in forecasts])


def _closest(forecasts: list[dict[str, Told]], name: str, grams: pd.DataFrame, days: pd.DatetimeIndex) -> str:
    """Return the part whose past forecasts were closest; the level unless another one is clearly closer."""
    errors = {}
    for part in forecasts[-1][name]:
        past = _joined(forecasts, name, part).drop(days)
        gaps = (past - grams.reindex_like(past)).abs().to_numpy()
        if np.isfinite(gaps).sum() < LEAST_JUDGED:
            return LEVEL
        errors[part] = float(np.nansum(gaps))
    best = min(errors, key=lambda part: errors[part])
    return best if errors[best] <= WORTH * errors[LEVEL] else LEVEL


def _adding_up(tables: Told, known: Weighings) -> Told:
    """Scale the places of loss so that they add up to the total, or to what they usually make of it."""
    grams = known.grams
    weighed = total(grams[name] for name in PLACES)
    usual = (weighed.sum() / grams[TOTAL].sum()).reindex(tables[TOTAL].columns)
    together = total(tables[name] for name in PLACES)
    scale = (tables[TOTAL] * usual / together).where(together > 0, 0.0)
    return tables | {name: tables[name] * scale for name in PLACES}


def _ahead(part: str, table: pd.DataFrame, told: pd.DataFrame, days: pd.DatetimeIndex) -> Ahead:
    point, past = table.loc[days], table.drop(days)
    low, high = _spread(past, told.drop(days))
    return Ahead(part, point, point * (1 + low) ** 2, point * (1 + high) ** 2, past, told.drop(days))


def _spread(past: pd.DataFrame, told: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return how far below (≤ 0) and above (≥ 0) its forecast each canteen ends, as shares of the square root."""
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.sqrt(told.to_numpy() / past.to_numpy()) - 1
    usual = [NormalDist(0, USUAL).inv_cdf(share) for share in SHARES]
    shared = np.quantile([*errors[np.isfinite(errors)], *usual], SHARES)
    tail = (1 - INTERVAL) / 2
    own = [np.quantile([*one[np.isfinite(one)], *shared], (tail, 1 - tail)) for one in errors.T]
    low, high = np.array(own).reshape(-1, 2).T
    return np.clip(low, -1, 0), np.maximum(high, 0)
