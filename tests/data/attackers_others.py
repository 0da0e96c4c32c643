"""A reader who puts mail addresses, answers and attendance together with the steps, and tries every month.

It shares no code with the masks. Beyond what `tests.data.attackers` supposes, the reader knows what the files are
checked for (no more addresses or answers than agents, no more people in a workshop than seats), and that what is hidden
is from 1 to 4, unless its group is hidden or it has fewer than 5 seats; and supposes that nobody has an address without
an identity, and that those who come to a workshop are agents of its school.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from data.published import published, published_totals
from data.published_others import attendance, mail, marks
from data.store import Store
from tests.data.attackers import Reading, tables_of

FREE = 99
SECRET_BELOW = 5
Range = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Part:
    """Counts by school that are a part of some steps: shown (NaN: not), hidden, and the steps they cannot pass."""

    shown: np.ndarray
    hidden: np.ndarray
    under: tuple[int, ...]


@dataclass(frozen=True)
class Seen:
    """All that the page tells of a month: the steps, mail and answers, and its workshops (school, seats, came)."""

    has: np.ndarray
    steps: Reading
    parts: dict[str, Part]
    workshops: list[tuple[int, float, float, bool]]


def look(store: Store, month: date, has: pd.DataFrame, today: date) -> Seen:
    """Read the page Équipement of one month; `has` tells which trades each school has (school × trade)."""
    told = published(store, month)
    names = told.schools.counts.index
    totals = published_totals(store).query("month == @month").set_index("step").loc[told.schools.counts.columns]
    answered = told.schools.counts.notna() | told.schools.hidden
    there = has.reindex(index=names, columns=told.trades.counts.index).to_numpy(dtype=bool)
    steps = Reading(
        schools=numbers(told.schools.counts)[:, :2],
        trades=numbers(told.trades.counts)[:, :2],
        totals=numbers(told.schools.totals)[:2],
        agents=numbers(totals["agents"])[:2],
        counted=(answered.to_numpy()[:, None, :] & there[:, :, None])[:, :, :2],
        hidden_schools=told.schools.hidden.to_numpy()[:, :2],
    )
    addresses, notes = mail(store, month).table.set_index("school"), marks(store, month).table.set_index("school")
    assert names.equals(addresses.index) and names.equals(notes.index)
    parts = {
        "addresses": Part(numbers(addresses["addresses"]), addresses["hidden"].to_numpy(), (0, 1)),
        "answers": Part(numbers(notes["answers"]), notes["hidden"].to_numpy(), (0,)),
    }
    came = attendance(store, today).table
    came = came[came["date"].dt.to_period("M") == pd.Period(month, "M")].sort_values("title")
    columns = numbers(came[["seats_planned", "seats_attended"]])
    workshops = [
        (names.get_loc(school), *row, bool(hidden))
        for school, row, hidden in zip(came["school"], columns, came["hidden"], strict=True)
    ]
    return Seen(there, steps, parts, workshops)


def numbers(values: pd.DataFrame | pd.Series) -> np.ndarray:
    return values.astype("Float64").to_numpy(dtype=float, na_value=np.nan)


# ---------------------------------------------------------------- every month that could be
def worlds(seen: Seen, most: int) -> Iterator[np.ndarray]:
    """Yield what the steps could be, world × school × trade × step, a batch for each table of agents."""
    agents, created = (tables_of(seen.steps, step, most) for step in (0, 1))
    both = seen.steps.counted.all(axis=2)
    for table in np.random.default_rng(5).permutation(agents):
        fits = ((created <= table) | ~both).all(axis=(1, 2))
        if fits.any():
            yield np.stack([np.broadcast_to(table, created[fits].shape), created[fits]], axis=3)


def ranges(seen: Seen, batch: np.ndarray) -> dict[str, Range]:
    """Return the least and the most that each count can be in these worlds, those that contradict the page left out."""
    found = {name: _part(seen, part, batch) for name, part in seen.parts.items()}
    came = _workshops(seen, batch)
    fits = np.all([cells[0].all(axis=1) for cells in found.values()] + [(came[0] <= came[1]).all(axis=1)], axis=0)
    told = {"workshops": came}
    for step, name in enumerate(("agents", "created")):
        told |= _sums(name, (batch[..., step], batch[..., step]))
    for name, (_, *cells) in found.items():
        told |= _sums(name, (cells[0], cells[1]))
        told[f"{name} by school"] = (cells[2], cells[3])
        told[f"{name} in all"] = (cells[2].sum(axis=1), cells[3].sum(axis=1))
    return {name: (low[fits], high[fits]) for name, (low, high) in told.items()} if fits.any() else {}


def _sums(name: str, cells: Range) -> dict[str, Range]:
    low, high = cells
    axes = {"by school": 2, "by trade": 1, "in all": (1, 2)}
    return {name: cells} | {f"{name} {axis}": (low.sum(axis=at), high.sum(axis=at)) for axis, at in axes.items()}


def _part(seen: Seen, part: Part, batch: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return which schools it can be true of, and the least and most of each cell, and of each school."""
    counted, under = seen.steps.counted, list(part.under)
    caps = np.where(counted[:, :, under], batch[..., under], FREE).min(axis=3) * seen.has
    room = caps.sum(axis=2)
    small = part.hidden & ~seen.steps.hidden_schools[:, under].any(axis=1)
    low = np.where(np.isnan(part.shown), np.where(small, 1, 0), part.shown)
    high = np.where(np.isnan(part.shown), np.where(small, SECRET_BELOW - 1, FREE), part.shown)
    high = np.minimum(high, room)
    least = np.maximum(0, low[None, :, None] - (room[:, :, None] - caps))
    most = np.minimum(caps, high[:, :, None])
    known = part.hidden | ~np.isnan(part.shown)
    fits = (low <= room) | ~known
    return fits, least * known[:, None], most * known[:, None], low * known + 0 * room, high * known


