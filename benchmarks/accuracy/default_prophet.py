"""Our forecast against a default Prophet per canteen, 2016 and 2017: `python -m benchmarks.accuracy.default_prophet`.

Reads the store named by ANTIGASPI_DB. Both forecasts are made monthly, 21 days ahead, without the past typing errors.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pandas as pd
from prophet import Prophet

from benchmarks.accuracy.ablation import LEAD_DAYS, SEASONS
from benchmarks.accuracy.scores import by_day, wape
from data.store import Store, store_path
from models.inputs.frames import days_of
from models.inputs.panel import Panel, learnable
from models.inputs.prophet import keep_quiet
from models.meals.backtest import Origin, forecast_origin, joined, origins
from models.run.backtest_file import read


def main() -> None:
    keep_quiet()
    store = Store(store_path())
    panel, strikes = read(store, SEASONS[2017][1])
    store.close()
    print("season  default Prophet  city-day   ours  city-day  ratio (goal ≤ 0.875)")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("fork")) as pool:
        for season, (first, last) in SEASONS.items():
            season_origins = origins(days_of(panel.served), first, last, LEAD_DAYS, "month")
            default = pd.concat(pool.map(partial(default_origin, panel), season_origins))
            ours = joined(pool.map(partial(forecast_origin, panel, strikes), season_origins)).meals
            rows = _rows(panel, default, ours)
            errors = [wape(rows, name) for name in ("default", "ours")]
            cities = [wape(by_day(rows.assign(forecast=rows[name]))) for name in ("default", "ours")]
            print(
                f"{season}    {errors[0]:12.2f} % {cities[0]:9.2f} % {errors[1]:5.2f} % {cities[1]:7.2f} %"
                f"  {errors[1] / errors[0]:.3f}",
                flush=True,
            )


def default_origin(panel: Panel, origin: Origin) -> pd.DataFrame:
    """Return the forecasts of a default Prophet per canteen for the days of an origin: days × canteens."""
    past = learnable(panel.until(origin.cutoff))
    return pd.DataFrame({canteen: _default(past[canteen].dropna(), origin.days) for canteen in past})


def _default(past: pd.Series, days: pd.DatetimeIndex) -> pd.Series:
    if len(past) < 2:
        return pd.Series(float("nan"), days)
    model = Prophet(uncertainty_samples=0).fit(pd.DataFrame({"ds": past.index, "y": past.to_numpy()}))
    return pd.Series(model.predict(pd.DataFrame({"ds": days}))["yhat"].clip(lower=0).to_numpy(), days)


def _rows(panel: Panel, default: pd.DataFrame, ours: pd.DataFrame) -> pd.DataFrame:
    """Return the canteen-days with both forecasts, and the meals served."""
    columns = {"default": default.stack(), "ours": ours.stack(), "meals_served": panel.served.loc[ours.index].stack()}
    return pd.DataFrame(columns).dropna().rename_axis(["date", "canteen"]).reset_index()


if __name__ == "__main__":
    main()
