"""Is the interval of the pilot's effect honest? `python -m benchmarks.accuracy.placebo [--draws 300] [--seed 1] …`.

Schools and dates drawn at random in the city's log: without any pilot, the 95 % interval must leave zero out of 5 % of
the draws; with 30 % of the surplus of the drawn schools taken away, it must hold the truth in 95 %. The same in grams,
on invented schools that weigh as the real one does. `--log` and `--mapping` take other files, `--first` and `--last`
other seasons for the start dates.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import LOG, MAPPING, NANTES
from benchmarks.accuracy.weighed_schools import Weighing, schools, seen_in
from data.deposit.apply import apply
from data.queries import pilot
from data.store import Store
from models.pilot.comparisons import LEAST_DAYS, Outcome, Pilot
from models.pilot.effect import estimate
from models.pilot.study import YEAR, outcome_of

HELSINGBORG = NANTES.parent / "helsingborg" / "vramlosa_waste.csv"
PILOTS, CUT = 12, 0.3
# A test lasts from a term to a year; in turn, schools begin within half a year, after twelve weeks of preparation.
TEST_WEEKS, SPREAD_WEEKS, PREPARATION_WEEKS = (17, 52), 26, 12

Case = tuple[Outcome, list[Pilot]]


@dataclass(frozen=True)
class Found:
    """What one draw gives: is zero left out without any pilot, and with one; is the truth held; its sizes."""

    false_alarm: bool
    held: bool
    seen: bool
    reach: float
    truth: float
    error: float


def main() -> None:
    asked = _arguments()
    print(
        "| | zero left out, no pilot | truth held, −30 % | power, −30 % | true effect | ± |\n|---|---|---|---|---|---|"
    )
    outcome, like = _log(asked.log, asked.mapping), seen_in(pd.read_csv(HELSINGBORG)["totalWaste"] * 1000)
    starts = pd.date_range(asked.first, asked.last, freq="W-MON")
    cases: dict[str, Callable[[np.random.Generator], Case]] = {
        "surplus, one start date": lambda rng: _drawn(rng, outcome, starts, in_turn=False),
        "surplus, schools in turn": lambda rng: _drawn(rng, outcome, starts, in_turn=True),
        "grams, one start date": lambda rng: _weighed(rng, like, in_turn=False),
        "grams, schools in turn": lambda rng: _weighed(rng, like, in_turn=True),
    }
    for name, draw in cases.items():
        rng = np.random.default_rng(asked.seed)
        _tell(name, list(_judged((draw(rng) for _ in range(asked.draws)), asked.lots)))
    print(
        f"\n{asked.draws} draws, seed {asked.seed}; starts from {starts[0]:%d/%m/%Y} to {starts[-1]:%d/%m/%Y}; {like}"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=300, help="pilots and dates drawn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lots", type=int, default=199, help="lots drawn for each interval")
    parser.add_argument("--first", default="2012-01-02")
    parser.add_argument("--last", default="2017-08-28")
    parser.add_argument("--log", type=Path, action="append")
    parser.add_argument("--mapping", type=Path, default=MAPPING)
    asked = parser.parse_args()
    asked.log = asked.log or [LOG]
    return asked


def _log(files: list[Path], mapping: Path) -> Outcome:
    """Return the surplus of the city's canteens, read as the application does."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store.duckdb")
        for file in (mapping, *files):
            apply(store, file.name, file.read_bytes(), "bench")
        days = pilot.daily(store, pd.Timestamp("1990-01-01").date())
        store.close()
    return outcome_of(days, pilot.SURPLUS)[0]


