"""One series, real Prophet: intervals in order, same figures twice, and an honest answer where little is known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.inputs.series import MEALS, Fit, Series
from models.surplus import forecast

FUTURE = pd.bdate_range("2024-11-18", "2024-12-20")


def _series(days: int, level: float = 100, noise: float = 5, canteen: str = "Bois") -> Series:
    ds = pd.bdate_range(end="2024-11-15", periods=days)
    y = level + np.random.default_rng(days).normal(0, noise, days) - 10 * (ds.day_of_week == 4)
    return Series(canteen, MEALS, pd.DataFrame({"ds": ds, "y": y.clip(min=0), "meals": 100.0}))


def _assert_sound(fit: Fit) -> None:
    future = fit.future
    assert future["date"].tolist() == FUTURE.tolist()
    assert (future["lower"] >= 0).all()
    assert (future["lower"] <= future["point"]).all()
    assert (future["point"] <= future["upper"]).all()


@pytest.mark.parametrize(
    ("days", "method"),
    [(600, "prophet"), (300, "prophet"), (30, "prophet"), (29, "weekday_median")],
)
@pytest.mark.parametrize("level", [100, 1])
def test_intervals_are_in_order_and_never_negative(days: int, method: str, level: float) -> None:
    fit = forecast(_series(days, level), FUTURE)
    assert fit.method == method
    _assert_sound(fit)


def test_the_same_series_gives_the_same_figures() -> None:
    first, second = (forecast(_series(300), FUTURE).future for _ in range(2))
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_the_interval_holds_about_eight_days_out_of_ten() -> None:
    fit = forecast(_series(600, noise=5), FUTURE)
    assert (fit.future["upper"] - fit.future["lower"]).mean() == pytest.approx(2 * 1.2816 * 5, rel=0.15)


def test_a_constant_series_stays_what_it_is() -> None:
    fit = forecast(_series(100, level=0, noise=0), FUTURE)
    _assert_sound(fit)
    assert fit.future["upper"].max() < 1


def test_the_weekday_is_learnt() -> None:
    future = forecast(_series(300), FUTURE).future
    friday = future["date"].dt.day_of_week == 4
    assert future.loc[~friday, "point"].mean() - future.loc[friday, "point"].mean() == pytest.approx(10, abs=3)


def test_the_new_level_of_september_is_followed() -> None:
    series = _series(600, noise=2)
    series.past.loc[series.past["ds"] >= "2024-08-01", "y"] += 40
    future = forecast(series, FUTURE).future
    assert future["point"].mean() == pytest.approx(138, abs=8)


def test_a_short_past_gives_the_median_of_each_weekday_between_the_extremes_seen() -> None:
    series = _series(20)
    future = forecast(series, FUTURE).future
    monday = series.past[series.past["ds"].dt.day_of_week == 0]["y"].median()
    assert future["point"].iloc[0] == monday
    assert future["lower"].iloc[0] == series.past["y"].min()
    assert future["upper"].iloc[0] == series.past["y"].max()


def test_a_canteen_closed_on_every_day_asked_has_no_forecast() -> None:
    assert forecast(_series(100), FUTURE[:0]).future.empty


def test_the_past_beside_the_model_is_the_last_school_year() -> None:
    fit = forecast(_series(600), FUTURE)
    assert len(fit.past) == 140
    assert fit.past["date"].max() == pd.Timestamp(date(2024, 11, 15))
    assert (fit.past["fitted"] - fit.past["y"]).abs().mean() < 10
