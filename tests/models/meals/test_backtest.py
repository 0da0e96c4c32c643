"""The judged past: honest (the future changes nothing), complete, and given in one file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.calendar.events import COLUMNS as EVENT_COLUMNS
from data.store import Store
from models.inputs.panel import Panel, build
from models.meals.backtest import COLUMNS, Origin, backtest
from models.meals.error_features import Forecasts
from models.run.backtest_file import BacktestRefused, Period, judge, read
from tests.models.synthetic import city_history, deposit, meals, school_days

PROJECT = Path(__file__).resolve().parents[3]
DAYS = school_days("2015-01-05", "2016-03-18")
EVERY_DAY = pd.bdate_range("2015-01-05", "2016-04-30")
CITY = {"Bois": 80.0, "Chêne": 160.0, "Étang": 120.0, "Dune": 40.0, "Pré": 90.0, "Lac": 200.0, "Mare": 60.0}
CUTOFF = pd.Timestamp("2016-02-09")
FIRST, LAST, LEAD_DAYS = date(2016, 3, 1), date(2016, 3, 18), 21
FORECAST = ["forecast", "lower", "upper", "recommended"]


def _judged(panel: Panel) -> pd.DataFrame:
    """Return the days of the last origin, whose cutoff is CUTOFF, as the command would compute them."""
    return backtest(panel, [], FIRST, LAST, LEAD_DAYS, "month").set_index(["canteen", "date"])


def _history() -> pd.DataFrame:
    return city_history(CITY, DAYS)


def _corrupted(history: pd.DataFrame) -> pd.DataFrame:
    """Return a history whose every figure after the cutoff is false, with days that never were and a new canteen."""
    late, chance = history["date"] > CUTOFF, np.random.default_rng(9)
    false = history.copy()
    false.loc[late, ["served", "planned"]] = chance.integers(1, 900, (int(late.sum()), 2)).astype(float)
    extra_days = EVERY_DAY[(EVERY_DAY > CUTOFF) & ~EVERY_DAY.isin(DAYS)]
    extra = city_history({"Bois": 700.0, "Chêne": 3.0}, extra_days, 5)
    opened = city_history({"Neuf": 300.0}, DAYS[DAYS > CUTOFF], 6)
    return pd.concat([false, extra, opened], ignore_index=True)


@pytest.fixture(scope="module")
def judged() -> pd.DataFrame:
    return _judged(build(_history(), EVERY_DAY))


def test_nothing_that_happens_after_the_cutoff_changes_what_was_said_before(judged: pd.DataFrame) -> None:
    again = _judged(build(_corrupted(_history()), EVERY_DAY)).reindex(judged.index)
    pd.testing.assert_frame_equal(again[FORECAST], judged[FORECAST], check_exact=True)


def test_the_plan_of_the_day_changes_the_quantity_that_reads_it_and_nothing_else(judged: pd.DataFrame) -> None:
    history = _history()
    history.loc[history["date"] >= pd.Timestamp(FIRST), "planned"] *= 1.5
    again = _judged(build(history, EVERY_DAY))
    pd.testing.assert_frame_equal(again[FORECAST], judged[FORECAST], check_exact=True)
    assert (again["recommended_with_plan"] != judged["recommended_with_plan"]).mean() > 0.9


def test_plans_between_the_cutoff_and_the_days_judged_change_nothing_at_all(judged: pd.DataFrame) -> None:
    history = _history()
    between = (history["date"] > CUTOFF) & (history["date"] < pd.Timestamp(FIRST))
    history.loc[between, "planned"] *= 3
    pd.testing.assert_frame_equal(_judged(build(history, EVERY_DAY)), judged, check_exact=True)


def test_intervals_are_in_order_and_nothing_is_negative(judged: pd.DataFrame) -> None:
    assert judged.notna().all(axis=None)
    assert (judged >= 0).all(axis=None)
    assert (judged["lower"] <= judged["forecast"]).all()
    assert (judged["forecast"] <= judged["upper"]).all()


def test_every_origin_ends_the_lead_before_its_first_day_and_every_served_day_is_judged_once() -> None:
    cutoffs = []

    def mapper(task: Callable[[Origin], object], origins: list[Origin]) -> list[object]:
        if cutoffs:  # the forecasts come first, then their judgement
            return list(map(task, origins))
        cutoffs.extend((one.cutoff, one.days[0], one.days[-1]) for one in origins)
        tables = [pd.DataFrame(100.0, one.days, list(CITY)) for one in origins]
        return [
            Forecasts(table, table * 0, pd.Series(one.cutoff, one.days))
            for table, one in zip(tables, origins, strict=True)
        ]

    panel = build(_history(), EVERY_DAY)
    rows = backtest(panel, [], date(2016, 1, 4), LAST, LEAD_DAYS, "week", mapper)
    assert not rows.duplicated(["canteen", "date"]).any()
    asked = DAYS[(DAYS >= "2016-01-04") & (pd.Timestamp(LAST) >= DAYS)]
    assert sorted(set(rows["date"])) == list(asked)
    assert len(rows) == len(CITY) * len(asked)
    assert all((first - cutoff).days >= LEAD_DAYS for cutoff, first, _ in cutoffs)
    # One fit a month, which begins on a Monday; the weeks of a month are told from it.
    assert all(first.day_of_week == 0 or first == DAYS[0] for _, first, _ in cutoffs[1:])
    assert all((last - first).days <= 35 for _, first, last in cutoffs)


def test_a_strike_that_nobody_knew_changes_nothing_of_what_was_said() -> None:
    strike = DAYS[-3].date()
    panel = build(_history(), EVERY_DAY)
    told = [date(2015, 3, 3), strike]
    known, late, none = (
        backtest(panel, strikes, FIRST, LAST, LEAD_DAYS, "month", told_days=days)
        for strikes, days in ((told, None), (told, 2), (told[:1], None))
    )
    pd.testing.assert_frame_equal(late, none)
    assert not known.equals(none)


@pytest.mark.parametrize(("lead_days", "every", "told"), [(1, "day", 2), (1, "week", 5)])
def test_a_strike_is_known_to_who_forecasts_after_it_was_told(lead_days: int, every: str, told: int) -> None:
    panel, strikes = build(_history(), EVERY_DAY), [date(2015, 3, 3), DAYS[-3].date()]
    rows = [backtest(panel, strikes, FIRST, LAST, lead_days, every, told_days=days) for days in (None, told)]
    pd.testing.assert_frame_equal(*rows)


def test_a_strike_without_any_meal_is_judged_where_a_plan_was_made() -> None:
    history, strike = _history(), DAYS[-3]
    gone = history["date"] == strike
    history.loc[gone, "served"] = np.nan
    history.loc[gone & history["canteen"].isin(["Bois", "Lac"]), "planned"] = np.nan
    events = pd.DataFrame({"date": [strike], "kind": ["strike"], "canteen": [None]}).reindex(columns=EVENT_COLUMNS)
    for told, places in ((events, set(CITY) - {"Bois", "Lac"}), (None, set())):
        rows = _judged(build(history, EVERY_DAY, told)).reset_index()
        of_day = rows[rows["date"] == strike]
        assert set(of_day["canteen"]) == places
        assert (of_day["meals_served"] == 0).all()
        assert rows.loc[rows["date"] != strike, "meals_served"].gt(0).all()


# ---------------------------------------------------------------- the command line
@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return the path of a closed store: two canteens, one of them lately opened, and a label à rattacher."""
    days = [day.date() for day in DAYS[(DAYS >= "2015-01-05") & (DAYS <= "2016-01-22")]]
    store = Store(tmp_path / "past.duckdb")
    parts = [meals("Bois", days, 80, 1), meals("Étang", days[-8:], 120, 2), meals("Foyer", days, 30, 3)]
    deposit(store, pd.concat(parts), {"Bois": "Bois", "Étang": "Étang"})
    store.close()
    return store.path