def _workshops(seen: Seen, batch: np.ndarray) -> Range:
    """Return the least and the most that can have come to each workshop."""
    low, high = np.zeros((len(batch), len(seen.workshops))), np.zeros((len(batch), len(seen.workshops)))
    for rank, (school, seats, came, hidden) in enumerate(seen.workshops):
        known = seen.steps.counted[school, :, 0].any()
        agents = batch[:, school, :, 0].sum(axis=1) if known else np.full(len(batch), FREE)
        most = np.minimum(agents, FREE if np.isnan(seats) else seats)
        if not np.isnan(came):
            low[:, rank], high[:, rank] = came, np.where(came <= most, came, -1)
        elif hidden:
            for_its_school = seen.steps.hidden_schools[school, 0] or seats < SECRET_BELOW
            low[:, rank] = 0 if for_its_school else 1
            high[:, rank] = most if for_its_school else np.minimum(most, SECRET_BELOW - 1)
    return low, high


def found(seen: Seen, truth: dict[str, np.ndarray], most: int) -> dict[str, np.ndarray]:
    """Return where a true count from 1 to 4 is the only one possible; the search ends once none can be."""
    least: dict[str, np.ndarray] = {}
    most_of: dict[str, np.ndarray] = {}
    for batch in worlds(seen, most):
        for name, (low, high) in ranges(seen, batch).items():
            least[name] = np.minimum(least.get(name, np.inf), low.min(axis=0))
            most_of[name] = np.maximum(most_of.get(name, -np.inf), high.max(axis=0))
        alone = {
            name: (values > 0) & (values < SECRET_BELOW) & (least[name] == most_of[name])
            for name, values in truth.items()
            if least
        }
        if least and not any(places.any() for places in alone.values()):
            return {}
    assert least, "the truth itself must be among them"
    return {name: places for name, places in alone.items() if places.any()}
