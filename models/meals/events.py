"""The effects of declared events on the meals: the expected effect, else the mean effect of past events of the kind.

Events are declared ahead, so a forecast knows the events of its days. Their effects are learnt before its cutoff.
Prophet handles strikes of the whole city that have no expected effect (`models.meals.city_index`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from data.calendar.event_kinds import LEARNT, STRIKE, STRIKE_OF_CITY
from data.calendar.events import COLUMNS, moved, moves, scope
from models.inputs.frames import days_of, exp, like, log, total
from models.inputs.panel import REASONS, Panel, reasons
from models.inputs.series import HISTORY_DAYS

# A mean effect is shrunk as if PRIOR_DAYS more days had shown none: an outing may be one class or a whole school.
PRIOR_DAYS = 2.0
LEAST_EFFECT, GREATEST_EFFECT = -2.0, 1.0
# On a day with a declared event, meals that look like a typing error are kept: half the canteen may be away.
KEPT = (-1, REASONS.index("typing_error"))

Terms = dict[str, pd.DataFrame]


class KindEffect(NamedTuple):
    """The effect of a kind of event in log meals, and the number of days (of the city or of canteens) it comes from."""

    log: float
    days: int


def past_days(panel: Panel, logs: pd.DataFrame) -> pd.DatetimeIndex:
    """Return the known days with events whose effects can be learnt; `logs` are log meals, days × canteens."""
    known = days_of(logs)
    recent = known[known > known[-1] - pd.Timedelta(days=HISTORY_DAYS)]
    return recent[recent.isin(panel.events.loc[panel.events["kind"].isin(LEARNT), "date"])]


def learn(panel: Panel, index: pd.Series, shared: pd.DataFrame, own: Terms) -> dict[str, KindEffect]:
    """Return the mean effect of past events by scope (kind, of one canteen or of the city): actual minus expected log.

    `shared` and `own` are the terms of the city and of its canteens, on past and coming days.
    """
    past = panel.events[panel.events["kind"].isin(LEARNT)]
    past = past[past["date"].isin(index.index.intersection(shared.index))]
    if past.empty:
        return {}
    of_canteen = past["canteen"].notna()
    scopes = np.array([scope(*one) for one in zip(past["kind"], past["canteen"], strict=True)])
    city_gap = index.sub(shared.sum(axis=1)).reindex(past["date"]).to_numpy()
    own_gaps = _own_gaps(panel, index, own, past) if of_canteen.any() else np.nan
    gaps = pd.Series(np.where(of_canteen, own_gaps, city_gap))
    statistics = gaps.clip(LEAST_EFFECT, GREATEST_EFFECT).groupby(scopes).agg(["sum", "count"])
    effects = {
        str(name): KindEffect(float(sum_of_gaps / (count + PRIOR_DAYS)), int(count))
        for name, sum_of_gaps, count in statistics.itertuples()
        if count
    }
    if STRIKE_OF_CITY in effects:
        last = past.loc[scopes == STRIKE_OF_CITY, "date"].max()
        effects[STRIKE_OF_CITY] = KindEffect(float(shared.loc[[last], "event"].iloc[0]), effects[STRIKE_OF_CITY].days)
    return effects


def _own_gaps(panel: Panel, index: pd.Series, own: Terms, past: pd.DataFrame) -> np.ndarray:
    """Return the log meals minus the expected ones for the canteen and day of each past event; NaN where unknown."""
    days = pd.DatetimeIndex(past["date"].unique())
    expected = total(table.loc[days] for table in own.values()).add(index.loc[days], axis=0)
    served = panel.served.where(reasons(panel).isin(KEPT)).loc[days, expected.columns]
    gaps = log(served) - expected
    rows, columns = gaps.index.get_indexer(pd.Index(past["date"])), gaps.columns.get_indexer(pd.Index(past["canteen"]))
    return np.where(columns >= 0, gaps.to_numpy()[rows, columns], np.nan)


def with_events(terms: Terms, panel: Panel, learnt: dict[str, KindEffect]) -> tuple[Terms, pd.DataFrame]:
    """Return the terms of coming days, with the effects of the declared events in the term “event”.

    And the meals that these events add or take away, one by one, which are in that term too.
    """
    event = terms["event"]
    coming = panel.events[panel.events["date"].isin(event.index)]
    if coming.empty:
        return terms, like(event, np.zeros(event.shape))
    sized = coming["effect_meals"].notna() | coming["effect_percent"].notna()
    of_city = (coming["kind"] == STRIKE) & coming["canteen"].isna()
    # An expected effect replaces that of Prophet.
    event = event.mul(~event.index.isin(coming.loc[of_city & sized, "date"]), axis=0)
    others = {name: one.log for name, one in learnt.items() if name != STRIKE_OF_CITY}
    logs, meals = _tables(moves(coming[COLUMNS], others), event)
    before = exp(total((terms | {"event": event}).values()))
    after = like(event, moved(before.to_numpy(), logs, meals))
    return terms | {"event": event + log(after / before)}, after - before * np.exp(logs)


def _tables(effects: pd.DataFrame, terms: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the effects of events as log factors and meals, days × canteens; those of the city go to all canteens."""
    logs, meals = np.zeros(terms.shape), np.zeros(terms.shape)
    rows = terms.index.get_indexer(pd.Index(effects["date"]))
    columns = terms.columns.get_indexer(pd.Index(effects["canteen"]))
    for row, column, canteen, factor, added in zip(
        rows, columns, effects["canteen"], effects["log"], effects["meals"], strict=True
    ):
        if pd.isna(canteen):
            logs[row] += factor
        elif column >= 0:
            logs[row, column] += factor
            meals[row, column] += added
    return logs, meals
