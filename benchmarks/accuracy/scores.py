"""Scores of the files that `python -m models backtest` writes: `python -m benchmarks.accuracy.scores FILE…`."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

THIRDS = ("small", "middle", "large")
QUANTITIES = ("meals_planned", "recommended", "recommended_with_plan")
# The central kitchen orders the city's total. Quantities are compared at this number of days short in the season.
SHORT_DAYS = 3


def main() -> None:
    for name in sys.argv[1:]:
        print(f"\n== {Path(name).name}")
        show(pd.read_csv(name, parse_dates=["date"]))


def show(rows: pd.DataFrame) -> None:
    print(f"{len(rows)} canteen-days, {rows['date'].nunique()} days, {rows['canteen'].nunique()} canteens")
    print(f"forecast                  WAPE canteen-day {wape(rows):5.2f} %   city-day {wape(by_day(rows)):5.2f} %")
    planned = rows.dropna(subset=["meals_planned"])
    thirds = third(planned)
    for quantity in QUANTITIES:
        surplus, shortage = over_and_short(planned, quantity)
        short = (planned[quantity] < planned["meals_served"]).groupby(thirds).mean()[list(THIRDS)]
        shares = "   ".join(f"{name} {100 * share:4.1f} %" for name, share in short.items())
        print(f"{quantity:25s} surplus {surplus:5.2f} %   shortage {shortage:5.2f} %   days short: {shares}")
    for quantity in ("forecast", *QUANTITIES):
        print(f"city, {quantity:22s}{city(planned, quantity)}")
    inside = rows["meals_served"].between(rows["lower"], rows["upper"])
    print(f"interval                  covers {inside.mean():.3f}")
    for groups in (rows["date"].dt.month, third(rows)):
        print("   ", "  ".join(f"{name}: {share:.2f}" for name, share in inside.groupby(groups).mean().items()))


def wape(rows: pd.DataFrame, quantity: str = "forecast") -> float:
    """Return the weighted absolute percentage error: the sum of absolute errors, in % of the meals served."""
    return float(100 * (rows[quantity] - rows["meals_served"]).abs().sum() / rows["meals_served"].sum())


def by_day(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.groupby("date")[["meals_served", "forecast"]].sum()


def city(rows: pd.DataFrame, quantity: str) -> str:
    """Return a line with the city's surplus and days short: of the quantities, and of these scaled to SHORT_DAYS."""
    days = rows.groupby("date")[["meals_served", quantity]].sum()
    ratios = (days["meals_served"] / days[quantity]).sort_values(ascending=False)
    scaled = days.assign(**{quantity: days[quantity] * ratios.iloc[min(SHORT_DAYS, len(ratios) - 1)]})
    surplus, (again, _) = over_and_short(days, quantity)[0], over_and_short(scaled, quantity)
    short = int((days[quantity] < days["meals_served"]).sum())
    return f" surplus {surplus:5.2f} %, {short} days short; scaled to {SHORT_DAYS} days short {again:5.2f} %"


def over_and_short(rows: pd.DataFrame, quantity: str) -> tuple[float, float]:
    """Return the meals too many and too few, in % of the meals served."""
    gap, served = rows[quantity] - rows["meals_served"], rows["meals_served"].sum()
    return float(100 * gap.clip(lower=0).sum() / served), float(100 * (-gap).clip(lower=0).sum() / served)


def third(rows: pd.DataFrame) -> pd.Series:
    """Return the third of the canteens by size that each row belongs to."""
    size = rows.groupby("canteen")["meals_served"].mean()
    return rows["canteen"].map(pd.qcut(size, 3, labels=list(THIRDS)).astype(str))


if __name__ == "__main__":
    main()
