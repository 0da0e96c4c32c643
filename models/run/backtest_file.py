"""The rolling-origin backtest of a store as a CSV file: each canteen-day of a period with its forecast."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from data.calendar.declared import declared_days
from data.calendar.school import holiday_name
from data.files import write_whole
from data.store import Store
from models.inputs.job import HISTORY, MENUS, PUPILS, UNATTACHED, history_parameters, strikes_of
from models.inputs.panel import Panel, build
from models.inputs.prophet import keep_quiet
from models.meals import backtest
from models.meals.backtest import COLUMNS, Origin

ALL_YEARS = 1000

Progress = Callable[[int, int], None]


class BacktestRefused(Exception):
    """There is no day to judge; the message is a French sentence for the user."""


@dataclass(frozen=True)
class Period:
    """The period to judge, how many days ahead, how often forecasts are told; when strikes are told (None: always)."""

    first: date
    last: date
    lead_days: int
    every: str
    strikes_told_days: int | None = None

    def in_french(self) -> str:
        """Return the period in French."""
        return f"du {self.first:%d/%m/%Y} au {self.last:%d/%m/%Y}"


@dataclass(frozen=True)
class Report:
    """The rows of the file, and how many canteen-days served could not be forecast."""

    rows: pd.DataFrame
    not_forecast: int


def judge(store: Store, period: Period, progress: Progress) -> Report:
    """Judge the canteens of a store over a period; raises BacktestRefused."""
    if period.last < period.first:
        raise BacktestRefused(f"La période demandée, {period.in_french()}, finit avant d’avoir commencé.")
    panel, strikes = read(store, period.last)
    served = panel.served.loc[pd.Timestamp(period.first) :].notna().sum().sum()
    if not served:
        raise BacktestRefused(f"Aucun repas servi n’est enregistré {period.in_french()}.")
    rows = run(panel, strikes, period, progress)
    if rows.empty:
        raise BacktestRefused(
            f"Le passé est trop court pour prévoir {period.in_french()}\u00a0: il faut au moins "
            f"{backtest.LEAST_PAST_DAYS} jours de repas servis, connus {period.lead_days} jours avant."
        )
    return Report(rows, int(served) - int((rows["meals_served"] > 0).sum()))


def read(store: Store, last: date) -> tuple[Panel, list[date]]:
    """Return the panel of the whole past up to a day, and the strike days; events are announced ahead.

    Service days are all weekdays without holiday. Those of the store would be learnt from the days to judge.
    """
    history = store.read(HISTORY, history_parameters(last, ALL_YEARS))
    history = history[history["canteen"] != UNATTACHED]
    if history["served"].notna().sum() == 0:
        raise BacktestRefused(
            "Aucun repas servi n’est enregistré dans une cantine\u00a0: déposez d’abord le fichier de fréquentation "
            "des cantines et la correspondance des sites."
        )
    days = pd.bdate_range(history["date"].min(), last)
    school, events = days[[holiday_name(day.date()) is None for day in days]], declared_days(store)
    menus = store.read(MENUS, {"last": last, "years": ALL_YEARS})
    return build(history, school, events, menus, store.read(PUPILS)), strikes_of(events)


def run(panel: Panel, strikes: Collection[date], period: Period, progress: Progress) -> pd.DataFrame:
    """Return the judged days, computed with one process per processor."""
    keep_quiet()
    # Forked children share the imported modules: Prophet takes a second to load.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:

        def mapper(forecast: Callable[[Origin], pd.DataFrame], origins: list[Origin]) -> Iterator[pd.DataFrame]:
            for done, result in enumerate(pool.map(forecast, origins)):
                progress(done + 1, len(origins))
                yield result

        asked = (period.first, period.last, period.lead_days, period.every)
        return backtest.backtest(panel, strikes, *asked, mapper, period.strikes_told_days)


def write(rows: pd.DataFrame, out: Path) -> None:
    """Write the rows as CSV for open data tools: UTF-8, commas, one header line."""
    table = rows.assign(date=rows["date"].dt.date)[COLUMNS]
    write_whole(out, table.round(3).to_csv(index=False).encode())
