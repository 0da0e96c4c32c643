"""Every figure of the page Qualité des prévisions equals what a plain loop over the judged rows gives."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data.deposit.apply import apply
from data.queries.forecasts import quality, worst_days
from data.store import Store

RUN = 3
CANTEENS = ("Aulne", "Bois", "Chêne", "Daim")
FIRST = date(2024, 1, 8)
# The log begins before the days judged: of the first of them, some have a same weekday to go by.
LOG_FIRST = date(2023, 12, 13)
Rows = list[dict[str, Any]]


def _weekdays(first: date, count: int) -> list[date]:
    days = [first + timedelta(days=ahead) for ahead in range(count)]
    return [day for day in days if day.isoweekday() <= 5]


def backtest(seed: int) -> pd.DataFrame:
    """Return rows of a backtest: some canteens do not serve every day, some days have no plan."""
    chance = np.random.default_rng(seed)
    rows = []
    for place, canteen in enumerate(CANTEENS):
        for day in _weekdays(FIRST, 140):
            if chance.random() < 0.2:
                continue
            served = float(chance.integers(1, 60) + 40 * place)
            planned = None if chance.random() < 0.1 else float(chance.integers(1, 200))
            forecast = served + chance.integers(-20, 21) / 2
            quantities = [forecast, forecast - 4, forecast + 4, forecast + 3, forecast + 2]
            known = day.replace(day=1) - timedelta(days=21)
            aside = "typing_error" if chance.random() < 0.1 else None
            rows.append([RUN, canteen, day, planned, served, *quantities, known, aside])
    columns = "run_id canteen date meals_planned meals_served forecast lower upper recommended recommended_with_plan"
    return pd.DataFrame(rows, columns=[*columns.split(), "known_until", "set_aside"])


def deposit_log(store: Store, lines: list[str]) -> None:
    apply(store, "j.csv", "\n".join(["site_nom;site_type;date;prevision;reel", *lines]).encode(), "test")


@pytest.fixture(scope="module", params=[1, 2])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rows]:
    """Return a closed store with a backtest, its log, and the backtest of another run, which must not count."""
    found = backtest(request.param)
    store = Store(tmp_path_factory.mktemp("quality") / "quality.duckdb")
    mapping = ["site_nom;site_type;cantine_nom;cantine_type", *(f"{name};M;{name};M" for name in CANTEENS)]
    apply(store, "m.csv", "\n".join(mapping).encode(), "test")
    plans = found["meals_planned"].map(lambda meals: "" if pd.isna(meals) else f"{meals:.0f}")
    told = zip(found["canteen"], found["date"], plans, found["meals_served"], strict=True)
    lines = [f"{canteen};M;{day:%d/%m/%Y};{planned};{served:.0f}" for canteen, day, planned, served in told]
    early = itertools.product(CANTEENS, _weekdays(LOG_FIRST, 3))
    deposit_log(store, [*lines, *(f"{canteen};M;{day:%d/%m/%Y};;{day.day}" for canteen, day in early)])
    with store.write("test", "forecast", {}) as cursor:
        cursor.register("computed", found)
        cursor.execute("INSERT INTO backtests BY NAME SELECT * FROM computed")
        cursor.execute(
            "INSERT INTO backtests BY NAME SELECT * REPLACE (1 AS run_id, 2 * forecast AS forecast) FROM computed"
        )
        cursor.unregister("computed")
    store.close()
    return store.path, found.astype(object).where(found.notna(), None).to_dict("records")


@pytest.fixture
def rows(built: tuple[Path, Rows]) -> Rows:
    return built[1]


@pytest.fixture
def store(built: tuple[Path, Rows], tmp_path: Path) -> Iterator[Store]:
    """Return a copy of the store that a test may change."""
    opened = Store(Path(shutil.copy(built[0], tmp_path / "quality.duckdb")))
    yield opened
    opened.close()


def planned(rows: Rows) -> Rows:
    return [row for row in rows if not pd.isna(row["meals_planned"])]


def same_weekday(log: dict[tuple[str, date], float], of: dict[str, Any], least: int) -> float | None:
    """Return the meals of the last same weekday that canteen served at least so many days before."""
    for back in range(least, 300, 7):
        if (of["canteen"], of["date"] - timedelta(days=back)) in log:
            return log[of["canteen"], of["date"] - timedelta(days=back)]
    return None


def naive(pairs: list[tuple[date, float, float]]) -> dict[str, float]:
    """Return the measures of (day, quantity, served), by loops."""
    served = gap = bias = surplus = shortage = short = far = 0.0
    days: dict[date, list[float]] = {}
    for day, quantity, meals in pairs:
        served += meals
        gap += abs(quantity - meals)
        bias += quantity - meals
        surplus += max(quantity - meals, 0)
        shortage += max(meals - quantity, 0)
        short += meals > quantity
        far += meals - quantity >= 2 and 20 * (meals - quantity) > meals
        total = days.setdefault(day, [0.0, 0.0])
        total[0] += quantity
        total[1] += meals
    return {
        "canteen_days": len(pairs), "meals_served": served, "gap_meals": gap, "wape_pct": 100 * gap / served,
        "city_wape_pct": 100 * sum(abs(said - came) for said, came in days.values()) / served,
        "bias_pct": 100 * bias / served, "surplus_pct": 100 * surplus / served,
        "shortage_pct": 100 * shortage / served, "short_days": short, "short_pct": 100 * short / len(pairs),
        "far_short_pct": 100 * far / len(pairs),
    }  # fmt: skip


def measured(kept: Rows) -> dict[str, float]:
    """Return the measures of a group of judged rows, by loops; every row of it has a plan."""
    found = {
        "canteen_days": float(len(kept)),
        "covered_pct": 100 * sum(one["lower"] <= one["meals_served"] <= one["upper"] for one in kept) / len(kept),
    }
    for prefix, column in quality.SCORED_QUANTITIES.items():
        told = naive([(one["date"], one[column], one["meals_served"]) for one in kept])
        found |= {"meals_served": told["meals_served"], "meals_per_day": told["meals_served"] / len(kept)}
        found |= {f"{prefix}{name}": told[name] for name in told if name.endswith("_pct") and "city" not in name}
    return found


def test_the_methods_are_compared_as_a_plain_loop_would(store: Store, rows: Rows) -> None:
    told = store.read("SELECT canteen, date, meals_served FROM located_services").to_dict("records")
    log = {(one["canteen"], one["date"].date()): float(one["meals_served"]) for one in told}
    found = quality.by_method(store, RUN).set_index("method")
    assert found.index.tolist() == list(quality.METHODS)
    for method, row in found.iterrows():
        least = quality.SAME_WEEKDAY.get(str(method))
        column = "meals_planned" if method == "plan" else str(method)
        quantities = [(one, same_weekday(log, one, least) if least else one[column]) for one in planned(rows)]
        pairs = [(one["date"], said, one["meals_served"]) for one, said in quantities if said is not None]
        assert row.to_dict() == pytest.approx(naive(pairs))
    # The log of before the days judged is read too: only a few have no same weekday to go by.
    assert 0 < len(planned(rows)) - found.loc["same_weekday_at_order", "canteen_days"] < len(rows) / 5


def test_groups_are_measured_as_a_plain_loop_would(store: Store, rows: Rows) -> None:
    groups: dict[Callable[[dict[str, Any]], object], pd.DataFrame] = {
        lambda one: one["canteen"]: quality.quality_by_canteen(store, RUN).set_index("place"),
        lambda one: pd.Timestamp(one["date"]).replace(day=1): quality.quality_by_month(store, RUN).set_index("month"),
    }
    for group_of, found in groups.items():
        assert set(found.index) == {group_of(one) for one in planned(rows)}
        for name, row in found.iterrows():
            kept = [one for one in planned(rows) if group_of(one) == name]
            assert row.to_dict() == pytest.approx(measured(kept))
    assert quality.quality_by_canteen(store, RUN)["forecast_wape_pct"].is_monotonic_decreasing


def test_the_leads_are_those_the_run_judged_and_none_for_an_older_run(store: Store) -> None:
    assert quality.quality_by_lead(store, RUN).empty
    leads = [{"lead_days": 21, "canteen_days": 5, "wape_pct": 6.0}, {"lead_days": 1, "canteen_days": 0}]
    values = {"run_id": RUN, "told": json.dumps({"leads": leads}), "now": datetime(2024, 9, 1)}
    with store.write("test", "a run", {}) as cursor:
        cursor.execute(
            "INSERT INTO forecast_runs (run_id, started_at, finished_at, data_version, specification)"
            " VALUES ($run_id, $now, $now, 1, $told)",
            values,
        )
    assert quality.quality_by_lead(store, RUN)["lead_days"].tolist() == [21]
    with store.write("test", "an older run", {}) as cursor:
        cursor.execute("UPDATE forecast_runs SET specification = '{}'")
    assert quality.quality_by_lead(store, RUN).empty


def test_the_coverage_is_that_of_a_plain_loop_in_each_third_by_size(store: Store, rows: Rows) -> None:
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


def test_the_worst_days_are_the_largest_gaps_and_no_day_is_dropped(store: Store, rows: Rows) -> None:
    days: dict[pd.Timestamp, list[float]] = {}
    for one in planned(rows):
        total = days.setdefault(pd.Timestamp(one["date"]), [0.0, 0.0])
        total[0] += one["forecast"]
        total[1] += one["meals_served"]
    city = worst_days.worst_city_days(store, RUN)
    assert set(city["date"]) == set(days)
    assert city["gap"].abs().is_monotonic_decreasing
    for row in city.to_dict("records"):
        said, came = days[row["date"]]
        assert (row["gap"], row["gap_pct"]) == pytest.approx((said - came, 100 * (said - came) / came))
    worst = worst_days.worst_canteen_days(store, RUN, 7)
    gaps = sorted((abs(one["forecast"] - one["meals_served"]) for one in planned(rows)), reverse=True)
    assert worst["gap"].abs().tolist() == gaps[:7]


def plan_gap(one: dict[str, Any]) -> float | None:
    gap = one["meals_planned"] - one["recommended"]
    return gap if abs(gap) > (one["upper"] - one["lower"]) / 2 else None


EVENTS = """type;date_debut;date_fin;cantine_nom;libelle
grève;06/02/2024;07/02/2024;;nationale
sortie;06/02/2024;06/02/2024;Bois;musée
vacances;12/02/2024;16/02/2024;;
"""
SWAPPED_RUN = """
INSERT INTO forecast_runs
SELECT $run_id, now(), now(), 1, DATE '2024-05-24', '{"strike_dates_swapped": ["2024-08-03"]}'
"""


def test_what_is_known_of_the_worst_days_stands_beside_them(store: Store, rows: Rows) -> None:
    canteens = "cantine_nom;cantine_type\n" + "".join(f"{name};M\n" for name in CANTEENS)
    apply(store, "c.csv", canteens.encode(), "test")
    apply(store, "e.csv", EVENTS.encode(), "test")
    with store.write("test", "run", {}) as cursor:
        cursor.execute(SWAPPED_RUN, {"run_id": RUN})
    strikes = {date(2024, 2, 6): "strike", date(2024, 2, 7): "strike", date(2024, 3, 8): "swapped_strike"}
    for row in worst_days.worst_city_days(store, RUN).to_dict("records"):
        kept = [one for one in planned(rows) if one["date"] == row["date"].date()]
        assert row["set_aside"] == sum(one["set_aside"] is not None for one in kept)
        assert row["plan_gaps"] == sum(plan_gap(one) is not None for one in kept)
        assert (None if pd.isna(row["events"]) else row["events"]) == strikes.get(row["date"].date())
    of_rows = {(one["date"], one["canteen"]): one for one in planned(rows)}
    for row in worst_days.worst_canteen_days(store, RUN, 1000).to_dict("records"):
        one = of_rows.pop((row["date"].date(), row["place"]))
        gap = plan_gap(one)
        assert row["plan_gap"] == gap if gap is not None else pd.isna(row["plan_gap"])
        assert (None if pd.isna(row["set_aside"]) else row["set_aside"]) == one["set_aside"]
        outing = (row["place"], one["date"]) == ("Bois", date(2024, 2, 6))
        expected = "outing strike" if outing else strikes.get(one["date"])
        assert (None if pd.isna(row["events"]) else row["events"]) == expected
    assert not of_rows


def test_every_canteen_day_of_the_log_is_judged_or_counted_with_the_reason_why_not(store: Store, rows: Rows) -> None:
    kept = planned(rows)
    lines = ["Aulne;M;10/02/2024;40;0", "Aulne;M;11/02/2024;40;", "Foyer;M;09/01/2024;9;", "Foyer;M;05/09/2023;9;9"]
    deposit_log(store, [*lines, "Foyer;E;09/01/2024;9;9", "Neuf;M;09/01/2024;50;50"])
    apply(store, "n.csv", b"site_nom;site_type;cantine_nom;cantine_type\nNeuf;M;Neuf;M\n", "test")
    judged = quality.judged_days(store, RUN)
    assert judged is not None
    assert (judged.first, judged.last) == (min(one["date"] for one in rows), max(one["date"] for one in rows))
    assert (judged.judged, judged.canteens) == (len(kept), len(CANTEENS))
    assert judged.days == len({one["date"] for one in kept})
    assert judged.set_aside == sum(one["set_aside"] is not None for one in kept)
    assert judged.without_plan == len(rows) - len(kept)
    assert (judged.without_forecast, judged.without_meals, judged.unattached) == (1, 2, 2)
    left_out = judged.without_plan + judged.without_forecast + judged.without_meals + judged.unattached
    assert judged.logged == judged.judged + left_out == len(rows) + 5


def test_a_run_that_judged_nothing_has_no_quality(store: Store) -> None:
    assert quality.judged_days(store, RUN + 1) is None
