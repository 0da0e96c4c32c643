"""What may be shown of the agents: one decision for every table, figure and chart that speaks of them.

All that is published of a month is masked together (`data.privacy`): the tables by school and by trade, the totals, the
agents of the schools that answered each step, and so the shares; with the steps, mail addresses and answers.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd

from data.people.mask import MaskedCounts, MaskedMonth, mask_month
from data.queries.rollout import ANSWERS, COUNTED, PARTS, STEPS, step_totals
from data.store import Store

AGENTS = next(iter(STEPS))
COLUMNS = [*COUNTED, ANSWERS]
NAMES = ["school", "trade", *COLUMNS]
Rows = tuple[tuple[Any, ...], ...]
MASK = (PARTS, (ANSWERS,))  # no share is made of the answers: they are not read beside agents
NOBODY: Rows = ()

# Without its agents, a school has no share, and tells no step. An answer counts with its mark; a trade without any is
# no gap where another trade of the school gave one.
COUNTS = """
WITH counts AS (
    SELECT *, count(agents) OVER own = count(*) OVER own AS told, count(satisfaction) OVER own > 0 AS marked
    FROM equipment_counts
    WINDOW own AS (PARTITION BY month, school)
)
SELECT
    month, school, trade, agents,
    CASE WHEN told THEN identities_created END,
    CASE WHEN told THEN identities_activated END,
    CASE WHEN told THEN active_30_days END,
    CASE WHEN told THEN trained END,
    CASE WHEN told THEN mail_addresses END,
    CASE WHEN marked THEN coalesce(answers, 0) * (satisfaction IS NOT NULL)::INTEGER END
FROM counts
ORDER BY ALL
"""


# A month is masked as it was when it came: a later one must not show what it hid. Months of one file come together.
COMES = """
SELECT month, min(deposit_id) AS deposit
FROM equipment_rows JOIN active_deposits USING (deposit_id)
GROUP BY month
"""


def published(store: Store, month: date) -> MaskedMonth:
    """How many agents of each school, of each trade, reached each step, have mail, answered, as far as one may tell?"""
    return _masked(store, store.version()).get(pd.Timestamp(month)) or _masked_month(NOBODY)


def published_totals(store: Store) -> pd.DataFrame:
    """How many agents reached each step, and have mail, month by month, and which share (%) of the agents?

    `hidden`, `agents_hidden`: people, agents must not be told, and are NA. Where the tables of the month show a total
    of 0, it is told, with its share: nobody is anywhere, whoever the agents are.
    """
    totals, months = step_totals(store), _masked(store, store.version())
    keys = list(zip(totals["month"], totals["step"], strict=True))
    unshown = pd.Series([step in months[month].hidden_steps for month, step in keys], dtype=bool)
    of_all = pd.Series([months[month].schools.totals[step] for month, step in keys], dtype="Int64")
    nobody = unshown & of_all.eq(0).fillna(False).astype(bool)
    hidden = unshown & ~nobody
    people, agents = totals["people"].astype("Int64").mask(hidden), totals["agents"].astype("Int64").mask(unshown)
    share = (100 * people / agents).astype("Float64").mask(nobody, 0.0)
    return totals.assign(people=people, agents=agents, share=share, hidden=hidden, agents_hidden=unshown)


def shares_of_school(store: Store, school: str) -> pd.DataFrame:
    """Which share (%) of the agents of a school reached each step, and has mail, month by month, where it is told?"""
    return _shares({month: masked.schools for month, masked in _masked(store, store.version()).items()}, school)


def shares_of_trade(store: Store, trade: str) -> pd.DataFrame:
    """The same of a trade; missing where a school said nothing of a step: its agents would count as not there yet."""
    shares = _shares({month: masked.trades for month, masked in _masked(store, store.version()).items()}, trade)
    totals = step_totals(store)
    whole = totals.assign(whole=totals["schools_known"] == totals["schools"]).pivot(
        index="month", columns="step", values="whole"
    )
    return shares.where(whole.reindex(index=shares.index, columns=shares.columns, fill_value=False))


def _shares(tables: dict[pd.Timestamp, MaskedCounts], group: str) -> pd.DataFrame:
    """Return month × step, those of a group that a month does not count left out."""
    rows = {month: table.counts.loc[group] for month, table in sorted(tables.items()) if group in table.counts.index}
    counts = pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS).astype("Float64")
    agents = counts[AGENTS].mask(counts[AGENTS] == 0)
    return counts[list(COUNTED)[1:]].mul(100).div(agents, axis="index")


def hidden_agents(store: Store) -> dict[str, dict[pd.Timestamp, bool]]:
    """May the number of agents of each school not be told? By school, then by month that counts them, oldest first."""
    found: dict[str, dict[pd.Timestamp, bool]] = {}
    for month, masked in sorted(_masked(store, store.version()).items()):
        hidden = masked.schools.hidden[AGENTS]
        for school in hidden.index[hidden | masked.schools.counts[AGENTS].notna()]:
            found.setdefault(str(school), {})[month] = bool(hidden[school])
    return found


@lru_cache(maxsize=1)
def _masked(store: Store, _version: int) -> dict[pd.Timestamp, MaskedMonth]:
    """Mask each month, once per version of the store: every block of a page asks for it."""
    counts, comes = _counts(store), store.read(COMES).set_index("month")["deposit"]
    return {
        month: _masked_month(
            rows, *(counts[other] for other in _neighbours(month, comes[comes.index.isin(list(counts))]))
        )
        for month, rows in counts.items()
    }


@lru_cache(maxsize=120)
def _masked_month(counts: Rows, *around: Rows) -> MaskedMonth:
    """Mask a month, once for what it and its neighbours say: most writes change no count of agents."""
    month, *others = (pd.DataFrame.from_records(rows, columns=NAMES).set_index(NAMES[:2]) for rows in (counts, *around))
    return mask_month(month.astype("Int64"), [other.astype("Int64") for other in others], *MASK)


def _neighbours(month: pd.Timestamp, comes: pd.Series) -> list[pd.Timestamp]:
    """Return the months just before and after, among those that came no later; `comes` has the deposit of each."""
    there = comes.index[comes <= comes[month]]
    return [*sorted(there[there < month])[-1:], *sorted(there[there > month])[:1]]


def _counts(store: Store) -> dict[pd.Timestamp, Rows]:
    """Return the counts of each month by school and trade; they are masked before anyone sees them."""
    rows = store.read(COUNTS)
    rows = rows.astype(object).where(rows.notna(), None)
    return {
        pd.Timestamp(str(month)): tuple(group.drop(columns="month").itertuples(index=False, name=None))
        for month, group in rows.groupby("month")
    }
