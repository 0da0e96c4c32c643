"""Could a month be otherwise, and be published alike? One person more or fewer along a cycle of a network.

The nodes are the total, the groups of schools whose agents are added up together, the schools, the trades; an arc is a
count: total → group → school → trade → total. A count that is shown holds its arc still; one that is hidden stays on
its side of 5, for readers take “masqué” at its word; a count by school and trade, never shown, moves as far as the
steps before and after it allow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import numpy as np

SMALLEST_SHOWN = 5
CHANGES = (1, -1)
Steps = tuple[int, ...]
Arc = tuple[int, int]


@dataclass(frozen=True)
class Target:
    """A count that must stay unknown: the ends of its arc in the network, its step, the steps its schools tell.

    The arc of a school starts at -1: its group depends on the step.
    """

    arc: Arc
    step: int
    told: set[Steps]


@dataclass
class Month:
    """The counts of a month, school × trade × step (NaN: none, or unknown), and what is hidden of their sums.

    `inside[a, b]`: those of step b are among those of step a. The first `chain` steps are each inside the ones before;
    the others are parts of some of them, and lead nowhere.
    """

    cells: np.ndarray
    inside: np.ndarray
    chain: int
    networks: dict[Steps, np.ndarray] = field(default_factory=dict)
    whole_networks: dict[Steps, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = ~np.isnan(self.cells).all(axis=1)
        self.schools = np.where(self.known, np.nansum(self.cells, axis=1), np.nan)
        answered = ~np.isnan(self.cells).all(axis=0)
        self.trades = np.where(answered, np.nansum(self.cells, axis=0), np.nan)
        self.totals = np.nansum(self.schools, axis=0)
        self.hidden_schools, self.hidden_trades = self._small_groups(self.schools), self._small_groups(self.trades)
        self.hidden_totals = _small(self.totals)
        self.hidden_agents = np.zeros(len(self.totals), dtype=bool)
        # In how many of the months around a count is the same.
        self.same_schools, self.same_trades = np.zeros(self.schools.shape), np.zeros(self.trades.shape)

    def forget(self) -> None:
        """Work the networks out again: what is hidden has changed."""
        self.networks.clear()
        self.whole_networks.clear()

    def _small_groups(self, values: np.ndarray) -> np.ndarray:
        """Tell the counts from 1 to 4, and the zeros of a group that small."""
        return _small(values) | (_small(values[:, :1]) & self.telling_zeros(values))

    def telling_zeros(self, values: np.ndarray) -> np.ndarray:
        """Tell the zeros that say something of their group: not those where nobody is anywhere, nor what follows."""
        zeros, nobody = values == 0, np.nansum(values, axis=0) == 0
        plain = zeros & nobody
        plain[:, : self.chain] = np.logical_or.accumulate(plain[:, : self.chain], axis=1)
        return zeros & ~plain

    # ------------------------------------------------------------ what must not be found
    def targets(self) -> Iterator[Target]:
        """Yield the small totals, then the small counts by trade, by school, and by school and trade."""
        first = self._first_school()
        trades = first + len(self.cells)
        for step in np.flatnonzero(_small(self.totals)):
            yield Target((0, 1), int(step), self._told(self.known, step))
        for trade, step in np.argwhere(self._small_groups(self.trades)):
            yield Target((trades + trade, 0), int(step), self._told(self.known, step))
        for school, step in np.argwhere(self._small_groups(self.schools)):
            yield Target((-1, first + school), int(step), self._told(self.known[[school]], step))
        for school, trade, step in np.argwhere(_small(self.cells)):
            yield Target((first + school, trades + trade), int(step), self._told(self.known[[school]], step))

    def _told(self, known: np.ndarray, step: np.intp) -> set[Steps]:
        return {tuple(map(int, np.flatnonzero(row))) for row in known if row[step]}

    def is_safe(self, target: Target, *, at_length: bool = True) -> bool:
        """Tell whether one person more or fewer there, in some steps together, would be published alike.

        Looked for `at_length`, the count of any other school × trade may change first: a hundred times longer.
        """
        together = self._together(target)
        if any(self._has_cycle(steps, target) for steps in together) or any(
            self._has_cycles(steps, target, arc, change)
            for steps in together
            if len(steps) > 1
            for arc in self._cells_of(target)
            for change in CHANGES
            if self._may_move(arc, steps, change)
        ):
            return True
        several = [steps for steps in together if len(steps) > 1] if at_length else []
        return any(self._moves_by(arc, steps, target) for steps in several for arc in self._cells())

    def _together(self, target: Target) -> list[Steps]:
        """Return the steps that may differ together, the fewest first: neighbours in the chain, and parts of them."""
        found: set[Steps] = set()
        for told in target.told:
            chain, parts = (tuple(filter(kept, told)) for kept in (self.chain.__gt__, self.chain.__le__))
            of_chain = [(), *(chain[low:end] for low, end in combinations(range(len(chain) + 1), 2))]
            of_parts = [some for count in range(len(parts) + 1) for some in combinations(parts, count)]
            found |= {(*one, *other) for one in of_chain for other in of_parts if target.step in one + other}
        return sorted(found, key=lambda steps: (len(steps), steps))

    def _cells_of(self, target: Target) -> list[Arc]:
        """Return the arcs of the counts by school and trade that make a target up."""
        start, end = target.arc
        if 0 < start < end:
            return [target.arc]
        return [arc for arc in self._cells() if start in arc or (start < 0 and end in arc)]

    def _cells(self) -> list[Arc]:
        """Return the arcs of the counts by school and trade."""
        first, schools = self._first_school(), len(self.cells)
        return [
            (first + int(school), first + schools + int(trade))
            for school, trade in np.argwhere(~np.isnan(self.cells).all(axis=2))
        ]

    def _may_move(self, arc: Arc, steps: Steps, change: int) -> bool:
        """Tell whether a count by school and trade may change in these steps, by the other steps of its group."""
        before = self.cells[self._place(arc)]
        after = before.copy()
        after[list(steps)] += change
        passes = (before[:, None] >= before) & (after[:, None] < after)
        return not (after < 0).any() and not (passes & self.inside).any()

    def _has_cycle(self, steps: Steps, target: Target) -> bool:
        if steps not in self.whole_networks:
            self.whole_networks[steps] = self._network(steps, self.cells)
        network = self.whole_networks[steps]
        start, end = target.arc
        if start < 0:  # a school hangs from its group
            start = 1 + int(self._groups(0 in steps)[end - self._first_school()])
        ways = {1: (end, start), -1: (start, end)}  # one person more there comes back by the others
        return any(bool(network[ways[change][::-1]]) and bool(_way(network, *ways[change])) for change in CHANGES)

    def _has_cycles(self, steps: Steps, target: Target, arc: Arc, change: int) -> bool:
        """Tell whether the count of a school × trade may change in all these steps, through another cycle in each.

        Counts that grow along the cycles want the first step moved first, those that shrink the last one.
        """
        return any(self._moved(order, arc, change, target) is not None for order in (steps, steps[::-1]))

    def _moves_by(self, arc: Arc, steps: Steps, target: Target) -> bool:
        """Tell whether a count of another school × trade that changes in all these steps changes the target as well."""
        return any(
            (moved := self._moved(order, arc, change)) is not None
            and round(self._value(moved, target) - self._value(self.cells, target)) in CHANGES
            for change in CHANGES
            if self._may_move(arc, steps, change)
            for order in (steps, steps[::-1])
        )

    def _value(self, cells: np.ndarray, target: Target) -> float:
        """Return the count of a target, where the cells are these."""
        (start, end), first = target.arc, self._first_school()
        if start == 0:
            return float(np.nansum(cells[:, :, target.step]))
        if start < 0:
            return float(np.nansum(cells[end - first, :, target.step]))
        if end == 0:
            return float(np.nansum(cells[:, start - first - len(cells), target.step]))
        return float(cells[(*self._place(target.arc), target.step)])

    def _moved(self, steps: Steps, arc: Arc, change: int, target: Target | None = None) -> np.ndarray | None:
        """Return the cells of a month in which a count changed in all these steps, None if no such month is found."""
        start, end = arc if change > 0 else arc[::-1]
        cells = self.cells.copy()
        cells[(*self._place(arc), list(steps))] += change
        for step in steps:
            network = self._network((step,), cells)
            network[[start, end], [end, start]] = False
            if target and step == target.step and target.arc != arc:
                self._only_through(network, target)
            way = _way(network, end, start)
            if not way:
                return None
            _move(cells, way, step, self._first_school())
        return cells

    def _place(self, arc: Arc) -> tuple[int, int]:
        return arc[0] - self._first_school(), arc[1] - self._first_school() - len(self.cells)

    def _only_through(self, network: np.ndarray, target: Target) -> None:
        """Cut the ways that would leave a sum as it is."""
        start, end = target.arc
        node, other = (
            (end, 1 + self._groups(target.step == 0)[end - self._first_school()]) if start < 0 else (start, end)
        )
        kept = network[node, other], network[other, node]
        network[node, :] = network[:, node] = False
        network[node, other], network[other, node] = kept

    # ------------------------------------------------------------ the network
    def _first_school(self) -> int:
        """Return the place of the first school among the nodes: the total, the groups of schools, schools, trades."""
        return 1 + len(self.cells)

    def _groups(self, of_agents: bool) -> np.ndarray:
        """Return the group of each school: agents are added up over the schools that answered each step."""
        told = self.known[:, ~self.hidden_agents] if of_agents else self.known[:, :0]
        return np.unique(told, axis=0, return_inverse=True)[1].ravel() if told.shape[1] else np.zeros(len(told), int)

    def _network(self, steps: Steps, cells: np.ndarray) -> np.ndarray:
        """Return which counts may hold one person more (arc) or fewer (arc back) in all these steps at once."""
        if steps not in self.networks:
            self.networks[steps] = self._sums(steps)
        network, told = self.networks[steps].copy(), self.known[:, list(steps)].all(axis=1)
        first = self._first_school()
        schools, trades = slice(first, first + len(cells)), slice(first + len(cells), None)
        more, fewer = self._cells_that_move(cells, list(steps))
        network[schools, trades], network[trades, schools] = more & told[:, None], (fewer & told[:, None]).T
        return network

    def _cells_that_move(self, cells: np.ndarray, within: list[int]) -> tuple[np.ndarray, np.ndarray]:
        """Tell which cells may grow, and shrink, by one in these steps: no step may pass one it does not pass now."""
        more = np.all(~np.isnan(cells[:, :, within]), axis=2)
        fewer = np.all(cells[:, :, within] > 0, axis=2)
        for step in within:
            equal = cells == cells[:, :, [step]]
            equal[:, :, within] = False
            more &= ~equal[:, :, self.inside[:, step]].any(axis=2)
            fewer &= ~equal[:, :, self.inside[step]].any(axis=2)
        return more, fewer

    def _sums(self, steps: Steps) -> np.ndarray:
        """Return the part of the network that depends on what is hidden: total, groups, schools, and trades."""
        count, first, within = len(self.cells), self._first_school(), list(steps)
        network = np.zeros((first + count + self.cells.shape[1],) * 2, dtype=bool)
        groups, schools, trades = (
            1 + self._groups(0 in steps),
            np.arange(first, first + count),
            slice(first + count, None),
        )
        told = self.known[:, within].all(axis=1)
        in_hidden_group = self.hidden_schools[:, :1] & (np.arange(len(self.totals)) > 0)
        more, fewer = _sums_that_move(self.schools, self.hidden_schools, np.where(in_hidden_group, 0, 1), within)
        network[groups, schools], network[schools, groups] = more & told, fewer & told
        more, fewer = _sums_that_move(self.trades, self.hidden_trades, np.zeros_like(self.trades), within)
        network[trades, 0], network[0, trades] = more, fewer
        ((network[0, 1],), (network[1, 0],)) = _sums_that_move(
            self.totals[None], self.hidden_totals[None], np.ones_like(self.totals), within
        )
        return network


def _small(values: np.ndarray) -> np.ndarray:
    return (values > 0) & (values < SMALLEST_SHOWN)


def _move(cells: np.ndarray, way: list[int], step: int, first_school: int) -> None:
    """Move one person along a way: school → trade is one more, trade → school one fewer."""
    first_trade = first_school + len(cells)
    for start, end in pairwise(way):
        low, high = min(start, end), max(start, end)
        if low >= first_school and high >= first_trade:
            cells[low - first_school, high - first_trade, step] += 1 if start < end else -1


def _sums_that_move(
    values: np.ndarray, hidden: np.ndarray, least: np.ndarray, within: list[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Tell which sums may grow, and shrink, by one in these steps: those hidden, none across 5 nor below `least`."""
    more = np.all((hidden & (values != SMALLEST_SHOWN - 1))[:, within], axis=1)
    return more, np.all((hidden & (values > least) & (values != SMALLEST_SHOWN))[:, within], axis=1)


def _way(network: np.ndarray, start: int, end: int) -> list[int]:
    """Return the shortest way from one node to another, other than the arc between them; none is empty."""
    frontier = network[start].copy()
    frontier[[start, end]] = False
    layers, seen = [frontier], frontier.copy()
    seen[start] = True
    while frontier.any():
        reached = network[frontier].any(axis=0)
        if reached[end]:
            way = [end]
            for layer in reversed(layers):
                way.append(int(np.flatnonzero(layer & network[:, way[-1]])[0]))
            return [start, *reversed(way)]
        frontier = reached & ~seen
        seen |= reached
        layers.append(frontier)
    return []
