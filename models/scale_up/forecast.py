"""The forecast of the rollout by Monte Carlo simulation of the schools to come, from the stages so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from data.once import once_for_content
from data.queries import rollout
from data.queries.scale_up import HORIZON_YEARS, Assumptions, Range, RolloutForecast
from data.store import Store
from models.scale_up.calendar import WorkCalendar
from models.scale_up.durations import Draws, Spans, sample

DRAWS = 1000
# The quantiles of the range: it holds 8 times out of 10.
LOW, HIGH = 0.1, 0.9
MONTH = 365.25 / 12


@dataclass(frozen=True)
class _Schools:
    """The schools so far: their stages, the work done at the end of each school, or at the start of its current stage.

    `done` is the former, `since` the latter, `planned` the median planned days of each stage; NaN where unknown.
    """

    spans: Spans
    names: list[str]
    planned: np.ndarray
    done: np.ndarray
    since: np.ndarray

    @property
    def under_way(self) -> np.ndarray:
        return np.isnan(self.done) & ~np.isnan(self.since)


@once_for_content
def forecast(stages: pd.DataFrame, today: date, assumptions: Assumptions, draws: int = DRAWS) -> RolloutForecast | None:
    """Simulate the rollout from the stages of the schools (view `pilot_stages`); None while no length is known.

    Actual dates after today are ignored.
    """
    counted = _counted(stages, today, assumptions.stages)
    if counted["actual_end"].isna().all():
        return None
    first = counted[["actual_start", "actual_end"]].min().min()
    calendar = WorkCalendar(first.date(), today, assumptions.holiday_speed)
    schools = _schools_so_far(counted, today, calendar)
    if np.isnan(schools.spans.known).all():
        return None
    rng = np.random.default_rng(assumptions.seed)
    samples = sample(schools.spans, rng, draws)
    finished = _finished(schools, samples, calendar.before(today), assumptions, rng)
    ends = calendar.day_of(finished)
    done = int((~np.isnan(schools.done)).sum())
    simulation = _Simulation(np.sort(ends, axis=1), np.sort(ends[0, :done]), calendar, today, assumptions)
    return _summary(schools, simulation, _stages(schools, samples, rng))


def of_store(store: Store, today: date, assumptions: Assumptions) -> RolloutForecast | None:
    """Simulate the rollout from the stages of the store."""
    return forecast(rollout.stages(store), today, assumptions)


# ---------------------------------------------------------------- the schools so far
def _counted(stages: pd.DataFrame, today: date, names: tuple[str, ...]) -> pd.DataFrame:
    kept = stages[stages["stage"].isin(names)] if names else stages
    dates = {
        name: pd.to_datetime(kept[name]).where(pd.to_datetime(kept[name]) <= pd.Timestamp(today))
        for name in ("actual_start", "actual_end")
    }
    return kept.assign(**dates, since=_previous_end(stages, today).loc[kept.index]).sort_values(["school", "position"])


def _previous_end(stages: pd.DataFrame, today: date) -> pd.Series:
    """Return the end of the stage before each one: the wait before a stage counts in that stage."""
    ordered = stages.sort_values(["school", "position"])
    ends = pd.to_datetime(ordered["actual_end"])
    return ends.where(ends <= pd.Timestamp(today)).groupby(ordered["school"]).shift()


def _schools_so_far(counted: pd.DataFrame, today: date, calendar: WorkCalendar) -> _Schools:
    names = counted.sort_values("position")["stage"].drop_duplicates().tolist()
    schools = counted["school"].drop_duplicates().tolist()
    known, elapsed = (np.full((len(schools), len(names)), np.nan) for _ in range(2))
    done, since = (np.full(len(schools), np.nan) for _ in range(2))
    for row, school in enumerate(schools):
        own = counted[counted["school"] == school].set_index("stage").reindex(names)
        begun = [_begun(stage, calendar) for stage in own.itertuples()]
        ended = [calendar.after(end.date()) if pd.notna(end) else np.nan for end in own["actual_end"]]
        known[row] = _lengths(own, np.subtract(ended, begun))
        last = max((place for place, end in enumerate(ended) if not np.isnan(end)), default=-1)
        if last == len(names) - 1:
            done[row] = ended[-1]
        elif not np.isnan(begun[last + 1]):
            since[row] = begun[last + 1]
            elapsed[row, last + 1] = max(calendar.before(today) - since[row], 0.0)
    planned = _planned(counted, names)
    return _Schools(Spans(known, elapsed, _prior_lengths(planned, known)), names, planned, done, since)


def _lengths(stages: pd.DataFrame, work: np.ndarray) -> np.ndarray:
    """Return the days of work of each stage; its calendar days if it took place while all work should have stopped."""
    days = (stages["actual_end"] - stages["actual_start"].fillna(stages["since"])).dt.days.to_numpy() + 1.0
    return np.where(work < 1, np.maximum(days, 1), work)


def _begun(stage: tuple, calendar: WorkCalendar) -> float:
    """Return the work done when a stage began: at the end of the stage before, else on its first day."""
    start, end, since = stage.actual_start, stage.actual_end, stage.since  # pyrefly: ignore[missing-attribute]
    if pd.notna(since) and not (pd.notna(end) and end <= since):
        return calendar.after(max(since.date(), calendar.first)) if since.date() >= calendar.first else 0.0
    return calendar.before(start.date()) if pd.notna(start) else np.nan


def _planned(counted: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Return the median planned days of each stage, NaN where no school planned it."""
    starts, ends = pd.to_datetime(counted["planned_start"]), pd.to_datetime(counted["planned_end"])
    days = ((ends - starts).dt.days + 1).groupby(counted["stage"]).median()
    return days.reindex(names).to_numpy(dtype=float)


