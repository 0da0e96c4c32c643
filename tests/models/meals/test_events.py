"""What an event changes: what people say of it, else what past ones changed; and nothing where there is none."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.calendar.events import COLUMNS
from models.inputs.panel import build
from models.meals.backtest import Origin, backtest, forecasts_of, joined, quantities
from models.meals.error_features import Forecasts
from models.meals.forecast import Outlook, outlook
from tests.models.synthetic import city_history, school_days

PAST = school_days("2023-09-01", "2024-11-15")
COMING = school_days("2024-11-18", "2024-12-20")
CITY = {"Bois": 80.0, "Chêne": 160.0, "Étang": 120.0, "Dune": 60.0}
OUTINGS, FEASTS, STRIKES = PAST[20::25], PAST[30::30], PAST[11::22]
SIZED, SILENT, FEAST, SILENT_STRIKE, STRIKE, PLAIN = COMING[2], COMING[4], COMING[6], COMING[8], COMING[10], COMING[12]
LEARNT_FROM = [
    *((day, "outing", "Bois") for day in OUTINGS),
    *((day, "feast", None) for day in FEASTS),
    *((day, "strike", None) for day in STRIKES),
]
ANNOUNCED = [
    (SIZED, "outing", "Bois", None, -30.0),
    (SIZED, "outing", "Chêne", -25.0, None),
    (SIZED, "outing", "Dune", -500.0, None),
    (SIZED, "feast", None, None, 10.0),
    (SILENT, "outing", "Dune"),
    (SILENT, "closure", "Chêne"),
    (SILENT, "strike", "Étang"),
    (FEAST, "feast", None),
    (SILENT_STRIKE, "strike", None),
    (STRIKE, "strike", None, None, -20.0),
]


def events(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Return declared days: (date, kind, canteen, meals, percent), the last two when known."""
    filled = [(*row, *(None,) * (len(COLUMNS) - len(row))) for row in rows]
    return pd.DataFrame(filled, columns=COLUMNS).astype({"date": "datetime64[us]"})


def history() -> pd.DataFrame:
    """Return a city where Bois keeps one pupil in four on its outings; feasts bring 20 % more, strikes 40 % less."""
    rows = city_history(CITY, PAST)
    out = rows["date"].isin(OUTINGS) & (rows["canteen"] == "Bois")
    for days, factor in ((out, 0.25), (rows["date"].isin(FEASTS), 1.2), (rows["date"].isin(STRIKES), 0.6)):
        rows.loc[days, "served"] = (rows.loc[days, "served"] * factor).round()
    return rows


def ahead(declared: pd.DataFrame | None) -> Outlook:
    """Return the outlook of the city, strikes of the city told to Prophet as a refresh does."""
    known = events() if declared is None else declared
    strikes = known[(known["kind"] == "strike") & known["canteen"].isna()]["date"]
    return outlook(build(history(), PAST, declared), COMING, {day.date() for day in strikes})


@pytest.fixture(scope="module")
def before() -> Outlook:
    return ahead(events(*LEARNT_FROM))


@pytest.fixture(scope="module")
def after() -> Outlook:
    return ahead(events(*LEARNT_FROM, *ANNOUNCED))


@pytest.fixture(scope="module")
def factors(before: Outlook, after: Outlook) -> pd.DataFrame:
    return after.meals / before.meals


def test_a_city_without_events_is_forecast_as_before_to_the_last_bit() -> None:
    without, none = ahead(None), ahead(events())
    pd.testing.assert_frame_equal(without.meals, none.meals, check_exact=True)
    assert not without.terms["event"].any(axis=None)
    assert without.learnt == {}


def test_events_change_their_days_and_places_and_nothing_else(factors: pd.DataFrame) -> None:
    moved = factors.stack()
    moved = moved[(moved - 1).abs() > 1e-12]
    everyone = {(day, name) for day in (SIZED, FEAST, SILENT_STRIKE, STRIKE) for name in CITY}
    assert set(moved.index) == everyone | {(SILENT, "Dune")}


def test_the_terms_of_days_with_events_add_up_to_the_forecast(after: Outlook) -> None:
    terms = after.in_meals()
    total = np.sum([table.to_numpy() for table in terms.values()], axis=0)
    assert np.abs(total - after.meals.to_numpy()).max() < 1e-6
    assert (terms["event"].loc[SIZED, ["Bois", "Dune"]] < 0).all()
    assert terms["event"].at[SIZED, "Étang"] > 0


