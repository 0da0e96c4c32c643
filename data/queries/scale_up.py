"""The simulation of the rollout over the years to come: its assumptions and its results (`models.scale_up`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.queries.rollout import INSTALLATION

CITY_SCHOOLS = 115
# The simulation, its charts and its dates stop this many years from today.
HORIZON_YEARS = 40
CITY_SCHOOLS_SOURCE = "Ville de Nantes\u00a0: 115 écoles"


@dataclass(frozen=True)
class Assumptions:
    """The assumptions of the simulation; each can be changed on the page.

    `goal`: schools to equip; `at_once`: schools under way at the same time; `starts_per_month`: 0 for no limit;
    `holiday_speed`: 0 where school holidays stop all work, 1 where they change nothing; `stages`: those a school must
    pass, all when empty; `new_per_year`: schools that the city opens each 1 September, to equip too.
    """

    goal: int = CITY_SCHOOLS
    at_once: int = 10
    starts_per_month: float = 0.0
    holiday_speed: float = 1.0
    stages: tuple[str, ...] = ()
    new_per_year: int = 1
    seed: int = CITY_SCHOOLS


@dataclass(frozen=True)
class Range:
    """Three quantiles of a simulated date: 10 %, 50 %, 90 %; None: not within `HORIZON_YEARS`."""

    low: date | None
    median: date | None
    high: date | None


@dataclass(frozen=True)
class RolloutForecast:
    """The result of the simulation: the day every school is done, with and without new schools, and three tables.

    `fan`: month, low, median, high (schools done; up to today, as observed), goal; `years`: year, low, median, high
    (schools finished that year), done (those finished already); `stages`: stage, seen (finished), under_way, planned,
    low, median, high (days of work in a future school).
    """

    done: int
    under_way: int
    completed: Range
    without_new: Range
    fan: pd.DataFrame
    years: pd.DataFrame
    stages: pd.DataFrame


def stage_names(stages: pd.DataFrame) -> list[str]:
    """Return the stages of a school in their order."""
    return list(stages.sort_values("position")["stage"].drop_duplicates())


def usual_stages(stages: pd.DataFrame) -> list[str]:
    """Return the stages needed to count as equipped: up to the installation, as on the page Déploiement."""
    names = stage_names(stages)
    return names[: names.index(INSTALLATION) + 1] if INSTALLATION in names else names


def under_way(stages: pd.DataFrame, counted: list[str], today: date) -> int:
    """Count the schools that have begun these stages and not finished the last one."""
    now = pd.Timestamp(today)
    counted_stages = stages[stages["stage"].isin(counted)].sort_values("position")
    begun = set(counted_stages.loc[pd.to_datetime(counted_stages["actual_start"]) <= now, "school"])
    last = counted_stages.drop_duplicates("school", keep="last").set_index("school")
    ended = last.index[pd.to_datetime(last["actual_end"]) <= now]
    return len(begun - set(ended))
