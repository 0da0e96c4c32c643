"""The city's day index, common to all canteens, and the terms that Prophet and the menus give it."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
from prophet import Prophet

from models.inputs.calendar import school_years
from models.inputs.frames import days_of, exp
from models.inputs.menus import menu_effect

# The day index is mostly that of the median canteen, robust to a few outings, and partly that of the city's total.
TOTAL_SHARE = 0.3
LEAST_CANTEENS, LEAST_SHARE = 20, 0.25
YEARLY_ORDER = 6
PRIOR = 1.0
# Weekday habits change over the years: the last fourteen months have separate weekday terms.
RECENT, RECENT_DAYS = "recent_", 420
RECENT_PRIOR = 0.3
FEAST_PRIOR = 0.15
YEARLY_LEAST_DAYS = 365
LEAST_DAYS = 10
# In the first ANCHOR_DAYS days of a school year, the season of earlier years is removed before the level is estimated.
ANCHOR_DAYS = 100
SEED = 2016
OUTLIER = 6.0
# Prophet minimises squared errors: a day further than MISSED deviations from a first fit is clipped to that distance.
MISSED = 2.5
# The prior of a menu word's effect on the city's meals (some tenths of a percent), and the days needed to learn it.
MENU_SPREAD, MENU_DAYS = 0.004, 10
# A run of this many outlier days is a disruption, such as a reopening with a quarter of the children.
DISRUPTED_DAYS = 8

TERMS = ("usual", "weekday", "season", "calendar", "menu", "event")


def balanced_index(logs: pd.DataFrame, shape: pd.Series) -> pd.Series:
    """Return the day index: each day's log meals minus the canteens' levels of its school year.

    `logs` are log meals, days × canteens. `shape` is the known part of the index, 0 where nothing is known.
    """
    levels = logs.sub(shape, axis=0).groupby(school_years(days_of(logs))).transform("median")
    known = logs.notna()
    median = (logs - levels).median(axis=1)
    total = np.log(exp(logs).sum(axis=1) / exp(levels).where(known).sum(axis=1))
    enough = known.sum(axis=1) >= min(LEAST_CANTEENS, LEAST_SHARE * logs.shape[1])
    return ((1 - TOTAL_SHARE) * median + TOTAL_SHARE * total).where(enough)


def without_disruptions(logs: pd.DataFrame) -> pd.DataFrame:
    """Return the log meals without the long runs of outlier days of the whole city, which next year will not repeat."""
    index = balanced_index(logs, pd.Series(0.0, logs.index)).dropna()
    far = index != _without_outliers(index)
    runs = (far != far.shift()).cumsum()
    return logs.drop(index=far.index[far & (far.groupby(runs).transform("size") >= DISRUPTED_DAYS)])


def day_index(logs: pd.DataFrame, features: pd.DataFrame) -> pd.Series:
    """Return the balanced index of the past days.

    For a new school year, the season of the earlier years is removed first: the first days of September are always low,
    and do not mean a low year.
    """
    index = balanced_index(logs, pd.Series(0.0, logs.index))
    years = school_years(days_of(logs))
    current = years == years[-1]
    if current.sum() < ANCHOR_DAYS and (~current).sum() >= ANCHOR_DAYS:
        shape = _prophet_terms(index[~current], features, days_of(logs[current])).sum(axis=1)
        index = balanced_index(logs, shape.reindex(logs.index, fill_value=0.0))
    without_index = days_of(logs)[index.isna()]
    # Days with too few canteens have no index: Prophet's estimate replaces it.
    return index.fillna(_prophet_terms(index, features, without_index).sum(axis=1))


def of_total(index: pd.Series, logs: pd.DataFrame, own: pd.DataFrame) -> pd.Series:
    """Return the index corrected so that the canteens' expected meals add up to the city's total of each day.

    The median canteen gives the usual day. Outings and odd days are all drops, so the total is below it.
    """
    known = logs.loc[logs.index.intersection(own.index), own.columns]
    expected = own.loc[known.index].add(index[known.index], axis=0).where(known.notna())
    gap = pd.Series(np.log(exp(known).sum(axis=1) / exp(expected).sum(axis=1)), known.index)
    enough = known.notna().sum(axis=1) >= min(LEAST_CANTEENS, LEAST_SHARE * logs.shape[1])
    return index.add(gap.where(enough), fill_value=0.0)


def shared_terms(index: pd.Series, features: pd.DataFrame, words: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the terms (TERMS) that Prophet and the menus (`words`, days × words) give for some days."""
    first_fit = _prophet_terms(index, features, days_of(index)).sum(axis=1)
    residuals = index - first_fit
    limit = MISSED * 1.4826 * float(residuals.abs().median())
    residuals = residuals.clip(-limit, limit)
    past, coming = menu_effect(residuals, words, days, MENU_SPREAD, MENU_DAYS)
    return _prophet_terms(first_fit + residuals - past, features, days).assign(menu=coming)