def _prior_lengths(planned: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return a prior length for every stage: its planned one, else the median of the plans, else of known stages."""
    lengths = known if np.isnan(planned).all() else planned
    return planned if np.isnan(lengths).all() else np.where(np.isnan(planned), np.nanmedian(lengths), planned)


# ---------------------------------------------------------------- the simulation
def _finished(
    schools: _Schools, draws: Draws, now: float, assumptions: Assumptions, rng: np.random.Generator
) -> np.ndarray:
    """Return the work done when each school ends (draw × school), the schools so far first."""
    under_way = schools.under_way
    to_come = draws.these_schools(rng)
    later = np.cumsum(~np.isnan(schools.spans.elapsed), axis=1) - ~np.isnan(schools.spans.elapsed) > 0
    remaining = np.nansum(draws.under_way, axis=2) + np.where(later, to_come, 0.0).sum(axis=2)
    ends = np.maximum(schools.since + remaining, now)[:, under_way]
    done = np.broadcast_to(schools.done[~np.isnan(schools.done)], (len(ends), (~np.isnan(schools.done)).sum()))
    count = assumptions.goal + assumptions.new_per_year * HORIZON_YEARS - done.shape[1] - ends.shape[1]
    lengths = draws.new_schools(rng, max(count, 0)).sum(axis=2)
    return np.concatenate([done, ends, _queue(ends, lengths, now, assumptions)], axis=1)


def _queue(ends: np.ndarray, lengths: np.ndarray, now: float, assumptions: Assumptions) -> np.ndarray:
    """Return when the schools to come end: each starts when a place is free and the starts per month allow it."""
    free = np.full((len(ends), assumptions.at_once), now)
    under_way = np.sort(ends, axis=1)[:, -assumptions.at_once :] if ends.shape[1] else ends
    free[:, : under_way.shape[1]] = under_way
    wait = MONTH / assumptions.starts_per_month if assumptions.starts_per_month else 0.0
    finished, rows = np.empty_like(lengths), np.arange(len(ends))
    for rank in range(lengths.shape[1]):
        place = free.argmin(axis=1)
        start = np.maximum(free[rows, place], now + rank * wait)
        finished[:, rank] = free[rows, place] = start + lengths[:, rank]
    return finished


# ---------------------------------------------------------------- the results
@dataclass(frozen=True)
class _Simulation:
    """The simulated ends, in days since the first one of the calendar, each draw sorted.

    `days`: the end of each school (draw × school), finished ones included; `done`: the ends of the finished schools.
    """

    days: np.ndarray
    done: np.ndarray
    calendar: WorkCalendar
    today: date
    assumptions: Assumptions

    def places(self, days: Iterable[date]) -> np.ndarray:
        return np.array([(day - self.calendar.first).days for day in days])

    def to_do(self, places: np.ndarray) -> np.ndarray:
        """Return how many schools there are to equip, those opened each 1 September from now on included."""
        first = self.today.year + (date(self.today.year, 9, 1) <= self.today)
        openings = self.places(date(year, 9, 1) for year in range(first, first + HORIZON_YEARS))
        opened = np.searchsorted(openings, places, side="right")
        return self.assumptions.goal + self.assumptions.new_per_year * opened

    def counts(self, places: np.ndarray) -> np.ndarray:
        """Count the schools done before these days in each draw; at most the goal, unless more are already done."""
        counts = np.stack([np.searchsorted(row, places, side="left") for row in self.days])
        return np.minimum(counts, np.maximum(self.to_do(places), len(self.done)))


def _summary(schools: _Schools, simulation: _Simulation, stages: pd.DataFrame) -> RolloutForecast:
    reached = _reached(simulation.days, simulation.to_do(simulation.days))
    without_new = _reached(simulation.days, np.full_like(simulation.days, simulation.assumptions.goal))
    last = simulation.calendar.date_of(np.quantile(reached, HIGH, method="inverted_cdf"))
    end = max(last or simulation.calendar.end, simulation.today)
    return RolloutForecast(
        done=len(simulation.done),
        under_way=int(schools.under_way.sum()),
        completed=_range(reached, simulation.calendar),
        without_new=_range(without_new, simulation.calendar),
        fan=_fan(simulation, end),
        years=_years(simulation, end),
        stages=stages,
    )


def _reached(days: np.ndarray, to_do: np.ndarray) -> np.ndarray:
    """Return, for each draw, the day on which every school is done, new ones included; `inf` if never."""
    enough = np.arange(1, days.shape[1] + 1) >= to_do
    first = np.take_along_axis(days, enough.argmax(axis=1)[:, None], axis=1)[:, 0]
    return np.where(enough.any(axis=1), first, np.inf)


def _range(days: np.ndarray, calendar: WorkCalendar) -> Range:
    low, median, high = np.quantile(days, [LOW, 0.5, HIGH], method="inverted_cdf")
    return Range(calendar.date_of(low), calendar.date_of(median), calendar.date_of(high))


def _fan(simulation: _Simulation, end: date) -> pd.DataFrame:
    """Count the schools done at the beginning of each month, from the first known stage to the expected end."""
    until = min(end + timedelta(days=62), simulation.calendar.end)
    months = pd.date_range(simulation.calendar.first.replace(day=1), until, freq="MS")
    places = simulation.places(month.date() for month in months)
    low, median, high = np.quantile(simulation.counts(places), [LOW, 0.5, HIGH], axis=0, method="inverted_cdf")
    return pd.DataFrame({"month": months, "low": low, "median": median, "high": high, "goal": simulation.to_do(places)})


def _years(simulation: _Simulation, end: date) -> pd.DataFrame:
    """Count the schools that end in each year, from this year to the last one entirely simulated."""
    last = min(end.year, simulation.calendar.end.year - 1)
    years = list(range(simulation.today.year, last + 1))
    places = simulation.places(date(year, 1, 1) for year in [*years, last + 1])
    counts = np.diff(simulation.counts(places), axis=1)
    low, median, high = np.quantile(counts, [LOW, 0.5, HIGH], axis=0, method="inverted_cdf")
    done = np.diff(np.searchsorted(simulation.done, places, side="left"))
    return pd.DataFrame({"year": years, "low": low, "median": median, "high": high, "done": done})


def _stages(schools: _Schools, draws: Draws, rng: np.random.Generator) -> pd.DataFrame:
    lengths = draws.new_schools(rng, 1)[:, 0, :]
    low, median, high = np.quantile(lengths, [LOW, 0.5, HIGH], axis=0)
    return pd.DataFrame(
        {
            "stage": schools.names,
            "seen": (~np.isnan(schools.spans.known)).sum(axis=0),
            "under_way": (~np.isnan(schools.spans.elapsed)).sum(axis=0),
            "planned": schools.planned,
            "low": low,
            "median": median,
            "high": high,
        }
    )
