"""Ablation study: the error of the forecast without each of its parts, `python -m benchmarks.accuracy.ablation`.

Reads the store named by ANTIGASPI_DB and forecasts the seasons 2016 and 2017 month by month, 21 days ahead, as the
backtest does.
"""

from __future__ import annotations

import math
import multiprocessing
import os
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import partial
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pandas as pd

from benchmarks.accuracy.scores import by_day, wape
from data.store import Store, store_path
from models.inputs import calendar
from models.inputs.frames import days_of
from models.inputs.panel import Panel
from models.inputs.prophet import keep_quiet
from models.meals import canteen_levels, city_index
from models.meals.backtest import Origin, forecast_origin, origins
from models.run.backtest_file import read

SEASONS = {
    2016: (date(2016, 1, 4), date(2016, 12, 16)),
    2017: (date(2017, 1, 9), date(2017, 12, 22)),
}
LEAD_DAYS = 21
NO_STRIKES = "no strikes"
# Each part is removed by changing the constant that controls it, or by a function that does nothing.
WITHOUT: dict[str, list[tuple[ModuleType, str, Any]]] = {
    "everything": [],
    "without the weekdays of the last fourteen months": [(city_index, "RECENT_DAYS", -3650)],
    "without the anchoring of a school year just begun": [(city_index, "ANCHOR_DAYS", 0)],
    "without the Huber weights": [(canteen_levels, "HUBER", math.inf)],
    "without the canteen's own season": [(canteen_levels, "SEASON", 0.0)],
    "without the canteen's own weekdays": [(canteen_levels, "WEEKDAY", 0.0), (canteen_levels, "WEEKDAY_OF_YEAR", 0.0)],
    "without the canteen's own start of the year": [(canteen_levels, "START_OF_YEAR", 0.0)],
    "without the level that moves within the year": [(canteen_levels, "FRESH", 0.0)],
    "without the canteen's own answer to fish and to meatless days": [(canteen_levels, "TASTE", 0.0)],
    "without the canteen's own answer to the two Aïd": [(canteen_levels, "FEAST", 0.0)],
    "without the two Aïd at all": [(calendar, "FEASTS", ())],
    "without the yearly growth": [(canteen_levels, "GROWTH_PRIOR_YEARS", math.inf)],
    "index of the median canteen only": [(city_index, "TOTAL_SHARE", 0.0)],
    "the city's total left to the median canteen": [(city_index, "of_total", lambda index, _logs, _own: index)],
    "days far from a first fit left as they are": [(city_index, "MISSED", math.inf)],
    "without the menus": [(city_index, "MENU_SPREAD", 1e-9)],
    NO_STRIKES: [],
}


def main() -> None:
    keep_quiet()
    store = Store(store_path())
    panel, strikes = read(store, SEASONS[2017][1])
    store.close()
    origins_of_season = {
        season: origins(days_of(panel.served), first, last, LEAD_DAYS, "month")
        for season, (first, last) in SEASONS.items()
    }
    print("| | 2016 canteen-day | 2016 city-day | 2017 canteen-day | 2017 city-day |\n|---|---|---|---|---|")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("fork")) as pool:
        for name in WITHOUT:
            forecast_one = partial(_forecast, panel, [] if name == NO_STRIKES else strikes, name)
            scores = [
                _scores(panel, pd.concat(pool.map(forecast_one, origins_of_season[season]))) for season in SEASONS
            ]
            print(f"| {name} | " + " | ".join(f"{score:.2f}" for pair in scores for score in pair) + " |", flush=True)


def _forecast(panel: Panel, strikes: Collection[date], name: str, origin: Origin) -> pd.DataFrame:
    with _without(name):
        return forecast_origin(panel, strikes, origin).meals


@contextmanager
def _without(name: str) -> Iterator[None]:
    with ExitStack() as stack:
        for module, constant, value in WITHOUT[name]:
            stack.enter_context(patch.object(module, constant, value))
        yield


def _scores(panel: Panel, meals: pd.DataFrame) -> tuple[float, float]:
    """Return the error by canteen-day and by city-day, in % of the meals served."""
    rows = pd.DataFrame({"forecast": meals.stack(), "meals_served": panel.served.loc[meals.index].stack()})
    complete = rows.dropna().rename_axis(["date", "canteen"]).reset_index()
    return wape(complete), wape(by_day(complete))


if __name__ == "__main__":
    main()
