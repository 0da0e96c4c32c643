"""Other programmes that would look the same: the fewest and the most people behind what a comité sees.

The attacker knows the rule of rounding and all the checks of the files, and shares no code with the application.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import pandas as pd

from data.store import Store

COLUMNS = [
    "agents", "identities_created", "identities_activated", "active_30_days", "trained", "mail_addresses", "answers"
]  # fmt: skip
WHOLE = [None, 0, 1, 2, 3, 1, 0]  # what each column is a part of
PARTS, WHOLES = zip(*((part, whole) for part, whole in enumerate(WHOLE) if whole is not None), strict=True)
KEYS = ["month", "school", "trade"]
UPDATE = f"""
UPDATE equipment_rows SET {", ".join(f"{name} = world.{name}" for name in COLUMNS)}, satisfaction = world.satisfaction
FROM world
WHERE (equipment_rows.month, equipment_rows.school, equipment_rows.trade) = (world.month, world.school, world.trade)
"""
# Fewer or more people came, on as many or more places, that are rounded alike.
WORKSHOPS = """
UPDATE workshop_rows SET
    seats_attended = 5 * floor((seats_attended + 2) / 5) + $step,
    seats_planned = 5 * floor((seats_planned + 2) / 5) + 2
"""


def true_cells(store: Store) -> pd.DataFrame:
    """Return the counts by month × school × trade, the trades in the order in which they are rounded."""
    rows = store.read(f"SELECT {', '.join(KEYS + COLUMNS)}, satisfaction FROM equipment_counts")
    rows["order"] = [hashlib.md5((school + trade).encode()).hexdigest() for _, school, trade in rows[KEYS].to_numpy()]
    return rows.sort_values(["month", "school", "order"]).set_index(KEYS).drop(columns="order")


def moved(cells: pd.DataFrame, step: int) -> pd.DataFrame:
    """Return a world where each count is as far up (1) or down (-1) as it can be while all that is shown stays."""
    parts = []
    for _, school in cells.groupby(level=["month", "school"], sort=False):
        counts = school[COLUMNS].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        parts.append(pd.DataFrame(_pushed(counts, step), school.index, COLUMNS))
    world = pd.concat(parts)
    return world.assign(satisfaction=_same_mean(cells))


def _same_mean(cells: pd.DataFrame) -> pd.Series:
    """Return marks with the mean that the page shows, given by whoever gave one."""
    marks, answers = cells["satisfaction"].astype(float), cells["answers"].astype(float)
    months = cells.index.get_level_values("month")
    points, given = (marks * answers).groupby(months).sum(), answers.where(marks.notna()).groupby(months).sum()
    return pd.Series((points / given.where(given > 0)).round(1).reindex(months).to_numpy(), cells.index).where(
        marks.notna()
    )


def _pushed(counts: np.ndarray, step: int) -> np.ndarray:
    """Move one count after the other, wholes first on the way up, as long as one can be moved."""
    trades, columns = range(len(counts)), range(len(COLUMNS))
    order = [(trade, column) for column in columns[::step] for trade in trades[::step]]
    world, before = counts.copy(), np.array([])
    while not np.array_equal(before, world, equal_nan=True):
        before = world.copy()
        for place in order:
            other = world.copy()
            other[place] += step
            if _possible(other) and np.array_equal(shown(other), shown(counts), equal_nan=True):
                world = other
    return world


def walk(counts: np.ndarray, moves: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield other counts of a school behind which all that is shown is the same, one person moved at a time."""
    world, looks = counts, shown(counts)
    unknown = np.isnan(looks)
    first, width = rng.integers(len(COLUMNS), size=moves), rng.integers(1, len(COLUMNS) + 1, size=moves)
    comes, leaves = rng.integers(len(counts), size=(2, moves))
    replaced, reversed_ = rng.random((2, moves)) < [[0.8], [0.2]]
    for move in range(moves):
        columns = slice(first[move], first[move] + width[move])
        other = world.copy()
        other[comes[move], columns] += 1
        if replaced[move]:
            other[leaves[move], columns] -= 1
        if reversed_[move]:
            other = 2 * world - other
        if ((shown(other) == looks) | unknown).all() and _possible(other):
            world = other
            yield world


def shown(counts: np.ndarray) -> np.ndarray:
    """Return the running totals over the trades of a school, rounded to the nearest multiple of 5."""
    return 5 * np.floor((np.cumsum(counts, axis=0) + 2) / 5)


def _possible(counts: np.ndarray) -> bool:
    return not (counts < 0).any() and not (counts[:, PARTS] > counts[:, WHOLES]).any()


def rewrite(store: Store, world: pd.DataFrame, step: int) -> None:
    """Put a world in the place of what a store knows."""
    with store.write("test", "import", {}) as cursor:
        cursor.register("world", world.reset_index().astype(dict.fromkeys(COLUMNS, "Int64")))
        cursor.execute(UPDATE)
        cursor.execute(WORKSHOPS, {"step": 2 * step})
