"""The waste of canteens that weigh: fresh levels, menus believed only when they help, intervals that hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.accuracy import waste_scores
from models.inputs import menus
from models.meals.backtest import Origin, origins
from models.waste import forecast, run
from models.waste.forecast import LEVEL, MEASURES, MENU, PLACES, SEASON, TOTAL, Weighings
from models.waste.intervals import KG, WasteForecast, joined, waste_forecasts

DAYS = pd.bdate_range("2024-01-08", periods=160)
COMING = pd.bdate_range(DAYS[-1] + pd.Timedelta(days=1), periods=10)
SPLIT = {"preparation": 0.1, "unserved": 0.3, "leftovers": 0.6}
NO_MENU = pd.DataFrame({"date": pd.DatetimeIndex([]), "dish": []})


def _weighings(total: pd.DataFrame, dishes: pd.DataFrame = NO_MENU, meals: float = 100.0) -> Weighings:
    grams = {TOTAL: total, **{name: total * share for name, share in SPLIT.items()}}
    return Weighings(grams, total.notna() * meals, menus.words_of(dishes))


def _noise(level: float, days: pd.DatetimeIndex = DAYS, spread: float = 0.15, seed: int = 1) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    return pd.DataFrame({"Bois": (np.sqrt(level) * (1 + spread * chance.standard_normal(len(days)))) ** 2}, days)


def _dishes(days: pd.DatetimeIndex, seed: int = 1) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    return pd.DataFrame(
        {"date": days, "dish": chance.choice(["Épinards à la crème", "Frites", "Riz", "Purée"], len(days))}
    )


def _ahead(known: Weighings, first: int = 100) -> dict[str, WasteForecast]:
    past = origins(DAYS, DAYS[first].date(), DAYS[-1].date(), 1, "week")
    asked = [*past, Origin(DAYS[-1], COMING)]
    meals = pd.DataFrame({"Bois": 100.0}, DAYS.append(COMING))
    forecasts = joined([forecast.forecast(known.until(one.cutoff), one.days) for one in asked])
    return waste_forecasts(forecasts, COMING, known, meals, known.meals)


# ---------------------------------------------------------------- levels
def test_a_new_habit_of_the_last_month_is_followed_without_forgetting_the_past() -> None:
    grams = _noise(100, spread=0.02)
    grams.iloc[-20:] *= 0.6
    found = forecast.forecast(_weighings(grams), COMING)[TOTAL][LEVEL]["Bois"]
    assert found.between(60, 85).all()


def test_a_typing_error_of_yesterday_does_not_carry_the_forecast_away() -> None:
    grams = _noise(100)
    before = forecast.forecast(_weighings(grams), COMING)[TOTAL][LEVEL].iloc[0, 0]
    grams.iloc[-1] = 10 * grams.iloc[-1]
    assert forecast.forecast(_weighings(grams), COMING)[TOTAL][LEVEL].iloc[0, 0] == pytest.approx(before, rel=0.05)


def test_an_outing_that_leaves_five_children_says_little_of_the_others() -> None:
    known = _weighings(_noise(100))
    before = forecast.forecast(known, COMING)[TOTAL][LEVEL].iloc[0, 0]
    known.grams[TOTAL].iloc[-1] = 0.0
    known.meals.iloc[-1] = 5.0
    assert forecast.forecast(known, COMING)[TOTAL][LEVEL].iloc[0, 0] == pytest.approx(before, rel=0.02)


def test_a_canteen_weighed_on_a_few_days_only_is_not_forecast() -> None:
    grams = _noise(100).assign(Chêne=80.0)
    grams.loc[grams.index[forecast.LEAST_DAYS - 1] :, "Chêne"] = np.nan
    assert list(forecast.forecast(_weighings(grams), COMING)[TOTAL][LEVEL].columns) == ["Bois"]


def test_a_forecast_reads_nothing_of_what_came_after_it() -> None:
    grams, cutoff = _noise(100), DAYS[100]
    spoilt = grams.copy()
    spoilt.loc[spoilt.index > cutoff] = 7000.0
    one, other = (forecast.forecast(_weighings(table).until(cutoff), DAYS[105:110]) for table in (grams, spoilt))
    for name in MEASURES:
        pd.testing.assert_frame_equal(one[name][LEVEL], other[name][LEVEL], check_exact=True)


# ---------------------------------------------------------------- what days share
def test_dishes_children_leave_are_found_in_the_words_of_the_menu() -> None:
    dishes = _dishes(DAYS.append(COMING))
    heavy = dishes.set_index("date")["dish"].str.startswith("Épinards")
    grams = _noise(100).mul(heavy.reindex(DAYS).map({True: 1.5, False: 1.0}), axis=0)
    found = _ahead(_weighings(grams, dishes))
    assert found[TOTAL].part == MENU
    coming = found[TOTAL].point["Bois"].groupby(heavy.reindex(COMING)).mean()
    assert coming[True] / coming[False] == pytest.approx(1.5, abs=0.15)


def test_a_menu_that_does_not_help_is_not_believed() -> None:
    assert _ahead(_weighings(_noise(100), _dishes(DAYS.append(COMING))))[TOTAL].part == LEVEL


def test_a_coming_day_without_a_menu_is_an_ordinary_day() -> None:
    words = menus.words_of(_dishes(DAYS))
    values = words["epinards"] - words["epinards"].mean()
    past, coming = menus.menu_effect(values, words, COMING)
    assert past.corr(values) > 0.9
    assert (coming == 0).all()


def test_a_dish_seen_twice_teaches_nothing() -> None:
    words = menus.words_of(pd.DataFrame({"date": DAYS[:2], "dish": ["Topinambours", "Topinambours"]}))
    assert (menus.menu_effect(pd.Series(1.0, DAYS), words, COMING)[0] == 0).all()
    assert menus.learnable(words, DAYS).empty


def test_the_season_is_learnt_from_two_years_and_not_before() -> None:
    days = pd.bdate_range("2022-01-03", "2024-03-29")
    summer = 1 + 0.4 * np.cos(2 * np.pi * (days.day_of_year.to_numpy() - 196) / 365.25)
    known = _weighings(_noise(100, days).mul(summer, axis=0))
    coming = pd.bdate_range("2024-04-01", "2024-07-31")
    season = forecast.forecast(known, coming)[TOTAL][SEASON]["Bois"]
    assert season.loc["2024-07"].mean() / season.loc["2024-04"].mean() == pytest.approx(1.27, abs=0.15)
    assert SEASON not in forecast.forecast(known.until(pd.Timestamp("2023-12-01")), coming)[TOTAL]


# ---------------------------------------------------------------- what is shown
def test_the_places_of_loss_add_up_to_the_total_and_kilograms_are_grams_times_meals() -> None:
    found = _ahead(_weighings(_noise(100)))
    places = np.sum([found[name].point.to_numpy() for name in PLACES], axis=0)
    assert places == pytest.approx(found[TOTAL].point.to_numpy())
    assert found[KG].point.to_numpy() == pytest.approx(found[TOTAL].point.to_numpy() * 100 / 1000)


def test_the_interval_is_that_of_past_forecasts_and_knows_the_meals_may_be_wrong_too() -> None:
    known = _weighings(_noise(100))
    surely = _ahead(known)
    known.meals.iloc[::2] = 60.0
    known.meals.iloc[1::2] = 140.0
    unsure = _ahead(known)
    for found in surely.values():
        assert (found.lower <= found.point).all(axis=None)
        assert (found.point <= found.upper).all(axis=None)
    assert _width(unsure[KG]) > 1.5 * _width(surely[KG])


def _width(found: WasteForecast) -> float:
    return float(((found.upper - found.lower) / found.point).mean(axis=None))


def test_a_canteen_that_throws_nothing_away_has_no_division_by_zero() -> None:
    found = _ahead(_weighings(0 * _noise(100)))
    for one in found.values():
        assert (one.point == 0).all(axis=None)
        assert (one.upper == 0).all(axis=None)


def _judged(known: Weighings) -> pd.DataFrame:
    past = origins(DAYS, DAYS[100].date(), DAYS[-1].date(), 21, "week")
    plan = run.Plan(known, [*past, Origin(DAYS[-1], COMING)])
    forecasts = [run.forecast_origin(known, one) for one in plan.origins]
    return run.backtest_rows(plan, forecasts, pd.DataFrame({"Bois": 100.0}, DAYS.append(COMING)), known.meals)


def test_the_past_is_judged_by_intervals_that_read_nothing_of_what_came_after() -> None:
    grams, week = _noise(100), slice(DAYS[125], DAYS[129])
    spoilt = grams.copy()
    spoilt.loc[spoilt.index > DAYS[125] - pd.Timedelta(days=21)] = 7000.0
    one, other = (_judged(_weighings(table)).set_index(["target", "date"]).sort_index() for table in (grams, spoilt))
    for target in run.JUDGED.values():
        columns = ["forecast", "lower", "upper"]
        pd.testing.assert_frame_equal(
            one.loc[target][week][columns], other.loc[target][week][columns], check_exact=True
        )
    assert (other.loc["waste_g_per_meal"][week]["actual"] == 7000).all()


# ---------------------------------------------------------------- a real school
@pytest.fixture(scope="module")
def school(helsingborg: Path) -> dict[str, pd.DataFrame]:
    known = waste_scores.read(helsingborg / "vramlosa_waste.csv")
    return waste_scores.judge(known, len(known.meals) - 80, len(known.meals))


@pytest.mark.parametrize("measure", [TOTAL, KG])
@pytest.mark.parametrize("rule", [*waste_scores.MEANS, waste_scores.SAME_WEEKDAY])
def test_a_school_s_waste_is_forecast_closer_than_by_its_mean(
    school: dict[str, pd.DataFrame], measure: str, rule: str
) -> None:
    assert waste_scores.wape(school[measure], "point") < waste_scores.wape(school[measure], rule)


@pytest.mark.parametrize("measure", [TOTAL, KG])
def test_the_interval_holds_about_eight_days_out_of_ten(school: dict[str, pd.DataFrame], measure: str) -> None:
    table = school[measure]
    assert 0.70 <= table["came"].between(table["lower"], table["upper"]).mean() <= 0.90
