"""From meals to portions and containers: plain arithmetic, without a store."""

from __future__ import annotations

import math
from dataclasses import dataclass

# A container is not begun for a rounding error of the computer.
TINY = 1e-9


@dataclass(frozen=True)
class Portions:
    """The portions of every dish for one canteen: `nursery` (maternelle) and `elementary` (élémentaire)."""

    nursery: int
    elementary: int

    @property
    def meals(self) -> int:
        """All portions: as many as meals."""
        return self.nursery + self.elementary

    def weight(self, nursery_weight: float) -> float:
        """Return what they weigh, in portions of élémentaire."""
        return self.nursery * nursery_weight + self.elementary

    def containers(self, nursery_weight: float, size: float) -> int:
        """Return the containers that hold them, each of `size` portions of élémentaire: rounded up."""
        return math.ceil(self.weight(nursery_weight) / size - TINY)


def split(meals: int, nursery_share: float) -> Portions:
    """Share the meals of a canteen between its two levels; none is lost, and a half goes to the larger portion."""
    nursery = math.ceil(meals * nursery_share - 0.5)
    return Portions(nursery, meals - nursery)
