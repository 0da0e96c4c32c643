"""What declared events change: the effect people expect of them, else what past ones of their kind changed.

An event is declared ahead, so a forecast knows those of its days; what it learns comes from the days before its cutoff.
Strikes of the whole city without an expected effect are Prophet's (`models.city_index`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from data.calendar.events import CLOSING, COLUMNS, STRIKE, STRIKE_OF_CITY, moved, moves, scope
from models.inputs.frames import days_of, exp, like, log, total
from models.inputs.panel import REASONS, Panel, reasons
from models.inputs.series import HISTORY_DAYS

# A mean effect is shrunk as if so many more days had shown none: one class out or a whole school are both an outing.
PRIOR_DAYS = 2.0
LEAST_EFFECT, GREATEST_EFFECT = -2.0, 1.0
# Half a canteen away looks like a typing error, but not on a day an event was declared.
KEPT = (-1, REASONS.index("typing_error"))

Terms = dict[str, pd.DataFrame]


class Learnt(NamedTuple):
    """The effect of a kind of event in log meals, and how many days (of the city, or of canteens) it was seen on."""

    log: float
    days: int


def past_days(panel: Panel, logs: pd.DataFrame) -> pd.DatetimeIndex:
    """Return the days known on which effects can be learnt: `logs` are log meals, days × canteens."""
    known = days_of(logs)
    recent = known[known > known[-1] - pd.Timedelta(days=HISTORY_DAYS)]
    return recent[recent.isin(panel.events.loc[~panel.events["kind"].isin(CLOSING), "date"])]


def learn(panel: Panel, index: pd.Series, shared: pd.DataFrame, own: Terms) -> dict[str, Learnt]:
    """Return by scope (kind, of one canteen or of the city) what past events changed, against the model without them.

    `shared` and `own` are the terms of the city and of its canteens, on past days and coming ones.
    """
    past = panel.events[panel.events["date"].isin(index.index.intersection(shared.index))]
    if past.empty:
        return {}
    place = past["canteen"].notna()
    what = np.array([scope(*one) for one in zip(past["kind"], past["canteen"], strict=True)])
    city_gap = index.sub(shared.sum(axis=1)).reindex(past["date"]).to_numpy()
    own_gaps = _own_gaps(panel, index, own, past) if place.any() else np.nan
    gaps = pd.Series(np.where(place, own_gaps, city_gap))
    found = gaps.clip(LEAST_EFFECT, GREATEST_EFFECT).groupby(what).agg(["sum", "count"])
    effects = {
        str(name): Learnt(float(added / (count + PRIOR_DAYS)), int(count))
        for name, added, count in found.itertuples()
        if count
    }
    if STRIKE_OF_CITY in effects:
        last = past.loc[what == STRIKE_OF_CITY, "date"].max()
        effects[STRIKE_OF_CITY] = Learnt(float(shared.loc[[last], "event"].iloc[0]), effects[STRIKE_OF_CITY].days)
    return effects


def _own_gaps(panel: Panel, index: pd.Series, own: Terms, past: pd.DataFrame) -> np.ndarray:
    """Return by how much the canteen of each past event was above or below itself that day; NaN where unknown."""
    days = pd.DatetimeIndex(past["date"].unique())
    expected = total(table.loc[days] for table in own.values()).add(index.loc[days], axis=0)
    served = panel.served.where(reasons(panel).isin(KEPT)).loc[days, expected.columns]
    gaps = log(served) - expected
    rows, columns = gaps.index.get_indexer(pd.Index(past["date"])), gaps.columns.get_indexer(pd.Index(past["canteen"]))
    return np.where(columns >= 0, gaps.to_numpy()[rows, columns], np.nan)


def with_events(terms: Terms, panel: Panel, learnt: dict[str, Learnt]) -> Terms:
    """Return the terms of coming days with the declared events in their term “event”."""
    event = terms["event"]
    coming = panel.events[panel.events["date"].isin(event.index)]
    if coming.empty:
        return terms
    told = coming["effect_meals"].notna() | coming["effect_percent"].notna()
    of_city = (coming["kind"] == STRIKE) & coming["canteen"].isna()
    # An expected effect takes the place of Prophet's.
    event = event.mul(~event.index.isin(coming.loc[of_city & told, "date"]), axis=0)
    others = {name: one.log for name, one in learnt.items() if name != STRIKE_OF_CITY}
    logs, meals = _tables(moves(coming[COLUMNS], others), event)
    before = exp(total((terms | {"event": event}).values()))
    after = like(event, moved(before.to_numpy(), logs, meals))
    return terms | {"event": event + log(after / before)}


def _tables(found: pd.DataFrame, shape: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the moves of events as days × canteens; those of the city are everybody's."""
    logs, meals = np.zeros(shape.shape), np.zeros(shape.shape)
    rows = shape.index.get_indexer(pd.Index(found["date"]))
    columns = shape.columns.get_indexer(pd.Index(found["canteen"]))
    for row, column, canteen, factor, added in zip(
        rows, columns, found["canteen"], found["log"], found["meals"], strict=True
    ):
        if pd.isna(canteen):
            logs[row] += factor
        elif column >= 0:
            logs[row, column] += factor
            meals[row, column] += added
    return logs, meals
