"""A canteen among those of its kind and size: rates only, no name."""

# ruff: noqa: S608 — statements share parts that are constants; every value is a parameter.
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from data.calendar.exceptional import SELECTED, parameters
from data.selection import Selection
from data.store import Store

WEEKS = 12
# Canteens of one size: half to twice the meals a day. Fewer than five would let one of them be recognised.
SIZE, LEAST_PEERS, LEAST_DAYS = 2.0, 5, 10

RATES = f"""
WITH days AS (
    SELECT
        canteen, date,
        string_agg(DISTINCT site_kind, '+' ORDER BY site_kind) AS kinds,
        sum(meals_served) AS served,
        sum(greatest(gap, 0)) AS surplus,
        sum(greatest(-gap, 0)) AS shortage
    FROM {SELECTED}
    WHERE gap IS NOT NULL AND canteen IS NOT NULL AND NOT mistyped
    GROUP BY canteen, date
    HAVING sum(meals_served) > 0
)
SELECT
    canteen, max(kinds) AS kinds, count(*) AS days, avg(served) AS meals_per_day,
    100.0 * sum(surplus) / sum(served) AS surplus_pct,
    100.0 * sum(shortage) / sum(served) AS shortage_pct
FROM days
GROUP BY canteen
HAVING count(*) >= $least_days
ORDER BY canteen
"""


@dataclass(frozen=True)
class Comparison:
    """Meals too many and too few, in % of meals served: of a canteen, and the median of `peers` others.

    Without enough others of its kind and size, there are none, and no medians.
    """

    surplus_pct: float
    shortage_pct: float
    peers: int = 0
    peers_surplus_pct: float | None = None
    peers_shortage_pct: float | None = None


def comparison(store: Store, canteen: str, last: date) -> Comparison | None:
    """Compare the last twelve weeks of a canteen with those of its kind and size; None with too few days."""
    selection = Selection(last - timedelta(weeks=WEEKS, days=-1), last)
    rates = store.read(RATES, parameters(store, selection) | {"least_days": LEAST_DAYS})
    own = next(iter(rates[rates["canteen"] == canteen].to_dict("records")), None)
    if own is None:
        return None
    ratio = rates["meals_per_day"] / own["meals_per_day"]
    alike = rates[(rates["canteen"] != canteen) & (rates["kinds"] == own["kinds"]) & ratio.between(1 / SIZE, SIZE)]
    if len(alike) < LEAST_PEERS:
        return Comparison(own["surplus_pct"], own["shortage_pct"])
    medians = [float(alike[name].median()) for name in ("surplus_pct", "shortage_pct")]
    return Comparison(own["surplus_pct"], own["shortage_pct"], len(alike), *medians)
