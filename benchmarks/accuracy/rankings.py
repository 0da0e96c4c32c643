"""False alarms of the rankings: `python -m benchmarks.accuracy.rankings [--shuffles 200] [--seed 1] [--only demo]`.

Dates (or canteens, week by week) are shuffled, so that nothing differs but by chance: in how many of the
shuffles does any dish, canteen or cell of the calendar stand out? Beside it, what stands out of the true data.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.figures import STORES
from data.queries import losses, waste
from data.selection import Selection
from data.store import Store
from models.rankings import calendar, canteens, dishes
from models.rankings.permutations import Contrasts

YEARS = {
    "demo": [(2024, 2025), (2025, 2026), (2023, 2026)],
    "real": [(2015, 2016), (2016, 2017), (2011, 2018)],
}

Draw = Callable[[np.random.Generator | None], int]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--shuffles", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=STORES)
    options = parser.parse_args()
    print("| store, years | ranking | stand out | shuffles where anything does |\n|---|---|---|---|")
    for name in [options.only] if options.only else STORES:
        with tempfile.TemporaryDirectory() as folder:
            store = Store(Path(folder) / "store.duckdb")
            STORES[name](store)
            for first, last in YEARS[name]:
                selection = Selection(date(first, 8, 1), date(last, 7, 31))
                for ranking, draw in draws(store, selection).items():
                    rng = np.random.default_rng(options.seed)
                    alarms = sum(draw(rng) > 0 for _ in range(options.shuffles))
                    share = f"{alarms} of {options.shuffles} ({100 * alarms / options.shuffles:.1f} %)"
                    print(f"| {name} {first}–{last} | {ranking} | {draw(None)} | {share} |", flush=True)
            store.close()


def draws(store: Store, selection: Selection) -> dict[str, Draw]:
    """Return, by ranking, a function that counts what stands out: of shuffled data, or of the true one (None)."""
    return {
        "dishes, dates shuffled": dish_draw(store, selection),
        "canteens swapped week by week": canteen_draw(store, selection),
        "calendar, dates shuffled": calendar_draw(store, selection),
    }


def dish_draw(store: Store, selection: Selection) -> Draw:
    """Shuffle the dates of the menus: each menu keeps its dishes and stands on the day of another."""
    days, served_on = losses.menu_days(store, selection), losses.dish_days(store, selection)
    served_on = served_on[served_on["date"].isin(days["date"])]
    names = pd.Index(losses.by_dish(store, selection)["dish"])

    def draw(rng: np.random.Generator | None) -> int:
        dates = days["date"] if rng is None else pd.Series(rng.permutation(days["date"].to_numpy()))
        moved = served_on.assign(date=served_on["date"].map(dict(zip(days["date"], dates, strict=True))))
        return _count(dishes.compared(days, moved, names)[0])

    return draw


def canteen_draw(store: Store, selection: Selection) -> Draw:
    """Swap, in each week, how far canteens are from what is expected for their size."""
    weeks = waste.canteen_weeks(store, selection)
    totals = weeks.groupby("place")[["days", "meals_served", "surplus_meals"]].sum()
    expected = weeks["meals_served"] * weeks["place"].map(canteens.expected_rates(totals))
    ratio = weeks["surplus_meals"] / expected

    def draw(rng: np.random.Generator | None) -> int:
        moved = weeks
        if rng is not None:
            swapped = ratio.groupby(weeks["week"]).transform(lambda one: rng.permutation(one))
            moved = weeks.assign(surplus_meals=expected * swapped)
        return int(canteens.compared_with_their_size(moved)["stands_out"].sum())

    return draw


def calendar_draw(store: Store, selection: Selection) -> Draw:
    """Shuffle the dates of the days."""
    days, cells = waste.by_day(store, selection), calendar.calendar(store, selection)
    kept = cells["surplus_pct"].notna().to_numpy()

    def draw(rng: np.random.Generator | None) -> int:
        moved = days if rng is None else days.assign(date=rng.permutation(days["date"].to_numpy()))
        return _count(calendar.compared(moved, cells[["weekday", "month"]], kept))

    return draw


def _count(contrasts: Contrasts) -> int:
    return int(contrasts.stands_out.sum())


if __name__ == "__main__":
    main()
