"""How many meals to prepare: the risk asked for is the risk taken, and the plan helps where it knows more."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.inputs.panel import REASONS, Panel, build, complete_plans, reasons
from models.meals import error_quantiles, quantity
from tests.models.synthetic import city_history, school_days

DAYS = school_days("2015-09-01", "2016-03-18")
CITY = {"Bois": 80.0, "Chêne": 160.0, "Étang": 120.0}


@pytest.fixture(scope="module")
def past() -> tuple[np.ndarray, np.ndarray]:
    """Return forecasts and meals served, days × canteens, some unknown."""
    chance = np.random.default_rng(4)
    base = chance.uniform(50, 300, (400, 6))
    served = base * (1 + chance.normal(0.01, [0.03, 0.05, 0.08, 0.1, 0.05, 0.2], base.shape))
    return base, np.where(chance.random(base.shape) < 0.1, np.nan, np.round(served))


def _learnt(base: np.ndarray, served: np.ndarray) -> tuple[error_quantiles.Margin, np.ndarray]:
    """Return the margin of what is prepared, and the expected errors."""
    nothing, names = np.zeros((*base.shape, 1)), list("ABCDEF")
    margin = error_quantiles.learn(pd.DataFrame(base, columns=names), served, nothing, error_quantiles.ABOVE)
    width = margin.width(nothing, pd.Index(names))
    return quantity.prepared_margin(margin, base, width, served), width


@pytest.mark.parametrize("risk", [0.1, 0.2, 0.4])
def test_the_share_of_days_short_is_the_one_asked_for(past: tuple[np.ndarray, np.ndarray], risk: float) -> None:
    base, served = past
    margin, width = _learnt(base, served)
    meals = quantity.whole_meals(base, 1 - risk, margin, width)
    assert np.nanmax(np.abs(meals - np.round(meals))) == 0
    assert (served > meals)[np.isfinite(served)].mean() == pytest.approx(risk, abs=0.005)


def test_the_same_shortage_as_the_managers_is_reached_and_never_passed(past: tuple[np.ndarray, np.ndarray]) -> None:
    base, served = past
    margin, width = _learnt(base, served)
    known = np.isfinite(served)

    def ran(share: float) -> quantity.Shortage:
        return quantity.shortage_of(quantity.whole_meals(base, share, margin, width)[known], served[known])

    for asked in (ran(0.80), ran(0.85), ran(0.95)):
        for most in (asked, asked._replace(meals=1.0), asked._replace(far_days=1.0)):
            found = ran(quantity.match_risk(base, margin, width, served, most))
            assert found.meals <= most.meals * 1.001
            assert found.far_days <= most.far_days * 1.001
            assert found.meals == pytest.approx(asked.meals, rel=0.1)  # days far short go by whole days


def test_however_short_the_managers_run_no_more_days_are_short_than_stated(past: tuple[np.ndarray, np.ndarray]) -> None:
    base, served = past
    margin, width = _learnt(base, served)
    share = quantity.match_risk(base, margin, width, served, quantity.Shortage(1.0, 1.0))
    assert share == pytest.approx(1 - quantity.HIGHEST_RISK, abs=1e-4)


def test_a_typing_error_is_no_shortage(past: tuple[np.ndarray, np.ndarray]) -> None:
    base, served = past
    margin, width = _learnt(base, served)
    typed = np.where(np.arange(base.size).reshape(base.shape) % 97 == 0, 10 * served, served)
    most = quantity.Shortage(0.005, 0.02)
    asked = quantity.match_risk(base, margin, width, served, most)
    assert quantity.match_risk(base, margin, width, typed, most) == pytest.approx(asked, abs=0.01)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 300)), min_size=1, max_size=30))
def test_a_day_is_far_short_without_a_twentieth_of_its_meals_and_two(days: list[tuple[int, int]]) -> None:
    found = quantity.shortage_of(*(np.array(column, dtype=float) for column in zip(*days, strict=True)))
    far = [
        served - prepared for prepared, served in days if served - prepared >= 2 and 20 * (served - prepared) > served
    ]
    assert found.far_days == pytest.approx(len(far) / len(days))
    missing = sum(max(served - prepared, 0) for prepared, served in days)
    assert found.meals == pytest.approx(missing / sum(served for _, served in days))


def test_a_plan_that_knows_of_outings_brings_the_quantity_nearer_to_what_is_served() -> None:
    chance = np.random.default_rng(8)
    places = [f"C{number}" for number in range(8)]
    forecast = pd.DataFrame(chance.uniform(80, 200, (200, 8)), columns=places)
    outing = np.where(chance.random(forecast.shape) < 0.1, 0.6, 1.0)
    served = forecast * outing * (1 + chance.normal(0, 0.03, forecast.shape))
    planned = forecast * outing * 1.08 * (1 + chance.normal(0, 0.03, forecast.shape))
    rule = quantity.learn_plan(forecast, planned, served)
    blended = rule.blend(forecast, planned)
    assert (blended - served).abs().sum().sum() < 0.6 * (forecast - served).abs().sum().sum()
    unplanned = rule.blend(forecast, planned * np.nan)
    assert unplanned.to_numpy() == pytest.approx(forecast.to_numpy())


# ---------------------------------------------------------------- the panel
def _awkward() -> Panel:
    """Return a history with missing days, split points, typing errors, Wednesdays: enough to disagree on."""
    chance = np.random.default_rng(11)
    days = DAYS[:90].union(pd.DatetimeIndex(["2015-10-07", "2015-11-11"]))
    history = city_history(CITY, days)
    history["points"] = np.where(chance.random(len(history)) < 0.05, 1, 2)
    history.loc[chance.random(len(history)) < 0.03, "served"] *= 10
    history.loc[chance.random(len(history)) < 0.03, "served"] = np.nan
    history["incomplete"] = chance.random(len(history)) < 0.02
    return build(history[chance.random(len(history)) < 0.95], DAYS)


def _naive_reason(panel: Panel, day: pd.Timestamp, place: str, kept: dict[pd.Timestamp, float]) -> str | None:
    if np.isnan(panel.served.loc[day, place]):
        return "without_meals_served"
    if day not in panel.service_days:
        return "not_a_service_day"
    if panel.incomplete.loc[day, place]:
        return "incomplete"
    if _naive_missing(panel, day, place):
        return "point_missing"
    order = list(kept)
    near = [kept[other] for other in order[max(0, order.index(day) - 20) : order.index(day) + 21]]
    ratio = kept[day] / np.median(near)
    return None if 0.3 <= ratio <= 2 else "typing_error"


def _naive_missing(panel: Panel, day: pd.Timestamp, place: str) -> bool:
    same = [other for other in panel.points.index if other.weekday() == day.weekday()]
    around = panel.points.loc[same[max(0, same.index(day) - 5) : same.index(day) + 6], place].dropna()
    return bool(panel.points.loc[day, place] < sorted(around)[(len(around) - 1) // 2])


def test_what_is_set_aside_is_what_a_plain_loop_sets_aside() -> None:
    panel = _awkward()
    found = reasons(panel)
    for place in CITY:
        whole = [
            day
            for day in panel.served.index
            if day in panel.service_days
            and not np.isnan(panel.served.loc[day, place])
            and not panel.incomplete.loc[day, place]
            and not _naive_missing(panel, day, place)
        ]
        kept = {day: panel.served.loc[day, place] for day in whole}
        for day in panel.served.index:
            expected = _naive_reason(panel, day, place, kept)
            assert found.loc[day, place] == (-1 if expected is None else REASONS.index(expected)), (day, place)
    assert set(np.unique(found)) == set(range(-1, len(REASONS)))


def test_a_plan_counts_when_all_the_points_of_that_weekday_have_one() -> None:
    history = city_history({"Bois": 80.0, "Chêne": 160.0}, DAYS).assign(points=2)
    friday = history["date"].dt.day_of_week == 4
    history.loc[friday, "points"] = 1
    coming = school_days("2016-03-21", "2016-03-25")
    plans = pd.DataFrame(
        [("Bois", day, 90.0, 1 if day.day_of_week == 4 else 2) for day in coming]
        + [("Chêne", day, 90.0, 1) for day in coming]
        + [("Ailleurs", coming[0], 90.0, 1)],
        columns=["canteen", "date", "planned", "points"],
    )
    told = complete_plans(build(history, DAYS), plans, coming).notna()
    assert told["Bois"].all()
    assert told["Chêne"].tolist() == [day.day_of_week == 4 for day in coming]
    assert list(told) == ["Bois", "Chêne"]
