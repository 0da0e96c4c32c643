"""Synthetic weighings of the demonstration: daily in the test and control schools, campaigns of weeks elsewhere."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from data.demo.city import City
from data.demo.meals import Grid, Meals

# Grams per meal before the pilot, and the share of each place of loss (ADEME 2024: 60 / 34 / 5 %).
GRAMS = 121.0
SHARES = {"preparation_kg": 0.05, "unserved_kg": 0.36, "leftovers_kg": 0.59}
BASELINE_DAYS = 20
# Days weighed by each of the other canteens, in each of two seasons: from too few to a complete campaign.
CAMPAIGNS = (5, 8, 10, 12, 15, 20, 20, 5)
FIRST_OTHER = 30
# Six of them are controls: they weigh every day since the school year before, and the pilot is compared with them.
CONTROLS = 6
FORGOTTEN = 0.04


def build_weighings(
    rng: np.random.Generator, city: City, meals: Meals, plate_weight: pd.Series, pilot_starts: dict[str, date]
) -> dict[str, Grid]:
    """Return the kilograms of each place of loss, as grids of days × labels (NaN where nothing was weighed)."""
    weighed = _pilot_days(meals, city.points, pilot_starts) | _campaign_days(meals, city)
    weighed |= _control_days(meals, city)
    weighed &= rng.random(weighed.shape) >= FORGOTTEN
    factors = {
        "preparation_kg": np.ones_like(meals.served),
        "unserved_kg": _unserved(meals),
        "leftovers_kg": _leftovers(meals, plate_weight),
    }
    site = rng.lognormal(0, 0.10, (1, len(city.points)))
    kilos = {}
    for measure, share in SHARES.items():
        noise = rng.lognormal(0, 0.12, meals.served.shape)
        kilo = np.round(meals.served * GRAMS * share * factors[measure] * site * noise / 1000, 1)
        kilos[measure] = np.where(weighed & (rng.random(weighed.shape) >= 0.01), kilo, np.nan)
    return kilos


def _unserved(meals: Meals) -> Grid:
    """Return the factors of food that is cooked and not served: they follow the surplus of the day."""
    surplus = np.clip((meals.planned - meals.served) / np.maximum(meals.served, 1), 0, 0.5)
    return 0.3 + 0.7 * surplus / 0.072


def _leftovers(meals: Meals, plate_weight: pd.Series) -> Grid:
    """Return the factors of plate leftovers: they follow the dishes, and are a little lower in the pilot."""
    dishes = plate_weight.reindex(meals.days.date).to_numpy()[:, None]
    return dishes * np.where(meals.in_pilot, 0.93, 1.0)


def _pilot_days(meals: Meals, points: pd.DataFrame, pilot_starts: dict[str, date]) -> Grid:
    """Return a mask of every service day since the pilot started, and of about four weeks before it."""
    weighed = meals.in_pilot.copy()
    for column in np.flatnonzero(points["canteen"].isin(list(pilot_starts))):
        start = meals.days.searchsorted(pd.Timestamp(pilot_starts[points["canteen"].iloc[column]]))
        weighed[max(0, start - BASELINE_DAYS) : start, column] = True
    return weighed


def _campaign_days(meals: Meals, city: City) -> Grid:
    """Return a mask of two campaigns per canteen, one in autumn and one in spring, in the last year of each season."""
    weighed = np.zeros(meals.served.shape, dtype=bool)
    names = city.canteens["canteen"].iloc[FIRST_OTHER : FIRST_OTHER + len(CAMPAIGNS)]
    for name, length in zip(names, CAMPAIGNS, strict=True):
        columns = (city.points["canteen"] == name).to_numpy()
        for month in (11, 5):
            starts = np.flatnonzero((meals.days.month == month) & (meals.days.day <= 7))
            if len(starts):
                last_season = starts[meals.days[starts].year == meals.days[starts[-1]].year][0]
                weighed[last_season : last_season + length, columns] = True
    return weighed


def _control_days(meals: Meals, city: City) -> Grid:
    """Return a mask of every service day of the last two school years, in the control canteens."""
    last_other = FIRST_OTHER + len(CAMPAIGNS)
    controls = city.points["canteen"].isin(city.canteens["canteen"].iloc[last_other - CONTROLS : last_other]).to_numpy()
    last = meals.days[-1]
    since = pd.Timestamp(last.year - (1 if last.month >= 8 else 2), 8, 1)
    return np.asarray(meals.days >= since)[:, None] & controls[None, :]
