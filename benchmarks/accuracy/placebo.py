"""Placebo test of the pilot's interval: `python -m benchmarks.accuracy.placebo [--draws 300] [--seed 1] …`.

Schools and dates are drawn at random in the city's log. Without any pilot, the 95 % interval must exclude zero in 5 %
of the draws. With 30 % of the surplus of the drawn schools removed, it must hold the truth in 95 % of the draws. The
same is done in grams, on simulated schools that weigh like the real one. `--log` and `--mapping` give other files,
`--first` and `--last` other seasons for the start dates.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import LOG, MAPPING, NANTES
from benchmarks.accuracy.weighed_schools import Profile, profile_of, schools
from data.deposit.apply import apply
from data.queries import pilot
from data.store import Store
from models.pilot.comparisons import LEAST_DAYS, Outcome, Pilot
from models.pilot.effect import estimate
from models.pilot.study import YEAR, outcome_of

HELSINGBORG = NANTES.parent / "helsingborg" / "vramlosa_waste.csv"
PILOTS, CUT = 12, 0.3
# A test lasts from a term to a year. “In turn”: schools begin within half a year, after twelve weeks of preparation.
TEST_WEEKS, SPREAD_WEEKS, PREPARATION_WEEKS = (17, 52), 26, 12

Case = tuple[Outcome, list[Pilot]]


@dataclass(frozen=True)
class DrawResult:
    """The result of one draw: whether the interval excludes zero without a pilot (`false_alarm`), holds the truth
    (`covered`), excludes zero with a pilot (`detected`); half width without a pilot, true effect, estimation error.
    """

    false_alarm: bool
    covered: bool
    detected: bool
    half_width: float
    truth: float
    error: float


def main() -> None:
    options = _arguments()
    print(
        "| | zero left out, no pilot | truth held, −30 % | power, −30 % | true effect | ± |\n|---|---|---|---|---|---|"
    )
    outcome, profile = _log(options.log, options.mapping), profile_of(pd.read_csv(HELSINGBORG)["totalWaste"] * 1000)
    starts = pd.date_range(options.first, options.last, freq="W-MON")
    cases: dict[str, Callable[[np.random.Generator], Case]] = {
        "surplus, one start date": lambda rng: _drawn(rng, outcome, starts, in_turn=False),
        "surplus, schools in turn": lambda rng: _drawn(rng, outcome, starts, in_turn=True),
        "grams, one start date": lambda rng: _weighed(rng, profile, in_turn=False),
        "grams, schools in turn": lambda rng: _weighed(rng, profile, in_turn=True),
    }
    for name, draw in cases.items():
        rng = np.random.default_rng(options.seed)
        _print_row(name, list(_results((draw(rng) for _ in range(options.draws)), options.permutations)))
    print(
        f"\n{options.draws} draws, seed {options.seed}; "
        f"starts from {starts[0]:%d/%m/%Y} to {starts[-1]:%d/%m/%Y}; {profile}"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=300, help="pilots and dates drawn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--permutations", type=int, default=199, help="permutations drawn for each interval")
    parser.add_argument("--first", default="2012-01-02")
    parser.add_argument("--last", default="2017-08-28")
    parser.add_argument("--log", type=Path, action="append")
    parser.add_argument("--mapping", type=Path, default=MAPPING)
    options = parser.parse_args()
    options.log = options.log or [LOG]
    return options


def _log(files: list[Path], mapping: Path) -> Outcome:
    """Return the surplus of the city's canteens, read as the application reads it."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store.duckdb")
        for file in (mapping, *files):
            apply(store, file.name, file.read_bytes(), "bench")
        days = pilot.daily(store, date(1990, 1, 1), date(2100, 1, 1))
        store.close()
    return outcome_of(days, pilot.SURPLUS)[0]


