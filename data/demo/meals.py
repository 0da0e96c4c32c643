"""The demonstration's log: meals served and planned, as a grid of service days × labels, then what was mistyped."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from data.demo.city import City

Grid = np.ndarray

# Monday, Tuesday, Wednesday (unused: no school), Thursday, Friday.
WEEKDAY = np.array([0.975, 0.995, 0.5, 0.995, 1.05, 0, 0])
MONTH = {6: 0.945, 7: 0.89, 9: 0.985}
EVE, FEAST, OUTING = 0.955, 1.03, 0.55
DAY_NOISE, SITE_NOISE = 0.012, 0.040
BIAS, BIAS_SPREAD, PLAN_NOISE = 0.056, 0.02, 0.046
# What is left of a manager's error once the school is in the pilot.
PILOT_ERROR = 0.67
MISSING, ABSENT, TYPING_ERRORS = 0.012, 0.006, 36


@dataclass(frozen=True)
class Meals:
    """Grids of days × labels: meals planned and served (NaN where the canteen is shut), and the labels in the pilot."""

    days: pd.DatetimeIndex
    planned: Grid
    served: Grid
    in_pilot: Grid


def build_meals(
    rng: np.random.Generator, city: City, days: list[date], events: pd.DataFrame, pilot_starts: dict[str, date]
) -> Meals:
    """Draw the meals of every service day; the plans of the 12 test schools get closer once their pilot starts."""
    index = pd.DatetimeIndex(days)
    ordinary, foreseen, open_days = _seasons(index), _foreseen(index), _open(index, city.points, events)
    shock, announced = _events(rng, index, city.points, events)
    noise = rng.normal(0, DAY_NOISE, (len(days), 1)) + rng.normal(0, SITE_NOISE, open_days.shape)
    base = city.points["base"].to_numpy()
    served = np.where(open_days, np.round(base * ordinary[:, None] * shock * np.exp(noise)), np.nan)
    expected = base * foreseen[:, None] * announced * (1 + _plan_error(rng, open_days.shape))
    in_pilot = _in_pilot(index, city.points, pilot_starts)
    planned = np.round(served + (expected - served) * np.where(in_pilot, PILOT_ERROR, 1))
    return Meals(index, planned, served, in_pilot)


def log_frame(rng: np.random.Generator, meals: Meals, points: pd.DataFrame, weighings: dict[str, Grid]) -> pd.DataFrame:
    """Write the grids as the log's rows, with its missing values (never zero) and its typing errors."""
    rows, columns = np.nonzero(~np.isnan(meals.served))
    log = pd.DataFrame(
        {
            "site": points["site"].to_numpy()[columns],
            "site_kind": points["site_kind"].to_numpy()[columns],
            "date": meals.days[rows],
            "meals_planned": _with_gaps(rng, meals.planned[rows, columns]),
            "meals_served": _with_gaps(rng, _mistype(rng, meals.served[rows, columns])),
            **{measure: grid[rows, columns] for measure, grid in weighings.items()},
        }
    )
    hole = _hole(log, points)
    known = log[["meals_planned", "meals_served"]].notna().any(axis=1)
    return log[known & ~hole & (rng.random(len(log)) >= ABSENT)].reset_index(drop=True)


def _seasons(days: pd.DatetimeIndex) -> Grid:
    """Attendance against an ordinary day: weekday, month, eve of holidays, the slow growth of the city."""
    years = (days - days[0]).days.to_numpy() / 365
    month = np.array([MONTH.get(month, 1.0) for month in days.month])
    return WEEKDAY[days.weekday] * month * np.where(_eves(days), EVE, 1) * (0.985 + 0.01 * years)


def _foreseen(days: pd.DatetimeIndex) -> Grid:
    """What managers expect of the day: they see only half of the June decline and of the eves of holidays."""
    seen = WEEKDAY[days.weekday] * (0.985 + 0.01 * (days - days[0]).days.to_numpy() / 365)
    return np.sqrt(seen * _seasons(days))


