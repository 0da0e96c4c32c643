"""The process of its own that computes: `python -m models.run.worker JOB RESULT`, started by models.refresh.

It reads a pickled Job, writes “done total” lines on its output and a pickled Result in the end. Its input is a pipe
held by the process that started it: when that one is gone, the pipe ends, and the whole group kills itself.
"""

from __future__ import annotations

import itertools
import os
import pickle
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from data.version import VERSION
from models.failures import ExecutorFailed
from models.inputs.job import HISTORY_YEARS, UNATTACHED, Job, Result
from models.inputs.prophet import keep_quiet
from models.inputs.series import INTERVAL, MEALS, TARGETS, Fit, Prepared, prepare
from models.meals import run as pooled
from models.meals.backtest import forecast_origin, nothing_made, quantities, together
from models.meals.forecast import outlook
from models.run import city_total as city
from models.run.executors import executor
from models.surplus import SETTINGS, forecast
from models.waste import run as weighings

Progress = Callable[[int, int], None]


def main(job_path: Path, result_path: Path) -> None:
    """Compute the job of one file into another, or write the sentence that says why it could not be."""
    result: Result | str
    try:
        with executor(_die_with_parent) as pool:
            with job_path.open("rb") as file:
                job: Job = pickle.load(file)
            result = compute(job, pool, _print_progress)
    except ExecutorFailed as failed:
        result = str(failed)
    with result_path.open("wb") as file:
        pickle.dump(result, file)


def compute(job: Job, pool: Executor, progress: Progress) -> Result:
    """Compute a job, its tasks in a pool."""
    begun = time.monotonic()
    prepared, fits, terms, past, events, risks = _compute_all(job, pooled.plan(job), pool, progress)
    forecasts = city.table(fits) if fits else pd.DataFrame(columns=city.COLUMNS)
    named = past[past["canteen"] != UNATTACHED]
    told = _specification(job, prepared, fits, time.monotonic() - begun) | {"events": events, "risks_above": risks}
    return Result(forecasts, terms, named, told)


class Computed(NamedTuple):
    """The series of a job, their fits, the terms of the meals to come, the judged past, its events and risks."""

    prepared: Prepared
    fits: list[Fit]
    terms: pd.DataFrame
    past: pd.DataFrame
    events: dict[str, Any]
    risks: dict[str, Any]


def _compute_all(job: Job, plan: pooled.Plan, pool: Executor, progress: Progress) -> Computed:
    origin = partial(forecast_origin, plan.panel, job.strikes)
    ahead = pool.submit(partial(outlook, plan.panel), plan.future.days, job.strikes)
    past = [pool.submit(origin, one) for one in plan.past]
    # Whatever this process does, it does while the pool has tasks left.
    prepared = prepare(job, plan.panel)
    meals = [one for one in prepared.series if one.target == MEALS]
    others = [one for one in prepared.series if one.target != MEALS]
    rest = [pool.submit(forecast, series, _open_days(job, series.canteen)) for series in others]
    waste = weighings.plan(job, prepared, plan.future)
    weighed = [pool.submit(partial(weighings.forecast_origin, waste.known), one) for one in waste.origins]
    _follow([ahead, *past, *rest, *weighed], progress)
    forecasts = together(one.result() for one in past) if past else nothing_made(plan.panel)
    judging = pool.map(partial(quantities, plan.panel, forecasts, job.strikes), plan.judged)
    asked = (plan, forecasts, job.strikes, job.plans, ahead.result())
    coming = pool.submit(pooled.to_come, *asked).result() if meals else None
    fits = pooled.fits(meals, forecasts, coming.tables, ahead.result()) if coming else []
    judged = list(judging)
    every = pd.concat([forecasts.meals, ahead.result().meals])
    fits += weighings.fits(waste, [one.result() for one in weighed], every, plan.panel.served)
    kept = [_without_closures(job, fit) for fit in fits]
    terms = pooled.term_rows(meals, ahead.result())
    events = pooled.known_events(plan, ahead.result())
    risks = pooled.known_risks(plan, judged, coming) if coming else {}
    past_rows = pooled.past_rows(plan, judged)
    return Computed(prepared, [*kept, *(one.result() for one in rest)], terms, past_rows, events, risks)


def _follow(futures: list[Future[Any]], progress: Progress) -> None:
    """Have progress told of each task as it ends."""
    done, one_at_a_time = itertools.count(1), threading.Lock()

    def tell(_: Future[Any]) -> None:
        with one_at_a_time:
            progress(next(done), len(futures))

    progress(0, len(futures))
    for future in futures:
        future.add_done_callback(tell)


def _without_closures(job: Job, fit: Fit) -> Fit:
    open_days = fit.future["date"].isin(_open_days(job, fit.series.canteen))
    return replace(fit, future=fit.future[open_days].reset_index(drop=True))


def _open_days(job: Job, canteen: str) -> pd.DatetimeIndex:
    """Return the days to forecast without the announced closures of this canteen."""
    days = pd.DatetimeIndex(pd.to_datetime(job.days))
    closures = job.closures[job.closures["canteen"] == canteen]
    for start, end in zip(closures["starts_on"], closures["ends_on"], strict=True):
        days = days[(days < start) | (days > end)]
    return days


def _specification(job: Job, prepared: Prepared, fits: list[Fit], seconds: float) -> dict[str, Any]:
    methods: dict[str, Counter[str]] = {target: Counter() for target in TARGETS}
    for fit in fits:
        if fit.series.canteen != UNATTACHED:
            methods[fit.series.target][fit.method] += 1
    return {
        "antigaspi": VERSION,
        "model": "Prophet",
        "versions": {name: version(name) for name in ("prophet", "cmdstanpy", "pandas", "numpy", "duckdb")},
        "targets": list(TARGETS),
        "interval": INTERVAL,
        "settings": {
            "meals_served": pooled.SETTINGS,
            "surplus_meals": SETTINGS,
            "waste": weighings.SETTINGS,
            "history_years": HISTORY_YEARS,
        },
        "city": city.RULE,
        "days": {"first": str(job.days[0]), "last": str(job.days[-1]), "count": len(job.days)} if job.days else None,
        "canteens": prepared.canteens,
        "series_by_method": methods,
        "from_pupils": sorted(fit.series.canteen for fit in fits if fit.method == pooled.FROM_PUPILS),
        "unattached_points_in_city_total": any(fit.series.canteen == UNATTACHED for fit in fits),
        "set_aside_canteen_days": prepared.set_aside_days,
        "strike_dates_swapped": [str(day) for day in job.swapped_strikes],
        "seconds": round(seconds, 2),
    }


def _print_progress(done: int, total: int) -> None:
    print(done, total, flush=True)


def _die_with_parent() -> None:
    threading.Thread(target=_wait_for_the_end_of_input, daemon=True).start()


def _wait_for_the_end_of_input() -> None:
    os.read(sys.stdin.fileno(), 1)
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    keep_quiet()
    main(Path(sys.argv[1]), Path(sys.argv[2]))
