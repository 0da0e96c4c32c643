"""Accuracy of the waste forecast on a real school's weighings: `python -m benchmarks.accuracy.waste_scores FILE`.

FILE has one line per service day in order, without dates: numStudents, kitchenWaste, servingWaste, plateWaste,
totalWaste (kg per pupil). Its days are taken for Mondays to Fridays without holidays. Each week is forecast from the
data known on the evening before it. The last 80 days are the test set; the 80 days before are for development.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from models.inputs.frames import days_of
from models.inputs.menus import words_of
from models.inputs.prophet import keep_quiet
from models.meals.backtest import Origin, origins
from models.waste.forecast import LEAST_DAYS, MEASURES, TOTAL, Weighings, forecast
from models.waste.intervals import KG, WasteForecast, joined, until, waste_forecasts

COLUMNS = ("totalWaste", "kitchenWaste", "servingWaste", "plateWaste")
SCHOOL = "school"
FIRST_DAY = "2020-09-07"
JUDGED = 80
WEEK = 5
# The pupils of a coming week are the median of the last PUPILS_FROM days, in our forecast and in the simpler rules.
PUPILS_FROM = 20
BOUNDS = ("point", "lower", "upper")
MEANS = {"trailing mean, all the past": 10_000, "trailing mean, 60 days": 60, "trailing mean, 20 days": 20}
SAME_WEEKDAY = "same weekday last week"


def main() -> None:
    keep_quiet()
    known = read(Path(sys.argv[1]))
    last = len(known.meals)
    for end in (last - JUDGED, last):
        print(f"\n== days {end - JUDGED + 1} to {end}")
        show(judge(known, end - JUDGED, end))


def read(path: Path) -> Weighings:
    """Return a file's weighings, in grams per meal, with fictional dates."""
    rows = pd.read_csv(path)
    days = pd.bdate_range(FIRST_DAY, periods=len(rows))

    def table(values: pd.Series) -> pd.DataFrame:
        return pd.DataFrame({SCHOOL: values.to_numpy(dtype=float)}, days)

    grams = {name: table(1000 * rows[column]) for name, column in zip(MEASURES, COLUMNS, strict=True)}
    return Weighings(grams, table(rows["numStudents"]), words_of(pd.DataFrame({"date": [], "dish": []})))


def judge(known: Weighings, start: int, end: int) -> dict[str, pd.DataFrame]:
    """Forecast the days from one position to another week by week, from the data known before each week.

    Return one table per measure, one row per day: point, lower, upper, came (the actual value), and simpler forecasts.
    """
    days = days_of(known.meals)
    past = origins(days, days[2 * LEAST_DAYS].date(), days[start - 1].date(), 1, "week")
    judged = origins(days, days[start].date(), days[end - 1].date(), 1, "week")
    forecasts = joined([forecast(known.until(one.cutoff), one.days) for one in [*past, *judged]])
    pupils = pd.concat([_pupils(known, one) for one in [*past, *judged]])
    weeks = []
    for one in judged:
        known_then = known.until(one.cutoff)
        weeks.append(waste_forecasts(until(forecasts, one.days), one.days, known_then, pupils, known_then.meals))
    actual_values = known.grams | {KG: known.grams[TOTAL] * known.meals / 1000}
    return {
        name: _judged([week[name] for week in weeks], actual[SCHOOL], judged) for name, actual in actual_values.items()
    }


def _judged(weeks: list[WasteForecast], actual: pd.Series, judged: list[Origin]) -> pd.DataFrame:
    bounds = {column: pd.concat([getattr(week, column)[SCHOOL] for week in weeks]) for column in BOUNDS}
    return pd.DataFrame(bounds).assign(came=actual, **_simple(actual, judged))


def _pupils(known: Weighings, origin: Origin) -> pd.DataFrame:
    usual = known.meals.loc[: origin.cutoff].tail(PUPILS_FROM).median()
    return pd.DataFrame([usual] * len(origin.days), origin.days)


def _simple(actual: pd.Series, judged: list[Origin]) -> dict[str, pd.Series]:
    """Return the forecasts of the simpler rules for each week, from the days before it."""
    forecasts: dict[str, list[pd.Series]] = {name: [] for name in [*MEANS, SAME_WEEKDAY]}
    for one in judged:
        before = actual.loc[: one.cutoff]
        for name, days in MEANS.items():
            forecasts[name].append(pd.Series(before.tail(days).mean(), one.days))
        forecasts[SAME_WEEKDAY].append(actual.shift(WEEK).loc[one.days])
    return {name: pd.concat(parts) for name, parts in forecasts.items()}


def show(tables: dict[str, pd.DataFrame]) -> None:
    print(f"{'':34s}" + "".join(f"{name:>14s}" for name in tables))
    for rule in ["point", *MEANS, SAME_WEEKDAY]:
        scores = [wape(table, rule) for table in tables.values()]
        print(f"{'WAPE ' + rule:34s}" + "".join(f"{score:12.2f} %" for score in scores))
    covered = [table["came"].between(table["lower"], table["upper"]).mean() for table in tables.values()]
    print(f"{'80 % interval covers':34s}" + "".join(f"{100 * share:12.1f} %" for share in covered))


def wape(table: pd.DataFrame, rule: str) -> float:
    """Return the weighted absolute percentage error: the sum of absolute errors, in % of the actual waste."""
    return float(100 * (table[rule] - table["came"]).abs().sum() / np.sum(table["came"]))


if __name__ == "__main__":
    main()
