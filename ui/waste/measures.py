"""What the page Gaspillage counts in: a share of the meals served, meals, or grams per meal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from ui.kit.formats import SPACE, percent, plural, quantity, signed

GAPS = ["gap", "lower", "upper"]


@dataclass(frozen=True)
class Measure:
    """The words of one measure, the columns of its values in the rankings, and how its values are written."""

    name: str  # in the choice, and in the address
    noun: str  # “plus de …”
    title: str  # of its column
    of_gap: str  # unit of a gap, after a number from 2 on
    value: str
    expected: str
    cell: str  # the column of a weekday × month
    write: Callable[[float | None], str]
    digits: int = 1

    def gap(self, value: float) -> str:
        """Write a gap with its sign and its unit."""
        unit = "point" if self is SHARE and abs(value) < 2 else self.of_gap
        return f"{signed(value, self.digits)}{SPACE}{unit}"


def _meals(value: float | None) -> str:
    return plural(value or 0, "repas", "repas")


SHARE = Measure("%", "repas en trop", "En trop (%)", "points", "surplus_pct", "expected_pct", "surplus_pct", percent)
MEALS = Measure(
    "repas", "repas en trop", "Repas en trop", "repas", "surplus_meals", "expected_meals", "surplus_per_day",
    _meals, 0,
)  # fmt: skip
GRAMS = Measure(
    "grammes", "gaspillage", "Gaspillage (g/repas)", f"g{SPACE}par repas", "grams_per_meal", "expected_pct",
    "grams_per_meal", partial(quantity, unit="g"), 0,
)  # fmt: skip
MEASURES = {measure.name: measure for measure in (SHARE, MEALS, GRAMS)}


def chosen() -> Measure:
    """Let the reader choose what the whole page counts in."""
    name = st.segmented_control(
        "Compter", list(MEASURES), default=SHARE.name, required=True, key="mesure", bind="query-params",
        format_func=lambda name: f"en {name}", label_visibility="collapsed",
    )  # fmt: skip
    return MEASURES[str(name)]


def canteens_in(ranked: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Return the ranking of the canteens in a measure, the largest gap first."""
    if measure is not MEALS:
        return ranked.reset_index(drop=True)
    meals = ranked.assign(expected_meals=ranked["expected_pct"] * ranked["meals_served"] / 100)
    meals[GAPS] = meals[GAPS].mul(meals["meals_served"] / 100, axis="index")
    return meals.sort_values(["gap", "surplus_meals"], ascending=False, ignore_index=True)


def dishes_in(rows: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Return the ranking of the dishes in a measure: meals are those of a day; the largest gap first."""
    if measure is not MEALS or rows.empty:
        return rows
    meals = rows.copy()
    meals[GAPS] = meals[GAPS].mul(meals["meals_served"] / meals["days"] / 100, axis="index")
    return meals.sort_values(["gap", "dish"], ascending=[False, True], ignore_index=True)


def cells_in(cells: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Return the weekdays × months in a measure: meals are those of a day."""
    if measure is GRAMS:
        return cells.rename(columns={"surplus_pct": GRAMS.cell})
    per_day = cells["surplus_pct"] * cells["meals_served"] / cells["days"] / 100
    return cells.assign(surplus_per_day=per_day)
