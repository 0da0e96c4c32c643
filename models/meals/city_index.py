"""What all canteens share: the city's day index, Prophet on it, and the words of its menus."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
from prophet import Prophet

from models.inputs.calendar import school_years
from models.inputs.frames import days_of, exp
from models.inputs.menus import menu_effect

# The day index is mostly the median canteen's, which a few outings cannot move, and partly the city's total.
TOTAL_SHARE = 0.3
LEAST_CANTEENS, LEAST_SHARE = 20, 0.25
YEARLY_ORDER = 6
PRIOR = 1.0
# Weekday habits change over the years: those of the last fourteen months get terms of their own.
RECENT, RECENT_DAYS = "recent_", 420
RECENT_PRIOR = 0.3
YEARLY_LEAST_DAYS = 365
LEAST_DAYS = 10
# Under this many days of its school year, a level is read through the season of the earlier years.
ANCHOR_DAYS = 100
SEED = 2016
OUTLIER = 6.0
# Prophet squares what it misses: a day further from a first fit than so many deviations is brought to that edge.
MISSED = 2.5
# A word of a menu moves the city's meals by some tenths of a percent; fewer days than these say nothing of it.
MENU_SPREAD, MENU_DAYS = 0.004, 10
# So many days on end, each an outlier, are no ordinary school days: a reopening with a quarter of the children.
DISRUPTED_DAYS = 8

TERMS = ("usual", "weekday", "season", "calendar", "menu", "event")


def balanced_index(logs: pd.DataFrame, shape: pd.Series) -> pd.Series:
    """Return by how much each day is above or below the canteens' levels of its school year, in log meals.

    `logs` are log meals, days × canteens; `shape` is what is already known of the days, 0 where nothing is.
    """
    levels = logs.sub(shape, axis=0).groupby(school_years(days_of(logs))).transform("median")
    told = logs.notna()
    median = (logs - levels).median(axis=1)
    total = np.log(exp(logs).sum(axis=1) / exp(levels).where(told).sum(axis=1))
    enough = told.sum(axis=1) >= min(LEAST_CANTEENS, LEAST_SHARE * logs.shape[1])
    return ((1 - TOTAL_SHARE) * median + TOTAL_SHARE * total).where(enough)


def without_disruptions(logs: pd.DataFrame) -> pd.DataFrame:
    """Return the days less the long runs in which the whole city was far from itself: next year will not be so."""
    index = balanced_index(logs, pd.Series(0.0, logs.index)).dropna()
    far = index != _without_outliers(index)
    runs = (far != far.shift()).cumsum()
    return logs.drop(index=far.index[far & (far.groupby(runs).transform("size") >= DISRUPTED_DAYS)])


def day_index(logs: pd.DataFrame, features: pd.DataFrame) -> pd.Series:
    """Return the balanced index of the past days.

    The level of a school year just begun is read through the season of the earlier ones: September's first days are
    always low, and do not make a low year.
    """
    index = balanced_index(logs, pd.Series(0.0, logs.index))
    years = school_years(days_of(logs))
    current = years == years[-1]
    if current.sum() < ANCHOR_DAYS and (~current).sum() >= ANCHOR_DAYS:
        shape = _prophet_terms(index[~current], features, days_of(logs[current])).sum(axis=1)
        index = balanced_index(logs, shape.reindex(logs.index, fill_value=0.0))
    untold = days_of(logs)[index.isna()]
    # Days too few canteens tell of have no index: what Prophet says of them stands in.
    return index.fillna(_prophet_terms(index, features, untold).sum(axis=1))


def of_total(index: pd.Series, logs: pd.DataFrame, own: pd.DataFrame) -> pd.Series:
    """Return the index that gives the city's total of each day, once the canteens' own effects are known.

    The median canteen says what is usual; but outings and odd days, which are all drops, lower the total below it.
    """
    told = logs.loc[logs.index.intersection(own.index), own.columns]
    usual = own.loc[told.index].add(index[told.index], axis=0).where(told.notna())
    gap = pd.Series(np.log(exp(told).sum(axis=1) / exp(usual).sum(axis=1)), told.index)
    enough = told.notna().sum(axis=1) >= min(LEAST_CANTEENS, LEAST_SHARE * logs.shape[1])
    return index.add(gap.where(enough), fill_value=0.0)


def shared_terms(index: pd.Series, features: pd.DataFrame, words: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return what Prophet and the menus (`words`, days × words) say of some days, by TERMS."""
    first = _prophet_terms(index, features, days_of(index)).sum(axis=1)
    missed = index - first
    edge = MISSED * 1.4826 * float(missed.abs().median())
    missed = missed.clip(-edge, edge)
    past, coming = menu_effect(missed, words, days, MENU_SPREAD, MENU_DAYS)
    return _prophet_terms(first + missed - past, features, days).assign(menu=coming)


def _prophet_terms(index: pd.Series, features: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Fit Prophet on an index (it holds no trend: the levels do) and return its terms for the days."""
    learnt = _without_outliers(index.dropna())
    nothing = pd.DataFrame(0.0, days, list(TERMS))
    if len(learnt) < LEAST_DAYS or days.empty:
        return nothing
    asked = pd.concat([features, _recent_weekdays(days_of(features), learnt.index[-1])], axis=1)
    past = asked.loc[learnt.index]
    known = [str(name) for name in asked.columns[past.any()]]
    model = _model(known, yearly=(learnt.index[-1] - learnt.index[0]).days >= YEARLY_LEAST_DAYS)
    try:
        model.fit(_frame(past[known]).assign(y=learnt.to_numpy()), seed=SEED)
    except RuntimeError:  # the optimiser gave up: the canteens' own levels are still worth having
        logging.getLogger(__name__).exception("Prophet failed on the city's index")
        return nothing
    return _by_term(model.predict(_frame(asked.loc[days, known])).set_index(days), known)


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
        model.add_regressor(name, RECENT_PRIOR if name.startswith(RECENT) else PRIOR, standardize=False)
    return model


def _frame(features: pd.DataFrame) -> pd.DataFrame:
    return features.rename_axis("ds").reset_index()


def _without_outliers(index: pd.Series) -> pd.Series:
    """Bring a day that no calendar explains back to the edge of the others: Prophet squares what it misses."""
    spread = 1.4826 * (index - index.median()).abs().median()
    return index.clip(index.median() - OUTLIER * spread, index.median() + OUTLIER * spread) if spread > 0 else index


def _recent_weekdays(days: pd.DatetimeIndex, last: pd.Timestamp) -> pd.DataFrame:
    recent = days > last - pd.Timedelta(days=RECENT_DAYS)
    columns = {f"{RECENT}{weekday}": (recent & (days.day_of_week == weekday)).astype(float) for weekday in range(5)}
    return pd.DataFrame(columns, days)


def _by_term(answer: pd.DataFrame, regressors: list[str]) -> pd.DataFrame:
    def added(names: list[str]) -> pd.Series:
        return answer.reindex(columns=names, fill_value=0.0).sum(axis=1)

    recent = [name for name in regressors if name.startswith(RECENT)]
    events = [name for name in regressors if name == "strike"]
    return pd.DataFrame(
        {
            "usual": answer["trend"],
            "weekday": added(["weekly", *recent]),
            "season": added(["yearly"]),
            "calendar": added([name for name in regressors if name not in {*recent, *events}]),
            "menu": 0.0,
            "event": added(events),
        }
    )
