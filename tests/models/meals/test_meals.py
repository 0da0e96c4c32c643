"""The forecast of the meals, whatever the history: never a failure, sane figures, terms that add up."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.inputs.panel import Panel, build
from models.meals.backtest import Origin, forecast_origin, quantities
from models.meals.canteen_levels import FIRST_NOISE as FIRST
from models.meals.canteen_levels import HUBER, LEAST_NOISE, ROUNDS, _effects
from models.meals.forecast import outlook
from tests.models.synthetic import city_history, city_panel, school_days

COMING = school_days("2024-11-18", "2024-12-20")
PAST = school_days("2022-09-01", "2024-11-15")
CITY = {"Bois": 80.0, "Chêne": 160.0, "Étang": 120.0}
TERM = PAST[PAST >= "2024-09-01"]


def _panel(histories: list[pd.DataFrame]) -> Panel:
    return build(pd.concat(histories, ignore_index=True), PAST)


def _forecast(panel: Panel) -> pd.DataFrame:
    found = outlook(panel, COMING, [])
    terms = found.in_meals()
    if not found.meals.empty:
        assert np.isfinite(found.meals.to_numpy()).all()
        total = np.sum([terms[name].to_numpy() for name in terms], axis=0)
        assert np.abs(total - found.meals.to_numpy()).max() < 0.5
    return found.meals


def _assert_near(found: pd.DataFrame, levels: dict[str, float], tolerance: float = 0.12) -> None:
    assert set(found) == set(levels)
    for name, level in levels.items():
        assert found[name].mean() == pytest.approx(level, rel=tolerance), name
        assert found[name].between(0.6 * level, 1.5 * level).all(), name


def _quantities(panel: Panel) -> dict[str, pd.DataFrame]:
    origin = Origin(panel.served.index[-1], COMING)
    return quantities(panel, forecast_origin(panel, [], origin), [], origin).tables


@pytest.mark.parametrize("days", [1, 3, 4])
def test_a_city_of_three_days_has_no_forecast_and_no_failure(days: int) -> None:
    assert _forecast(city_panel(CITY, PAST[-days:])).shape == (len(COMING), 0)


@pytest.mark.parametrize("days", [5, 20, 50])
def test_a_city_of_a_few_weeks_is_forecast_at_its_level(days: int) -> None:
    panel = city_panel(CITY, PAST[-days:])
    _assert_near(_forecast(panel), CITY)
    found = _quantities(panel)
    for table in found.values():
        assert table.notna().all(axis=None)
        assert (table >= 0).all(axis=None)
    assert (found["lower"] <= found["forecast"]).all(axis=None)
    assert (found["forecast"] <= found["upper"]).all(axis=None)
    assert (found["recommended"] > found["forecast"]).mean(axis=None) > 0.9


def test_a_city_of_one_canteen_is_forecast() -> None:
    _assert_near(_forecast(city_panel({"Bois": 80.0}, PAST)), {"Bois": 80.0})


def test_a_canteen_that_always_serves_the_same_is_forecast_so() -> None:
    history = city_history(CITY, TERM).assign(served=50.0)
    found = _forecast(_panel([history]))
    assert found.to_numpy() == pytest.approx(50, abs=0.5)


def test_a_canteen_opened_twenty_days_ago_and_a_closed_one_are_forecast_at_their_level() -> None:
    opened, closed = city_history({"Dune": 40.0}, PAST[-20:], 2), city_history({"Clos": 50.0}, PAST[:150], 3)
    found = _forecast(_panel([city_history(CITY, PAST), opened, closed]))
    _assert_near(found, CITY | {"Dune": 40.0, "Clos": 50.0}, 0.15)


def test_a_canteen_not_served_for_four_years_is_left_out_and_spoils_nothing() -> None:
    long_ago = school_days("2018-09-01", "2019-06-30")
    panel = build(
        pd.concat([city_history(CITY, PAST), city_history({"Vieux": 60.0}, long_ago, 4)]), long_ago.union(PAST)
    )
    _assert_near(_forecast(panel), CITY)


def test_a_spring_with_the_schools_closed_does_not_make_the_next_spring_low() -> None:
    days = school_days("2018-09-01", "2021-04-02")
    history = city_history(CITY, days[(days < "2020-03-16") | (days >= "2020-05-18")])
    reopening = history["date"].between("2020-05-18", "2020-07-03")
    history.loc[reopening, "served"] = (history.loc[reopening, "served"] * 0.25).round()
    coming = school_days("2021-05-17", "2021-06-18")
    found = outlook(build(history, days), coming, []).meals
    for name, level in CITY.items():
        assert found[name].mean() == pytest.approx(level * 0.96, rel=0.12), name


def test_effects_are_those_of_a_plain_ridge_regression_of_each_canteen() -> None:
    chance = np.random.default_rng(3)
    design = chance.normal(size=(120, 12)) * np.geomspace(1, 1e-2, 12)
    design[:, 5] = design[:, 4]
    values = design @ chance.normal(size=(12, 4)) + chance.normal(0, 0.05, (120, 4))
    values[chance.random(values.shape) < 0.2] = np.nan
    middle, effects = _effects(values, design)
    for place in range(4):
        told = np.isfinite(values[:, place])
        columns, wanted = design[told], values[told, place] - np.median(values[told, place])
        weights, noise = np.ones(told.sum()), FIRST
        for _ in range(ROUNDS):
            normal = columns.T @ np.diag(weights) @ columns + noise**2 * np.eye(12)
            plain = np.linalg.inv(normal) @ columns.T @ (weights * wanted)
            errors = np.abs(wanted - columns @ plain)
            noise = max(1.4826 * np.median(errors), LEAST_NOISE)
            weights = np.array([1.0 if error <= HUBER * noise else HUBER * noise / error for error in errors])
        assert middle[place] == pytest.approx(np.median(values[told, place]))
        assert design @ effects[:, place] == pytest.approx(design @ plain, abs=1e-7)


def test_a_strike_declared_for_a_coming_day_lowers_that_day_alone() -> None:
    history = city_history(CITY, PAST)
    strikes = {date(2022, 9, 29), date(2023, 1, 19), date(2023, 3, 7), date(2023, 12, 5), date(2024, 3, 19)}
    struck = history["date"].isin(pd.DatetimeIndex(sorted(strikes)))
    history.loc[struck, "served"] = (history.loc[struck, "served"] * 0.6).round()
    coming = date(2024, 12, 5)
    with_it, without = (outlook(_panel([history]), COMING, known).meals for known in (strikes | {coming}, strikes))
    ratio = (with_it / without).mean(axis=1)
    assert ratio[str(coming)] == pytest.approx(0.6, abs=0.1)
    assert ratio.drop(pd.Timestamp(coming)).to_numpy() == pytest.approx(1.0)
