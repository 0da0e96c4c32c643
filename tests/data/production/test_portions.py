"""Portions and containers, for any number of meals."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from data.production.portions import Portions, split

MEALS = some.integers(0, 20_000)


@given(MEALS, some.floats(0, 1))
def test_no_meal_is_lost_between_the_levels(meals: int, share: float) -> None:
    portions = split(meals, share)
    assert portions.meals == meals
    assert min(portions.nursery, portions.elementary) >= 0
    assert abs(portions.nursery - meals * share) <= 0.5


@given(MEALS, MEALS, some.integers(10, 100), some.integers(1, 500))
def test_containers_are_never_under_the_portions_nor_one_too_many(
    nursery: int, elementary: int, hundredths: int, size: int
) -> None:
    portions, weight = Portions(nursery, elementary), hundredths / 100
    containers = portions.containers(weight, size)
    # In hundredths of a portion: no rounding.
    needed = nursery * hundredths + 100 * elementary
    assert 100 * containers * size >= needed > 100 * (containers - 1) * size or containers == needed == 0
