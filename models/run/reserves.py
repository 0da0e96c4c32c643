"""What each way to share a reserve gave, and its splits of the days to come, as the run stores them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from data.production.reserve import ALONE
from models.inputs.frames import days_of
from models.meals import reserve
from models.meals.backtest import Quantities
from models.meals.nearer import LEADS

# A reserve is judged on what is known the day before, when its meals are made.
LEAD = min(LEADS)


def stored(
    served: pd.DataFrame, groups: Mapping[str, pd.Series], judged: list[Quantities], coming: list[Quantities]
) -> list[dict[str, Any]]:
    """Return one record per grouping that has a split of all judged days, after that of canteens alone."""
    learnt = [name for name in groups if judged and all(one.splits.get(name) for one in judged)]
    nobody = pd.Series(dtype=object)
    return [_record(served, name, groups.get(name, nobody), judged, coming) for name in (ALONE, *learnt) if learnt]


def _record(
    served: pd.DataFrame, name: str, groups: pd.Series, judged: list[Quantities], coming: list[Quantities]
) -> dict[str, Any]:
    total: Counter[str] = Counter()
    for one in judged:
        member = reserve.member_of(groups, one.tables["forecast"].columns)
        total.update(reserve.outcome(reserve.cells(one.tables, served), member, one.splits.get(name)))
    days = [(one.splits.get(name), day) for one in coming for day in days_of(one.tables["forecast"])]
    return {
        "grouping": name,
        **{f"{part}_pct": 100 * total[part] / total["served"] for part in ("surplus", "shortage")},
        **{f"{part}_meals": total[part] / total["days"] for part in ("reserve", "moved")},
        "calls_pct": 100 * total["calls"] / max(total["sharing"], 1),
        "groups": int(groups.nunique()),
        "canteens": int(groups.notna().sum()),
        "ahead": {f"{day:%Y-%m-%d}": list(split) for split, day in days if split},
    }
