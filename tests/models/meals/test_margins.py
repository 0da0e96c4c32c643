"""How far meals may end from their forecast: what is less sure gets more room, and nothing is read before its day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.inputs.calendar import day_features
from models.inputs.panel import Panel, build, learnable
from models.meals import error_quantiles
from models.meals.error_features import (
    BEND,
    FEW,
    LARGEST_GAP,
    MANY,
    Forecasts,
    error_features,
    piecewise,
    weekday_meals,
)
from tests.models.synthetic import city_history, school_days

DAYS = school_days("2015-09-01", "2016-06-24")
CITY = {"Bois": 80.0, "Chêne": 160.0}
LEAD = pd.Timedelta(days=21)
# Features of the day come first: four weekdays, two of the time of the year, then the calendar's.
OF_DAY = 6 + day_features(DAYS[:1], DAYS[:1], []).shape[1]


@pytest.fixture(scope="module")
def panel() -> Panel:
    chance = np.random.default_rng(3)
    history = city_history(CITY, DAYS)
    history["served"] *= chance.uniform(0.9, 1.1, len(history))
    return build(history[chance.random(len(history)) < 0.9], DAYS)


@pytest.fixture(scope="module")
def made(panel: Panel) -> Forecasts:
    days = pd.DatetimeIndex(panel.served.index[60:])
    meals = pd.DataFrame(100.0, days, panel.served.columns)
    return Forecasts(meals, meals * 0, pd.Series(days - LEAD, days))


def _clues(panel: Panel, made: Forecasts) -> np.ndarray:
    days = pd.DatetimeIndex(panel.served.index)
    calendar = day_features(days.union(pd.DatetimeIndex(made.meals.index)), days, [])
    return error_features(panel, made, calendar, weekday_meals(panel, made))


@given(st.floats(-1, 1), st.lists(st.floats(0.01, 0.9), min_size=1, max_size=3, unique=True))
def test_the_pieces_of_a_gap_add_up_to_it(gap: float, places: list[float]) -> None:
    pieces = piecewise(np.array([gap]), tuple(sorted(places)))
    above, below = pieces[: len(places) + 1], pieces[len(places) + 1 :]
    assert sum(above)[0] - sum(below)[0] == pytest.approx(gap)
    assert all(piece[0] >= 0 for piece in pieces)


def test_the_last_meals_of_the_same_weekday_are_those_a_plain_loop_finds(panel: Panel, made: Forecasts) -> None:
    found = _clues(panel, made)
    known = np.log(learnable(panel, trailing=True))
    for row in range(0, len(made.meals), 7):
        day, cutoff = made.meals.index[row], made.cutoff.iloc[row]
        for column, canteen in enumerate(made.meals):
            past = known.loc[:cutoff, canteen]
            past = past[pd.DatetimeIndex(past.index).day_of_week == day.day_of_week]
            told = [
                past.dropna().iloc[-1],
                past.iloc[-FEW:].median(),
                past.iloc[-MANY:].median(),
                past.iloc[-MANY:].max(),
                past.iloc[-MANY:].min(),
            ]
            gaps = np.clip(np.array(told) - np.log(100.0), -LARGEST_GAP, LARGEST_GAP)
            expected = [piece[0] for gap in gaps for piece in piecewise(np.array([gap]), (BEND,))]
            assert found[row, column, OF_DAY + 1 :] == pytest.approx(expected, abs=1e-6), (day, canteen)


def test_what_came_after_a_forecast_was_made_changes_none_of_its_clues(panel: Panel, made: Forecasts) -> None:
    # The panel goes on for weeks after the first cutoffs: each day reads what its own cutoff knew.
    row = 40
    cutoff = made.cutoff.iloc[row]
    corrupted = panel.served.copy()
    corrupted.loc[cutoff + pd.Timedelta(days=1) :] *= 3
    later = replace(panel, served=corrupted)
    assert np.array_equal(_clues(panel, made)[: row + 1], _clues(later, made)[: row + 1])


def test_an_event_that_was_declared_moves_no_clue(panel: Panel, made: Forecasts) -> None:
    event = made.event - 0.7
    told = Forecasts(made.meals * np.exp(event), event, made.cutoff)
    # How far the last forecasts ended is another matter: it is left out here.
    gaps = [_clues(panel, one)[:, :, OF_DAY + 1 :] for one in (made, told)]
    assert gaps[0] == pytest.approx(gaps[1], abs=1e-6)


@pytest.fixture(scope="module")
def missed() -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return forecasts, meals served and one clue that doubles the errors."""
    chance = np.random.default_rng(5)
    meals = pd.DataFrame(chance.uniform(50, 200, (5000, 4)), columns=list("ABCD"))
    clue = chance.integers(0, 2, (5000, 4, 1)).astype(np.float32)
    sizes = np.array([0.03, 0.03, 0.06, 0.06]) * 2.0 ** clue[..., 0]
    return meals, meals.to_numpy() * (1 + chance.normal(0, 1, meals.shape) * sizes), clue


