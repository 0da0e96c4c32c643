"""Another risk of running short moves the quantities the way it says, and today's risk moves nothing."""

from __future__ import annotations

import itertools

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.queries.forecasts.days import daily_forecast
from data.queries.forecasts.other_risks import (
    QUANTITY,
    Risk,
    canteen_forecasts_of_day_at,
    daily_forecast_at,
    prices,
    risks,
)
from data.queries.forecasts.runs import latest_run
from data.store import Store
from models.meals import error_quantiles, quantity
from models.meals.other_risks import ONE_IN, factors

CANTEENS = pd.Index(["Bois", "Lac"])


def margin_of(days: int) -> error_quantiles.Margin:
    chance = np.random.default_rng(7)
    served = 100 * (1 + chance.standard_normal((days, 2)) * [0.05, 0.2])
    return error_quantiles.learn(
        pd.DataFrame(100.0, range(days), CANTEENS), served, np.zeros((days, 2, 1)), error_quantiles.ABOVE
    )


@pytest.mark.parametrize("days", [0, 10, 400])
def test_the_quantity_of_a_risk_is_the_one_that_the_errors_pass_as_often(days: int) -> None:
    margin, chance = margin_of(days), np.random.default_rng(3)
    served = np.round(100 * (1 + chance.standard_normal((days, 2)) * [0.05, 0.2]))
    forecast, width = np.full((1, 2), 100.3), margin.width(np.zeros((1, 2, 1)), CANTEENS)
    past = np.repeat(width, days, axis=0)
    ready = quantity.prepared_margin(margin, np.full((days, 2), 100.0), past, served)
    upper = forecast * (1 + margin.quantile(0.9) * width)
    for one_in, factor in zip(ONE_IN, factors(margin, ready), strict=True):
        meals = in_sql(QUANTITY, point=forecast, upper=upper, factor=np.full((1, 2), factor))
        assert meals == pytest.approx(quantity.whole_meals(forecast, 1 - 1 / one_in, ready, width)[0])


def in_sql(formula: str, **columns: np.ndarray) -> np.ndarray:
    """Return what a formula of the queries makes of these columns, with the powers that a computation keeps."""
    rows = pa.table({name: values.ravel() for name, values in columns.items()})
    with duckdb.connect() as base:
        base.register("rows", rows)
        powers = {"width_power": Risk.width_power, "size_power": quantity.SIZE_POWER}
        asked = {name: power for name, power in powers.items() if f"${name}" in formula}
        return np.asarray([meals for (meals,) in base.execute(f"SELECT {formula} FROM rows", asked).fetchall()])


@given(st.data())
def test_sql_and_python_prepare_the_same_quantity(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 12))
    column = lambda low, high: np.array(data.draw(st.lists(st.floats(low, high), min_size=count, max_size=count)))  # noqa: E731
    forecast, width, errors = column(1.0, 900.0), column(0.02, 1.5), column(-0.9, 0.9)
    chance = data.draw(st.floats(0.55, 0.97))
    above = error_quantiles.Margin(
        error_quantiles.ABOVE, pd.Series(0.1, CANTEENS), np.zeros(2), np.sort(np.append(np.abs(errors), 0.3))
    )
    prepared = error_quantiles.Margin(error_quantiles.ABOVE, pd.Series(0.1, CANTEENS), np.zeros(2), np.sort(errors))
    upper = forecast * (1 + above.quantile(0.9) * width)
    factor = prepared.quantile(chance) * quantity.USUAL_MEALS**-quantity.SIZE_POWER / above.quantile(0.9)
    exact = forecast * (1 + prepared.quantile(chance) * quantity.spread(width, forecast))
    meals = in_sql(QUANTITY, point=forecast, upper=upper, factor=np.full(count, factor))
    # Half a meal may fall on either side of a rounding.
    assert np.abs(meals - np.maximum(exact, 0.0)).max() <= 0.5 + 1e-6


def test_errors_that_are_all_the_same_have_a_quantity_all_the_same() -> None:
    margin = error_quantiles.Margin(error_quantiles.ABOVE, pd.Series(0.1, CANTEENS), np.zeros(2), np.zeros(200))
    assert factors(margin, margin) == [0.0] * len(ONE_IN)


@pytest.fixture(scope="module")
def run(city: Store) -> int:
    found = latest_run(city)
    assert found
    return found.run_id


@pytest.fixture(scope="module")
def known(city: Store, run: int) -> list[Risk]:
    return risks(city, run)


@pytest.mark.parametrize("canteen", [None, "Dune"])
def test_more_prudent_is_never_fewer_meals(city: Store, run: int, known: list[Risk], canteen: str | None) -> None:
    assert [one.one_in for one in known] == list(ONE_IN)
    frames = [daily_forecast_at(city, run, canteen, one) for one in (known[0], known[2], known[-1])]
    for prudent, bold in itertools.pairwise(frames):
        assert (prudent["advised"] >= bold["advised"]).all()
        assert (prudent["recommended"] >= bold["recommended"]).all()
    assert (frames[0]["advised"] > frames[-1]["advised"]).all()


def test_a_risk_leaves_the_forecast_and_its_interval_as_they_are(city: Store, run: int, known: list[Risk]) -> None:
    kept = ["date", "meals", "meals_lower", "meals_upper", "meals_planned"]
    before, after = daily_forecast(city, run, None), daily_forecast_at(city, run, None, known[0])
    pd.testing.assert_frame_equal(before[kept], after[kept])


def test_the_city_prepares_the_sum_of_its_canteens_at_every_risk(city: Store, run: int, known: list[Risk]) -> None:
    total = daily_forecast_at(city, run, None, known[1]).iloc[0]
    canteens = canteen_forecasts_of_day_at(city, run, total["date"].date(), known[1])
    assert total["advised"] == pytest.approx(canteens["advised"].sum())


@pytest.mark.parametrize("canteen", [None, "Bois"])
def test_on_the_past_more_prudent_is_never_less_surplus_nor_more_shortage(
    city: Store, run: int, canteen: str | None
) -> None:
    found = prices(city, run, canteen)
    others = found[found["one_in"].notna()].sort_values("one_in", ascending=False)
    assert len(others) == len(ONE_IN)
    assert others["surplus_pct"].is_monotonic_decreasing
    assert others["surplus_per_week"].is_monotonic_decreasing
    assert others["shortage_pct"].is_monotonic_increasing
    assert others["short_pct"].is_monotonic_increasing


def test_the_price_of_today_s_risk_is_what_the_judged_days_say(city: Store, run: int) -> None:
    found = prices(city, run, "Bois")
    today = found[found["one_in"].isna()].iloc[0]
    past = city.read("SELECT * FROM backtests WHERE canteen = 'Bois' AND set_aside IS NULL")
    gap = past["recommended"] - past["meals_served"]
    weeks = past["date"].dt.to_period("W").nunique()
    assert today["canteen_days"] == len(past)
    assert today["short_pct"] == pytest.approx(100 * (gap < 0).mean())
    assert today["surplus_per_week"] == pytest.approx(gap.clip(lower=0).sum() / weeks)
    assert today["shortage_pct"] == pytest.approx(-100 * gap.clip(upper=0).sum() / past["meals_served"].sum())
