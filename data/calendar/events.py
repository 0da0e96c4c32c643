"""The kinds of events, and by how much each event moves the meals of a canteen.

One rule for the computation of the forecasts and for the pages that tell at once what a new event changes: a day's
meals are multiplied by each effect in percent, then the effects in meals are added; a closure leaves none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class EventKind:
    """A kind of event under the name that the store keeps.

    `learnt`: some meals are left, and their change is learnt from the past where nobody says it. `closes`: no meal is
    left. Neither of both: days off of the whole city, which belong to the school calendar.
    """

    name: str
    learnt: bool
    closes: bool


# By its word in files and on pages. A new kind is one line here, and one in `events.json`.
EVENT_KINDS = {
    "grève": EventKind("strike", learnt=True, closes=False),
    "sortie": EventKind("outing", learnt=True, closes=False),
    "fermeture": EventKind("closure", learnt=False, closes=True),
    "fête": EventKind("feast", learnt=True, closes=False),
    "vacances": EventKind("holiday", learnt=False, closes=False),
}
FRENCH = {kind.name: french for french, kind in EVENT_KINDS.items()}
LEARNT = tuple(kind.name for kind in EVENT_KINDS.values() if kind.learnt)
CLOSING = tuple(kind.name for kind in EVENT_KINDS.values() if kind.closes)
# Those that pages list and propose.
DECLARED = tuple(name for name in FRENCH if name in (*LEARNT, *CLOSING))
STRIKE = EVENT_KINDS["grève"].name
HOLIDAY = EVENT_KINDS["vacances"].name
STRIKE_OF_CITY = f"{STRIKE}_city"

COLUMNS = ["date", "kind", "canteen", "effect_meals", "effect_percent"]
# An event is not a closure: at least this share of the meals stays.
LEAST_SHARE = 0.01
NO_MOVES: dict[str, Any] = {"date": "datetime64[us]", "canteen": object, "log": float, "meals": float, "closed": bool}


@dataclass(frozen=True)
class Event:
    """One event as people declare it; `canteen` is None for the whole city, an unknown effect is None."""

    kind: str
    starts_on: date
    ends_on: date
    canteen: str | None = None
    label: str | None = None
    effect_meals: int | None = None
    effect_percent: float | None = None


def scope(kind: str, canteen: object) -> str:
    """Name what an effect is learnt for: a kind of event, of one canteen or of the whole city."""
    return f"{kind}_{'city' if pd.isna(canteen) else 'canteen'}"  # type: ignore[call-overload]


def moves(days: pd.DataFrame, learnt: Mapping[str, float]) -> pd.DataFrame:
    """Return one row per date × canteen (None: the whole city): log (of a factor), meals (to add), closed.

    Events of one kind on one day and place are one event when none says its effect, which is then the learnt one;
    effects that are said add up.
    """
    if days.empty:
        return pd.DataFrame(columns=list(NO_MOVES)).astype(NO_MOVES)
    told = days.assign(
        canteen=days["canteen"].astype(object).where(days["canteen"].notna(), None),
        meals=days["effect_meals"].astype(float).fillna(0.0),
        log=np.log1p(days["effect_percent"].astype(float).fillna(0.0).clip(lower=100 * (LEAST_SHARE - 1)) / 100),
        given=days["effect_meals"].notna() | days["effect_percent"].notna(),
        closed=days["kind"].isin(CLOSING),
    )
    kinds = told.groupby(["date", "canteen", "kind"], dropna=False)[["meals", "log", "given", "closed"]]
    one = kinds.agg({"meals": "sum", "log": "sum", "given": "any", "closed": "any"}).reset_index()
    silent = [learnt.get(scope(kind, canteen), 0.0) for kind, canteen in zip(one["kind"], one["canteen"], strict=True)]
    one["log"] = one["log"].where(one["given"], silent)
    places = one.groupby(["date", "canteen"], dropna=False)
    return places.agg({"log": "sum", "meals": "sum", "closed": "any"}).reset_index()


def moved(meals: Any, log: Any, added: Any) -> Any:  # noqa: ANN401  numbers or arrays alike
    """Return the meals of a day once its events have changed them."""
    scaled = meals * np.exp(log)
    return np.maximum(scaled + added, LEAST_SHARE * scaled)