@pytest.mark.parametrize("side", [error_quantiles.ABOVE, error_quantiles.BELOW])
def test_what_is_less_sure_gets_more_room(missed: tuple[pd.DataFrame, np.ndarray, np.ndarray], side: int) -> None:
    meals, served, clue = missed
    margin = error_quantiles.learn(meals, served, clue, side)
    width = margin.width(clue, meals.columns)
    assert width[clue[..., 0] == 1].mean() / width[clue[..., 0] == 0].mean() == pytest.approx(2, rel=0.15)
    assert width[:, 2:].mean() / width[:, :2].mean() == pytest.approx(2, rel=0.25)
    # The mean error on that side, in meals, is the one that was seen.
    expected = np.clip(side * (served - meals.to_numpy()), 0, None).sum()
    assert (width * meals.to_numpy()).sum() == pytest.approx(expected, rel=0.02)


def test_typing_errors_widen_no_margin(missed: tuple[pd.DataFrame, np.ndarray, np.ndarray]) -> None:
    meals, served, clue = missed
    wrong = served.copy()
    wrong[::50, 0] *= 10
    kept = np.where(wrong == served, served, np.nan)
    found = [
        error_quantiles.learn(meals, one, clue, error_quantiles.ABOVE).width(clue, meals.columns)
        for one in (wrong, kept)
    ]
    assert found[0] == pytest.approx(found[1])


def test_without_a_judged_past_errors_are_still_taken_for_something() -> None:
    nothing = pd.DataFrame(np.ones((3, 2)), columns=list("AB"))
    margin = error_quantiles.learn(nothing, np.full((3, 2), np.nan), np.zeros((3, 2, 5)), error_quantiles.ABOVE)
    assert margin.width(np.zeros((3, 2, 5)), nothing.columns) == pytest.approx(error_quantiles.USUAL_ERROR)
    assert margin.quantile(0.9) == pytest.approx(-margin.quantile(0.1))
    assert margin.quantile(0.9) > 1


def _odd_days(seed: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return 120 days of 60 canteens: whole days are off, ten features of the day say nothing of it."""
    chance = np.random.default_rng(seed)
    meals = pd.DataFrame(100.0, range(120), [f"C{number}" for number in range(60)])
    errors = chance.normal(0, 0.03, (120, 1)) + chance.normal(0, 0.03, meals.shape)
    features = np.broadcast_to(chance.random((120, 1, 10)) < 0.1, (*meals.shape, 10)).astype(np.float32)
    return meals, 100 * (1 + errors), features


def test_features_of_a_few_odd_days_make_no_interval_too_narrow() -> None:
    inside, short = [], []
    for seed in range(12):
        meals, served, features = _odd_days(seed)
        past, coming = slice(0, 80), slice(80, 120)
        bounds = []
        for side, share in ((error_quantiles.ABOVE, 0.9), (error_quantiles.BELOW, 0.1), (error_quantiles.ABOVE, 0.95)):
            margin = error_quantiles.learn(meals.iloc[past], served[past], features[past], side)
            bounds.append(100 * (1 + margin.quantile(share) * margin.width(features[coming], meals.columns)))
        upper, lower, prudent = bounds
        inside.append(((served[coming] >= lower) & (served[coming] <= upper)).mean())
        short.append((served[coming] > prudent).mean())
    assert 0.76 <= np.mean(inside) <= 0.84
    assert 0.035 <= np.mean(short) <= 0.065


def test_past_errors_are_judged_by_the_other_parts_of_the_past() -> None:
    meals, served, features = _odd_days(0)
    margin = error_quantiles.learn(meals, served, features, error_quantiles.ABOVE)
    part = len(meals) // error_quantiles.FOLDS
    changed = served.copy()
    changed[:part] = 100 + 2 * (changed[:part] - 100)
    other = error_quantiles.learn(meals, changed, features, error_quantiles.ABOVE)
    # The part that changed judges the others, not itself (but for the canteen's own large errors, of all the past).
    assert np.abs(other.past_width[part:] / margin.past_width[part:] - 1).mean() > 0.05
    assert np.abs(other.past_width[:part] / margin.past_width[:part] - 1).mean() < 0.05
