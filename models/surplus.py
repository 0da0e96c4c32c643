"""The forecast of one series: Prophet, or the median by weekday where the past is too short for it."""

from __future__ import annotations

import logging
from statistics import NormalDist

import pandas as pd
from prophet import Prophet

from data.queries.forecasts.promises import INTERVAL
from models.inputs.calendar import school_year_steps
from models.inputs.series import FITTED_DAYS, Fit, Series

PROPHET_LEAST_DAYS = 30
# A yearly season and a trend are learnt from two years on; a shorter past keeps its level.
LONG_HISTORY_DAYS = 730
YEARLY_ORDER = 4
SEASONALITY_PRIOR = 1.0
STEP_PRIOR = 0.3
CHANGEPOINTS = 6
SEED = 2016

SETTINGS = {
    "growth": f"linear, flat under {LONG_HISTORY_DAYS} days of history",
    "n_changepoints": CHANGEPOINTS,
    "weekly_seasonality": True,
    "yearly_seasonality": f"order {YEARLY_ORDER}, none under {LONG_HISTORY_DAYS} days of history",
    "seasonality_prior_scale": SEASONALITY_PRIOR,
    "regressors": f"one step per school year, prior {STEP_PRIOR}",
    "interval": "quantiles 10 and 90 % of the noise Prophet estimated on the series",
    "under_30_days": "median by weekday, interval from the least to the greatest value seen",
}


def forecast(series: Series, days: pd.DatetimeIndex) -> Fit:
    """Forecast one series on the given days; the same input gives the same figures in any process."""
    try:
        if len(series.past) >= PROPHET_LEAST_DAYS:
            return _fit("prophet", series, days, _prophet(series, days))
    except RuntimeError:  # the optimiser failed on this series; the other series are still forecast
        logging.getLogger(__name__).exception("Prophet failed on %s, %s", series.canteen, series.measure)
    return _fit("weekday_median", series, days, _weekday_median(series, days))


def _prophet(series: Series, days: pd.DatetimeIndex) -> pd.DataFrame:
    past = series.past[["ds", "y"]]
    steps = school_year_steps(past["ds"], past["ds"])
    model = _model(past["ds"], list(steps.columns))
    model.fit(pd.concat([past, steps], axis=1), seed=SEED)
    frame = pd.DataFrame({"ds": _dates(series, days)})
    frame = pd.concat([frame, school_year_steps(frame["ds"], past["ds"])], axis=1)
    prediction = model.predict(frame).rename(columns={"ds": "date", "yhat": "point"})[["date", "point"]]
    half = NormalDist().inv_cdf((1 + INTERVAL) / 2) * _noise(model)
    return prediction.assign(lower=prediction["point"] - half, upper=prediction["point"] + half)


def _model(days: pd.Series, steps: list[str]) -> Prophet:
    long = (days.max() - days.min()).days >= LONG_HISTORY_DAYS
    model = Prophet(
        growth="linear" if long else "flat",
        n_changepoints=CHANGEPOINTS,
        yearly_seasonality=YEARLY_ORDER if long else False,
        weekly_seasonality=True,
        daily_seasonality=False,
        seasonality_prior_scale=SEASONALITY_PRIOR,
        # Sampling takes longer than the fit. It only adds the trend's drift, which is very small over 30 service days.
        uncertainty_samples=0,
    )
    for name in steps:
        model.add_regressor(name, prior_scale=STEP_PRIOR, standardize=False)
    return model


def _noise(model: Prophet) -> float:
    """Return the standard deviation of what the model could not explain, in the unit of the series."""
    return float(model.params["sigma_obs"].item() * model.y_scale)


def _weekday_median(series: Series, days: pd.DatetimeIndex) -> pd.DataFrame:
    past = series.past
    medians = past.groupby(past["ds"].dt.day_of_week)["y"].median()
    dates = _dates(series, days)
    point = dates.dt.day_of_week.map(medians).fillna(past["y"].median())
    return pd.DataFrame({"date": dates, "point": point, "lower": past["y"].min(), "upper": past["y"].max()})


def _dates(series: Series, days: pd.DatetimeIndex) -> pd.Series:
    """Return the recent past days and the days to forecast in one series: one prediction is faster than two."""
    return pd.Series([*series.past["ds"].tail(FITTED_DAYS), *days])


def _fit(method: str, series: Series, days: pd.DatetimeIndex, prediction: pd.DataFrame) -> Fit:
    """Split a prediction into future and past; no value is negative, and the interval contains the point."""
    bounded = prediction[["date", "point", "lower", "upper"]].copy()
    bounded[["point", "lower", "upper"]] = bounded[["point", "lower", "upper"]].clip(lower=0)
    bounded["lower"] = bounded[["lower", "point"]].min(axis=1)
    bounded["upper"] = bounded[["upper", "point"]].max(axis=1)
    recent = series.past.tail(FITTED_DAYS).reset_index(drop=True).rename(columns={"ds": "date"})
    recent["fitted"] = bounded["point"].head(len(recent))
    return Fit(series, method, bounded.tail(len(days)).reset_index(drop=True), recent)
