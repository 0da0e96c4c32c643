"""Synthetic log of the demonstration: meals served and planned, as a grid of service days × labels, with errors."""

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
# The share of a manager's planning error that remains when the school is in the pilot.
PILOT_ERROR = 0.67
MISSING, ABSENT, TYPING_ERRORS = 0.012, 0.006, 36


@dataclass(frozen=True)
class Meals:
    """Grids of days × labels: meals planned and served (NaN when the canteen is closed), and who is in the pilot."""

    days: pd.DatetimeIndex
    planned: Grid
    served: Grid
    in_pilot: Grid


def build_meals(
    rng: np.random.Generator, city: City, days: list[date], events: pd.DataFrame, pilot_starts: dict[str, date]
) -> Meals:
    """Simulate the meals of every service day; the plans of the 12 test schools get better when their pilot starts."""
    index = pd.DatetimeIndex(days)
    seasons, managers_seasons, open_days = _seasons(index), _managers_seasons(index), _open(index, city.points, events)
    event_effect, planned_effect = _events(rng, index, city.points, events)
    noise = rng.normal(0, DAY_NOISE, (len(days), 1)) + rng.normal(0, SITE_NOISE, open_days.shape)
    base = city.points["base"].to_numpy()
    served = np.where(open_days, np.round(base * seasons[:, None] * event_effect * np.exp(noise)), np.nan)
    expected = base * managers_seasons[:, None] * planned_effect * (1 + _plan_error(rng, open_days.shape))
    in_pilot = _in_pilot(index, city.points, pilot_starts)
    planned = np.round(served + (expected - served) * np.where(in_pilot, PILOT_ERROR, 1))
    return Meals(index, planned, served, in_pilot)


def log_frame(rng: np.random.Generator, meals: Meals, points: pd.DataFrame, weighings: dict[str, Grid]) -> pd.DataFrame:
    """Return the grids as rows of a log, with missing values (never zero) and typing errors."""
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
    missing_weeks = _missing_weeks(log, points)
    known = log[["meals_planned", "meals_served"]].notna().any(axis=1)
    return log[known & ~missing_weeks & (rng.random(len(log)) >= ABSENT)].reset_index(drop=True)


def _seasons(days: pd.DatetimeIndex) -> Grid:
    """Return the seasonal factors of attendance: weekday, month, eve of holidays, slow growth of the city."""
    years = (days - days[0]).days.to_numpy() / 365
    month = np.array([MONTH.get(month, 1.0) for month in days.month])
    return WEEKDAY[days.weekday] * month * np.where(_eves(days), EVE, 1) * (0.985 + 0.01 * years)


def _managers_seasons(days: pd.DatetimeIndex) -> Grid:
    """Return the seasonal factors that managers expect: half of the effects of months and of eves of holidays."""
    without_months = WEEKDAY[days.weekday] * (0.985 + 0.01 * (days - days[0]).days.to_numpy() / 365)
    return np.sqrt(without_months * _seasons(days))


def _eves(days: pd.DatetimeIndex) -> Grid:
    gaps = np.diff(days.to_numpy()).astype("timedelta64[D]").astype(int)
    return np.append(gaps >= 5, False)


def _open(days: pd.DatetimeIndex, points: pd.DataFrame, events: pd.DataFrame) -> Grid:
    day = days.to_numpy()[:, None]
    opens, closes = (pd.to_datetime(points[name]).to_numpy()[None, :] for name in ("opens_on", "closes_on"))
    closed = np.zeros((len(days), len(points)), dtype=bool)
    for event in events[events["kind"] == "closure"].to_dict("records"):
        closed |= _during(days, event)[:, None] & (points["canteen"] == event["canteen"]).to_numpy()[None, :]
    return (day >= opens) & (day <= closes) & ~closed


def _events(
    rng: np.random.Generator, days: pd.DatetimeIndex, points: pd.DataFrame, events: pd.DataFrame
) -> tuple[Grid, Grid]:
    """Return the factors of events on attendance, and the factors that managers plan for."""
    event_effect = np.ones((len(days), len(points)))
    planned_effect = np.ones_like(event_effect)
    canteens = points["canteen"].to_numpy()
    for event in events[events["kind"] != "closure"].to_dict("records"):
        rows = np.flatnonzero(_during(days, event))
        columns = np.flatnonzero(canteens == event["canteen"]) if isinstance(event["canteen"], str) else slice(None)
        effect, planned = _effect(rng, str(event["kind"]), len(points))
        event_effect[rows, columns] *= effect[columns]
        planned_effect[rows, columns] *= planned[columns]
    return event_effect, planned_effect


def _effect(rng: np.random.Generator, kind: str, points: int) -> tuple[Grid, Grid]:
    """Return the share of the usual attendance at each label during an event, and the share that managers plan."""
    if kind == "strike":
        # Schools follow a strike more or less. It is announced two days before, so most of its effect is planned.
        present = np.clip(rng.beta(2, 3, points), 0.08, 0.9)
        return present, 0.08 + 0.95 * present
    share = np.full(points, FEAST if kind == "feast" else OUTING)
    return share, share


def _during(days: pd.DatetimeIndex, event: dict[Hashable, Any]) -> Grid:
    first, last = pd.Timestamp(event["starts_on"]), pd.Timestamp(event["ends_on"])
    return np.asarray((days >= first) & (days <= last))


def _plan_error(rng: np.random.Generator, shape: tuple[int, int]) -> Grid:
    """Return the planning errors: a small positive bias, different for each manager, with a few large errors."""
    return BIAS + rng.normal(0, BIAS_SPREAD, (1, shape[1])) + PLAN_NOISE * rng.standard_t(4, shape)


def _in_pilot(days: pd.DatetimeIndex, points: pd.DataFrame, pilot_starts: dict[str, date]) -> Grid:
    starts = pd.to_datetime(points["canteen"].map(pilot_starts)).to_numpy()
    return days.to_numpy()[:, None] >= starts[None, :]


def _with_gaps(rng: np.random.Generator, values: Grid) -> Grid:
    return np.where(rng.random(len(values)) < MISSING, np.nan, np.maximum(values, 0))


def _mistype(rng: np.random.Generator, values: Grid) -> Grid:
    """Return the values with a few typing errors, as in real logs: a missing digit, or three times the value."""
    mistyped = values.copy()
    lines = rng.choice(len(values), TYPING_ERRORS, replace=False)
    mistyped[lines[::2]] = values[lines[::2]] // 10
    mistyped[lines[1::2]] = values[lines[1::2]] * 3
    return mistyped


def _missing_weeks(log: pd.DataFrame, points: pd.DataFrame) -> pd.Series:
    """Return a mask of the rows of one canteen that sent no data for three recent weeks."""
    last = log["date"].max()
    recent = log["date"].between(last - timedelta(days=45), last - timedelta(days=24))
    return recent & (log["site"] == points["site"].iloc[60])
