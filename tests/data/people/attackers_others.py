"""A reader who puts mail addresses, answers and attendance together with the steps, and tries every month.

It shares no code with the masks. Beyond what `tests.data.attackers` supposes, the reader knows what the files are
checked for (no more addresses or answers than agents, no more people in a workshop than seats), and that a hidden
number of people who came is from 1 to 4, unless their school is hidden or there were fewer than 5 seats; and supposes
that nobody has an address without an identity, and that those who come to a workshop are agents of its school.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from data.people.agents import published, published_totals
from data.people.marks_and_attendance import attendance
from data.people.mask import MaskedMonth
from data.store import Store
from tests.data.people.attackers import Reading, read, tables_of

FREE = 99
SECRET_BELOW = 5
AGENTS, CREATED, MAIL, ANSWERS = range(4)
COLUMNS = ["Agents", "Identité créée", "Messagerie", "Réponses"]
INSIDE = np.array([[0, 1, 1, 1], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]], dtype=bool)
Range = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Seen:
    """All that the page tells of a month: steps, mail and answers, and its workshops (school, seats, came, hidden)."""

    counts: Reading
    workshops: list[tuple[int, float, float, bool]]


def look(store: Store, month: date, counts: pd.DataFrame, today: date) -> Seen:
    """Read the page Équipement of one month; of the true counts, the reader knows which trades each school has."""
    told = published(store, month)
    kept = MaskedMonth(told.schools.of(COLUMNS), told.trades.of(COLUMNS), told.hidden_steps)
    totals = published_totals(store).query("month == @month").set_index("step").reindex(COLUMNS)
    reading = replace(read(kept, counts, INSIDE), agents=numbers(totals["agents"]))
    came = attendance(store, today).table
    came = came[came["date"].dt.to_period("M") == pd.Period(month, "M")].sort_values("title")
    columns = numbers(came[["seats_planned", "seats_attended"]])
    names = told.schools.counts.index
    workshops = [
        (names.get_loc(school), *row, bool(hidden))
        for school, row, hidden in zip(came["school"], columns, came["hidden"], strict=True)
    ]
    return Seen(reading, workshops)


def numbers(values: pd.DataFrame | pd.Series) -> np.ndarray:
    return values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)


# ---------------------------------------------------------------- every month that could be
def worlds(seen: Seen, most: int) -> Iterator[list[np.ndarray]]:
    """Yield, for each table of agents that could be, the tables of each count that could go with it."""
    tables = [tables_of(seen.counts, step, most) for step in range(len(COLUMNS))]
    for agents in np.random.default_rng(5).permutation(tables[AGENTS]):
        low, high = _workshops(seen, agents)
        created, mail, answers = (
            table[_inside(seen, agents[None], table, (AGENTS, step))[0]]
            for step, table in ((step, tables[step]) for step in (CREATED, MAIL, ANSWERS))
        )
        both = _inside(seen, created, mail, (CREATED, MAIL))
        created, mail = created[both.any(axis=1)], mail[both.any(axis=0)]
        if len(created) and len(mail) and len(answers) and (low <= high).all():
            yield [agents[None], created, mail, answers]


def _inside(seen: Seen, wholes: np.ndarray, parts: np.ndarray, steps: tuple[int, int]) -> np.ndarray:
    """Tell which tables (wholes × parts) may go together: where both steps are counted, a part never passes a whole."""
    both = seen.counts.counted[:, :, steps].all(axis=2)
    return (parts[None][:, :, both] <= wholes[:, None][:, :, both]).all(axis=2)


def ranges(seen: Seen, tables: list[np.ndarray]) -> dict[str, Range]:
    """Return the least and the most that each count can be in these tables."""
    found: dict[str, Range] = {"workshops": _workshops(seen, tables[AGENTS][0])}
    for name, table in zip(COLUMNS, tables, strict=True):
        sums = {"": table, " by school": table.sum(axis=2), " by trade": table.sum(axis=1)}
        found |= {name + part: (cells.min(axis=0), cells.max(axis=0)) for part, cells in sums.items()}
        found[f"{name} in all"] = (table.sum(axis=(1, 2)).min(), table.sum(axis=(1, 2)).max())
    return found


def _workshops(seen: Seen, agents: np.ndarray) -> Range:
    """Return the least and the most that can have come to each workshop; the former is above where none can."""
    low, high = np.zeros(len(seen.workshops)), np.zeros(len(seen.workshops))
    for rank, (school, seats, came, hidden) in enumerate(seen.workshops):
        known = seen.counts.counted[school, :, AGENTS].any()
        most = min(agents[school].sum() if known else FREE, FREE if np.isnan(seats) else seats)
        if not np.isnan(came):
            low[rank], high[rank] = came, came if came <= most else -1
        elif hidden:
            for_its_school = seen.counts.hidden_schools[school, AGENTS] or seats < SECRET_BELOW
            low[rank], high[rank] = (0, most) if for_its_school else (1, min(most, SECRET_BELOW - 1))
    return low, high


def found(seen: Seen, truth: dict[str, np.ndarray], most: int) -> dict[str, np.ndarray]:
    """Return where a true count from 1 to 4 is the only one possible; the search ends once none can be."""
    least: dict[str, np.ndarray] = {}
    most_of: dict[str, np.ndarray] = {}
    alone: dict[str, np.ndarray] = {}
    for tables in worlds(seen, most):
        for name, (low, high) in ranges(seen, tables).items():
            least[name] = np.minimum(least.get(name, np.inf), low)
            most_of[name] = np.maximum(most_of.get(name, -np.inf), high)
        alone = {
            name: (values > 0) & (values < SECRET_BELOW) & (least[name] == most_of[name])
            for name, values in truth.items()
        }
        if not any(np.any(places) for places in alone.values()):
            return {}
    assert least, "the truth itself must be among them"
    return {name: places for name, places in alone.items() if np.any(places)}
