"""How many agents reached each step, have mail, answered: one table of cells, from which all that is shown is added up.

`exact` is for the mission, who types the counts; everybody else sees the cells rounded (`data.people.rounding`).
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
# Each count, and the one it is a part of.
WHOLE = {step: whole for whole, step in pairwise(STEPS)} | PARTS

# A school that left one trade blank for a step is unknown for this step: adding up the rest would be a false total. So
# is one that does not say its agents: it has no share. An answer counts with its mark; a trade without any is no gap
# where another trade of the school gave one.
# Running totals take the trades of each school in an order of its own: no trade is always the first to be rounded.
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
    """The counts of one month by school, by trade and in all, missing where unknown; rounded unless `exact`."""

    schools: pd.DataFrame
    trades: pd.DataFrame
    totals: pd.Series
    exact: bool

    def of(self, columns: Sequence[str]) -> MonthCounts:
        """Return some of its columns."""
        names = list(columns)
        return MonthCounts(self.schools[names], self.trades[names], self.totals[names], self.exact)


def month_counts(store: Store, month: date, *, exact: bool) -> MonthCounts:
    """How many agents of each school, of each trade, reached each step, have mail, answered?"""
    cells = _cells(store, exact=exact)
    return added_up(cells[cells.index.get_level_values("month") == pd.Timestamp(month)], exact=exact)


def added_up(cells: pd.DataFrame, *, exact: bool) -> MonthCounts:
    """Add up the cells of a month, school × trade, as they may be shown."""
    schools, trades = _added(cells, ["school"]), _trades(cells, ["trade"], exact=exact)
    return MonthCounts(schools, trades, schools.sum(min_count=1).astype("Int64"), exact)


def month_totals(store: Store, *, exact: bool) -> pd.DataFrame:
    """How many agents reached each step, and have mail, month by month, and which share (%) of the agents?

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
    """Which share (%) of the agents of a school reached each step, and has mail, month by month?"""
    cells = _cells(store, exact=exact)
    return _shares(_added(cells[cells.index.get_level_values("school") == school], ["month"]))


def shares_of_trade(store: Store, trade: str, *, exact: bool) -> pd.DataFrame:
    """The same of a trade; missing where a school said nothing of a step: its agents would count as not there yet."""
    cells = _cells(store, exact=exact)
    whole = _added(cells, SCHOOL).notna().groupby("month").all()
    shares = _shares(_trades(cells[cells.index.get_level_values("trade") == trade], ["month"], exact=exact))
    return shares.where(whole.reindex(index=shares.index, columns=shares.columns))


def _shares(counts: pd.DataFrame) -> pd.DataFrame:
    counts = counts.astype("Float64")
    agents = counts[AGENTS].mask(counts[AGENTS] == 0)
    return counts[list(COUNTED)[1:]].mul(100).div(agents, axis="index")


def _trades(cells: pd.DataFrame, levels: list[str], *, exact: bool) -> pd.DataFrame:
    """Add up trades; rounded, a step could pass the one it is a part of, and is kept within it."""
    counts, known = _added(cells, levels), cells.notna().groupby(level=levels).sum()
    for step, whole in [] if exact else WHOLE.items():
        beyond = (counts[step] > counts[whole]) & (known[step] <= known[whole])
        counts[step] = counts[step].mask(beyond.fillna(value=False), counts[whole])
    return counts


def _added(cells: pd.DataFrame, levels: list[str]) -> pd.DataFrame:
    return cells.groupby(level=levels).sum(min_count=1)


def _cells(store: Store, *, exact: bool) -> pd.DataFrame:
    """Return the counts of each month × school × trade, as they may be added up for whoever asks."""
    rows = store.read(CELLS)
    cells = rows.set_axis([*SCHOOL, "trade", *COLUMNS], axis=1).set_index([*SCHOOL, "trade"]).astype("Int64")
    return cells if exact else by_running_totals(cells, SCHOOL)
