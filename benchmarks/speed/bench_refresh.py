"""Refresh of the forecasts (all measures, two years judged) for one city and for ten, against default Prophet fits."""

from __future__ import annotations

import logging
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import LOG, MAPPING
from benchmarks.speed.process_tree import watched
from data.calendar.school import next_service_days
from data.deposit.apply import apply
from data.store import Store
from models.refresh import refresh

GOAL_RATIO, GOAL_SECONDS, GOAL_GB = 1.0, 40, 1.5
# The city's own tool takes 52 to 108 s on one core to train one model, without a backtest.
CITY_TOOL_SECONDS, GOAL_CITY_TOOL = (52, 108), 1 / 3
DAYS_AHEAD = 30
CITIES, SEED, SPREAD = 10, 2026, 0.05

# Only the canteens of the refresh: both forecast the same ones.
SERVED = """
    SELECT canteen, date AS ds, sum(meals_served) AS y
    FROM located_services
    WHERE meals_served > 0 AND canteen IN (SELECT canteen FROM forecasts)
    GROUP BY ALL
    ORDER BY ALL
"""


def main() -> None:
    one = _alone(1)
    _print_measure(one)
    _compare(one)
    ten = _alone(CITIES)
    _print_measure(ten)
    ratio = ten.seconds / ten.canteens / (one.seconds / one.canteens)
    print(f"per canteen       {ratio:6.2f} × from {one.canteens} to {ten.canteens} canteens (goal ≤ {GOAL_RATIO:.0f})")


@dataclass(frozen=True)
class Measure:
    """One refresh: elapsed and processor seconds, the peak memory of all its processes, its rows, canteens and days."""

    seconds: float
    processor: float
    gigabytes: float
    rows: int
    served: pd.DataFrame
    days: list[date]

    @property
    def canteens(self) -> int:
        """Return how many canteens were forecast."""
        return int(self.served["canteen"].nunique())


def _alone(cities: int) -> Measure:
    """Fill a store and refresh it, each in a new process, so that the memory of the first does not count."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.duckdb"
        for step in (_fill, _measure):
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
                measure = pool.submit(step, path, cities).result()
    assert isinstance(measure, Measure)
    return measure


def _fill(path: Path, cities: int) -> None:
    store = Store(path)
    for file in (MAPPING, LOG):
        apply(store, file.name, _copied(file, cities), "bench")
    store.close()


def _measure(path: Path, cities: int) -> Measure:  # noqa: ARG001  called as _fill is
    store = Store(path)
    with watched() as peak, _stopwatch() as spent:
        refresh(store, "bench")
    served = store.read(SERVED)
    days = next_service_days(store, served["ds"].max().date(), DAYS_AHEAD)
    rows = store.read("SELECT count(*) AS n FROM forecasts")["n"].iloc[0]
    store.close()
    return Measure(spent.wall, spent.cpu, peak.gigabytes, rows, served, days)


def _copied(file: Path, cities: int) -> bytes:
    """Return a file of the city as it is, or copied for several cities, each with different meals."""
    if cities == 1:
        return file.read_bytes()
    lines, chance = pd.read_csv(file), np.random.default_rng(SEED)
    parts = []
    for number in range(cities):
        part = lines.copy()
        for name in part.columns.intersection(["site_nom", "cantine_nom"]):
            part[name] += f" {number}"
        for name in part.columns.intersection(["prevision", "reel"]):
            part[name] = (part[name] * np.exp(chance.normal(0, SPREAD, len(part)))).round()
        parts.append(part)
    content = BytesIO()
    pd.concat(parts).to_csv(content, index=False)
    return content.getvalue()


def _print_measure(measure: Measure) -> None:
    each = 1000 * measure.seconds / measure.canteens
    print(f"{measure.canteens:4d} canteens     {measure.seconds:6.2f} s  ({measure.processor:.1f} s of processor)")
    print(f"  per canteen     {each:6.0f} ms ({measure.rows} rows stored)")
    print(f"  memory          {measure.gigabytes:6.2f} GB (goal ≤ {GOAL_GB}; all processes together, at its highest)")


def _compare(measure: Measure) -> None:
    """Compare with the goals, with the time of the city's tool, and with a plain loop over the canteens."""
    least, most = (measure.seconds / seconds for seconds in reversed(CITY_TOOL_SECONDS))
    print(f"  goal            {GOAL_SECONDS:6.2f} s")
    print(f"  city's tool     {least:6.2f} to {most:.2f} × its training (goal ≤ {GOAL_CITY_TOOL:.2f})")
    with _stopwatch() as plain:
        _plain_loop(measure.served, measure.days)
    print(f"  plain loop      {plain.wall:6.2f} s  ({plain.cpu:.1f} s of processor, meals only, nothing judged)")
    print(f"  ratio           {measure.seconds / plain.wall:6.2f} × (goal ≤ {GOAL_RATIO:.0f})")


def _plain_loop(served: pd.DataFrame, days: list[date]) -> None:
    """Fit and predict the meals served of each canteen, one after the other, with Prophet's default settings."""
    from prophet import Prophet  # not at the top: it would count in the memory of the measured processes

    logging.getLogger("cmdstanpy").disabled = True
    future = pd.DataFrame({"ds": pd.to_datetime(days)})
    for _, own in served.groupby("canteen"):
        Prophet().fit(own[["ds", "y"]]).predict(future)


@dataclass
class Spent:
    """Elapsed seconds, and processor seconds of this process and its children."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def _stopwatch() -> Iterator[Spent]:
    spent = Spent(time.perf_counter(), _cpu_seconds())
    yield spent
    spent.wall, spent.cpu = time.perf_counter() - spent.wall, _cpu_seconds() - spent.cpu


def _cpu_seconds() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


if __name__ == "__main__":
    main()