def _drawn(rng: np.random.Generator, outcome: Outcome, starts: pd.DatetimeIndex, in_turn: bool) -> Case:
    """Draw twelve canteens that have figures before and after, and when they begin; data stops when the test does."""
    tomorrow = outcome.days[-1] + timedelta(days=1)
    while True:
        first, told = starts[int(rng.integers(len(starts)))], np.isfinite(outcome.whole)
        end = min(first + timedelta(weeks=int(rng.integers(*TEST_WEEKS, endpoint=True))), tomorrow)
        before, after = (told[outcome.within(*ends)].sum(axis=0) for ends in ((first - YEAR, first), (first, end)))
        known = np.flatnonzero((before >= LEAST_DAYS) & (after >= LEAST_DAYS))
        if len(known) > 2 * PILOTS:
            break
    late = _late(rng, in_turn)
    data_end = min(end + timedelta(weeks=int(late.max())), tomorrow)
    pilots = [
        _pilot(int(canteen), first + timedelta(weeks=int(weeks)), data_end, in_turn)
        for canteen, weeks in zip(rng.choice(known, PILOTS, replace=False), late, strict=True)
    ]
    return outcome, pilots


def _weighed(rng: np.random.Generator, like: Weighing, in_turn: bool) -> Case:
    """Draw schools that weigh, and when the twelve first ones begin."""
    days = pd.bdate_range("2020-09-01", periods=600, freq="C", weekmask="Mon Tue Thu Fri")
    first = days[int(rng.integers(200, 240))]
    late = _late(rng, in_turn)
    end = first + timedelta(weeks=int(rng.integers(*TEST_WEEKS, endpoint=True)) + int(late.max()))
    pilots = [_pilot(place, first + timedelta(weeks=int(weeks)), end, in_turn) for place, weeks in enumerate(late)]
    return schools(rng, like, days, [one.until for one in pilots]), pilots


def _late(rng: np.random.Generator, in_turn: bool) -> np.ndarray:
    return rng.integers(0, SPREAD_WEEKS, PILOTS) if in_turn else np.zeros(PILOTS, dtype=int)


def _pilot(canteen: int, start: pd.Timestamp, data_end: pd.Timestamp, in_turn: bool) -> Pilot:
    until = start - timedelta(weeks=PREPARATION_WEEKS if in_turn else 0)
    return Pilot(canteen, until - YEAR, until, start, min(start + YEAR, data_end))


def _judged(cases: Iterator[Case], lots: int) -> Iterator[Found]:
    for outcome, pilots in cases:
        part, truths = outcome.part.copy(), []
        for one in pilots:
            rows = np.asarray((outcome.days >= one.start) & np.isfinite(outcome.whole[:, one.canteen]))
            part[rows, one.canteen] *= 1 - CUT
            rows &= outcome.days < one.end
            rate = outcome.part[rows, one.canteen].sum() / max(outcome.whole[rows, one.canteen].sum(), 1e-9)
            truths.append(-CUT * outcome.scale * rate)
        without, found = (estimate(replace(outcome, part=parts), pilots, lots) for parts in (outcome.part, part))
        if without is None or found is None:
            continue
        truth = float(np.mean(np.array(truths)[np.isfinite(found.own)]))
        yield Found(
            false_alarm=without.lower > 0 or without.upper < 0,
            held=found.lower <= truth <= found.upper,
            seen=found.upper < 0,
            reach=(without.upper - without.lower) / 2,
            truth=truth,
            error=found.effect - truth,
        )


def _tell(name: str, found: list[Found]) -> None:
    table = pd.DataFrame(found)
    shares = " | ".join(_share(table[column].to_numpy(bool)) for column in ("false_alarm", "held", "seen"))
    sizes = f"{table['truth'].mean():.2f} | {table['reach'].median():.2f}"
    print(f"| {name} ({len(table)}) | {shares} | {sizes} |", flush=True)


def _share(told: np.ndarray) -> str:
    """Write a share of the draws, and the standard error that so many draws leave."""
    share = told.mean()
    return f"{100 * share:.1f} % ± {100 * np.sqrt(share * (1 - share) / len(told)):.1f}"


if __name__ == "__main__":
    main()
