"""A ranking names what stands out, and nothing when only chance is at work."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.rankings import calendar, canteens, dishes
from models.rankings.permutations import DRAWS, LEVEL, flipped_blocks, shuffled_days
from ui.waste.ranking_sentences import LEVEL as LEVEL_IN_WORDS

SHUFFLES = 20
DISHES = pd.Index([f"plat {number}" for number in range(40)])


def school_year(rng: np.random.Generator) -> pd.DataFrame:
    """Days of one school year whose surplus drifts from month to month, follows weekdays and is far from normal."""
    days = pd.bdate_range("2023-09-04", "2024-06-28", freq="C", weekmask="Mon Tue Thu Fri")
    drift = np.cumsum(rng.normal(0, 0.003, len(days)))
    rate = 0.07 + drift + 0.01 * (days.weekday == 4) + rng.exponential(0.01, len(days))
    meals = rng.normal(15_000, 600, len(days)).round()
    return pd.DataFrame({"date": days, "meals_served": meals, "surplus_meals": (meals * rate.clip(0.01)).round()})


def menus(days: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Four dishes a day, drawn at random."""
    served = [rng.choice(DISHES, 4, replace=False) for _ in range(len(days))]
    return pd.DataFrame({"date": days["date"].repeat(4).to_numpy(), "dish": np.concatenate(served)})


def test_on_shuffled_dates_no_dish_stands_out_but_once_in_20_at_most() -> None:
    rng = np.random.default_rng(4)
    days = school_year(rng)
    found = [dishes.compared(days, menus(days, rng), DISHES)[0].stands_out.any() for _ in range(SHUFFLES)]
    assert sum(found) <= 1  # benchmarks.accuracy.rankings: 200 shuffles of the real log and of the demonstration


def test_a_dish_that_adds_three_points_to_its_days_stands_out_alone_with_its_interval() -> None:
    rng = np.random.default_rng(5)
    days = school_year(rng)
    served_on = menus(days, rng)
    own = days["date"].isin(served_on.loc[served_on["dish"] == "plat 7", "date"])
    days["surplus_meals"] += (0.03 * days["meals_served"] * own).round()
    contrasts, meals = dishes.compared(days, served_on, DISHES)
    assert DISHES[contrasts.stands_out].tolist() == ["plat 7"]
    points, half_width = (100 * values[7] / meals[7] for values in (contrasts.difference, contrasts.half_width))
    assert points == pytest.approx(3, abs=1)
    assert 0 < half_width < points


def test_a_dish_served_every_day_is_compared_with_nothing() -> None:
    days = school_year(np.random.default_rng(6))
    contrasts, _ = dishes.compared(days, days[["date"]].assign(dish="pain"), pd.Index(["pain"]))
    assert np.isnan(contrasts.half_width).all() and not contrasts.stands_out.any()


def city_weeks(rng: np.random.Generator, canteen_count: int = 30) -> pd.DataFrame:
    """Canteens of 30 to 320 meals a day: a margin of 3 %, and what the chance of a place of this size adds to it."""
    daily = np.linspace(30, 320, canteen_count)
    week, place = (axis.ravel() for axis in np.meshgrid(np.arange(36), np.arange(canteen_count)))
    gaps = 0.03 * daily[place, None] + 1.5 * np.sqrt(daily[place, None]) * rng.normal(size=(len(place), 4))
    return pd.DataFrame(
        {
            "place": [f"Cantine {number}" for number in place],
            "week": pd.Timestamp("2023-09-04") + week * pd.Timedelta(weeks=1),
            "days": 4,
            "meals_served": (4 * daily[place]).round(),
            "surplus_meals": gaps.clip(0).sum(axis=1).round(),
        }
    )


def test_a_small_canteen_is_not_blamed_for_its_size() -> None:
    rng, alarms = np.random.default_rng(7), 0
    for _ in range(SHUFFLES):
        alarms += canteens.compared_with_their_size(city_weeks(rng))["stands_out"].any()
    assert alarms <= 1


def test_a_canteen_above_what_its_size_explains_stands_out_though_others_waste_more_meals() -> None:
    weeks = city_weeks(np.random.default_rng(8))
    own = weeks["place"] == "Cantine 3"
    weeks.loc[own, "surplus_meals"] += 0.1 * weeks.loc[own, "meals_served"]
    found = canteens.compared_with_their_size(weeks)
    assert found.index[found["stands_out"]].tolist() == ["Cantine 3"]
    assert found.loc["Cantine 3", "gap"] == pytest.approx(10, abs=3)
    assert weeks.groupby("place")["surplus_meals"].sum().idxmax() != "Cantine 3"


def test_the_calendar_shows_a_heavy_month_and_no_pattern_of_shuffled_dates() -> None:
    rng = np.random.default_rng(9)
    days = school_year(rng).assign(surplus_meals=lambda one: 0.07 * one["meals_served"] + rng.normal(0, 150, len(one)))
    cells = pd.DataFrame({"weekday": days["date"].dt.weekday + 1, "month": days["date"].dt.month}).drop_duplicates()
    kept = np.ones(len(cells), dtype=bool)
    alarms = sum(
        calendar.compared(days.assign(date=rng.permutation(days["date"].to_numpy())), cells, kept).stands_out.any()
        for _ in range(SHUFFLES)
    )
    assert alarms <= 1
    june = days["date"].dt.month == 6
    heavy = calendar.compared(days.assign(surplus_meals=days["surplus_meals"] + 1_500 * june), cells, kept)
    assert set(cells["month"][heavy.stands_out & (heavy.difference > 0)]) == {6}


def test_the_same_data_always_gives_the_same_ranking_and_few_blocks_give_none() -> None:
    amounts, blocks = np.random.default_rng(1).normal(size=50), np.arange(50) // 10
    members = np.eye(50, 3, dtype=bool)
    one, other = (shuffled_days(amounts, blocks, members) for _ in range(2))
    np.testing.assert_array_equal(one.half_width, other.half_width)
    assert np.isnan(flipped_blocks(np.ones((7, 2)), least_blocks=8).half_width).all()


def test_the_pages_tell_the_level_of_the_test() -> None:
    assert LEVEL == 1 / 50 and "fois sur 50" in LEVEL_IN_WORDS
    assert (LEVEL * (DRAWS + 1)).is_integer()
