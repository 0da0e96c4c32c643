"""Coverage of the rollout's 80 % range: the share of simulated programmes whose known end is inside it.

Each truth draws its lengths of stages, with its own distribution, variability and difference between schools. Twelve
schools begin one after the other, and the forecast is made on the day when a given number of them is finished. The rest
of the programme is simulated from the truth, and its end is compared with the range forecast from the twelve schools.

    python -m benchmarks.accuracy.rollout_coverage [truths for each number of finished schools and each shape]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from data.queries.scale_up import Assumptions
from models.scale_up.forecast import forecast

STAGES = ("cadrage", "préparation", "installation", "formation", "test", "bilan", "généralisation")
TYPICAL = np.array([28.0, 42.0, 21.0, 21.0, 84.0, 21.0, 56.0])
SCHOOLS, TARGET, AT_ONCE = 12, 115, 10
FIRST_DAY = date(2024, 1, 1)
FINISHED = (1, 3, 6, 11)
DRAWS = 300

Shape = Callable[[np.random.Generator, tuple[int, ...], float], np.ndarray]


def lognormal(rng: np.random.Generator, size: tuple[int, ...], cv: float) -> np.ndarray:
    spread = np.sqrt(np.log1p(cv**2))
    return np.exp(rng.normal(-(spread**2) / 2, spread, size))


def gamma(rng: np.random.Generator, size: tuple[int, ...], cv: float) -> np.ndarray:
    return rng.gamma(1 / cv**2, cv**2, size)


def weibull(rng: np.random.Generator, size: tuple[int, ...], cv: float) -> np.ndarray:
    shape = cv**-1.086  # a usual approximation
    return rng.weibull(shape, size)


def uniform(rng: np.random.Generator, size: tuple[int, ...], cv: float) -> np.ndarray:
    return 1 + min(cv, 0.55) * np.sqrt(3) * rng.uniform(-1, 1, size)


def blocked(rng: np.random.Generator, size: tuple[int, ...], cv: float) -> np.ndarray:
    """Draw lognormal stages; one in twelve is blocked and takes three times as long."""
    return lognormal(rng, size, cv / 2) * np.where(rng.random(size) < 1 / 12, 3.0, 1.0)


SHAPES: dict[str, Shape] = {shape.__name__: shape for shape in (lognormal, gamma, weibull, uniform, blocked)}


@dataclass(frozen=True)
class Truth:
    """One programme: the actual length of each stage in each school, and the planned length of each stage."""

    lengths: np.ndarray
    planned: np.ndarray


def draw_truth(rng: np.random.Generator, shape: Shape) -> Truth:
    """Draw a programme: stages from half to twice their typical length, schools that differ or not, imprecise plans."""
    means = TYPICAL * np.exp(rng.normal(0, 0.35, len(TYPICAL)))
    planned = means * np.exp(rng.normal(-0.15, 0.25, len(TYPICAL)))
    size = (TARGET, len(TYPICAL))
    schools = np.exp(rng.normal(0, rng.choice([0.0, 0.15, 0.3]), (TARGET, 1)))
    return Truth(np.maximum(np.round(means * schools * shape(rng, size, rng.uniform(0.15, 0.7))), 1), np.round(planned))


def inside(finished: int, shape: str, seed: int) -> tuple[bool, bool, float]:
    """Return whether the end of one programme is inside its range, whether it is after it, and its width in years."""
    rng = np.random.default_rng([seed, finished, *shape.encode()])
    truth = draw_truth(rng, SHAPES[shape])
    starts = np.cumsum(np.concatenate([[0], rng.integers(5, 50, SCHOOLS - 1)]))
    ends = starts + truth.lengths[:SCHOOLS].sum(axis=1)
    today = int(np.sort(ends)[finished - 1])
    assumptions = Assumptions(goal=TARGET, at_once=AT_ONCE, new_per_year=0, seed=seed)
    result = forecast(_history(truth, starts, today), FIRST_DAY + timedelta(days=today), assumptions, DRAWS)
    end = FIRST_DAY + timedelta(days=_end(truth, starts, ends, today) - 1)
    assert result is not None
    low, high = result.completed.low or date.max, result.completed.high or date.max
    return low <= end <= high, end > high, (high - low).days / 365.25


def _history(truth: Truth, starts: np.ndarray, today: int) -> pd.DataFrame:
    """Return the stages of the schools known at the end of a day, in the format of the store."""
    rows = []
    for school, start in enumerate(starts):
        day = planned = int(start)
        for position, (stage, length) in enumerate(zip(STAGES, truth.lengths[school], strict=True)):
            plan = planned, planned + int(truth.planned[position]) - 1
            actual = [day if day <= today else None, day + int(length) - 1 if day + length - 1 <= today else None]
            rows.append((f"É{school}", position + 1, stage, *map(_date, (*plan, *actual))))
            day, planned = day + int(length), plan[1] + 1
    columns = ["school", "position", "stage", "planned_start", "planned_end", "actual_start", "actual_end"]
    return pd.DataFrame(rows, columns=columns)


def _date(day: int | None) -> date | None:
    return None if day is None else FIRST_DAY + timedelta(days=day)


def _end(truth: Truth, starts: np.ndarray, ends: np.ndarray, today: int) -> int:
    """Return the day when the last school ends; a school begins when fewer than AT_ONCE are under way."""
    begun = starts <= today
    done, places = list(ends[begun & (ends <= today)]), sorted(ends[begun & (ends > today)])
    finished = done + places
    places = [0.0] * (AT_ONCE - len(places)) + places[-AT_ONCE:]
    waiting = [row for row in range(TARGET) if row >= SCHOOLS or not begun[row]]
    for row in waiting:
        start = max(min(places), today)
        places[places.index(min(places))] = start + truth.lengths[row].sum()
        finished.append(start + truth.lengths[row].sum())
    return int(max(finished))


def main(truths: int = 100) -> None:
    """Judge this number of truths for each number of finished schools and each shape; print the progress."""
    cases = [(finished, shape, seed) for seed in range(truths) for finished in FINISHED for shape in SHAPES]
    rows: list[tuple] = []
    with ProcessPoolExecutor(2) as pool:
        for case, result in zip(cases, pool.map(partial(_star, inside), cases, chunksize=5), strict=True):
            rows.append((*case[:2], *result))
            if len(rows) % 100 == 0:
                share = np.mean([row[2] for row in rows])
                print(f"… {len(rows)} truths, {share:.1%} inside", flush=True)
    table = pd.DataFrame(rows, columns=["finished", "shape", "inside", "after", "width"])
    for names in (["finished", "shape"], ["finished"], ["shape"]):
        print(_shares(table, names).to_string(), flush=True)
    print(f"all: {table['inside'].mean():.1%} of {len(table)} truths")


def _star(function: Callable, arguments: tuple) -> tuple:
    return function(*arguments)


def _shares(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    groups = table.groupby(names)
    shares = groups[["inside", "after"]].mean().mul(100).round(1)
    return shares.assign(median_width_years=groups["width"].median().round(2), truths=groups.size())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
