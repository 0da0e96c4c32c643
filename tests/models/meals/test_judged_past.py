"""What a run stores of the past it judged: how long ahead each day was forecast, and what nothing is learnt from."""

from __future__ import annotations

import pandas as pd

from data.store import Store
from models.inputs.panel import build
from models.meals.backtest import Origin
from models.meals.run import LEAD_DAYS, with_cutoff_and_reason
from tests.models.synthetic import LAST, city_history, school_days

DAYS = school_days("2016-01-04", "2016-02-05")


def test_each_day_judged_tells_the_last_day_its_forecast_knew(city: Store) -> None:
    past = city.read("SELECT DISTINCT date, known_until FROM backtests ORDER BY date")
    ahead = (past["date"] - past["known_until"]).dt.days
    served = city.read("SELECT DISTINCT date FROM services WHERE meals_served > 0")["date"].sort_values()
    known = [served[served <= day - pd.Timedelta(days=LEAD_DAYS)].max() for day in past["date"]]
    # Told anew each day, from what was served so many days before; the fit of its month may be later than that.
    assert (past["known_until"] >= known).all()
    assert ahead.between(LEAD_DAYS, LEAD_DAYS + 31).all()
    assert past["date"].max() == pd.Timestamp(LAST)


def test_a_day_nothing_is_learnt_from_is_judged_all_the_same_and_says_why() -> None:
    history = city_history({"Bois": 80.0, "Lac": 200.0}, DAYS)
    wrong = (history["date"] == DAYS[9]) & (history["canteen"] == "Lac")
    history.loc[wrong, "served"] = 2000.0
    origins = [Origin(DAYS[0] - pd.Timedelta(days=21), DAYS[:15]), Origin(DAYS[5], DAYS[15:])]
    cutoffs = pd.Series({day: one.cutoff for one in origins for day in one.days})
    rows = with_cutoff_and_reason(build(history, DAYS), cutoffs, history[["canteen", "date"]].reset_index(drop=True))
    assert len(rows) == len(history)
    assert rows.loc[wrong.to_numpy(), "set_aside"].tolist() == ["typing_error"]
    assert rows.loc[~wrong.to_numpy(), "set_aside"].isna().all()
    assert (rows["known_until"] == rows["date"].map(lambda day: origins[int(day >= DAYS[15])].cutoff)).all()
