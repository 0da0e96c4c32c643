"""What the city shares: its total is forecast without bias, and its menus move it no more than they did."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.inputs.panel import build
from models.meals.forecast import outlook
from tests.models.synthetic import city_history, school_days

PAST = school_days("2021-09-01", "2024-05-31")
COMING = school_days("2024-06-03", "2024-06-28")
CITY = {f"Cantine {number}": 60.0 + 5 * number for number in range(24)}


def test_outings_at_the_end_of_the_year_lower_the_city_s_total_and_not_the_usual_canteen() -> None:
    days = PAST.union(COMING)
    history = city_history(CITY, days)
    away = np.random.default_rng(5).random(len(history)) < 0.15
    june = pd.DatetimeIndex(history["date"]).month == 6
    history.loc[away & june, "served"] *= 0.5
    served = history.pivot(index="date", columns="canteen", values="served").loc[COMING]
    found = outlook(build(history[history["date"].isin(PAST)], days), COMING, []).meals
    assert found.sum().sum() == pytest.approx(served.sum().sum(), rel=0.025)
    usual = (found / served).stack().median()
    assert 0.93 < usual < 1.0


def test_a_dish_that_fills_canteens_does_so_the_next_time_and_an_unknown_one_changes_nothing() -> None:
    days = PAST.union(COMING)
    fries = pd.Series(np.random.default_rng(6).random(len(days)) < 0.2, days)
    history = city_history(CITY, days)
    history["served"] *= np.where(history["date"].map(fries), 1.05, 1.0)
    dishes = fries.map({True: "Steak haché, frites", False: "Riz"})
    menus = pd.DataFrame({"date": days, "dish": dishes.to_numpy(), "main": True})
    menus.loc[menus["date"] == COMING[-1], "dish"] = "Quinoa"
    found = outlook(build(history[history["date"].isin(PAST)], days, None, menus), COMING, [])
    menu = found.terms["menu"].iloc[:, 0]
    eaten = fries[COMING]
    assert (menu[eaten].iloc[:-1] > 0.005).all()
    assert menu[eaten].max() < 0.06
    assert (menu[~eaten].iloc[:-1] <= 0.001).all()
    without = outlook(build(history[history["date"].isin(PAST)], days), COMING, [])
    assert not without.terms["menu"].any(axis=None)
