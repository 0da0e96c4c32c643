"""Are the pages' promises kept? `python -m benchmarks.accuracy.calibration [--only demo] [--as-of 2026-03-10 …]`.

Each line is one computation as the application makes it, on the demonstration as of a day (`--seeds` draws other
cities) or on the city's log up to the end of a year, and what the pages then say was measured of the months it judged.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from unittest import mock

from benchmarks.figures import STORES
from data import demo
from data.queries.forecasts.other_risks import prices
from data.queries.forecasts.promises import JUDGED_KG, city_band, promises, waste_promises
from data.store import Store
from models.meals.other_risks import ONE_IN
from models.refresh import refresh

ACTOR = "calibration"
AS_OF = {
    "demo": [date(2026, 3, 10), date(2026, 5, 15), date(2026, 6, 5), date(2026, 10, 15), date(2026, 11, 30)],
    "real": [date(2016, 12, 31), date(2017, 12, 31)],
}
WASTE = ("waste_g_per_meal", "waste_kg")
HEADER = (
    f"| store, as of | judged | covers | {' | '.join(f'1 in {one_in}' for one_in in ONE_IN)} | city's total"
    " | waste, g / kg | city's kg | WAPE | surplus / shortage / days short | with the plan | managers |"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=STORES)
    parser.add_argument("--as-of", nargs="+", type=date.fromisoformat)
    parser.add_argument("--seeds", nargs="+", type=int, default=[demo.SEED])
    options = parser.parse_args()
    print(HEADER, "|" + "---|" * (HEADER.count("|") - 1), sep="\n")
    for name in [options.only] if options.only else STORES:
        for seed in options.seeds if name == "demo" else options.seeds[:1]:
            for line in lines(name, options.as_of or AS_OF[name], seed):
                print(line, flush=True)


def lines(name: str, days: list[date], seed: int) -> Iterator[str]:
    """Return a line for each day on which the forecasts are computed."""
    with tempfile.TemporaryDirectory() as folder, mock.patch("data.demo.SEED", seed):
        for day in days:
            store = Store(Path(folder) / f"{day}.duckdb")
            if name == "demo":
                demo.load_demo(store, day)
            else:
                STORES[name](store)
            place = f"{name} {seed}, {day}" if name == "demo" else f"{name}, {day}"
            yield f"| {place} | {measured(store, refresh(store, ACTOR, today=day))} |"
            store.close()


def measured(store: Store, run_id: int) -> str:
    """Return what the pages say was measured of the past that a computation judged."""
    judged, city = promises(store, run_id, None), city_band(store, run_id)
    if judged is None:
        return "nothing judged"
    waste, city_waste = waste_promises(store, run_id, None), city_band(store, run_id, JUDGED_KG)
    short = prices(store, run_id, None).set_index("one_in")["short_pct"].to_dict()
    cells = [
        f"{judged['canteen_days']} from {judged['first']:%d/%m/%Y} to {judged['last']:%d/%m/%Y}",
        f"{judged['covered_pct']:.1f} %",
        *(f"{short[one_in]:.1f} %" for one_in in ONE_IN),
        f"{city['covered_pct']:.1f} %" if city else "—",
        " / ".join(f"{waste[target]['covered_pct']:.1f} %" for target in WASTE if target in waste) or "—",
        f"{city_waste['covered_pct']:.1f} %" if city_waste else "—",
        f"{judged['forecast_wape_pct']:.2f} %",
        *(
            f"{judged[f'{name}_surplus_pct']:.2f} / {judged[f'{name}_shortage_pct']:.2f} /"
            f" {judged[f'{name}_short_pct']:.1f} %"
            for name in ("recommended", "recommended_with_plan", "plan")
        ),
    ]
    return " | ".join(cells)


if __name__ == "__main__":
    main()
