"""A small synthetic city, written straight into the tables of a store."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from data.calendar.school import DEFAULT_WEEKDAYS, holiday_name, service_days
from data.store import Store
from models.inputs.panel import Panel, build

FIRST, LAST, TODAY = date(2023, 9, 1), date(2024, 11, 15), date(2024, 11, 20)
MEASURES = ["meals_planned", "meals_served", "preparation_kg", "unserved_kg", "leftovers_kg"]
MAPPED = {"Chêne E": "Chêne", "Chêne M": "Chêne", "Bois": "Bois", "Clos": "Clos", "Dune": "Dune", "Étang": "Étang"}


def deposit(store: Store, rows: pd.DataFrame, mapping: dict[str, str] | None = None) -> None:
    """Write log rows (missing columns are missing measures) and a mapping label → canteen, as one deposit."""
    rows = rows.reindex(columns=["site", "date", *MEASURES]).assign(site_kind="E", line=range(len(rows)))
    detail = {"kind": "log"}
    with store.write("test", "deposit", detail) as cursor:
        row = cursor.execute(
            "INSERT INTO deposits (kind, file_name, sha256, actor, lines, accepted, without_measure, changed,"
            " unchanged, rejected, warnings) VALUES ('log', 'f', '', 'test', 0, 0, 0, 0, 0, 0, 0) RETURNING deposit_id"
        ).fetchone()
        detail["deposit"] = str(row[0]) if row else ""
        cursor.register("new_rows", rows)
        cursor.execute("INSERT INTO log_rows BY NAME SELECT currval('deposit_seq') AS deposit_id, * FROM new_rows")
        for site, canteen in (mapping or {}).items():
            cursor.execute(
                "INSERT INTO mapping_rows VALUES (currval('deposit_seq'), 1, $site, 'E', $canteen, 'E')",
                {"site": site, "canteen": canteen},
            )


def add_event(
    store: Store, kind: str, first: date, last: date, canteen: str | None = None, percent: float | None = None
) -> None:
    with store.write("test", "event", {}) as cursor:
        cursor.execute(
            "INSERT INTO event_rows (deposit_id, line, kind, starts_on, ends_on, canteen, label, effect_percent)"
            " VALUES (currval('deposit_seq'), 1, $kind, $first, $last, $canteen, 'test', $percent)",
            {"kind": kind, "first": first, "last": last, "canteen": canteen, "percent": percent},
        )


def meals(site: str, days: list[date], level: float, seed: int = 1) -> pd.DataFrame:
    """Return one row per day: served around a level, less on Fridays, planned a little above."""
    chance = np.random.default_rng(seed)
    friday = np.array([0.9 if day.isoweekday() == 5 else 1.0 for day in days])
    served = np.round(level * friday * (1 + 0.04 * chance.standard_normal(len(days))))
    planned = served + chance.integers(-2, 8, len(days))
    return pd.DataFrame({"site": site, "date": days, "meals_planned": planned, "meals_served": served})


def weighed(rows: pd.DataFrame, grams: float) -> pd.DataFrame:
    """Add weighings of the last 40 days, with the three places of loss."""
    rows = rows.copy()
    recent = rows.index >= len(rows) - 40
    kilos = rows["meals_served"] * grams / 1000
    rows["preparation_kg"] = (kilos * 0.1).where(recent)
    rows["unserved_kg"] = (kilos * 0.3).where(recent)
    rows["leftovers_kg"] = (kilos * 0.6).where(recent)
    return rows


def build_city(store: Store) -> None:
    """Fill a store: a canteen of two points, a closed one, one opened lately, two that weigh, a label à rattacher."""
    days = service_days(store, FIRST, LAST)
    parts = [
        meals("Chêne E", days, 100, 1),
        meals("Chêne M", days, 60, 2),
        weighed(meals("Bois", days, 80, 3), 90.0),
        meals("Clos", [day for day in days if day < LAST - timedelta(days=200)], 50, 4),
        meals("Dune", days[-20:], 40, 5),
        weighed(meals("Étang", days[-160:], 120, 6), 130.0),
        meals("Foyer", days, 30, 7),
    ]
    deposit(store, pd.concat(parts), MAPPED)


def school_days(first: str, last: str) -> pd.DatetimeIndex:
    """Return the usual days of service of a period."""
    days = pd.bdate_range(first, last)
    served = [day.isoweekday() in DEFAULT_WEEKDAYS and holiday_name(day.date()) is None for day in days]
    return days[served]


def city_history(levels: dict[str, float], days: pd.DatetimeIndex, seed: int = 1) -> pd.DataFrame:
    """Return what `models.panel.build` reads: canteens that share the city's days, with a plan that knows a little."""
    chance = np.random.default_rng(seed)
    city = chance.normal(0, 0.03, len(days)) - 0.08 * (days.day_of_week == 4) - 0.05 * np.isin(days.month, (6, 7))
    parts = []
    for name, level in levels.items():
        served = np.round(level * np.exp(city + chance.normal(0, 0.06, len(days)))).clip(min=1)
        planned = np.round(served * np.exp(chance.normal(0.06, 0.05, len(days))))
        part = pd.DataFrame({"date": days, "served": served, "planned": planned, "points": 1, "incomplete": False})
        parts.append(part.assign(canteen=name))
    return pd.concat(parts, ignore_index=True)


def city_panel(levels: dict[str, float], days: pd.DatetimeIndex, seed: int = 1) -> Panel:
    """Return the panel of such a city."""
    return build(city_history(levels, days, seed), days)
