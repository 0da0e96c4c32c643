"""The process that computes the forecasts: `python -m models.run.worker JOB RESULT`, started by models.refresh.

It reads a pickled Job, writes “done total” lines on its output, and a pickled Result at the end. Its input is a pipe
from the process that started it. When that process ends, the pipe closes, and the worker kills its whole group.
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
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from data.production.reserve import groups as reserve_groups
from data.queries.forecasts.promises import INTERVAL
from data.version import VERSION
from models.failures import ExecutorFailed
from models.inputs.job import HISTORY_YEARS, UNATTACHED, Job, Result
from models.inputs.panel import Panel
from models.inputs.prophet import keep_quiet
from models.inputs.series import MEALS, MEASURES, Fit, Prepared, Series, prepare
from models.meals import few_days, run
from models.meals.backtest import LEAD_DAYS, Origin, Quantities, followed, forecast_origin, quantities, with_gap
from models.meals.error_features import Forecasts
from models.meals.forecast import Outlook, outlook
from models.meals.nearer import LEADS
from models.meals.reserve import with_splits
from models.run import city_total, reserves
from models.run.executors import executor
from models.run.remembered import Remembered
from models.surplus import SETTINGS, forecast
from models.waste import run as waste_run

Progress = Callable[[int, int], None]
NICE = 10


def main(job_path: Path, result_path: Path) -> None:
    """Compute the job of one file and write its result to another, or a sentence that says why it failed."""
    result: Result | str
    try:
        with executor(_die_with_parent) as pool:
            with job_path.open("rb") as file:
                job: Job = pickle.load(file)
            result = compute(job, pool, _print_progress, job_path.parent.parent)
    except ExecutorFailed as failed:
        result = str(failed)
    with result_path.open("wb") as file:
        pickle.dump(result, file)


def compute(job: Job, pool: Executor, progress: Progress, folder: Path | None = None) -> Result:
    """Compute a job; its tasks run in a pool. The folder keeps what does not change from one day to the next."""
    started = time.monotonic()
    tasks = Remembered(pool, folder)
    computed = _compute_all(job, run.plan(job), tasks, progress)
    tasks.save()
    forecasts = city_total.table(computed.fits) if computed.fits else pd.DataFrame(columns=city_total.COLUMNS)
    backtest = computed.backtest[computed.backtest["canteen"] != UNATTACHED]
    specification = _specification(job, computed.prepared, computed.fits, time.monotonic() - started) | computed.about
    return Result(forecasts, computed.terms, backtest, computed.waste_backtest, specification)


class Computed(NamedTuple):
    """The series of a job, their fits, the terms of the meals to come, the backtests, events, risks, scores by lead."""

    prepared: Prepared
    fits: list[Fit]
    terms: pd.DataFrame
    backtest: pd.DataFrame
    waste_backtest: pd.DataFrame
    about: dict[str, Any]


def _compute_all(job: Job, plan: run.Plan, tasks: Remembered, progress: Progress) -> Computed:
    pool = tasks.pool
    outlook_task = pool.submit(partial(outlook, plan.panel), plan.future.days, job.strikes)
    past_tasks = [_past_task(job, plan.panel, tasks, one) for one in plan.past]
    # This process works on the series while the pool runs the tasks.
    prepared = prepare(job, plan.panel)
    meals_series = [one for one in prepared.series if one.measure == MEALS]
    other_series = [one for one in prepared.series if one.measure != MEALS]
    other_tasks = [tasks.submit(forecast, series, _to_new_year(job, series)) for series in other_series]
    waste_plan = waste_run.plan(job, prepared, plan.future)
    waste_tasks = [pool.submit(partial(waste_run.forecast_origin, waste_plan.known), one) for one in waste_plan.origins]
    _follow([outlook_task, *past_tasks, *other_tasks, *waste_tasks], progress)
    ahead, bases = outlook_task.result(), [one.result() for one in past_tasks]
    meals = _meals(job, plan, bases, ahead if meals_series else None, tasks)
    fits = run.fits(meals_series, meals.judged[LEAD_DAYS], meals.tables(), ahead) if meals.coming else []
    past_days = [one.rows(origin.days).meals for one, origin in zip(bases, plan.past, strict=True)]
    all_meals = pd.concat([*past_days, ahead.meals])
    waste = (waste_plan, [one.result() for one in waste_tasks], all_meals, plan.panel.served)
    waste_rows = pool.submit(waste_run.backtest_rows, *waste)
    fits += waste_run.fits(*waste)
    forecast_canteens = {one.canteen for one in meals_series}
    others = few_days.left_out(job, forecast_canteens, prepared.still_open)
    fits += few_days.fits(job, prepared.few_days, others)
    fits = [_without_closures(job, fit) for fit in [*fits, *(one.result() for one in other_tasks)]]
    terms = run.term_rows(meals_series, ahead, meals.tables().get("forecast", ahead.meals))
    past_rows = run.backtest_rows(plan, meals.told, meals.judged[LEAD_DAYS])
    groups = reserve_groups(job.places)
    shared = reserves.stored(plan.panel.served, groups, meals.judged[reserves.LEAD], meals.coming)
    about = run.about(plan, ahead, meals) | {"reserves": shared}
    return Computed(prepared, fits, terms, past_rows, waste_rows.result(), about)


def _past_task(job: Job, panel: Panel, tasks: Remembered, origin: Origin) -> Future[Forecasts]:
    wanted = with_gap(panel, origin)
    last = wanted.days[-1]
    return tasks.submit(forecast_origin, panel.around(origin.cutoff, last), _strikes_until(job, last), wanted)


def _judged_task(
    job: Job, panel: Panel, tasks: Remembered, told: Forecasts, groups: Mapping[str, pd.Series], origin: Origin
) -> Future[Quantities]:
    last = origin.days[-1]
    told = told.rows(slice(None, last))
    known = panel.around(told.cutoff.max(), last)
    return tasks.submit(with_splits, quantities, known.served, groups, known, told, _strikes_until(job, last), origin)


def _strikes_until(job: Job, last: pd.Timestamp) -> list[date]:
    return sorted(day for day in job.strikes if day <= last.date())


def _to_new_year(job: Job, series: Series) -> pd.DatetimeIndex:
    """Return the days after the past of a series: the same ones tomorrow, so that its forecast is too."""
    after = series.past["ds"].iloc[-1] + pd.Timedelta(days=1)
    return pd.date_range(after, f"{job.days[-1].year}-12-31") if job.days else pd.DatetimeIndex([])


def _meals(job: Job, plan: run.Plan, bases: list[Forecasts], ahead: Outlook | None, tasks: Remembered) -> run.Meals:
    """Return the judged quantities of each lead, and those of the days to come; none without an outlook."""
    levels = followed(plan.panel, bases)
    told = {lead: run.told_at(plan, levels, lead) for lead in run.ALL_LEADS}
    groups, served = reserve_groups(job.places), plan.panel.served
    judged = {
        lead: [
            _judged_task(job, plan.panel, tasks, told[lead], groups if lead == reserves.LEAD else {}, one)
            for one in run.judged_origins(plan, told[lead], lead)
        ]
        for lead in LEADS
    }
    coming = [
        tasks.pool.submit(
            partial(with_splits, run.coming_quantities, served, groups),
            plan,
            told[lead],
            job.strikes,
            job.plans,
            ahead,
            origin,
        )
        for lead, origin in plan.coming().items()
        if ahead is not None
    ]
    results = {lead: [one.result() for one in found] for lead, found in judged.items()}
    return run.Meals(told[LEAD_DAYS], results, [one.result() for one in coming])


def _follow(futures: list[Future[Any]], progress: Progress) -> None:
    """Call progress each time a task ends."""
    done, one_at_a_time = itertools.count(1), threading.Lock()

    def report(_: Future[Any]) -> None:
        with one_at_a_time:
            progress(next(done), len(futures))

    progress(0, len(futures))
    for future in futures:
        future.add_done_callback(report)


def _without_closures(job: Job, fit: Fit) -> Fit:
    open_days = fit.future["date"].isin(_open_days(job, fit.series.canteen))
    return replace(fit, future=fit.future[open_days].reset_index(drop=True))


def _open_days(job: Job, canteen: str) -> pd.DatetimeIndex:
    """Return the days to forecast, without the announced closures of this canteen."""
    days = pd.DatetimeIndex(pd.to_datetime(job.days))
    closures = job.closures[job.closures["canteen"] == canteen]
    for start, end in zip(closures["starts_on"], closures["ends_on"], strict=True):
        days = days[(days < start) | (days > end)]
    return days


def _specification(job: Job, prepared: Prepared, fits: list[Fit], seconds: float) -> dict[str, Any]:
    methods: dict[str, Counter[str]] = {measure: Counter() for measure in MEASURES}
    for fit in fits:
        if fit.series.canteen != UNATTACHED:
            methods[fit.series.measure][fit.method] += 1
    return {
        "antigaspi": VERSION,
        "model": "Prophet",
        "versions": {name: version(name) for name in ("prophet", "cmdstanpy", "pandas", "numpy", "duckdb")},
        "targets": list(MEASURES),
        "interval": INTERVAL,
        "settings": {
            "meals_served": run.SETTINGS,
            "surplus_meals": SETTINGS,
            "waste": waste_run.SETTINGS,
            "history_years": HISTORY_YEARS,
        },
        "city": city_total.RULE,
        "days": {"first": str(job.days[0]), "last": str(job.days[-1]), "count": len(job.days)} if job.days else None,
        "canteens": prepared.canteens,
        "series_by_method": methods,
        "from_pupils": _canteens(fits, run.FROM_PUPILS),
        "from_few_days": _canteens(fits, few_days.FEW_DAYS),
        "from_plan": _canteens(fits, few_days.FROM_PLAN),
        "unattached_points_in_city_total": any(fit.series.canteen == UNATTACHED for fit in fits),
        "set_aside_canteen_days": prepared.set_aside_days,
        "strike_dates_swapped": [str(day) for day in job.swapped_strikes],
        "seconds": round(seconds, 2),
    }


def _canteens(fits: list[Fit], method: str) -> list[str]:
    """Return the canteens forecast by a method."""
    return sorted({fit.series.canteen for fit in fits if fit.method == method} - {UNATTACHED})


def _print_progress(done: int, total: int) -> None:
    print(done, total, flush=True)


def _die_with_parent() -> None:
    threading.Thread(target=_wait_for_the_end_of_input, daemon=True).start()


def _wait_for_the_end_of_input() -> None:
    os.read(sys.stdin.fileno(), 1)
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


def _after_the_pages() -> None:
    """Take the processors that the pages leave; a session of its own also has a priority as a whole, on Linux."""
    with suppress(OSError):
        os.nice(NICE)
        Path("/proc/self/autogroup").write_text(str(NICE), encoding="ascii")


if __name__ == "__main__":
    keep_quiet()
    _after_the_pages()
    main(Path(sys.argv[1]), Path(sys.argv[2]))
