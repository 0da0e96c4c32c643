"""A service sheet as a tablet sends it, and the answers to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data.kinds import kinds
from data.kinds.records.log import LOG
from data.typography import french

# What a sheet tells of each service point, under the names of the files.
FIELDS = ("prevision", "reel", "preparation_kg", "non_servi_kg", "restes_assiette_kg", "commentaire")
COLUMNS = {name: LOG.columns[name] for name in FIELDS}
MARKS = (1, 2, 3)
SHORTEST_KEY, LONGEST_KEY, TEXT_LENGTH, POINTS, DISHES = 16, 64, 400, 20, 40
Value = str | int | float | None


class SheetRefused(Exception):
    """The sheet cannot be stored; the message is in French."""


@dataclass(frozen=True)
class Point:
    """What is told of one service point: the values typed, and those that the tablet saw when the sheet was begun."""

    site: str
    kind: str
    typed: Mapping[str, Value]
    base: Mapping[str, Value]

    def changed(self) -> dict[str, Value]:
        """Return the values that are told: an empty field erases nothing, an untouched one is left to its author."""
        return {
            name: value
            for name, value in self.typed.items()
            if not is_empty(value) and not same(value, self.base.get(name))
        }


@dataclass(frozen=True)
class Sheet:
    """One sheet: its key, chosen by the tablet, the canteen (its key), the day, its points, the marks of the dishes."""

    key: str
    canteen: str
    day: date
    points: tuple[Point, ...]
    marks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of a sheet: `state` is stored, already, conflict or refused; nothing is stored by the last two.

    `stored` has what was told; `refusals` the reasons, `warnings` what is to be checked, `conflicts` the present values
    that somebody else wrote meanwhile. Each names its site, kind and field, where it has one.
    """

    state: str
    deposit_id: int | None = None
    stored: tuple[dict[str, Any], ...] = ()
    refusals: tuple[dict[str, Any], ...] = ()
    conflicts: tuple[dict[str, Any], ...] = ()
    warnings: tuple[dict[str, Any], ...] = ()


def sheet_of(told: Any) -> Sheet:  # noqa: ANN401  whatever was in the JSON
    """Read a sheet as the door receives it; raises SheetRefused when it is not one."""
    try:
        key, canteen, points, marks = told["key"], told["canteen"], told["points"], told.get("marks") or {}
        is_key = _text(key, LONGEST_KEY) and len(key) >= SHORTEST_KEY
        if not (is_key and _text(canteen, TEXT_LENGTH) and 0 < len(points) <= POINTS):
            raise ValueError("key, canteen or points")
        return Sheet(key, canteen, date.fromisoformat(told["day"]), tuple(map(_point, points)), _marks(marks))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SheetRefused(french("Cette saisie est illisible : rechargez la page, puis recommencez-la.")) from error


def _point(told: Mapping[str, Any]) -> Point:
    if not (_text(told["site"], TEXT_LENGTH) and _text(told["kind"], TEXT_LENGTH)):
        raise ValueError("site or kind")
    return Point(told["site"], told["kind"], _values(told["typed"]), _values(told["base"]))


def _values(told: Mapping[str, Any]) -> dict[str, Value]:
    values = {name: told.get(name) for name in FIELDS}
    if not all(value is None or type(value) in (int, float) or _text(value, TEXT_LENGTH) for value in values.values()):
        raise ValueError("values")
    return values


def _marks(told: Mapping[str, Any]) -> dict[str, int]:
    if len(told) > DISHES or not all(_text(dish, TEXT_LENGTH) and mark in MARKS for dish, mark in told.items()):
        raise ValueError("marks")
    return {dish: int(mark) for dish, mark in told.items()}


def _text(value: object, length: int) -> bool:
    return isinstance(value, str) and len(value) <= length


def mark_of(name: str) -> str:
    """Return what a shared tablet files the sheets of a person under, so that nobody else sees or sends them."""
    return hashlib.sha256(f"antigaspi {name}".encode()).hexdigest()[:20]


def is_empty(value: Value) -> bool:
    """Tell whether nothing is told: files say so by words too, as “NA”."""
    return value is None or (isinstance(value, str) and value.strip().upper() in ("", *kinds()["log"].missing))


def same(one: Value, other: Value) -> bool:
    """Tell whether two values are the same, typed or known: “3,5” is 3.5, and spaces do not count."""
    return _plain(one) == _plain(other)


def _plain(value: Value) -> object:
    if is_empty(value):
        return None
    text = " ".join(str(value).split())
    try:
        return float(text.replace(",", ".").replace(" ", ""))
    except ValueError:
        return text
