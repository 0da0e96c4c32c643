"""A random log of a million lines, as French Excel saves it; its figures are not those of a real canteen."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from data.calendar.school import DEFAULT_WEEKDAYS, holiday_name

SEED = 2026
POINTS, LINES = 400, 1_000_000
FIRST_DAY = date(2006, 9, 4)
WEIGHED = 0.3
KNOWN_LINES = 50_000
COLUMNS = {
    "site_nom": "VARCHAR",
    "site_type": "VARCHAR",
    "date": "DATE",
    "prevision": "INTEGER",
    "reel": "INTEGER",
    "preparation_kg": "DOUBLE",
    "non_servi_kg": "DOUBLE",
    "restes_assiette_kg": "DOUBLE",
}


def write_logs(folder: Path) -> tuple[Path, Path, Path]:
    """Write the log, the same log without errors, and an older log that gives other values for part of its lines."""
    chance = np.random.default_rng(SEED)
    clean = _lines(chance)
    known = clean.tail(KNOWN_LINES).copy()
    corrected = known.index[::100]
    known.loc[corrected, "reel"] = "1"
    with_errors = _with_errors(clean.copy(), chance)
    paths = folder / "journal.csv", folder / "journal_sans_erreur.csv", folder / "journal_connu.csv"
    for path, lines in zip(paths, (with_errors, clean, known), strict=True):
        lines.to_csv(path, sep=";", index=False)
    return paths


def write_short_log(folder: Path, count: int) -> Path:
    """Write a log of so many lines without weighings: the largest that may be deposited has few columns."""
    path = folder / "journal_court.csv"
    _lines(np.random.default_rng(SEED), count).iloc[:, :5].to_csv(path, sep=";", index=False)
    return path


def _lines(chance: np.random.Generator, count: int = LINES) -> pd.DataFrame:
    points = np.array([f"ÉCOLE {number:03d} {'ME'[number % 2]}" for number in range(POINTS)])
    days = np.array([day.strftime("%d/%m/%Y") for day in _school_days(count // POINTS)])
    place = np.tile(np.arange(POINTS), len(days))
    planned = chance.integers(40, 200, POINTS)[place] + chance.integers(-15, 15, count)
    served = planned - chance.integers(-4, 12, count)
    lines = {
        "site_nom": points[place],
        "site_type": np.where(place % 2 == 0, "M", "E"),
        "date": np.repeat(days, POINTS),
        "prevision": planned.astype(str),
        "reel": served.astype(str),
    }
    weighed = chance.random(count) < WEIGHED
    for column, share in (("preparation_kg", 0.02), ("non_servi_kg", 0.04), ("restes_assiette_kg", 0.06)):
        kilograms = np.char.replace((served * share * chance.random(count)).round(2).astype(str), ".", ",")
        lines[column] = np.where(weighed, kilograms, "")
    return pd.DataFrame(lines)


def _school_days(count: int) -> list[date]:
    days: list[date] = []
    day = FIRST_DAY
    while len(days) < count:
        if day.isoweekday() in DEFAULT_WEEKDAYS and holiday_name(day) is None:
            days.append(day)
        day += timedelta(days=1)
    return days


def _with_errors(lines: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Add the errors of real logs: doubtful figures, unreadable cells, holidays, days without figures, duplicates."""
    errors = (
        ("reel", "990", 2_000),
        ("reel", "1", 2_000),
        ("date", "25/12/2014", 40),
        ("date", "31/02/2015", 100),
        ("prevision", "environ 80", 100),
        ("restes_assiette_kg", "-2,5", 100),
        ("site_type", "X", 100),
        ("prevision", "NA", 5_000),
    )
    for column, text, count in errors:
        lines.loc[chance.choice(LINES, count, replace=False), column] = text
    empty = chance.choice(LINES, 1_000, replace=False)
    lines.loc[empty, list(COLUMNS)[3:]] = ""
    duplicates = lines.iloc[chance.choice(LINES, 600, replace=False)].copy()
    duplicates.loc[duplicates.index[:100], "reel"] = "77"
    return pd.concat([lines, duplicates])
