"""A shared reserve: against a plain loop over days, canteens and groups; nothing of a day is known before it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.production.reserve import Split, groups, held, prepared, sums
from models.meals import reserve
from models.meals.backtest import Quantities
from models.meals.error_quantiles import Margin
from models.run.reserves import stored

DAYS = pd.bdate_range("2017-01-02", periods=60, name="date")
NO_MARGIN = Margin(1, pd.Series(dtype=float), np.empty(0), np.empty(0))


def a_city(seed: int, days: int, canteens: int) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return tables of quantities and the meals served, some unknown."""
    rng = np.random.default_rng(seed)
    index, columns = DAYS[:days], [f"c{one}" for one in range(canteens)]
    point = rng.uniform(20, 300, (days, canteens))
    served = np.round(point * rng.lognormal(0, 0.08, point.shape))
    served[rng.random(point.shape) < 0.05] = np.nan
    recommended = np.round(point * 1.06)
    with_plan = np.where(rng.random(point.shape) < 0.3, np.nan, recommended + rng.integers(-6, 7, point.shape))
    tables = {
        "forecast": point, "upper": point * 1.1, "recommended": recommended, "recommended_with_plan": with_plan,
    }  # fmt: skip
    frames = {name: pd.DataFrame(values, index, columns) for name, values in tables.items()}
    return frames, pd.DataFrame(served, index, columns)


def by_loops(
    tables: dict[str, pd.DataFrame], served: pd.DataFrame, group_of: dict[str, str], split: Split | None
) -> dict[str, float]:
    """Count what is left, lacking, held and moved, one canteen and one day at a time."""
    names = ("surplus", "shortage", "served", "reserve", "moved", "days", "calls", "sharing")
    sums_of = dict.fromkeys(names, 0.0)
    for day in served.index:
        lacking: dict[str, float] = {}
        units: dict[str, list[float]] = {}
        open_day = False
        for canteen in served.columns:
            meals = served.at[day, canteen]
            if math.isnan(meals):
                continue
            open_day = True
            point, upper, alone = (tables[name].at[day, canteen] for name in ("forecast", "upper", "recommended"))
            plan = tables["recommended_with_plan"].at[day, canteen]
            group, made = group_of.get(canteen), alone if math.isnan(plan) else plan
            if group and split:
                unit = (upper - point) * max(point, 1.0) ** reserve.SIZE_POWER
                made = max(round(point + split.margin * unit) + (made - alone), 0)
                units.setdefault(group, []).append(unit)
                lacking[group] = lacking.get(group, 0) + max(meals - made, 0)
                sums_of["calls"] += meals > made
                sums_of["sharing"] += 1
            else:
                sums_of["shortage"] += max(meals - made, 0)
            sums_of["surplus"] += max(made - meals, 0)
            sums_of["served"] += meals
        sums_of["days"] += open_day
        for group, of_group in units.items():
            assert split
            kept = split.expected * sum(of_group) + split.spread * math.sqrt(sum(one**2 for one in of_group))
            kept = max(round(kept), 0)
            used = min(kept, lacking[group])
            sums_of["reserve"] += kept
            sums_of["moved"] += used
            sums_of["surplus"] += kept - used
            sums_of["shortage"] += lacking[group] - used
    return sums_of


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    days=st.integers(1, 12),
    canteens=st.integers(1, 7),
    several=st.integers(0, 3),
    split=st.none() | st.builds(Split, st.floats(-3, 3), st.floats(0, 4), st.floats(-2, 4)),
)
def test_what_is_left_and_lacking_is_that_of_a_loop(
    seed: int, days: int, canteens: int, several: int, split: Split | None
) -> None:
    tables, served = a_city(seed, days, canteens)
    # The last canteen shares with nobody.
    group_of = {f"c{one}": f"g{one % several}" for one in range(canteens - 1) if several}
    member = reserve.member_of(pd.Series(group_of, dtype=object), served.columns)
    found = reserve.outcome(reserve.cells(tables, served), member, split)
    assert dict(found) == pytest.approx(by_loops(tables, served, group_of, split))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), most=st.floats(0.001, 0.03), several=st.integers(1, 4))
