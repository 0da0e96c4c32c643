"""The panel: the canteens' meals as tables of days × canteens, and the reasons why some cells are set aside."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import pandas as pd

from data.calendar.events import COLUMNS as EVENT_COLUMNS
from models.inputs import enrolment
from models.inputs.calendar import school_years
from models.inputs.frames import days_of, like
from models.inputs.menus import words_of

# Meals served outside this range, relative to the canteen's rolling median of TYPING_WINDOW days, are typing errors.
PLAUSIBLE_RATIO = (0.3, 2.0)
Values = TypeVar("Values", pd.Series, np.ndarray)
TYPING_WINDOW = 41
TYPING_LEAST_DAYS = 5
# A service point is missing when fewer points served than usual on the same weekday of the weeks around: a missing row
# is not a drop in meals. Only these weeks count, because the points of a canteen are split and merged over the years.
WEEKS_AROUND = 11

REASONS = ("without_meals_served", "not_a_service_day", "incomplete", "point_missing", "typing_error")


def no_events() -> pd.DataFrame:
    """Return an empty table of events."""
    return pd.DataFrame(columns=EVENT_COLUMNS).astype({"date": "datetime64[us]"})


def no_pupils() -> pd.DataFrame:
    """Return an empty table of pupils."""
    return pd.DataFrame(columns=["canteen", "year", "pupils", "kind"])


@dataclass(frozen=True)
class Panel:
    """Days × canteens: meals served and planned, points that served, incomplete days; NaN where nothing is known.

    `events` has one row per day × event (`data.calendar.declared`), `words` has days × words of the main dishes
    (`models.inputs.menus`), and `pupils` has school years (the year they begin in) × canteens. The three also cover the
    days to come. `kinds` are the kinds of the canteens with pupils.
    """

    served: pd.DataFrame
    planned: pd.DataFrame
    points: pd.DataFrame
    incomplete: pd.DataFrame
    service_days: pd.DatetimeIndex
    events: pd.DataFrame = field(default_factory=no_events)
    words: pd.DataFrame = field(default_factory=pd.DataFrame)
    pupils: pd.DataFrame = field(default_factory=pd.DataFrame)
    kinds: pd.Series = field(default_factory=lambda: pd.Series(dtype=object))

    def until(self, cutoff: pd.Timestamp) -> Panel:
        """Return the panel as known on the evening of a day."""
        return replace(
            self,
            served=self.served.loc[:cutoff],
            planned=self.planned.loc[:cutoff],
            points=self.points.loc[:cutoff],
            incomplete=self.incomplete.loc[:cutoff],
        )

    def around(self, cutoff: pd.Timestamp, last: pd.Timestamp) -> Panel:
        """Return the panel as known on the evening of a day, with what is told of the days up to `last` only."""
        words = self.words.loc[:last] if len(self.words) else self.words
        return replace(
            self.until(cutoff),
            planned=self.planned.loc[:last],
            service_days=self.service_days[self.service_days <= last],
            events=self.events[self.events["date"] <= last].reset_index(drop=True),
            words=words.loc[:, words.any()],
        )


def build(
    history: pd.DataFrame,
    service_days: pd.DatetimeIndex,
    events: pd.DataFrame | None = None,
    menus: pd.DataFrame | None = None,
    enrolled: pd.DataFrame | None = None,
) -> Panel:
    """Return the panel of a history (canteen, date, served, planned, points, incomplete), events and menus.

    `enrolled` has canteen, year, pupils, kind. A canteen with pupils has a column, even before it opens.
    """
    enrolled = no_pupils() if enrolled is None else enrolled
    canteens = pd.Index(sorted({*history["canteen"], *enrolled["canteen"]}))

    def wide(name: str) -> pd.DataFrame:
        return history.pivot(index="date", columns="canteen", values=name).sort_index().reindex(columns=canteens)

    def numbers(name: str) -> pd.DataFrame:
        table = wide(name)
        return like(table, table.to_numpy(dtype=float))

    incomplete = wide("incomplete").eq(True)
    return Panel(
        served=numbers("served"),
        planned=numbers("planned"),
        points=numbers("points"),
        incomplete=incomplete,
        service_days=service_days,
        events=no_events() if events is None else events,
        words=pd.DataFrame() if menus is None else words_of(menus[menus["main"]]),
        pupils=enrolled.pivot(index="year", columns="canteen", values="pupils").astype(float),
        kinds=enrolled.drop_duplicates("canteen").set_index("canteen")["kind"],
    )


def reasons(panel: Panel, *, trailing: bool = False) -> pd.DataFrame:
    """Return why each cell is set aside, as an index in REASONS; -1 where the meals served can be learnt from.

    A cell is compared with the days around it, or, if `trailing`, with those before it: what was known that evening.
    """
    served = panel.served.to_numpy()
    not_service_days = np.broadcast_to(~days_of(panel.served).isin(panel.service_days)[:, None], served.shape)
    incomplete = panel.incomplete.to_numpy()
    point_missing = panel.points.to_numpy() < _usual_points(panel.points, trailing=trailing).to_numpy()
    complete = np.where(not_service_days | incomplete | point_missing, np.nan, served)
    # Meals are divided by the size of the canteen: if its pupils double in September, its meals are no typing errors.
    days = days_of(panel.served)
    sizes = np.exp(enrolment.path(panel.pupils, 0.0, days, int(school_years(days)[-1]), panel.served.columns))
    set_aside = [
        np.isnan(served),
        not_service_days,
        incomplete,
        point_missing,
        _typing_errors(complete / sizes, trailing),
    ]
    return like(panel.served, np.select(set_aside, range(len(REASONS)), default=-1))


def learnable(panel: Panel, *, trailing: bool = False) -> pd.DataFrame:
    """Return the meals served that can be learnt from, NaN elsewhere (`reasons`)."""
    return like(panel.served, np.where(reasons(panel, trailing=trailing) < 0, panel.served, np.nan))


def plausible(value: Values, reference: Values) -> Values:
    """Return where a value is within PLAUSIBLE_RATIO of its reference; False where one is missing."""
    low, high = PLAUSIBLE_RATIO
    return (value >= low * reference) & (value <= high * reference)  # pyrefly: ignore[bad-return]


def _typing_errors(meals: np.ndarray, trailing: bool) -> np.ndarray:
    """Return which meals are far from the median of the canteen's days served just before and after, or just before."""
    known = np.isfinite(meals)
    # Each canteen's days served are moved to the top of its column, so that one rolling window covers all canteens.
    order = np.argsort(~known, axis=0, kind="stable")
    packed = pd.DataFrame(np.take_along_axis(meals, order, axis=0))
    usual = packed.rolling(TYPING_WINDOW, center=not trailing, min_periods=TYPING_LEAST_DAYS).median().to_numpy()
    low, high = (ratio * usual for ratio in PLAUSIBLE_RATIO)
    wrong = np.zeros(meals.shape, dtype=bool)
    np.put_along_axis(wrong, order, (packed.to_numpy() < low) | (packed.to_numpy() > high), axis=0)
    return wrong & known


