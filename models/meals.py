"""The forecast of the meals served: what canteens share (Prophet on the city's index) and what is their own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from models import city_index, levels
from models.calendar import day_features
from models.frames import days_of, exp, like, log
from models.panel import Panel, learnable

TERMS = city_index.TERMS


@dataclass(frozen=True)
class Outlook:
    """Meals forecast, days × canteens, and the terms they are made of, in log meals (their sum is the log of meals)."""

    meals: pd.DataFrame
    terms: dict[str, pd.DataFrame]

    def in_meals(self) -> dict[str, pd.DataFrame]:
        """Return the terms in meals: the usual level, and what each other term adds to it; they sum to the forecast.

        A term's share of the gap is its share of the log gap: the logarithmic mean Divisia index, which leaves no
        remainder (B. W. Ang, Energy Policy 32, 2004).
        """
        usual = exp(self.terms["usual"])
        gap = log(self.meals / usual)
        per_log = ((self.meals - usual) / gap).where(gap.abs() > 1e-9, usual)
        return {"usual": usual} | {name: per_log * term for name, term in self.terms.items() if name != "usual"}


def outlook(panel: Panel, days: pd.DatetimeIndex, strikes: Collection[date]) -> Outlook:
    """Forecast the meals of every canteen with a past on the given days, from all that the panel knows."""
    logs = log(learnable(panel))
    logs = logs.loc[:, logs.notna().sum() >= levels.LEAST_DAYS].dropna(how="all")
    if logs.empty:
        nothing = pd.DataFrame(index=days, dtype=float)
        return Outlook(nothing, dict.fromkeys(TERMS, nothing))
    logs = city_index.without_disruptions(logs)
    features = day_features(days_of(logs).union(days), days_of(logs), strikes)
    index, shared = city_index.shared_terms(logs, features, days)
    own = levels.own_terms(logs.sub(index, axis=0), days, features)
    places = own["usual"].columns
    none = pd.DataFrame(0.0, days, places)
    terms = {name: own.get(name, none).add(shared[name], axis=0) for name in TERMS}
    total = np.sum([term.to_numpy() for term in terms.values()], axis=0)
    return Outlook(exp(like(none, total)), terms)