def _run(database: Path, out: Path, first: str, last: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "models", "backtest", "--from", first, "--to", last, "--out", str(out)]
    environment = os.environ | {"ANTIGASPI_DB": str(database)}
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


def test_the_file_has_every_day_that_could_be_forecast_and_tells_how_many_could_not(
    database: Path, tmp_path: Path
) -> None:
    told = _run(database, tmp_path / "out.csv", "2016-01-11", "2016-01-22")
    assert told.returncode == 0, told.stderr
    rows = pd.read_csv(tmp_path / "out.csv")
    assert list(rows) == COLUMNS
    assert set(rows["canteen"]) == {"Bois"}
    assert len(rows) == 8
    assert rows.notna().all(axis=None)
    assert "8 jours × cantines servis n’ont pas pu être prévus" in told.stderr
    assert "Origines\u00a0: " in told.stderr
    assert "Traceback" not in told.stderr
    assert "easonality" not in told.stderr


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (date(2016, 1, 22), date(2016, 1, 11), "finit avant d’avoir commencé"),
        (date(2016, 7, 25), date(2016, 8, 5), "Aucun repas servi n’est enregistré du 25/07/2016 au 05/08/2016"),
        (date(2015, 2, 2), date(2015, 2, 6), "passé est trop court"),
    ],
)
def test_what_cannot_be_judged_is_refused(database: Path, first: date, last: date, sentence: str) -> None:
    store = Store(database)
    with pytest.raises(BacktestRefused, match=sentence):
        judge(store, Period(first, last, LEAD_DAYS, "month"), lambda _done, _total: None)
    store.close()


def test_the_command_refuses_in_french_and_leaves_no_file(database: Path, tmp_path: Path) -> None:
    told = _run(database, tmp_path / "out.csv", "2016-01-22", "2016-01-11")
    assert told.returncode == 1
    assert "La période demandée" in told.stderr
    assert "Traceback" not in told.stderr
    assert not (tmp_path / "out.csv").exists()


def test_an_empty_store_says_what_to_deposit(store: Store) -> None:
    with pytest.raises(BacktestRefused, match="déposez"):
        read(store, LAST)
