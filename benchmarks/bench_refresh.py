"""Refresh of the forecasts of all canteens (all targets, all cores) beside a plain loop of default Prophet fits."""

from __future__ import annotations

import logging
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from prophet import Prophet

from benchmarks import LOG, MAPPING
from data.deposit import apply
from data.school_calendar import next_service_days
from data.store import Store
from models.refresh import refresh

GOAL, GOAL_SECONDS = 1.0, 40
DAYS_AHEAD = 30

# The canteens the refresh forecasts, so that both do the same canteens.
SERVED = """
    SELECT canteen, date AS ds, sum(meals_served) AS y
    FROM located_services
    WHERE meals_served > 0 AND canteen IN (SELECT canteen FROM forecasts WHERE run_id = $run_id)
    GROUP BY ALL
    ORDER BY ALL
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store.duckdb")
        for file in (MAPPING, LOG):
            apply(store, file.name, file.read_bytes(), "bench")
        with _stopwatch() as ours:
            run_id = refresh(store, "bench")
        served = store.read(SERVED, {"run_id": run_id})
        days = next_service_days(store, served["ds"].max().date(), DAYS_AHEAD)
        rows = store.read("SELECT count(*) AS n FROM forecasts")["n"].iloc[0]
        store.close()
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    with _stopwatch() as plain:
        _plain_loop(served, days)
    canteens = served["canteen"].nunique()
    print(
        f"refresh           {ours.wall:6.2f} s  (goal ≤ {GOAL_SECONDS} s; {ours.cpu:.1f} s of processor, 3 targets, "
        f"two years judged, {rows} rows stored)"
    )
    print(f"plain loop        {plain.wall:6.2f} s  ({plain.cpu:.1f} s of processor, meals of {canteens} canteens)")
    print(f"ratio             {ours.wall / plain.wall:6.2f} ×  (goal ≤ {GOAL:.0f})")
    print(f"largest process   {largest:6.0f} MB")


def _plain_loop(served: pd.DataFrame, days: list[date]) -> None:
    """Fit and predict the meals served of each canteen, one after the other, with Prophet's default settings."""
    logging.getLogger("cmdstanpy").disabled = True
    future = pd.DataFrame({"ds": pd.to_datetime(days)})
    for _, own in served.groupby("canteen"):
        Prophet().fit(own[["ds", "y"]]).predict(future)


@dataclass
class Spent:
    """Seconds on the clock, and seconds of processor in this process and its children."""

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
