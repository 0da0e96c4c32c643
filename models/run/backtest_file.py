"""The backtest of a store as a CSV file: every canteen-day of a period beside what would have been said of it."""

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
    """There is nothing to judge; the message is a French sentence for the person who asked."""


@dataclass(frozen=True)
class Asked:
    """The period to judge, how many days ahead, and how often the forecast is made anew."""

    first: date
    last: date
    lead_days: int
    every: str

    def period(self) -> str:
        """Return the period in French."""
        return f"du {self.first:%d/%m/%Y} au {self.last:%d/%m/%Y}"


@dataclass(frozen=True)
class Judged:
    """The rows of the file, and how many canteen-days served could not be forecast."""

    rows: pd.DataFrame
    not_forecast: int


def judge(store: Store, asked: Asked, progress: Progress) -> Judged:
    """Judge the canteens of a store over a period; raises BacktestRefused."""
    if asked.last < asked.first:
        raise BacktestRefused(f"La période demandée, {asked.period()}, finit avant d’avoir commencé.")
    panel, strikes = read(store, asked.last)
    served = panel.served.loc[pd.Timestamp(asked.first) :].notna().sum().sum()
    if not served:
        raise BacktestRefused(f"Aucun repas servi n’est enregistré {asked.period()}.")
    rows = run(panel, strikes, asked, progress)
    if rows.empty:
        raise BacktestRefused(
            f"Le passé est trop court pour prévoir {asked.period()}\u00a0: il faut au moins "
            f"{backtest.LEAST_PAST_DAYS} jours de repas servis, connus {asked.lead_days} jours avant."
        )
    return Judged(rows, int(served) - len(rows))


def read(store: Store, last: date) -> tuple[Panel, list[date]]:
    """Return the canteens' whole past up to a day, and the days of strike; events are announced ahead.

    Service days are the weekdays without holiday: those the store tells of would be learnt from the days to judge.
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


def run(panel: Panel, strikes: Collection[date], asked: Asked, progress: Progress) -> pd.DataFrame:
    """Return the judged days, computed by as many processes as there are processors."""
    keep_quiet()
    # Forked children share what is already imported: Prophet takes a second to load.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:

        def mapper(forecast: Callable[[Origin], pd.DataFrame], origins: list[Origin]) -> Iterator[pd.DataFrame]:
            for done, found in enumerate(pool.map(forecast, origins)):
                progress(done + 1, len(origins))
                yield found

        return backtest.backtest(panel, strikes, asked.first, asked.last, asked.lead_days, asked.every, mapper)


def write(rows: pd.DataFrame, out: Path) -> None:
    """Write the rows as UTF-8, comma, one header line: a file for open data tools."""
    told = rows.assign(date=rows["date"].dt.date)[COLUMNS]
    write_whole(out, told.round(3).to_csv(index=False).encode())
