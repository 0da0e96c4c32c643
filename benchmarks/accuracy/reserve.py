"""What would a reserve shared by canteens leave? `python -m benchmarks.accuracy.reserve [--seasons 2016 2017]`.

The city's log, in honest rolling origins: each quarter is judged with what was learnt from the days before it. At the
same meals missing (`SHORTAGE`), canteens alone are compared with pairs of one school, sectors, and one kitchen.
“Exactly” scales each reserve, or the margin of canteens alone, after the fact, so that the season is as short.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.figures import STORES
from data.production.reserve import ALONE, CANTEENS, Split, groups, prepared
from data.store import Store
from models.inputs.frames import days_of
from models.inputs.panel import Panel
from models.inputs.prophet import keep_quiet
from models.meals import backtest
from models.meals.backtest import Origin, Quantities
from models.meals.error_features import Forecasts
from models.meals.reserve import Cells, cells, learn, member_of, missing, outcome
from models.run.backtest_file import read

# The share of meals that the managers' plans lacked.
SHORTAGE = 0.0111
SEASONS = {2016: (date(2016, 1, 4), date(2016, 12, 16)), 2017: (date(2017, 1, 9), date(2017, 12, 22))}
LEADS = (21, 1)
HEADER = "| season | days ahead | plan | grouping | surplus | short | exactly 1.11 % short | reserve | moved |"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seasons", nargs="+", type=int, choices=SEASONS, default=list(SEASONS))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store.duckdb")
        STORES["real"](store)
        panel, strikes = read(store, max(last for _, last in SEASONS.values()))
        shared = groups(store.read(CANTEENS))
    print(HEADER, "|" + "---|" * (HEADER.count("|") - 1), sep="\n")
    with ProcessPoolExecutor(initializer=keep_quiet) as pool:
        for season in options.seasons:
            fits, usable = fitted(panel, strikes, season, pool)
            bases = backtest.followed(panel, fits)
            for lead in LEADS:
                forecasts = backtest.told_later(bases, usable, lead, "day")
                judge = partial(backtest.quantities, panel, forecasts, strikes)
                judged = list(pool.map(judge, quarters(forecasts, *SEASONS[season])))
                for line in lines(judged, panel.served, shared):
                    print(f"| {season} | {lead} | {line} |", flush=True)


def fitted(
    panel: Panel, strikes: list[date], season: int, pool: ProcessPoolExecutor
) -> tuple[list[Forecasts], list[Origin]]:
    """Return the forecasts of a season and of the months before it, fitted three weeks ahead, and their origins."""
    first, last = SEASONS[season]
    asked = backtest.fitted_origins(days_of(panel.served), first, last, max(LEADS), "month")
    usable = backtest.with_enough_past(panel, [*backtest.earlier_origins(panel, first, max(LEADS)), *asked])
    whole = [backtest.with_gap(panel, one) for one in usable]
    return list(pool.map(partial(backtest.forecast_origin, panel, strikes), whole)), usable


def quarters(forecasts: Forecasts, first: date, last: date) -> list[Origin]:
    """Return the days of a season by quarter, each with the last day that its first forecast knew."""
    known = forecasts.cutoff.loc[str(first) : str(last)]
    days = [pd.DatetimeIndex(one.index) for _, one in known.groupby(days_of(known).to_period("Q"))]
    return [Origin(known.loc[inside].min(), inside) for inside in days]


def lines(judged: list[Quantities], served: pd.DataFrame, shared: dict[str, pd.Series]) -> Iterable[str]:
    """Yield a line per grouping, without and with the managers' plan."""
    for plan in ("without", "with"):
        for name in (ALONE, *shared):
            parts = [_part(one, served, shared.get(name), plan) for one in judged]
            total = _total(parts, 1.0)
            exactly = _exactly(parts)
            per_day = "|".join(f" {total[part] / total['days']:.0f} " for part in ("reserve", "moved"))
            surplus, short = (_share(total, part) for part in ("surplus", "shortage"))
            yield (
                f"{plan} | {name} | {surplus:.2f} % | {short:.2f} % | {_share(exactly, 'surplus'):.2f} % |{per_day}"
            ).rstrip()


Part = tuple[Cells, np.ndarray, Split | None, float]


def _part(one: Quantities, served: pd.DataFrame, shared: pd.Series | None, plan: str) -> Part:
    """Return the judged days of a quarter, its groups, their split, the margin of canteens alone, from its past."""
    known, ahead = one.past, one.tables
    if plan == "without":
        known, ahead = (tables | {"recommended_with_plan": tables["recommended"]} for tables in (known, ahead))
    past, days = cells(known, served, learnt=True), cells(ahead, served)
    member = member_of(pd.Series(dtype=object) if shared is None else shared, one.tables["forecast"].columns)
    return days, member, learn(past, member, SHORTAGE), _alone(past)


def _alone(past: Cells) -> float:
    """Return the margin with which canteens alone would have been as short."""
    return least(lambda margin: missing(prepared(past.point, past.unit, past.moved, margin), past.served) <= SHORTAGE)


def _total(parts: Iterable[Part], factor: float) -> Counter[str]:
    """Return the sums of a season, with each reserve (or the margin of canteens alone) times a factor."""
    total: Counter[str] = Counter()
    for days, member, split, margin in parts:
        scaled = margin if split else factor * margin
        alone = days._replace(alone=prepared(days.point, days.unit, days.moved, scaled))
        times = split and Split(split.margin, factor * split.expected, factor * split.spread)
        total.update(outcome(alone, member, times))
    return total


def _exactly(parts: list[Part]) -> Counter[str]:
    """Return the sums of a season that lacks SHORTAGE."""
    return _total(parts, least(lambda factor: _share(_total(parts, factor), "shortage") <= 100 * SHORTAGE))


def _share(total: Counter[str], part: str) -> float:
    return 100 * total[part] / total["served"]


def least(enough: Callable[[float], bool]) -> float:
    """Return the least factor that is enough, of those up to a large one, by bisection."""
    low, high = 0.0, 100.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


if __name__ == "__main__":
    main()
