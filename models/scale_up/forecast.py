"""When will every school be done? The schools to come, simulated from the stages seen so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from data.queries import rollout as programme
from data.queries.scale_up import HORIZON_YEARS, Assumptions, Range, RolloutForecast
from data.store import Store
from models.scale_up.calendar import WorkCalendar
from models.scale_up.durations import Draws, Spans, sample

DRAWS = 1000
# The range given: 8 chances in 10.
LOW, HIGH = 0.1, 0.9
MONTH = 365.25 / 12


@dataclass(frozen=True)
class _Seen:
    """The schools seen so far: their stages, when they were done (work, NaN before), when their stage began.

    `planned`: days of each stage as for most schools, NaN where nobody planned it.
    """

    spans: Spans
    names: list[str]
    planned: np.ndarray
    done: np.ndarray
    since: np.ndarray

    @property
    def under_way(self) -> np.ndarray:
        return np.isnan(self.done) & ~np.isnan(self.since)


def forecast(stages: pd.DataFrame, today: date, assumptions: Assumptions, draws: int = DRAWS) -> RolloutForecast | None:
    """Simulate the rollout from the stages of the schools (table `pilot_stages`); None while no length is known.

    Dates after today are taken as not having happened yet.
    """
    counted = _counted(stages, today, assumptions.stages)
    if counted["actual_end"].isna().all():
        return None
    first = counted[["actual_start", "actual_end"]].min().min()
    calendar = WorkCalendar(first.date(), today, assumptions.holiday_speed)
    seen = _seen(counted, today, calendar)
    if np.isnan(seen.spans.known).all():
        return None
    rng = np.random.default_rng(assumptions.seed)
    samples = sample(seen.spans, rng, draws)
    finished = _finished(seen, samples, calendar.before(today), assumptions, rng)
    ends = calendar.day_of(finished)
    done = int((~np.isnan(seen.done)).sum())
    ahead = _Ahead(np.sort(ends, axis=1), np.sort(ends[0, :done]), calendar, today, assumptions)
    return _told(seen, ahead, _stages(seen, samples, rng))


def of_store(store: Store, today: date, assumptions: Assumptions) -> RolloutForecast | None:
    """Simulate the rollout from the stages the store knows."""
    return forecast(programme.stages(store), today, assumptions)


# ---------------------------------------------------------------- what has been seen
def _counted(stages: pd.DataFrame, today: date, names: tuple[str, ...]) -> pd.DataFrame:
    kept = stages[stages["stage"].isin(names)] if names else stages
    dates = {
        name: pd.to_datetime(kept[name]).where(pd.to_datetime(kept[name]) <= pd.Timestamp(today))
        for name in ("actual_start", "actual_end")
    }
    return kept.assign(**dates, since=_previous_end(stages, today).loc[kept.index]).sort_values(["school", "position"])


def _previous_end(stages: pd.DataFrame, today: date) -> pd.Series:
    """Return when the stage before each one ended: waiting is part of the stage waited for."""
    ordered = stages.sort_values(["school", "position"])
    ends = pd.to_datetime(ordered["actual_end"])
    return ends.where(ends <= pd.Timestamp(today)).groupby(ordered["school"]).shift()


def _seen(counted: pd.DataFrame, today: date, calendar: WorkCalendar) -> _Seen:
    names = counted.sort_values("position")["stage"].drop_duplicates().tolist()
    schools = counted["school"].drop_duplicates().tolist()
    known, elapsed = (np.full((len(schools), len(names)), np.nan) for _ in range(2))
    done, since = (np.full(len(schools), np.nan) for _ in range(2))
    for row, school in enumerate(schools):
        mine = counted[counted["school"] == school].set_index("stage").reindex(names)
        begun = [_begun(stage, calendar) for stage in mine.itertuples()]
        ended = [calendar.after(end.date()) if pd.notna(end) else np.nan for end in mine["actual_end"]]
        known[row] = _lengths(mine, np.subtract(ended, begun))
        last = max((place for place, end in enumerate(ended) if not np.isnan(end)), default=-1)
        if last == len(names) - 1:
            done[row] = ended[-1]
        elif not np.isnan(begun[last + 1]):
            since[row] = begun[last + 1]
            elapsed[row, last + 1] = max(calendar.before(today) - since[row], 0.0)
    planned = _planned(counted, names)
    return _Seen(Spans(known, elapsed, _leant_on(planned, known)), names, planned, done, since)


def _lengths(stages: pd.DataFrame, work: np.ndarray) -> np.ndarray:
    """Return the days of work of each stage; one that went on while all work was supposed to stop counts its days."""
    days = (stages["actual_end"] - stages["actual_start"].fillna(stages["since"])).dt.days.to_numpy() + 1.0
    return np.where(work < 1, np.maximum(days, 1), work)


def _begun(stage: tuple, calendar: WorkCalendar) -> float:
    """Return the work done when a stage began: once the one before was over, else on its first day."""
    start, end, since = stage.actual_start, stage.actual_end, stage.since  # type: ignore[attr-defined]
    if pd.notna(since) and not (pd.notna(end) and end <= since):
        return calendar.after(max(since.date(), calendar.first)) if since.date() >= calendar.first else 0.0
    return calendar.before(start.date()) if pd.notna(start) else np.nan


def _planned(counted: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Return the days planned for each stage, as for most schools, NaN where nobody planned it."""
    starts, ends = pd.to_datetime(counted["planned_start"]), pd.to_datetime(counted["planned_end"])
    days = ((ends - starts).dt.days + 1).groupby(counted["stage"]).median()
    return days.reindex(names).to_numpy(dtype=float)


