"""Scores of the files that `python -m models backtest` writes: `python -m benchmarks.accuracy.scores FILE…`."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from models.meals.quantity import shortage_of

THIRDS = ("small", "middle", "large")
QUANTITIES = ("meals_planned", "recommended", "recommended_with_plan")
# The central kitchen orders the city's total. Quantities are compared at this number of days short in the season.
SHORT_DAYS = 3
# Surplus is compared at this share of meals short, that of the managers of 2018 (in percent).
SHORTAGE = 1.11


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
        far = {name: far_short(rows, quantity) for name, rows in planned.groupby(thirds)}
        shares = "   ".join(f"{name} {far[name]:4.2f} %" for name in THIRDS)
        print(f"{'':25s} days far short {far_short(planned, quantity):4.2f} %: {shares}")
        print(f"{'':25s} at {SHORTAGE} % of meals short: surplus {surplus_at(planned, quantity):5.2f} %")
    for quantity in ("forecast", *QUANTITIES):
        print(f"city, {quantity:22s}{city(planned, quantity)}")
    inside = rows["meals_served"].between(rows["lower"], rows["upper"])
    print(f"interval                  covers {inside.mean():.3f}")
    for groups in (rows["date"].dt.month, rows["date"].dt.quarter, third(rows)):
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


def far_short(rows: pd.DataFrame, quantity: str) -> float:
    """Return the share of canteen-days far short (`models.meals.quantity.shortage_of`), in %."""
    return 100 * shortage_of(rows[quantity].to_numpy(), rows["meals_served"].to_numpy()).far_days


def surplus_at(rows: pd.DataFrame, quantity: str, shortage: float = SHORTAGE) -> float:
    """Return the surplus, in %, of a quantity whose margin above the forecast is scaled to a share of meals short."""
    scaled, low, high = rows[["meals_served"]].copy(), -2.0, 6.0
    for _ in range(40):
        middle = (low + high) / 2
        scaled[quantity] = rows["forecast"] + middle * (rows[quantity] - rows["forecast"])
        low, high = (middle, high) if over_and_short(scaled, quantity)[1] > shortage else (low, middle)
    return over_and_short(scaled, quantity)[0]


def third(rows: pd.DataFrame) -> pd.Series:
    """Return the third of the canteens by size that each row belongs to."""
    size = rows.groupby("canteen")["meals_served"].mean()
    return rows["canteen"].map(pd.qcut(size, 3, labels=list(THIRDS)).astype(str))


if __name__ == "__main__":
    main()
