"""The figures of a day, as a meeting of the comité keeps them: numerators and denominators, never a rounded value."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from data.calendar.school import school_year, school_year_bounds
from data.queries.overview import last_complete_day
from data.queries.rollout import rollout_summary
from data.queries.waste import waste_summary
from data.selection import Selection
from data.store import Store

# The names of the figures. Meals: of the school year up to that day, without its exceptional days but for `*_whole`.
SURPLUS, SURPLUS_WHOLE, SHORTAGE, OVERPRODUCTION, EQUIPPED, GRAMS = NAMES = (
    "surplus",  # meals planned and not served, of the meals served: “repas en trop”
    "surplus_whole",  # the same with the exceptional days
    "shortage",  # meals served above the plan, of the meals served: “repas manquants”
    "overproduction",  # (planned − served), of the meals served: what the goal of the city is about
    "equipped",  # test schools whose installation is over, of the schools to equip
    "grams",  # grams wasted, per meal, where it is weighed
)
SHARES = (SURPLUS, SURPLUS_WHOLE, SHORTAGE, OVERPRODUCTION)


@dataclass(frozen=True)
class Figure:
    """A figure: its numerator and denominator; `canteens`: how many weigh, for the grams."""

    numerator: float
    denominator: float
    canteens: int | None = None

    @property
    def ratio(self) -> float | None:
        """Return the numerator per unit of the denominator, None where there is nothing to divide by."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def percent(self) -> float | None:
        """Return the ratio in percent."""
        return None if self.ratio is None else 100 * self.ratio


@dataclass(frozen=True)
class Figures:
    """The figures of a day by name, without those that are not known, and the last complete day they know of."""

    figures: dict[str, Figure]
    data_until: date | None

    def frozen(self) -> dict[str, Any]:
        """Return what is kept of them."""
        return {
            "data_until": self.data_until and self.data_until.isoformat(),
            "figures": {name: asdict(figure) for name, figure in self.figures.items()},
        }


def figures_of(store: Store, day: date) -> Figures:
    """Return the figures of the school year up to a day, as the store knows them now."""
    year = Selection(school_year_bounds(school_year(day))[0], day)
    now, whole = waste_summary(store, year), waste_summary(store, replace(year, exceptional=True))
    rollout = rollout_summary(store, day)
    every = {
        SURPLUS: Figure(now.surplus_meals, now.pairs_served),
        SURPLUS_WHOLE: Figure(whole.surplus_meals, whole.pairs_served),
        SHORTAGE: Figure(now.shortage_meals, now.pairs_served),
        OVERPRODUCTION: Figure(now.pairs_planned - now.pairs_served, now.pairs_served),
        EQUIPPED: Figure(rollout.equipped, rollout.goal if rollout.schools else 0),
        GRAMS: Figure(1000 * now.weighed_kg, now.weighed_meals, now.weighing_canteens),
    }
    known = {name: figure for name, figure in every.items() if figure.denominator}
    return Figures(known, last_complete_day(store, day))