def _leant_on(planned: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return a length for every stage: as planned, else as the other plans, else as the stages seen."""
    lengths = known if np.isnan(planned).all() else planned
    return planned if np.isnan(lengths).all() else np.where(np.isnan(planned), np.nanmedian(lengths), planned)


# ---------------------------------------------------------------- what is simulated
def _finished(seen: _Seen, draws: Draws, now: float, assumptions: Assumptions, rng: np.random.Generator) -> np.ndarray:
    """Return the work done when each school ends (draw × school), those seen first."""
    mine = seen.under_way
    to_come = draws.these_schools(rng)
    later = np.cumsum(~np.isnan(seen.spans.elapsed), axis=1) - ~np.isnan(seen.spans.elapsed) > 0
    left = np.nansum(draws.under_way, axis=2) + np.where(later, to_come, 0.0).sum(axis=2)
    ends = np.maximum(seen.since + left, now)[:, mine]
    done = np.broadcast_to(seen.done[~np.isnan(seen.done)], (len(ends), (~np.isnan(seen.done)).sum()))
    count = assumptions.goal + assumptions.new_per_year * HORIZON_YEARS - done.shape[1] - ends.shape[1]
    lengths = draws.new_schools(rng, max(count, 0)).sum(axis=2)
    return np.concatenate([done, ends, _queue(ends, lengths, now, assumptions)], axis=1)


def _queue(ends: np.ndarray, lengths: np.ndarray, now: float, assumptions: Assumptions) -> np.ndarray:
    """Return when the schools to come end: each starts when a place is free, as the starts per month allow."""
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


# ---------------------------------------------------------------- what is told
@dataclass(frozen=True)
class _Ahead:
    """What was simulated, in days since the first one of the calendar, each draw sorted.

    `days`: when each school ends (draw × school), those done included; `done`: when those ended.
    """

    days: np.ndarray
    done: np.ndarray
    calendar: WorkCalendar
    today: date
    assumptions: Assumptions

    def places(self, days: Iterable[date]) -> np.ndarray:
        return np.array([(day - self.calendar.first).days for day in days])

    def to_do(self, places: np.ndarray) -> np.ndarray:
        """Return how many schools there are to do, those opened each 1 September from now on included."""
        first = self.today.year + (date(self.today.year, 9, 1) <= self.today)
        openings = self.places(date(year, 9, 1) for year in range(first, first + HORIZON_YEARS))
        opened = np.searchsorted(openings, places, side="right")
        return self.assumptions.goal + self.assumptions.new_per_year * opened

    def counts(self, places: np.ndarray) -> np.ndarray:
        """Count the schools done before these days in each draw: no more than there are, unless more are done today."""
        counts = np.stack([np.searchsorted(row, places, side="left") for row in self.days])
        return np.minimum(counts, np.maximum(self.to_do(places), len(self.done)))


def _told(seen: _Seen, ahead: _Ahead, stages: pd.DataFrame) -> RolloutForecast:
    reached = _reached(ahead.days, ahead.to_do(ahead.days))
    plain = _reached(ahead.days, np.full_like(ahead.days, ahead.assumptions.goal))
    last = ahead.calendar.date_of(np.quantile(reached, HIGH, method="inverted_cdf"))
    end = max(last or ahead.calendar.end, ahead.today)
    return RolloutForecast(
        done=len(ahead.done),
        under_way=int(seen.under_way.sum()),
        completed=_range(reached, ahead.calendar),
        without_new=_range(plain, ahead.calendar),
        fan=_fan(ahead, end),
        years=_years(ahead, end),
        stages=stages,
    )


def _reached(days: np.ndarray, to_do: np.ndarray) -> np.ndarray:
    """Return, for each draw, the day on which every school is done, those opened meanwhile too; `inf` when never."""
    enough = np.arange(1, days.shape[1] + 1) >= to_do
    first = np.take_along_axis(days, enough.argmax(axis=1)[:, None], axis=1)[:, 0]
    return np.where(enough.any(axis=1), first, np.inf)


def _range(days: np.ndarray, calendar: WorkCalendar) -> Range:
    low, median, high = np.quantile(days, [LOW, 0.5, HIGH], method="inverted_cdf")
    return Range(calendar.date_of(low), calendar.date_of(median), calendar.date_of(high))


def _fan(ahead: _Ahead, end: date) -> pd.DataFrame:
    """Count the schools done at the beginning of each month, from the first one seen to the last one expected."""
    until = min(end + timedelta(days=62), ahead.calendar.end)
    months = pd.date_range(ahead.calendar.first.replace(day=1), until, freq="MS")
    places = ahead.places(month.date() for month in months)
    low, median, high = np.quantile(ahead.counts(places), [LOW, 0.5, HIGH], axis=0, method="inverted_cdf")
    return pd.DataFrame({"month": months, "low": low, "median": median, "high": high, "goal": ahead.to_do(places)})


def _years(ahead: _Ahead, end: date) -> pd.DataFrame:
    """Count the schools that end in each year from this one on, up to the last one that is wholly simulated."""
    last = min(end.year, ahead.calendar.end.year - 1)
    years = list(range(ahead.today.year, last + 1))
    places = ahead.places(date(year, 1, 1) for year in [*years, last + 1])
    counts = np.diff(ahead.counts(places), axis=1)
    low, median, high = np.quantile(counts, [LOW, 0.5, HIGH], axis=0, method="inverted_cdf")
    done = np.diff(np.searchsorted(ahead.done, places, side="left"))
    return pd.DataFrame({"year": years, "low": low, "median": median, "high": high, "done": done})


def _stages(seen: _Seen, draws: Draws, rng: np.random.Generator) -> pd.DataFrame:
    lengths = draws.new_schools(rng, 1)[:, 0, :]
    low, median, high = np.quantile(lengths, [LOW, 0.5, HIGH], axis=0)
    return pd.DataFrame(
        {
            "stage": seen.names,
            "seen": (~np.isnan(seen.spans.known)).sum(axis=0),
            "under_way": (~np.isnan(seen.spans.elapsed)).sum(axis=0),
            "planned": seen.planned,
            "low": low,
            "median": median,
            "high": high,
        }
    )