def _usual_points(points: pd.DataFrame, *, trailing: bool = False) -> pd.DataFrame:
    """Return how many points usually serve on the same weekday of the weeks around, or before; 0 where none did."""
    served = np.where(points > 0, points, np.nan)
    usual = np.zeros(served.shape)
    weekdays = days_of(points).day_of_week.to_numpy()
    for weekday in np.unique(weekdays):
        usual[weekdays == weekday] = _rolling_low_median(served[weekdays == weekday], trailing)
    return like(points, usual)


def _rolling_low_median(values: np.ndarray, trailing: bool) -> np.ndarray:
    """Return the lower median of the WEEKS_AROUND rows centred on each row, or ending with it; 0 if none is known."""
    edge = np.full((WEEKS_AROUND - 1, values.shape[1]), np.nan)
    half = WEEKS_AROUND // 2
    around = [edge, values] if trailing else [edge[:half], values, edge[:half]]
    windows = np.lib.stride_tricks.sliding_window_view(np.vstack(around), WEEKS_AROUND, axis=0)
    ordered = np.sort(windows, axis=-1)  # NaN comes last
    middle = np.maximum(np.isfinite(ordered).sum(axis=-1) - 1, 0) // 2
    return np.nan_to_num(np.take_along_axis(ordered, middle[..., None], axis=-1)[..., 0])


def complete_plans(panel: Panel, plans: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the complete plans of coming days, days × canteens, from rows of canteen, date, planned, points.

    A plan is complete when all points have one: the plan of one point beside the forecast of two would look like a
    shortage.
    """
    wide = {name: plans.pivot(index="date", columns="canteen", values=name) for name in ("planned", "points")}
    planned, points = (table.reindex(index=days, columns=panel.served.columns).astype(float) for table in wide.values())
    usual = _usual_points(panel.points).groupby(days_of(panel.points).day_of_week).last()
    return planned.where(points >= usual.reindex(days.day_of_week).fillna(1.0).set_axis(days))
