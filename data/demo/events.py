"""Synthetic events of the demonstration: strikes, feasts, one closure, outings."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

COLUMNS = ["kind", "starts_on", "ends_on", "canteen", "label"]
STRIKES_PER_DAY = 0.025


def build_events(rng: np.random.Generator, days: list[date], canteens: list[str]) -> pd.DataFrame:
    """Return the events (kind, starts_on, ends_on, canteen, label) on these service days."""
    rows = [*_strikes(rng, days), *_feasts(days), _closure(days, canteens[45]), *_outings(rng, days, canteens)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _strikes(rng: np.random.Generator, days: list[date]) -> list[tuple]:
    chosen = rng.choice(len(days), size=round(STRIKES_PER_DAY * len(days)), replace=False)
    return [("strike", days[index], days[index], None, "Grève") for index in sorted(chosen)]


def _feasts(days: list[date]) -> list[tuple]:
    """Return the Christmas meals: the last Thursday with a service before 23 December."""
    christmas = {day.year: day for day in days if day.month == 12 and day.day < 23 and day.weekday() == 3}
    return [("feast", day, day, None, "Repas de fin d’année") for day in christmas.values()]


def _closure(days: list[date], canteen: str) -> tuple:
    first = max(0, len(days) - 150)
    return ("closure", days[first], days[min(first + 9, len(days) - 1)], canteen, "Travaux dans la cuisine")


def _outings(rng: np.random.Generator, days: list[date], canteens: list[str]) -> list[tuple]:
    day_places, canteen_places = rng.choice(len(days), 60, replace=False), rng.choice(len(canteens), 60)
    return [
        ("outing", days[day], days[day], canteens[canteen], "Sortie scolaire")
        for day, canteen in zip(day_places, canteen_places, strict=True)
    ]