def test_the_split_is_the_one_that_a_slow_search_finds(seed: int, most: float, several: int) -> None:
    """The least of all possible quantiles for each risk, one after the other, then the risk that leaves the least."""
    tables, served = a_city(seed, 40, 8)
    group_of = {f"c{one}": f"g{one % several}" for one in range(8)}
    past = reserve.cells(tables, served, learnt=True)
    member = reserve.member_of(pd.Series(group_of), served.columns)
    found = reserve.learn(past, member, most)
    assert found
    known = np.isfinite(past.served)
    errors = sorted(((past.served - 0.5 - past.point - past.moved)[known] / past.unit[known]).tolist())
    margins = [float(np.quantile(errors, 1 - risk)) for risk in reserve.RISKS]
    assert any(found.margin == pytest.approx(margin) for margin in margins)
    total = np.nansum(past.served)
    left = []
    for margin in margins:
        gap = np.nan_to_num(prepared(past.point, past.unit, past.moved, margin) - past.served)
        lacking, (whole, root) = np.maximum(-gap, 0) @ member, sums(past.unit, member)
        expected = lacking.sum() / whole.sum()
        beyond = np.sort((lacking - expected * whole)[root > 0] / root[root > 0])
        for share in np.linspace(0, 1, 801):
            spread = float(np.quantile(beyond, share))
            if np.maximum(lacking - held(whole, root, Split(margin, expected, spread)), 0).sum() <= most * total:
                break
        further = float(np.quantile(beyond, min(share * (1 + 1 / len(served)), 1)))
        kept = held(whole, root, Split(margin, expected, further))
        left.append(np.maximum(gap, 0).sum() + np.maximum(kept - lacking, 0).sum())
    mine = margins.index(min(margins, key=lambda one: abs(one - found.margin)))
    assert left[mine] <= min(left) * 1.01
    kept = held(*sums(past.unit, member), found)
    gap = np.nan_to_num(prepared(past.point, past.unit, past.moved, found.margin) - past.served)
    assert np.maximum(np.maximum(-gap, 0) @ member - kept, 0).sum() <= most * total + 1e-6


def test_nothing_of_the_judged_days_or_of_the_future_is_learnt() -> None:
    tables, served = a_city(3, 60, 8)
    past, ahead = ({name: table.iloc[rows] for name, table in tables.items()} for rows in (slice(40), slice(40, None)))
    shared = {"city": pd.Series("", served.columns)}

    def task() -> Quantities:
        return Quantities(ahead, NO_MARGIN, NO_MARGIN, past)

    known = reserve.with_splits(task, served, shared)
    corrupted = served.copy()
    corrupted.iloc[40:] *= 3
    again = reserve.with_splits(task, corrupted, shared)
    assert known.splits["city"]
    assert again.splits == known.splits
    assert known.past == {}
    # Of the past, everything is.
    corrupted.iloc[:40] = np.round(served.iloc[:40] * 1.2)
    assert reserve.with_splits(task, corrupted, shared).splits != known.splits


def test_what_a_run_stores_compares_each_way_to_share_with_none() -> None:
    tables, served = a_city(5, 60, 12)
    past, ahead = ({name: table.iloc[rows] for name, table in tables.items()} for rows in (slice(40), slice(40, None)))
    shared = {"pairs": pd.Series(None, served.columns, dtype=object), "city": pd.Series("", served.columns)}
    one = reserve.with_splits(lambda: Quantities(ahead, NO_MARGIN, NO_MARGIN, past), served, shared)
    alone, city = stored(served, shared, [one], [one])
    assert [alone["grouping"], city["grouping"]] == ["alone", "city"]
    assert (city["groups"], city["canteens"]) == (1, 12)
    assert city["surplus_pct"] < alone["surplus_pct"]
    assert alone["reserve_meals"] == 0 < city["moved_meals"] <= city["reserve_meals"]
    assert list(city["ahead"]) == [f"{day:%Y-%m-%d}" for day in DAYS[40:]]
    assert Split(*city["ahead"]["2017-03-01"]) == one.splits["city"]
    assert stored(served, shared, [], [one]) == []


def test_the_points_without_a_canteen_are_not_judged() -> None:
    tables, served = a_city(1, 10, 3)
    names = ["c0", "c1", "\0unattached"]
    renamed = {name: table.set_axis(names, axis=1) for name, table in tables.items()}
    cells = reserve.cells(renamed, served.set_axis(names, axis=1))
    assert np.isnan(cells.served[:, 2]).all()
    assert (cells.unit[:, 2] == 0).all()


def test_schools_and_sectors_are_found_in_names_and_districts() -> None:
    canteens = pd.DataFrame({
        "name": ["JEAN ZAY M", "JEAN ZAY E", "COUDRAY M.", "COUDRAY E. ", "LINOT", "MOLIERE", "Les Iris maternelle"],
        "district": ["Nord", "Nord", "Sud", "Nord", None, "Ouest", None],
    })  # fmt: skip
    found = groups(canteens)
    assert found["pairs"].dropna().to_dict() == {
        "JEAN ZAY M": "JEAN ZAY", "JEAN ZAY E": "JEAN ZAY", "COUDRAY M.": "COUDRAY", "COUDRAY E. ": "COUDRAY",
    }  # fmt: skip
    # A sector of one canteen shares nothing.
    assert found["sectors"].dropna().to_dict() == {"JEAN ZAY M": "Nord", "JEAN ZAY E": "Nord", "COUDRAY E. ": "Nord"}
    assert found["city"].notna().all()
