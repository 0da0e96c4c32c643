"""The declared events day by day, and by how much each moves the meals of a canteen.

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

from data.calendar.strikes import readings
from data.store import Store

CLOSURE = "closure"
STRIKE_OF_CITY = "strike_city"
# Kinds that leave some meals; what they change is learnt from the past where nobody says it.
KINDS = ("strike", "outing", "feast")
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


DAYS_OF_EVENTS = """
SELECT
    unnest(generate_series(starts_on, ends_on, INTERVAL 1 DAY))::DATE AS date,
    kind, canteen, effect_meals, effect_percent, starts_on = ends_on AS one_day
FROM events
WHERE list_contains($kinds, kind)
ORDER BY ALL
"""


def declared_days(store: Store, what_if: Event | None = None) -> pd.DataFrame:
    """Return one row per day × event that changes the meals: COLUMNS, with strike dates read as they must be."""
    days = store.read(DAYS_OF_EVENTS, {"kinds": [*KINDS, CLOSURE]})
    doubtful = (days["kind"] == "strike") & days["canteen"].isna() & days["one_day"]
    meant = readings(store) if doubtful.any() else {}
    read = [
        meant.get(day.date(), day.date()) if doubted else day
        for day, doubted in zip(days["date"], doubtful, strict=True)
    ]
    days["date"] = pd.to_datetime(pd.Series(read, index=days.index, dtype=object))
    known = days[COLUMNS]
    return known if what_if is None else pd.concat([known, _days_of(what_if)], ignore_index=True)


def _days_of(event: Event) -> pd.DataFrame:
    days = pd.date_range(event.starts_on, event.ends_on)
    told = {name: getattr(event, name) for name in COLUMNS[1:]}
    return pd.DataFrame({"date": days, **told}).astype({"effect_meals": float, "effect_percent": float})


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
        closed=days["kind"] == CLOSURE,
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
