"""The process of its own that computes: `python -m models.worker JOB RESULT`, started by models.refresh.

It reads a pickled Job, writes “done total” lines on its output and a pickled Result in the end. Its input is a pipe
held by the process that started it: when that one is gone, the pipe ends, and the whole group kills itself.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from models import city, pooled
from models.backtest import forecast_origin
from models.forecast import INTERVAL, SETTINGS, Fit, forecast, keep_quiet
from models.history import HISTORY_YEARS, UNATTACHED, Job, Result
from models.meals import outlook
from models.series import MEALS, TARGETS, Prepared, prepare

Progress = Callable[[int, int], None]


def main(job_path: Path, result_path: Path) -> None:
    """Compute the job of one file into another."""
    job: Job = pickle.loads(job_path.read_bytes())
    result = compute(job, os.cpu_count() or 1, _print_progress, _die_with_parent)
    result_path.write_bytes(pickle.dumps(result))


def compute(job: Job, workers: int, progress: Progress, started: Callable[[], None] = lambda: None) -> Result:
    """Compute a job in a pool of processes; `started` is called once they exist."""
    begun = time.monotonic()
    plan = pooled.plan(job)
    prepared = prepare(job, plan.panel)
    fits, terms, past = _compute_all(job, plan, prepared, workers, progress, started)
    forecasts = city.table(fits) if fits else pd.DataFrame(columns=city.COLUMNS)
    named = past[past["canteen"] != UNATTACHED]
    return Result(forecasts, terms, named, _specification(job, prepared, fits, time.monotonic() - begun))


def _compute_all(
    job: Job,
    plan: pooled.Plan,
    prepared: Prepared,
    workers: int,
    progress: Progress,
    started: Callable[[], None],
) -> tuple[list[Fit], pd.DataFrame, pd.DataFrame]:
    """Return the fits of every series, the terms of the meals to come, and the judged past."""
    meals = [one for one in prepared.series if one.target == MEALS]
    others = [one for one in prepared.series if one.target != MEALS]
    # Forked children share what is already imported: Prophet takes a second to load.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(max_workers=workers, mp_context=context) as pool:
        ahead = pool.submit(outlook, plan.panel, plan.future.days, job.strikes)
        past = [pool.submit(forecast_origin, plan.panel, job.strikes, origin) for origin in plan.past]
        rest = [pool.submit(forecast, series, _open_days(job, series.canteen)) for series in others]
        started()
        _follow([ahead, *past, *rest], progress)
        forecasts = pd.concat([one.result() for one in past]) if past else plan.panel.served.iloc[:0]
        judged = pooled.past_rows(job, plan, forecasts, pool.map)
        fits = pooled.fits(job, plan, meals, forecasts, ahead.result()) if meals else []
        kept = [_without_closures(job, fit) for fit in fits]
        terms = pooled.term_rows(meals, ahead.result())
        return [*kept, *(one.result() for one in rest)], terms, judged


def _follow(futures: list[Future[Any]], progress: Progress) -> None:
    progress(0, len(futures))
    for done, _ in enumerate(as_completed(futures), start=1):
        progress(done, len(futures))


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
        "model": "Prophet",
        "versions": {name: version(name) for name in ("prophet", "cmdstanpy", "pandas", "numpy", "duckdb")},
        "targets": list(TARGETS),
        "interval": INTERVAL,
        "settings": {"meals_served": pooled.SETTINGS, "other targets": SETTINGS, "history_years": HISTORY_YEARS},
        "city": city.RULE,
        "days": {"first": str(job.days[0]), "last": str(job.days[-1]), "count": len(job.days)} if job.days else None,
        "canteens": prepared.canteens,
        "series_by_method": methods,
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
