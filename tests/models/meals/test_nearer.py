"""Nearer days: what was served since moves the forecast, what is not known yet never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.inputs.panel import Panel, build, learnable
from models.meals.backtest import EVERY, Origin, backtest, fitted_origins, told_on
from models.meals.error_features import Forecasts
from models.meals.nearer import CITY, CLIP, OWN, UNKNOWN_SHARE, at, track
from tests.models.synthetic import city_history, school_days

DAYS = school_days("2015-01-05", "2016-03-18")
PLACES = {name: 60.0 + 10 * place for place, name in enumerate("ABCDEFGHIJKLMNOPQRSTUVWX")}
CUTOFF = DAYS[120]
FORECAST = ["forecast", "lower", "upper", "recommended"]


@pytest.fixture(scope="module")
def panel() -> Panel:
    return build(city_history(PLACES, DAYS), DAYS)


@pytest.fixture(scope="module")
def base(panel: Panel) -> Forecasts:
    days = DAYS[121:150]
    meals = pd.DataFrame(100.0, days, panel.served.columns)
    return Forecasts(meals, meals * 0, pd.Series(CUTOFF, days))


def _plain(panel: Panel, base: Forecasts, told: pd.Timestamp, canteen: str, day: pd.Timestamp) -> float:
    """Return the forecast of one day by plain loops over days and canteens."""
    own, own_variance = dict.fromkeys(PLACES, 0.0), dict.fromkeys(PLACES, UNKNOWN_SHARE * OWN.spread**2)
    city, city_variance, last = 0.0, UNKNOWN_SHARE * CITY.spread**2, CUTOFF
    for known in base.meals.index[base.meals.index <= told]:
        kept, city_kept = (np.exp(-(known - last).days / drift.memory) for drift in (OWN, CITY))
        own = {name: kept * level for name, level in own.items()}
        own_variance = {name: kept**2 * one + (1 - kept**2) * OWN.spread**2 for name, one in own_variance.items()}
        city, city_variance = city_kept * city, city_kept**2 * city_variance + (1 - city_kept**2) * CITY.spread**2
        gaps = {name: np.log(panel.served.loc[known, name] / 100) - own[name] for name in PLACES}
        gaps = {name: gap for name, gap in gaps.items() if np.log(0.3) <= gap + own[name] <= np.log(2.0)}
        common = np.log(np.mean([np.exp(gap) for gap in gaps.values()]))
        gain = city_variance / (city_variance + CITY.noise**2)
        city += gain * np.clip(common - city, -CLIP * CITY.noise, CLIP * CITY.noise)
        city_variance *= 1 - gain
        for name, gap in gaps.items():
            gain = own_variance[name] / (own_variance[name] + OWN.noise**2)
            own[name] += gain * np.clip(gap - common, -CLIP * OWN.noise, CLIP * OWN.noise)
            own_variance[name] *= 1 - gain
        last = known
    ahead = (day - last).days
    return float(100 * np.exp(own[canteen] * np.exp(-ahead / OWN.memory) + city * np.exp(-ahead / CITY.memory)))


@pytest.mark.parametrize("lead", [1, 3, 7, 21, 60])
def test_a_nearer_forecast_is_the_one_of_plain_loops(panel: Panel, base: Forecasts, lead: int) -> None:
    chance = np.random.default_rng(lead)
    served = panel.served.copy()
    served.loc[DAYS[125] :, "C"] = 120.0
    served.loc[DAYS[130], "D"] = 900.0  # a typing error
    noisy = replace(panel, served=served * chance.uniform(0.9, 1.1, served.shape))
    days = pd.DatetimeIndex(base.meals.index[10:])
    levels = track(learnable(noisy, trailing=True), base)
    found = at(base, levels, days, days - pd.Timedelta(days=lead))
    for day in days[::6]:
        for canteen in ("A", "C", "D"):
            expected = _plain(noisy, base, day - pd.Timedelta(days=lead), canteen, day)
            assert found.meals.loc[day, canteen] == pytest.approx(expected)


def test_a_canteen_that_serves_more_for_weeks_is_followed_and_the_others_are_not_moved(
    panel: Panel, base: Forecasts
) -> None:
    served = panel.served * 0 + 100.0
    served.loc[CUTOFF + pd.Timedelta(days=1) :, "C"] = 120.0
    days = pd.DatetimeIndex(base.meals.index[-1:])
    levels = track(learnable(replace(panel, served=served), trailing=True), base)
    far, near = (at(base, levels, days, days - pd.Timedelta(days=lead)).meals.iloc[0] for lead in (90, 1))
    assert far["C"] == pytest.approx(100)
    assert 112 < near["C"] <= 120
    assert near.drop("C").between(98.5, 101).all()


@pytest.mark.parametrize("every", ["month", "week", "day"])
@pytest.mark.parametrize("lead", [21, 7, 1])
def test_nothing_after_what_a_day_knows_changes_what_was_told_of_it(every: str, lead: int) -> None:
    history = city_history({name: PLACES[name] for name in "ABCDEFG"}, DAYS)
    first, last = date(2016, 3, 1), date(2016, 3, 18)
    day = pd.Timestamp("2016-03-15")
    origin = fitted_origins(DAYS, first, last, lead, every)[-1]
    known = told_on(origin, lead, every)[list(origin.days).index(day)]
    assert known <= day - pd.Timedelta(days=lead)
    late, chance = history["date"] > known, np.random.default_rng(9)
    false = history.copy()
    false.loc[late, ["served", "planned"]] = chance.integers(1, 900, (int(late.sum()), 2)).astype(float)
    said, again = (
        backtest(build(one, DAYS), [], first, last, lead, every).set_index(["date", "canteen"]).loc[day, FORECAST]
        for one in (history, false)
    )
    pd.testing.assert_frame_equal(again, said, check_exact=True)


@pytest.mark.parametrize("every", ["month", "week", "day"])
def test_every_day_is_in_one_fit_whose_cutoff_it_may_know(every: str) -> None:
    for first, last in ((date(2015, 3, 4), date(2015, 6, 30)), (date(2015, 9, 1), date(2016, 3, 18))):
        parts: list[Origin] = fitted_origins(DAYS, first, last, 7, every)
        assert [day for one in parts for day in one.days] == list(
            DAYS[(pd.Timestamp(first) <= DAYS) & (pd.Timestamp(last) >= DAYS)]
        )
        assert all((told_on(one, 7, every) >= one.cutoff).all() for one in parts)
    assert set(EVERY) == {"month", "week"}
