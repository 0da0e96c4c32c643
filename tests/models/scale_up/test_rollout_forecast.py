"""The end of the rollout: exact where nothing is uncertain, honest where little is known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from data.queries.scale_up import HORIZON_YEARS, Assumptions
from models.scale_up.calendar import WorkCalendar
from models.scale_up.durations import Draws, Spans, sample
from models.scale_up.forecast import forecast

FIRST = date(2026, 1, 5)
STAGES = {"cadrage": 10, "installation": 20, "formation": 5}
LENGTH = sum(STAGES.values())
COLUMNS = ["school", "position", "stage", "planned_start", "planned_end", "actual_start", "actual_end"]


def programme(starts: list[int], today: int, longer: float = 1.0, planned: float = 1.0) -> pd.DataFrame:
    """Write the stages of schools that begin some days after FIRST and are never late, as known at the end of a day."""
    rows: list[tuple] = []
    for school, start in enumerate(starts):
        day = start
        for position, (stage, days) in enumerate(STAGES.items(), start=1):
            end = day + round(days * longer) - 1
            dates = [FIRST + timedelta(days=when) if when <= today else None for when in (day, end)]
            plan = FIRST + timedelta(days=day), FIRST + timedelta(days=day + round(days * planned) - 1)
            rows.append((f"École {school}", position, stage, *plan, *dates))
            day = end + 1
    return pd.DataFrame(rows, columns=COLUMNS)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@pytest.mark.parametrize("planned", [1.0, 0.6])
def test_known_lengths_give_the_known_day_whatever_was_planned(planned: float) -> None:
    today = 34
    stages = programme([0, 0, 5, 20], today, planned=planned)
    told = forecast(stages, day(today), Assumptions(goal=10, at_once=2, new_per_year=0))
    assert told is not None
    assert (told.done, told.under_way) == (2, 2)
    # Places are free on days 40 and 55; six schools of 35 days follow, two by two.
    ends = [34, 34, 39, 54, 74, 89, 109, 124, 144, 159]
    assert told.completed.low == told.completed.median == told.completed.high == day(max(ends))
    assert told.without_new == told.completed
    last = told.fan.iloc[-1]
    assert (last["low"], last["median"], last["high"], last["goal"]) == (10, 10, 10, 10)
    months = [sum(day(end) < month.date() for end in ends) for month in told.fan["month"]]
    assert told.fan["median"].tolist() == told.fan["low"].tolist() == told.fan["high"].tolist() == months
    assert told.years["median"].sum() == 10 - sum(day(end) < date(2026, 1, 1) for end in ends)


def test_schools_that_wait_for_their_month_end_on_the_known_day() -> None:
    stages = programme([0, 0, 0], 60)
    told = forecast(stages, day(60), Assumptions(goal=6, at_once=50, starts_per_month=2, new_per_year=0))
    assert told is not None
    assert told.completed.low == told.completed.high == day(60 + int(365.25 / 12) + LENGTH)


def test_a_new_school_a_year_moves_the_end_by_as_many_schools() -> None:
    stages = programme([0, 0, 0], 60)
    told = forecast(stages, day(60), Assumptions(goal=13, at_once=1, new_per_year=1))
    assert told is not None and told.completed.median is not None and told.without_new.median is not None
    assert told.without_new.median == day(60 + 10 * LENGTH - 1)
    # 1 September 2026 comes before the ten schools are done; the eleventh is done before 1 September 2027.
    assert told.completed.median == day(60 + 11 * LENGTH - 1)
    # The years count no more schools than there are at the end of 2027, though many more are simulated.
    assert told.years["high"].sum() == 13 + 2


def test_a_programme_that_new_schools_outrun_has_no_end() -> None:
    told = forecast(programme([0, 0, 0], 60), day(60), Assumptions(goal=30, at_once=1, new_per_year=20))
    assert told is not None
    assert told.completed.low is told.completed.median is told.completed.high is None
    assert told.without_new.median is not None


def test_a_target_already_passed_was_reached_on_the_day_it_was_and_counts_all_that_is_done() -> None:
    told = forecast(programme([0, 1, 2, 3], 60), day(60), Assumptions(goal=2, new_per_year=0))
    assert told is not None and told.done == 4
    assert told.completed.low == told.completed.high == day(1 + LENGTH - 1)
    assert told.fan["high"].iloc[-1] == 4
    assert told.years[["median", "done"]].to_numpy().tolist() == [[4, 4]]


def test_the_years_tell_how_many_schools_are_done_already() -> None:
    told = forecast(programme([0, 1, 30], 40), day(40), Assumptions(goal=20, at_once=3, new_per_year=0))
    assert told is not None
    assert told.years["done"].tolist() == [2] + [0] * (len(told.years) - 1)
    assert (told.years["low"] >= told.years["done"]).all()
    assert told.years["median"].sum() == 20


def test_one_horizon_ends_the_fan_the_years_and_the_dates() -> None:
    today = day(60)
    told = forecast(programme([0, 0, 0], 60), today, Assumptions(goal=500, at_once=1, new_per_year=50), 20)
    assert told is not None and told.completed.median is None
    last = told.fan["month"].iloc[-1]
    assert today + timedelta(days=365 * HORIZON_YEARS - 31) < last.date() < today + timedelta(days=366 * HORIZON_YEARS)
    # Nothing beyond it is counted as done on its last day.
    assert told.fan["high"].diff().max() <= 3
    assert told.years["high"].max() <= 3 + 365 // LENGTH


def test_an_end_late_in_the_horizon_is_drawn_to_its_end() -> None:
    goal = 37 * 365 // LENGTH
    told = forecast(programme([0, 0, 0], 60), day(60), Assumptions(goal=goal, at_once=1, new_per_year=0), 20)
    assert told is not None and told.completed.high is not None
    assert told.fan["month"].iloc[-1].date() > told.completed.high
    assert told.fan["median"].iloc[-1] == goal
    assert told.years["median"].sum() == goal


def test_holidays_that_stop_all_work_move_the_end_by_their_length() -> None:
    today = date(2026, 6, 1)
    calendar = WorkCalendar(FIRST, today, 0.0)
    worked = calendar.before(date(2026, 9, 1)) - calendar.before(date(2026, 7, 4))
    assert worked == 0
    assert calendar.date_of(float(calendar.day_of(np.array([calendar.after(date(2026, 7, 3))]))[0])) == date(2026, 7, 3)
    later = calendar.day_of(np.array([calendar.before(date(2026, 7, 4)) + 1]))
    assert calendar.date_of(float(later[0])) == date(2026, 9, 1)


@pytest.mark.parametrize("back", [0, 1, 7])
def test_a_work_calendar_gives_back_the_day_it_was_asked_for(back: int) -> None:
    calendar = WorkCalendar(FIRST, FIRST, 0.5)
    asked = date(2027, 3, 31) - timedelta(days=back)
    found = calendar.day_of(np.array([calendar.after(asked)]))
    assert calendar.date_of(float(found[0])) == asked


def test_a_stage_under_way_for_long_makes_the_range_later_not_earlier() -> None:
    rng = np.random.default_rng(0)
    known = np.exp(rng.normal(3, 0.3, (6, 1)))
    known[4:] = np.nan
    waiting = np.full((6, 1), np.nan)
    short = sample(Spans(known, waiting, np.array([20.0])), np.random.default_rng(1), 400)
    waiting[4:] = 90
    long = sample(Spans(known, waiting, np.array([20.0])), np.random.default_rng(1), 400)
    assert np.median(long.stages) > np.median(short.stages) + 0.1
    assert (long.under_way[:, 4:] > 90 - 1e-9).all()


def test_what_is_not_known_of_the_mean_of_a_stage_is_counted_once() -> None:
    """Over very many schools, residuals drawn again add nothing to the mean that `stages` has drawn."""
    rng = np.random.default_rng(5)
    draws = Draws(
        stages=rng.normal(3, 0.2, (300, 2)),
        schools=np.zeros((300, 1)),
        spread=np.zeros(300),
        under_way=np.full((300, 1, 2), np.nan),
        residuals=rng.normal(0.1, 0.5, (300, 8)),
    )
    gaps = np.log(draws.new_schools(rng, 4000)).mean(axis=1) - draws.stages
    assert gaps.mean() == pytest.approx(0, abs=0.005)
    assert gaps.std() < 0.02


def test_fewer_finished_schools_give_a_wider_range() -> None:
    rng = np.random.default_rng(3)
    lengths = np.exp(rng.normal(3, 0.4, (12, 3)))

    def width(count: int) -> float:
        known = np.where(np.arange(12)[:, None] < count, lengths, np.nan)
        draws = sample(Spans(known, np.full_like(known, np.nan), np.full(3, 20.0)), np.random.default_rng(1), 400)
        low, high = np.quantile(draws.stages.mean(axis=1), [0.1, 0.9])
        return float(high - low)

    assert width(2) > 1.5 * width(12)


def test_a_stage_never_finished_leans_on_its_plan_as_the_others_were_late() -> None:
    known = np.tile([[20.0, 40.0, np.nan]], (8, 1))
    draws = sample(
        Spans(known, np.full_like(known, np.nan), np.array([10.0, 20.0, 30.0])), np.random.default_rng(1), 400
    )
    assert np.exp(np.median(draws.stages[:, 2])) == pytest.approx(60, rel=0.1)


def test_the_same_seed_gives_the_same_figures_and_only_counted_stages_count() -> None:
    stages = programme([0, 3, 8], 30, longer=1.3)
    first, again = (forecast(stages, day(30), Assumptions(at_once=4), 100) for _ in range(2))
    short = forecast(stages, day(30), Assumptions(at_once=4, stages=("cadrage",)), 100)
    assert first is not None and again is not None and short is not None
    assert first.completed == again.completed and first.fan.equals(again.fan)
    assert short.stages["stage"].tolist() == ["cadrage"]
    assert short.done == 3


def test_nothing_finished_or_no_school_gives_no_date() -> None:
    assert forecast(programme([0], 5), day(5), Assumptions()) is None
    assert forecast(pd.DataFrame(columns=COLUMNS), day(5), Assumptions()) is None


def test_schools_without_any_planned_date_still_get_an_end() -> None:
    stages = programme([0, 0, 0], 60).assign(planned_start=None, planned_end=None)
    told = forecast(stages, day(60), Assumptions(goal=6, at_once=50, new_per_year=0))
    assert told is not None
    assert told.completed.low == told.completed.high == day(60 - 1 + LENGTH)
    assert told.stages["planned"].isna().all()  # what nobody planned is not shown as planned


def test_ends_whose_beginning_was_taken_back_do_not_break_the_page() -> None:
    stages = programme([0, 3], 60).assign(actual_start=None)
    assert forecast(stages[stages["position"] == 1], day(60), Assumptions(), 50) is None
    told = forecast(stages, day(60), Assumptions(goal=4), 50)
    assert told is not None and told.done == 2
    assert told.completed.median is not None


@pytest.mark.parametrize("today", [150, 300])
def test_an_end_after_all_openings_simulated_is_not_never(today: int) -> None:
    stages = programme([0], today)
    goal = 27 * 365 // LENGTH
    told = forecast(stages, day(today), Assumptions(goal=goal, at_once=1, new_per_year=1), 20)
    assert told is not None
    assert told.completed.median is not None
