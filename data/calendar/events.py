"""Event effects: how each declared event changes the meals of a canteen.

The forecasts and the pages that show the effect of a new event follow one rule: the meals of a day are multiplied by
each effect in percent, then the effects in meals are added; a closure leaves no meal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from data.calendar.event_kinds import CLOSING

COLUMNS = ["date", "kind", "canteen", "effect_meals", "effect_percent"]
# An event that is not a closure leaves at least this share of the meals.
LEAST_SHARE = 0.01
NO_MOVES: dict[str, Any] = {"date": "datetime64[us]", "canteen": object, "log": float, "meals": float, "closed": bool}


@dataclass(frozen=True)
class Event:
    """One declared event; `canteen` is None for the whole city, an unknown effect is None."""

    kind: str
    starts_on: date
    ends_on: date
    canteen: str | None = None
    label: str | None = None
    effect_meals: int | None = None
    effect_percent: float | None = None


def scope(kind: str, canteen: object) -> str:
    """Return the scope of a learnt effect: a kind of event, in one canteen or in the whole city."""
    return f"{kind}_{'city' if pd.isna(canteen) else 'canteen'}"  # pyrefly: ignore[no-matching-overload]


def moves(days: pd.DataFrame, learnt: Mapping[str, float]) -> pd.DataFrame:
    """Return the effect of the events on each date × canteen (None: the whole city): log, meals, closed.

    `log` is the logarithm of a factor, `meals` are to be added. Events of one kind on the same day and place count
    once, with the learnt effect, when no effect is declared; declared effects add up.
    """
    if days.empty:
        return pd.DataFrame(columns=list(NO_MOVES)).astype(NO_MOVES)
    effects = days.assign(
        canteen=days["canteen"].astype(object).where(days["canteen"].notna(), None),
        meals=days["effect_meals"].astype(float).fillna(0.0),
        log=np.log1p(days["effect_percent"].astype(float).fillna(0.0).clip(lower=100 * (LEAST_SHARE - 1)) / 100),
        declared=days["effect_meals"].notna() | days["effect_percent"].notna(),
        closed=days["kind"].isin(CLOSING),
    )
    groups = effects.groupby(["date", "canteen", "kind"], dropna=False)[["meals", "log", "declared", "closed"]]
    kinds = groups.agg({"meals": "sum", "log": "sum", "declared": "any", "closed": "any"}).reset_index()
    scopes = [scope(kind, canteen) for kind, canteen in zip(kinds["kind"], kinds["canteen"], strict=True)]
    kinds["log"] = kinds["log"].where(kinds["declared"], [learnt.get(name, 0.0) for name in scopes])
    places = kinds.groupby(["date", "canteen"], dropna=False)
    return places.agg({"log": "sum", "meals": "sum", "closed": "any"}).reset_index()


def moved(meals: Any, log: Any, added: Any) -> Any:  # noqa: ANN401  numbers or arrays alike
    """Return the meals of a day after the effects of its events."""
    scaled = meals * np.exp(log)
    return np.maximum(scaled + added, LEAST_SHARE * scaled)