def _drawn(rng: np.random.Generator, outcome: Outcome, starts: pd.DatetimeIndex, in_turn: bool) -> Case:
    """Draw twelve canteens with figures before and after, and their start dates; the data ends with the test."""
    tomorrow = outcome.days[-1] + timedelta(days=1)
    while True:
        first, known = starts[int(rng.integers(len(starts)))], np.isfinite(outcome.whole)
        end = min(first + timedelta(weeks=int(rng.integers(*TEST_WEEKS, endpoint=True))), tomorrow)
        before, after = (known[outcome.within(*ends)].sum(axis=0) for ends in ((first - YEAR, first), (first, end)))
        eligible = np.flatnonzero((before >= LEAST_DAYS) & (after >= LEAST_DAYS))
        if len(eligible) > 2 * PILOTS:
            break
    delays = _delays(rng, in_turn)
    data_end = min(end + timedelta(weeks=int(delays.max())), tomorrow)
    pilots = [
        _pilot(int(canteen), first + timedelta(weeks=int(weeks)), data_end, in_turn)
        for canteen, weeks in zip(rng.choice(eligible, PILOTS, replace=False), delays, strict=True)
    ]
    return outcome, pilots


def _weighed(rng: np.random.Generator, profile: Profile, in_turn: bool) -> Case:
    """Draw schools that weigh, and the start dates of the first twelve."""
    days = pd.bdate_range("2020-09-01", periods=600, freq="C", weekmask="Mon Tue Thu Fri")
    first = days[int(rng.integers(200, 240))]
    delays = _delays(rng, in_turn)
    end = first + timedelta(weeks=int(rng.integers(*TEST_WEEKS, endpoint=True)) + int(delays.max()))
    pilots = [_pilot(place, first + timedelta(weeks=int(weeks)), end, in_turn) for place, weeks in enumerate(delays)]
    return schools(rng, profile, days, [one.until for one in pilots]), pilots


def _delays(rng: np.random.Generator, in_turn: bool) -> np.ndarray:
    return rng.integers(0, SPREAD_WEEKS, PILOTS) if in_turn else np.zeros(PILOTS, dtype=int)


def _pilot(canteen: int, start: pd.Timestamp, data_end: pd.Timestamp, in_turn: bool) -> Pilot:
    until = start - timedelta(weeks=PREPARATION_WEEKS if in_turn else 0)
    return Pilot(canteen, until - YEAR, until, start, min(start + YEAR, data_end))


def _results(cases: Iterator[Case], permutations: int) -> Iterator[DrawResult]:
    for outcome, pilots in cases:
        part, truths = outcome.part.copy(), []
        for one in pilots:
            rows = np.asarray((outcome.days >= one.start) & np.isfinite(outcome.whole[:, one.canteen]))
            part[rows, one.canteen] *= 1 - CUT
            rows &= outcome.days < one.end
            rate = outcome.part[rows, one.canteen].sum() / max(outcome.whole[rows, one.canteen].sum(), 1e-9)
            truths.append(-CUT * outcome.scale * rate)
        placebo, estimated = (
            estimate(replace(outcome, part=parts), pilots, permutations) for parts in (outcome.part, part)
        )
        if placebo is None or estimated is None:
            continue
        truth = float(np.mean(np.array(truths)[np.isfinite(estimated.own)]))
        yield DrawResult(
            false_alarm=placebo.lower > 0 or placebo.upper < 0,
            covered=estimated.lower <= truth <= estimated.upper,
            detected=estimated.upper < 0,
            half_width=(placebo.upper - placebo.lower) / 2,
            truth=truth,
            error=estimated.effect - truth,
        )


def _print_row(name: str, results: list[DrawResult]) -> None:
    table = pd.DataFrame(results)
    shares = " | ".join(_share(table[column].to_numpy(bool)) for column in ("false_alarm", "covered", "detected"))
    sizes = f"{table['truth'].mean():.2f} | {table['half_width'].median():.2f}"
    print(f"| {name} ({len(table)}) | {shares} | {sizes} |", flush=True)


def _share(flags: np.ndarray) -> str:
    """Format a share of the draws with its standard error."""
    share = flags.mean()
    return f"{100 * share:.1f} % ± {100 * np.sqrt(share * (1 - share) / len(flags)):.1f}"


if __name__ == "__main__":
    main()
