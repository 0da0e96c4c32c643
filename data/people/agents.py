"""Counts of agents by step: one table of cells, and every figure shown is a sum of its cells.

With `exact`, the counts are exact, for the mission, who types them; without it, the cells are rounded
(`data.people.rounding`), for everybody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import pandas as pd

from data.people.rounding import by_running_totals
from data.queries.rollout import ANSWERS, COUNTED, PARTS, STEPS
from data.store import Store

AGENTS = next(iter(STEPS))
COLUMNS = [*COUNTED, ANSWERS]
SCHOOL = ["month", "school"]
# Each count, and the count that includes it.
WHOLE = {step: whole for whole, step in pairwise(STEPS)} | PARTS

# A school with an empty cell for one trade is unknown for this step: the sum of its other trades would be a false
# total. So is a school without its number of agents: it has no share. An answer counts when it has a mark. For marks, a
# trade without any is not a gap when another trade of the school has one.
# The order of the trades is different in each school, so that running totals do not always begin with the same trade.
CELLS = """
SELECT
    month, school, trade,
    CASE WHEN count(agents) OVER own = count(*) OVER own THEN agents END AS agents,
    CASE WHEN count(agents + identities_created) OVER own = count(*) OVER own THEN identities_created END,
    CASE WHEN count(agents + identities_activated) OVER own = count(*) OVER own THEN identities_activated END,
    CASE WHEN count(agents + active_30_days) OVER own = count(*) OVER own THEN active_30_days END,
    CASE WHEN count(agents + trained) OVER own = count(*) OVER own THEN trained END,
    CASE WHEN count(agents + mail_addresses) OVER own = count(*) OVER own THEN mail_addresses END,
    CASE
        WHEN count(satisfaction) OVER own > 0
        THEN coalesce(answers, 0) * (satisfaction IS NOT NULL)::INTEGER
    END
FROM equipment_counts
WINDOW own AS (PARTITION BY month, school)
ORDER BY month, school, md5(school || trade)
"""


@dataclass(frozen=True)
class MonthCounts:
    """The counts of one month by school, by trade and in total, missing where unknown; rounded unless `exact`."""

    schools: pd.DataFrame
    trades: pd.DataFrame
    totals: pd.Series
    exact: bool

    def of(self, columns: Sequence[str]) -> MonthCounts:
        """Return the same counts with these columns only."""
        names = list(columns)
        return MonthCounts(self.schools[names], self.trades[names], self.totals[names], self.exact)


def month_counts(store: Store, month: date, *, exact: bool) -> MonthCounts:
    """How many agents, by school and by trade, reached each step, have a mail address, answered?"""
    cells = _cells(store, exact=exact)
    return added_up(cells[cells.index.get_level_values("month") == pd.Timestamp(month)], exact=exact)


def added_up(cells: pd.DataFrame, *, exact: bool) -> MonthCounts:
    """Add up the cells of a month, school × trade, which are already rounded unless `exact`."""
    schools, trades = _added(cells, ["school"]), _trades(cells, ["trade"], exact=exact)
    return MonthCounts(schools, trades, schools.sum(min_count=1).astype("Int64"), exact)


def month_totals(store: Store, *, exact: bool) -> pd.DataFrame:
    """How many agents, and which share (%) of them, reached each step or have a mail address, month by month?

    One row per month × step: people, agents of the same schools, share, schools known, schools.
    """
    schools = _added(_cells(store, exact=exact), SCHOOL)[list(COUNTED)]
    agents = pd.DataFrame({step: schools[AGENTS].where(schools[step].notna()) for step in schools})
    tables = {
        "people": schools.groupby("month").sum(min_count=1),
        "agents": agents.groupby("month").sum(min_count=1),
        "schools_known": schools.notna().groupby("month").sum(),
    }
    totals = pd.DataFrame({name: table.stack(future_stack=True) for name, table in tables.items()})
    totals = totals.rename_axis(["month", "step"]).reset_index()
    share = 100 * totals["people"] / totals["agents"].mask(totals["agents"] == 0)
    return totals.assign(schools=totals["month"].map(schools.groupby("month").size()), share=share.astype("Float64"))


def shares_of_school(store: Store, school: str, *, exact: bool) -> pd.DataFrame:
    """Which share (%) of the agents of a school reached each step or has a mail address, month by month?"""
    cells = _cells(store, exact=exact)
    return _shares(_added(cells[cells.index.get_level_values("school") == school], ["month"]))


def shares_of_trade(store: Store, trade: str, *, exact: bool) -> pd.DataFrame:
    """Which share (%) of the agents of a trade reached each step or has a mail address, month by month?

    The share is missing where a count of a school is unknown: its agents would count as not having reached the step.
    """
    cells = _cells(store, exact=exact)
    complete = _added(cells, SCHOOL).notna().groupby("month").all()
    shares = _shares(_trades(cells[cells.index.get_level_values("trade") == trade], ["month"], exact=exact))
    return shares.where(complete.reindex(index=shares.index, columns=shares.columns))


def _shares(counts: pd.DataFrame) -> pd.DataFrame:
    counts = counts.astype("Float64")
    agents = counts[AGENTS].mask(counts[AGENTS] == 0)
    return counts[list(COUNTED)[1:]].mul(100).div(agents, axis="index")


def _trades(cells: pd.DataFrame, levels: list[str], *, exact: bool) -> pd.DataFrame:
    """Add up trades; a rounded count that is larger than the count that includes it is lowered to it."""
    counts, known = _added(cells, levels), cells.notna().groupby(level=levels).sum()
    for step, whole in [] if exact else WHOLE.items():
        too_large = (counts[step] > counts[whole]) & (known[step] <= known[whole])
        counts[step] = counts[step].mask(too_large.fillna(value=False), counts[whole])
    return counts


def _added(cells: pd.DataFrame, levels: list[str]) -> pd.DataFrame:
    return cells.groupby(level=levels).sum(min_count=1)


def _cells(store: Store, *, exact: bool) -> pd.DataFrame:
    """Return the counts of each month × school × trade, rounded unless `exact`."""
    rows = store.read(CELLS)
    cells = rows.set_axis([*SCHOOL, "trade", *COLUMNS], axis=1).set_index([*SCHOOL, "trade"]).astype("Int64")
    return cells if exact else by_running_totals(cells, SCHOOL)
