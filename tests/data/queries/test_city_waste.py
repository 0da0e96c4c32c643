"""What the city throws away is told with its range, from enough canteens, each group from its own."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from data.deposit.apply import apply
from data.queries.city_waste import SameCanteens, city_waste, estimate, same_canteens, student, weighed_canteens
from data.selection import Selection
from data.store import Store

NOW, BEFORE = Selection(date(2023, 1, 9), date(2023, 1, 20)), Selection(date(2022, 1, 10), date(2022, 1, 21))


def canteens(
    weighing: int, pilots: int, total: int = 40, grams: float = 100.0, pilot_grams: float = 100.0
) -> pd.DataFrame:
    """Canteens of 10 000 meals each; those that weigh did so for 5 days, a fifth of their meals."""
    frame = pd.DataFrame({"canteen": [f"c{number}" for number in range(total)], "meals_served": 10_000})
    weighs = frame.index < weighing
    frame["pilot"] = frame.index < pilots
    frame["days"], frame["weighed_meals"] = np.where(weighs, 5, 0), np.where(weighs, 2_000, 0)
    frame["weighed_kg"] = frame["weighed_meals"] / 1000 * np.where(frame["pilot"], pilot_grams, grams)
    return frame


def test_canteens_that_agree_give_the_city_without_a_doubt() -> None:
    found = estimate(canteens(12, 0))
    assert found.kilograms == found.lower == found.upper == pytest.approx(40 * 1_000)
    assert (found.weighing, found.pilots, found.share_pct) == (12, 0, pytest.approx(6))


def test_the_pilot_speaks_for_itself_only() -> None:
    found = estimate(canteens(20, 12, grams=120.0, pilot_grams=60.0))
    assert found.kilograms == pytest.approx(12 * 600 + 28 * 1_200)  # all weighed meals together would say 84 g for all


@pytest.mark.parametrize(
    ("weighing", "pilots", "total"),
    [(9, 0, 40), (7, 7, 86), (12, 8, 40), (12, 0, 60)],
    ids=["nine canteens", "the pilot alone", "four outside the pilot", "4 % of the meals"],
)
def test_below_a_minimum_there_is_no_figure_for_the_city(weighing: int, pilots: int, total: int) -> None:
    found = estimate(canteens(weighing, pilots, total))
    assert (found.kilograms, found.lower, found.upper) == (None, None, None)
    assert found.weighing == weighing
    assert estimate(canteens(12, 0).assign(days=3)).weighing == 0


def test_the_range_holds_the_truth_19_times_in_20() -> None:
    rng, held = np.random.default_rng(2), 0
    for _ in range(150):
        city = canteens(87, 0, 87).assign(grams=rng.normal(110, 20, 87), meals_served=rng.integers(4_000, 40_000, 87))
        truth = (city["grams"] * city["meals_served"]).sum() / 1000
        weighs = np.isin(np.arange(87), rng.choice(87, 20, replace=False))
        city["days"], city["weighed_meals"] = np.where(weighs, 10, 0), np.where(weighs, city["meals_served"] // 2, 0)
        city["weighed_kg"] = city["weighed_meals"] * city["grams"] / 1000
        found = estimate(city)
        assert found.lower is not None and found.upper is not None
        held += found.lower <= truth <= found.upper
    assert 0.92 <= held / 150 <= 0.99


def test_the_quantiles_are_those_of_student() -> None:
    for freedom, quantile in ((4, 2.776), (9, 2.262), (19, 2.093), (1000, 1.962)):
        assert student(0.95, freedom) == pytest.approx(quantile, rel=0.01)


def test_grams_are_compared_a_year_apart_over_the_canteens_that_weigh_in_both(store: Store) -> None:
    header = "site_nom;site_type;date;prevision;reel;preparation_kg;non_servi_kg;restes_assiette_kg\n"
    mapping = "".join(f"{name};M;{name};M\n" for name in ("Bois", "Clos"))
    apply(store, "m.csv", f"site_nom;site_type;cantine_nom;cantine_type\n{mapping}".encode(), "test")
    lines = [f"Bois;M;{day}/01/2022;100;100;1;4;5" for day in (10, 11, 13, 14)]
    lines += [f"Bois;M;{day:02d}/01/2023;100;100;1;4;4" for day in (9, 10, 12, 13)]
    lines += [f"Clos;M;{day:02d}/01/2023;100;100;1;20;20" for day in (9, 10, 12, 13)]  # it did not weigh before
    apply(store, "j.csv", (header + "\n".join(lines) + "\n").encode(), "test")
    assert same_canteens(store, NOW, BEFORE) == SameCanteens(1, pytest.approx(90), pytest.approx(100))
    assert same_canteens(store, NOW, Selection(date(2020, 1, 1), date(2020, 2, 1))) == SameCanteens(0)
    rows = weighed_canteens(store, NOW)
    assert rows[["pilot", "days", "weighed_meals"]].to_numpy().tolist() == [[False, 4, 400], [False, 4, 400]]
    assert city_waste(store, NOW).kilograms is None
