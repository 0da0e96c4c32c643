"""The forecast of the meals served: Prophet on the city's index, plus the canteens' own terms."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from models.inputs import enrolment
from models.inputs.calendar import day_features
from models.inputs.frames import days_of, exp, log, total
from models.inputs.menus import families
from models.inputs.panel import Panel, learnable
from models.inputs.series import LEAST_DAYS
from models.meals import canteen_levels, city_index, events

TERMS = city_index.TERMS


@dataclass(frozen=True)
class Outlook:
    """Meals forecast, days × canteens, and the terms they are made of, in log meals (their sum is the log of meals).

    `learnt` has the effects of past events by scope. `unsure` has the canteens without a past, forecast from their
    pupils, with the standard deviation (log) of their level. `added` has the meals that events add or take away one by
    one, which `meals` and `terms` include.
    """

    meals: pd.DataFrame
    terms: dict[str, pd.DataFrame]
    added: pd.DataFrame = field(default_factory=pd.DataFrame)
    learnt: dict[str, events.KindEffect] = field(default_factory=dict)
    unsure: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))

    def without_added(self) -> Outlook:
        """Return the outlook without the meals that events add or take away one by one."""
        meals = self.meals - self.added
        event = self.terms["event"] + log(meals / self.meals)
        return replace(self, meals=meals, terms=self.terms | {"event": event})

    def moved_to(self, meals: pd.DataFrame) -> Outlook:
        """Return the outlook of other meals, days × canteens: what they differ by is part of the usual level."""
        meals = meals.reindex_like(self.meals)
        known = meals.where((meals > 0) & (self.meals > 0), self.meals)
        return replace(self, meals=known, terms=self.terms | {"usual": self.terms["usual"] + log(known / self.meals)})

    def in_meals(self) -> dict[str, pd.DataFrame]:
        """Return the logarithmic mean Divisia decomposition of the forecast in meals: usual level and other terms.

        A term's share of the gap to the usual level is its share of the log gap, so the terms sum to the forecast
        (B. W. Ang, Energy Policy 32, 2004).
        """
        usual = exp(self.terms["usual"])
        gap = log(self.meals / usual)
        per_log = ((self.meals - usual) / gap).where(gap.abs() > 1e-9, usual)
        return {"usual": usual} | {name: per_log * term for name, term in self.terms.items() if name != "usual"}


def outlook(panel: Panel, days: pd.DatetimeIndex, strikes: Collection[date]) -> Outlook:
    """Forecast the meals of every canteen with a past, or with pupils to come, on the given days."""
    logs = log(learnable(panel))
    logs = logs.loc[:, logs.notna().sum() >= LEAST_DAYS].dropna(how="all")
    if logs.empty:
        empty = pd.DataFrame(index=days, dtype=float)
        return Outlook(empty, dict.fromkeys(TERMS, empty), empty)
    logs = city_index.without_disruptions(logs)
    features = day_features(days_of(logs).union(days), days_of(logs), strikes)
    index = city_index.day_index(logs, features)
    known = days_of(logs).union(days)
    tastes = families(panel.words, known, logs.index[-1])
    own = canteen_levels.own_terms(logs.sub(index, axis=0), known, features, panel.pupils, tastes)
    index = city_index.of_total(index, logs, total(own.values()))
    shared = city_index.shared_terms(index, features, panel.words, days.union(events.past_days(panel, logs)))
    coming, unsure = enrolment.with_newcomers(own, panel.pupils, panel.kinds, days_of(panel.served), days)
    no_effect = pd.DataFrame(0.0, days, coming["usual"].columns)
    terms = {name: coming.get(name, no_effect) for name in TERMS}
    learnt = events.learn(panel, index, shared, own)
    expected = {name: terms[name].add(shared.loc[days, name], axis=0) for name in TERMS}
    terms, added = events.with_events(expected, panel, learnt)
    return Outlook(exp(total(terms.values())), terms, added, learnt, unsure)
