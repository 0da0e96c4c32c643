"""The reserve that canteens share: which canteens share one, what each of them prepares, what the reserve holds.

A canteen prepares its forecast plus `Split.margin` × `unit`, where `unit` is in proportion to its expected error; the
plan of its manager moves it by as many meals as it moves the quantity without a reserve. A group holds the shortage
that it expects, in proportion to the sum of its units, and a margin in proportion to the root of the sum of their
squares: errors of canteens hardly go together.
"""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from data.settings import value
from data.store import Store

# As in the setting that adopts one.
SETTING = "shared_reserve"
ALONE, PAIRS, SECTORS, CITY = "alone", "pairs", "sectors", "city"
PLACES = {PAIRS: "Réserve, école {}", SECTORS: "Réserve, secteur {}", CITY: "Réserve de la Ville"}
KEY = "réserve/"
EARTH_KM = 6371.0
# The two levels of one school differ by the end of their names: “JEAN ZAY M”, “JEAN ZAY E”.
LEVEL = re.compile(r"[\s,–-]+(?:(m|mat|maternelle)|(e|elem|élém|elementaire|élémentaire))\.?$", re.IGNORECASE)


class Split(NamedTuple):
    """How meals are split: the margin at canteens, the reserve's expected shortage and margin, in `unit`."""

    margin: float
    expected: float
    spread: float


def groups(canteens: pd.DataFrame) -> dict[str, pd.Series]:
    """Return for each grouping the group of each canteen (key); a canteen with nobody to share with has none.

    `canteens` has name and district.
    """
    names = pd.Index(canteens["name"])
    levels = [LEVEL.search(name.strip()) for name in names]
    stems = [None if level is None else LEVEL.sub("", name.strip()) for name, level in zip(names, levels, strict=True)]
    nursery = pd.Series([bool(level and level[1]) for level in levels], names)
    schools = pd.Series(stems, names, dtype=object)
    pairs = schools.where(nursery.groupby(schools).transform("nunique") == 2)
    districts = pd.Series(canteens["district"].to_numpy(), names, dtype=object)
    city = pd.Series("", names, dtype=object)
    return {name: _shared(one) for name, one in ((PAIRS, pairs), (SECTORS, districts), (CITY, city))}


def _shared(of_canteens: pd.Series) -> pd.Series:
    return of_canteens.where(of_canteens.map(of_canteens.value_counts()) >= 2, None)


def unit(point: np.ndarray, upper: np.ndarray, size_power: float) -> np.ndarray:
    """Return what the margins of canteens are in proportion to (as in `data.queries.forecasts.other_risks`)."""
    return np.maximum(upper - point, 0.0) * np.maximum(point, 1.0) ** size_power


def prepared(point: np.ndarray, unit: np.ndarray, moved: np.ndarray, margin: float) -> np.ndarray:
    """Return the meals that canteens prepare; `moved` is by how many the plan moves them."""
    return np.maximum(np.round(point + margin * unit) + moved, 0.0)


def sums(units: np.ndarray, member: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each group the sum of its units and the root of the sum of their squares.

    `units` have canteens on their last axis, 0 where nothing is served. `member` is canteens × groups, 1 where a
    canteen is of a group.
    """
    return units @ member, np.sqrt(units**2 @ member)


def held(whole: np.ndarray, root: np.ndarray, split: Split) -> np.ndarray:
    """Return the meals of the reserve of each group, from its `sums`."""
    return np.maximum(split.expected * whole + split.spread * root, 0.0).round()


STORED = "SELECT (specification -> '$.reserves')::VARCHAR AS reserves FROM forecast_runs WHERE run_id = $run_id"
CANTEENS = "SELECT name, district, latitude, longitude FROM canteens"


def _stored(store: Store, run_id: int) -> list[dict[str, Any]]:
    text = store.read(STORED, {"run_id": run_id})["reserves"].iloc[0]
    return json.loads(text) if text else []


def reserves(store: Store, run_id: int) -> pd.DataFrame:
    """Return one row per grouping, ALONE first: what it gave on the judged days; empty for an older computation.

    `kilometres` is the longest way between two canteens of a group, as the crow flies; missing if a place is unknown.
    """
    rows = pd.DataFrame(_stored(store, run_id))
    if rows.empty:
        return rows
    canteens = store.read(CANTEENS)
    ways = {name: _longest_way(canteens, one) for name, one in groups(canteens).items()}
    return rows.drop(columns="ahead").assign(kilometres=rows["grouping"].map(ways))


def _longest_way(canteens: pd.DataFrame, of_canteens: pd.Series) -> float:
    sharing = canteens.assign(group=of_canteens.to_numpy()).dropna(subset="group")
    return max((_way(np.radians(one[["latitude", "longitude"]].to_numpy(dtype=float)))
                for _, one in sharing.groupby("group")), default=np.nan)  # fmt: skip


def _way(places: np.ndarray) -> float:
    """Return the longest way between places (radians), by the haversine formula."""
    latitude, longitude = places[:, 0], places[:, 1]
    across = np.sin(np.subtract.outer(latitude, latitude) / 2) ** 2
    across += np.outer(np.cos(latitude), np.cos(latitude)) * np.sin(np.subtract.outer(longitude, longitude) / 2) ** 2
    return float(2 * EARTH_KM * np.arcsin(np.sqrt(across.max())))


def adopted(store: Store, run_id: int, day: date) -> tuple[str, Split] | None:
    """Return the grouping that the comité adopted and its split of a day; None where it has none."""
    chosen = value(store, SETTING)
    for row in _stored(store, run_id):
        if row["grouping"] == chosen and (split := row["ahead"].get(f"{day:%Y-%m-%d}")):
            return chosen, Split(*split)
    return None


def with_reserves(
    rows: pd.DataFrame, of_canteens: pd.Series, grouping: str, split: Split, size_power: float
) -> pd.DataFrame:
    """Return the canteens of a day with what they prepare when they share, then a row for each reserve.

    `rows` has canteen, expected, upper, recommended, advised, nursery_share. A closed canteen shares nothing.
    """
    group = rows["canteen"].map(of_canteens)
    sharing = group.notna() & rows["upper"].notna() & rows["recommended"].notna() & (rows["expected"] > 0)
    point, upper = rows["expected"].to_numpy(dtype=float), rows["upper"].to_numpy(dtype=float)
    units = np.where(sharing, unit(point, upper, size_power), 0.0)
    moved = (rows["advised"] - rows["recommended"]).to_numpy(dtype=float)
    made = prepared(point, units, moved, split.margin)
    member = pd.get_dummies(group.where(sharing))
    meals = held(*sums(units, member.to_numpy(dtype=float)), split)
    nursery = (rows["nursery_share"].to_numpy() * units) @ member.to_numpy(dtype=float)
    together = pd.DataFrame({
        "canteen": [f"{KEY}{name}" for name in member],
        "place": [PLACES[grouping].format(name) for name in member],
        "district": [name if grouping == SECTORS else None for name in member],
        "expected": 0.0,
        "advised": meals,
        "nursery_share": nursery / sums(units, member.to_numpy(dtype=float))[0],
        "reserve": True,
    })  # fmt: skip
    own = rows.assign(advised=np.where(sharing, made, rows["advised"]), reserve=False)
    return pd.concat([own, together[meals > 0]], ignore_index=True)