def test_an_expected_effect_in_percent_or_in_meals_is_what_the_forecast_shows(
    before: Outlook, after: Outlook, factors: pd.DataFrame
) -> None:
    assert factors.loc[SIZED, ["Bois", "Étang"]].tolist() == pytest.approx([0.7 * 1.1, 1.1])
    assert after.meals.at[SIZED, "Chêne"] == pytest.approx(1.1 * before.meals.at[SIZED, "Chêne"] - 25)
    # More pupils out than the canteen has: a few meals stay, for an event is not a closure.
    assert factors.at[SIZED, "Dune"] == pytest.approx(0.01 * 1.1)
    assert factors.loc[STRIKE].tolist() == pytest.approx([0.8] * len(CITY))


def test_an_event_nobody_sizes_takes_the_effect_of_past_ones_shrunk_by_how_few_they_are(
    before: Outlook, after: Outlook, factors: pd.DataFrame
) -> None:
    learnt = before.learnt
    assert {name: one.days for name, one in learnt.items()} == {
        "outing_canteen": len(OUTINGS),
        "feast_city": len(FEASTS),
        "strike_city": len(STRIKES),
    }
    # A quarter of the usual meals would pass for a typing error on any other day.
    shrunk = len(OUTINGS) / (len(OUTINGS) + 2)
    assert np.exp(learnt["outing_canteen"].log) == pytest.approx(0.25**shrunk, rel=0.15)
    assert 1.05 < np.exp(learnt["feast_city"].log) < 1.2
    assert np.exp(learnt["strike_city"].log) == pytest.approx(0.6, abs=0.1)
    assert factors.at[SILENT, "Dune"] == pytest.approx(np.exp(learnt["outing_canteen"].log))
    assert factors.loc[FEAST].tolist() == pytest.approx([np.exp(learnt["feast_city"].log)] * len(CITY))
    assert factors.loc[SILENT_STRIKE].tolist() == pytest.approx([np.exp(learnt["strike_city"].log)] * len(CITY))
    assert after.learnt == learnt


def test_quantities_and_intervals_follow_an_event_in_the_same_proportion(before: Outlook, after: Outlook) -> None:
    panel = build(history(), PAST)
    meals, origin = panel.served.iloc[-60:] * 1.02, Origin(PAST[-1], COMING)
    earlier = Forecasts(meals, meals * 0, pd.Series(meals.index - pd.Timedelta(days=21), meals.index))
    found = [
        quantities(panel, joined([earlier, forecasts_of(one, origin, meals.columns)]), [], origin).tables
        for one in (before, after)
    ]
    for name, table in found[0].items():
        for canteen in CITY:
            share = after.meals.at[SIZED, canteen] / before.meals.at[SIZED, canteen]
            # What is prepared is a whole number of meals, and its margin grows a little less than the meals.
            near = 1.5 if name.startswith("recommended") else 1e-6
            assert found[1][name].at[SIZED, canteen] == pytest.approx(share * table.at[SIZED, canteen], abs=near), name
        assert found[1][name].loc[PLAIN].equals(table.loc[PLAIN]), name


# ---------------------------------------------------------------- the future is not known, its events are
FIRST, LAST = date(2024, 11, 4), date(2024, 11, 15)
DECLARED = pd.Timestamp("2024-11-07")


def judged(rows: pd.DataFrame) -> pd.DataFrame:
    known = events(*LEARNT_FROM, (DECLARED, "outing", "Dune"))
    return backtest(build(rows, PAST, known), [], FIRST, LAST, 21, "month").set_index(["canteen", "date"])


def test_what_is_served_after_the_cutoff_moves_no_forecast_of_a_day_with_events(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("models.meals.backtest.CALIBRATION_MONTHS", 1)
    corrupted = history()
    corrupted.loc[corrupted["date"] > pd.Timestamp(FIRST) - pd.Timedelta(days=21), ["served", "planned"]] *= 3
    columns = ["forecast", "lower", "upper", "recommended"]
    wanted, again = judged(history()), judged(corrupted)
    assert wanted.at[("Dune", DECLARED), "forecast"] < 0.7 * wanted.loc["Dune", "forecast"].median()
    pd.testing.assert_frame_equal(again[columns], wanted[columns], check_exact=True)