def _prophet_terms(index: pd.Series, features: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Fit Prophet on an index, without trend since the levels hold it, and return its terms for the days."""
    learnt = _without_outliers(index.dropna())
    no_terms = pd.DataFrame(0.0, days, list(TERMS))
    if len(learnt) < LEAST_DAYS or days.empty:
        return no_terms
    regressors = pd.concat([features, _recent_weekdays(days_of(features), learnt.index[-1])], axis=1)
    past = regressors.loc[learnt.index]
    used = [str(name) for name in regressors.columns[past.any()]]
    model = _model(used, yearly=(learnt.index[-1] - learnt.index[0]).days >= YEARLY_LEAST_DAYS)
    try:
        model.fit(_frame(past[used]).assign(y=learnt.to_numpy()), seed=SEED)
    except RuntimeError:  # the optimiser failed: the canteens' own levels still make a forecast
        logging.getLogger(__name__).exception("Prophet failed on the city's index")
        return no_terms
    return _by_term(model.predict(_frame(regressors.loc[days, used])).set_index(days), used)


def _model(regressors: list[str], *, yearly: bool) -> Prophet:
    model = Prophet(
        growth="flat",
        yearly_seasonality=YEARLY_ORDER if yearly else False,
        weekly_seasonality=True,
        daily_seasonality=False,
        seasonality_prior_scale=PRIOR,
        uncertainty_samples=0,
    )
    for name in regressors:
        prior = RECENT_PRIOR if name.startswith(RECENT) else FEAST_PRIOR if name == "feast" else PRIOR
        model.add_regressor(name, prior, standardize=False)
    return model


def _frame(features: pd.DataFrame) -> pd.DataFrame:
    return features.rename_axis("ds").reset_index()


def _without_outliers(index: pd.Series) -> pd.Series:
    """Clip the outliers of an index (winsorizing), because Prophet minimises squared errors."""
    spread = 1.4826 * (index - index.median()).abs().median()
    return index.clip(index.median() - OUTLIER * spread, index.median() + OUTLIER * spread) if spread > 0 else index


def _recent_weekdays(days: pd.DatetimeIndex, last: pd.Timestamp) -> pd.DataFrame:
    recent = days > last - pd.Timedelta(days=RECENT_DAYS)
    columns = {f"{RECENT}{weekday}": (recent & (days.day_of_week == weekday)).astype(float) for weekday in range(5)}
    return pd.DataFrame(columns, days)


def _by_term(prediction: pd.DataFrame, regressors: list[str]) -> pd.DataFrame:
    def summed(names: list[str]) -> pd.Series:
        return prediction.reindex(columns=names, fill_value=0.0).sum(axis=1)

    recent = [name for name in regressors if name.startswith(RECENT)]
    events = [name for name in regressors if name == "strike"]
    return pd.DataFrame(
        {
            "usual": prediction["trend"],
            "weekday": summed(["weekly", *recent]),
            "season": summed(["yearly"]),
            "calendar": summed([name for name in regressors if name not in {*recent, *events}]),
            "menu": 0.0,
            "event": summed(events),
        }
    )