def _eves(days: pd.DatetimeIndex) -> Grid:
    gaps = np.diff(days.to_numpy()).astype("timedelta64[D]").astype(int)
    return np.append(gaps >= 5, False)


def _open(days: pd.DatetimeIndex, points: pd.DataFrame, events: pd.DataFrame) -> Grid:
    day = days.to_numpy()[:, None]
    opens, closes = (pd.to_datetime(points[name]).to_numpy()[None, :] for name in ("opens_on", "closes_on"))
    shut = np.zeros((len(days), len(points)), dtype=bool)
    for event in events[events["kind"] == "closure"].to_dict("records"):
        shut |= _during(days, event)[:, None] & (points["canteen"] == event["canteen"]).to_numpy()[None, :]
    return (day >= opens) & (day <= closes) & ~shut


def _events(
    rng: np.random.Generator, days: pd.DatetimeIndex, points: pd.DataFrame, events: pd.DataFrame
) -> tuple[Grid, Grid]:
    """Return what events do to attendance, and the part of it that managers plan for."""
    shock = np.ones((len(days), len(points)))
    announced = np.ones_like(shock)
    canteens = points["canteen"].to_numpy()
    for event in events[events["kind"] != "closure"].to_dict("records"):
        rows = np.flatnonzero(_during(days, event))
        columns = np.flatnonzero(canteens == event["canteen"]) if isinstance(event["canteen"], str) else slice(None)
        effect, planned = _effect(rng, str(event["kind"]), len(points))
        shock[rows, columns] *= effect[columns]
        announced[rows, columns] *= planned[columns]
    return shock, announced


def _effect(rng: np.random.Generator, kind: str, points: int) -> tuple[Grid, Grid]:
    """Return what is left of the attendance of each label, and what managers plan for."""
    if kind == "strike":
        # Each school follows the strike in its own way; notice is given two days before, so most of it is planned.
        present = np.clip(rng.beta(2, 3, points), 0.08, 0.9)
        return present, 0.08 + 0.95 * present
    left = np.full(points, FEAST if kind == "feast" else OUTING)
    return left, left


def _during(days: pd.DatetimeIndex, event: dict[Hashable, Any]) -> Grid:
    first, last = pd.Timestamp(event["starts_on"]), pd.Timestamp(event["ends_on"])
    return np.asarray((days >= first) & (days <= last))


def _plan_error(rng: np.random.Generator, shape: tuple[int, int]) -> Grid:
    """Managers plan a little too much rather than too little, each in their own way, with a few large misses."""
    return BIAS + rng.normal(0, BIAS_SPREAD, (1, shape[1])) + PLAN_NOISE * rng.standard_t(4, shape)


def _in_pilot(days: pd.DatetimeIndex, points: pd.DataFrame, pilot_starts: dict[str, date]) -> Grid:
    starts = pd.to_datetime(points["canteen"].map(pilot_starts)).to_numpy()
    return days.to_numpy()[:, None] >= starts[None, :]


def _with_gaps(rng: np.random.Generator, values: Grid) -> Grid:
    return np.where(rng.random(len(values)) < MISSING, np.nan, np.maximum(values, 0))


def _mistype(rng: np.random.Generator, values: Grid) -> Grid:
    """A digit forgotten, or one too many: real logs hold a few such days."""
    mistyped = values.copy()
    lines = rng.choice(len(values), TYPING_ERRORS, replace=False)
    mistyped[lines[::2]] = values[lines[::2]] // 10
    mistyped[lines[1::2]] = values[lines[1::2]] * 3
    return mistyped


def _hole(log: pd.DataFrame, points: pd.DataFrame) -> pd.Series:
    """One canteen sent nothing for three weeks, not long ago."""
    last = log["date"].max()
    recent = log["date"].between(last - timedelta(days=45), last - timedelta(days=24))
    return recent & (log["site"] == points["site"].iloc[60])
