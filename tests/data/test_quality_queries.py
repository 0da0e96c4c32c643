"""Every figure of the page Qualité des prévisions equals what a plain loop over the judged rows gives."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.deposit import apply
from data.queries import quality
from data.store import Store

RUN = 3
CANTEENS = ("Aulne", "Bois", "Chêne", "Daim")
FIRST = date(2024, 1, 8)


def backtest(seed: int) -> pd.DataFrame:
    """Return rows of a backtest: some canteens do not serve every day, some days have no plan."""
    chance = np.random.default_rng(seed)
    days = [FIRST + timedelta(days=back) for back in range(140) if (FIRST + timedelta(days=back)).isoweekday() <= 5]
    rows = []
    for place, canteen in enumerate(CANTEENS):
        for day in days:
            if chance.random() < 0.2:
                continue
            served = float(chance.integers(1, 60) + 40 * place)
            planned = None if chance.random() < 0.1 else float(chance.integers(1, 200))
            forecast = served + chance.integers(-20, 21) / 2
            quantities = [forecast, forecast - 4, forecast + 4, forecast + 3, forecast + 2]
            rows.append([RUN, canteen, day, planned, served, *quantities])
    columns = "run_id canteen date meals_planned meals_served forecast lower upper recommended recommended_with_plan"
    return pd.DataFrame(rows, columns=columns.split())


@pytest.fixture(params=[1, 2])
def rows(request: pytest.FixtureRequest, store: Store) -> pd.DataFrame:
    """Store a backtest beside that of another run, which must not count; return it."""
    found = backtest(request.param)
    with store.write("test", "forecast", {}) as cursor:
        cursor.register("computed", found)
        cursor.execute("INSERT INTO backtests BY NAME SELECT * FROM computed")
        cursor.execute(
            "INSERT INTO backtests BY NAME SELECT * REPLACE (1 AS run_id, 2 * forecast AS forecast) FROM computed"
        )
        cursor.unregister("computed")
    return found


def planned(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(row) for row in rows.to_dict("records") if not pd.isna(row["meals_planned"])]


def same_weekday(served: dict[tuple[str, date], float], of: dict[str, Any]) -> float | None:
    """Return the meals of the last same weekday that canteen served at least three weeks before."""
    for back in range(21, 400, 7):
        if (of["canteen"], of["date"] - timedelta(days=back)) in served:
            return served[of["canteen"], of["date"] - timedelta(days=back)]
    return None


def naive(pairs: list[tuple[date, float, float]]) -> dict[str, float]:
    """Return the measures of (day, quantity, served), by loops."""
    served = gap = bias = surplus = shortage = short = 0.0
    days: dict[date, list[float]] = {}
    for day, quantity, meals in pairs:
        served += meals
        gap += abs(quantity - meals)
        bias += quantity - meals
        surplus += max(quantity - meals, 0)
        shortage += max(meals - quantity, 0)
        short += meals > quantity
        total = days.setdefault(day, [0.0, 0.0])
        total[0] += quantity
        total[1] += meals
    return {
        "canteen_days": len(pairs), "meals_served": served, "gap_meals": gap, "wape_pct": 100 * gap / served,
        "city_wape_pct": 100 * sum(abs(said - came) for said, came in days.values()) / served,
        "bias_pct": 100 * bias / served, "surplus_pct": 100 * surplus / served,
        "shortage_pct": 100 * shortage / served, "short_days": short, "short_pct": 100 * short / len(pairs),
    }  # fmt: skip


def test_the_methods_are_compared_as_a_plain_loop_would(store: Store, rows: pd.DataFrame) -> None:
    found = quality.by_method(store, RUN)
    assert found["method"].tolist() == list(quality.METHODS)
    columns = {"plan": "meals_planned"}
    served = {(one["canteen"], one["date"]): one["meals_served"] for one in rows.to_dict("records")}
    for row in found.to_dict("records"):
        method = row.pop("method")
        quantities = [
            (one, same_weekday(served, one) if method == "same_weekday" else one[columns.get(method, method)])
            for one in planned(rows)
        ]
        pairs = [(one["date"], said, one["meals_served"]) for one, said in quantities if said is not None]
        assert row == pytest.approx(naive(pairs))
    assert found["canteen_days"].nunique() == 2  # the first weeks have no same weekday to go by


def test_the_months_and_the_canteens_are_those_of_a_plain_loop(store: Store, rows: pd.DataFrame) -> None:
    by_month = quality.quality_by_month(store, RUN).set_index("month")
    by_canteen = quality.quality_by_canteen(store, RUN).set_index("place")
    assert sorted(by_canteen.index) == list(CANTEENS)
    assert by_canteen["forecast_wape_pct"].is_monotonic_decreasing
    groups = [(row, [one for one in planned(rows) if one["canteen"] == name]) for name, row in by_canteen.iterrows()]
    groups += [
        (row, [one for one in planned(rows) if (one["date"].year, one["date"].month) == (month.year, month.month)])
        for month, row in by_month.iterrows()
    ]
    for row, kept in groups:
        told = {
            method: naive([(one["date"], one[column], one["meals_served"]) for one in kept])
            for method, column in (("plan", "meals_planned"), ("forecast", "forecast"), ("recommended", "recommended"))
        }
        expected = {
            "canteen_days": len(kept),
            "plan_wape_pct": told["plan"]["wape_pct"],
            "forecast_wape_pct": told["forecast"]["wape_pct"],
            "forecast_bias_pct": told["forecast"]["bias_pct"],
            "covered_pct": 100 * sum(one["lower"] <= one["meals_served"] <= one["upper"] for one in kept) / len(kept),
            "meals_served": told["plan"]["meals_served"],
            "meals_per_day": told["plan"]["meals_served"] / len(kept),
            "plan_surplus_pct": told["plan"]["surplus_pct"],
            "recommended_surplus_pct": told["recommended"]["surplus_pct"],
            "plan_short_pct": told["plan"]["short_pct"],
            "recommended_short_pct": told["recommended"]["short_pct"],
        }
        assert row.to_dict() == pytest.approx({name: expected[name] for name in row.index})
    assert sum(len(kept) for _, kept in groups) == 2 * len(planned(rows))


def test_the_coverage_is_that_of_a_plain_loop_in_each_third_by_size(store: Store, rows: pd.DataFrame) -> None:
    thirds = {
        0: CANTEENS,
        1: CANTEENS[:2],
        2: CANTEENS[2:3],
        3: CANTEENS[3:],
    }  # sizes grow with the names
    found = quality.coverage(store, RUN)
    assert found["third"].tolist() == [0, 1, 2, 3]
    for row in found.to_dict("records"):
        kept = [one for one in planned(rows) if one["canteen"] in thirds[row["third"]]]
        below = sum(one["meals_served"] < one["lower"] for one in kept)
        above = sum(one["meals_served"] > one["upper"] for one in kept)
        assert (row["canteens"], row["canteen_days"]) == (len(thirds[row["third"]]), len(kept))
        assert row["covered"] == len(kept) - below - above
        shares = [row["below_pct"], row["covered_pct"], row["above_pct"]]
        assert shares == pytest.approx([100 * n / len(kept) for n in (below, row["covered"], above)])


def test_the_worst_days_are_the_largest_gaps_and_no_day_is_dropped(store: Store, rows: pd.DataFrame) -> None:
    days: dict[pd.Timestamp, list[float]] = {}
    for one in planned(rows):
        total = days.setdefault(pd.Timestamp(one["date"]), [0.0, 0.0])
        total[0] += one["forecast"]
        total[1] += one["meals_served"]
    city = quality.worst_city_days(store, RUN)
    assert set(city["date"]) == set(days)
    assert city["gap"].abs().is_monotonic_decreasing
    for row in city.to_dict("records"):
        said, came = days[row["date"]]
        assert (row["gap"], row["gap_pct"]) == pytest.approx((said - came, 100 * (said - came) / came))
    worst = quality.worst_canteen_days(store, RUN, 7)
    gaps = sorted((abs(one["forecast"] - one["meals_served"]) for one in planned(rows)), reverse=True)
    assert worst["gap"].abs().tolist() == gaps[:7]


def test_what_could_not_be_judged_is_counted_by_reason(store: Store, rows: pd.DataFrame) -> None:
    judged = quality.judged_days(store, RUN)
    assert judged is not None
    kept = planned(rows)
    assert (judged.judged, judged.canteens) == (len(kept), len(CANTEENS))
    assert judged.days == len({one["date"] for one in kept})
    assert judged.without_plan == len(rows) - len(kept)
    assert (judged.first, judged.last) == (rows["date"].min(), rows["date"].max())
    assert (judged.without_forecast, judged.unattached) == (0, 0)
    mapping = "site_nom;site_type;cantine_nom;cantine_type\nNeuf;M;Neuf;M\n"
    apply(store, "m.csv", mapping.encode(), "test")
    lines = [
        f"{site};M;{day};50;50" for site in ("Neuf", "Foyer") for day in ("09/01/2024", "11/01/2024", "05/09/2023")
    ]
    apply(store, "j.csv", "\n".join(["site_nom;site_type;date;prevision;reel", *lines]).encode(), "test")
    after = quality.judged_days(store, RUN)
    assert after is not None
    assert (after.judged, after.without_forecast, after.unattached) == (judged.judged, 2, 2)


def test_a_run_that_judged_nothing_has_no_quality(store: Store) -> None:
    assert quality.judged_days(store, RUN) is None
