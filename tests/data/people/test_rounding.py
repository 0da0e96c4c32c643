"""Who puts together all that a comité sees must never be sure of a count from 1 to 4."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.demo import load_demo
from data.people.agents import COLUMNS, added_up, month_counts, month_totals, shares_of_school, shares_of_trade
from data.people.marks_and_attendance import attendance, mean_mark
from data.people.rounding import BASE, by_running_totals, nearest
from data.queries import rollout
from data.store import Store
from tests.data.deposit.programme_files import deposit
from tests.data.people.worlds import COLUMNS as TRUE_COLUMNS
from tests.data.people.worlds import WHOLE, moved, rewrite, true_cells, walk

TODAY = date(2026, 6, 5)
SMALL = range(1, 5)
INDEX = ["month", "school", "trade"]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Store]]:
    """Return the demonstration, and two others that must look the same: with the fewest and with the most people."""
    folder = tmp_path_factory.mktemp("people")
    first = Store(folder / "0.duckdb")
    load_demo(first, TODAY)
    cells = true_cells(first)
    first.close()
    opened = [Store(Path(shutil.copy(folder / "0.duckdb", folder / f"{rank}.duckdb"))) for rank in (1, 2, 3)]
    for store, step in zip(opened[1:], (-1, 1), strict=True):
        rewrite(store, moved(cells, step), step)
    yield opened
    for store in opened:
        store.close()


def seen(store: Store) -> list[str]:
    """Return all the counts, shares and marks that a comité may ask for."""
    months = rollout.months(store)
    counts = [month_counts(store, month, exact=False) for month in months]
    marks = [mean_mark(store, month, exact=False) for month in months]
    came = attendance(store, TODAY, exact=False)
    tables = [table for month in counts for table in (month.schools, month.trades, month.totals.to_frame())]
    tables += [shares_of_school(store, school, exact=False) for school in counts[0].schools.index]
    tables += [shares_of_trade(store, trade, exact=False) for trade in counts[0].trades.index]
    tables += [month_totals(store, exact=False), came.table]
    return [table.to_csv() for table in tables] + [str(marks), f"{came.seats} {came.attended}"]


def true_counts(store: Store) -> dict[str, np.ndarray]:
    """Return the true counts by trade, in all, and in workshops."""
    cells = true_cells(store)[TRUE_COLUMNS].astype("Int64")
    sums = {str(levels): cells.groupby(level=levels).sum() for levels in (["month", "trade"], ["month"])}
    came = attendance(store, TODAY, exact=True).table[["seats_attended"]]
    tables = {**sums, "workshops": came}
    return {name: table.to_numpy(dtype=float, na_value=np.nan) for name, table in tables.items()}


def test_a_comite_that_reads_the_whole_demonstration_is_sure_of_no_small_count(stores: list[Store]) -> None:
    assert seen(stores[0]) == seen(stores[1]) == seen(stores[2])
    truth, fewer, more = (true_counts(store) for store in stores)
    for name, counts in truth.items():
        assert ((fewer[name] != counts) | (more[name] != counts))[np.isin(counts, SMALL)].all(), name
    rng, tried = np.random.default_rng(1), 0
    for _, school in true_cells(stores[0])[TRUE_COLUMNS].groupby(level=INDEX[:2]):
        counts = school.to_numpy(dtype=float, na_value=np.nan)
        known = np.vstack([counts, counts.sum(axis=0)])
        small = np.isin(known, SMALL)
        tried += small.sum()
        others = walk(counts, 20_000, rng)
        while small.any():
            world = next(others)
            small &= np.vstack([world, world.sum(axis=0)]) == known
    assert tried > 500


@pytest.mark.parametrize(
    ("trades", "wholes", "largest"),
    [(1, [None, 0, 1, 1], 12), (2, [None, 0], 12), (2, [None, 0, 1], 7), (3, [None, 0], 7), (4, [None], 7)],
)
def test_every_small_count_of_a_school_could_be_another_one(
    trades: int, wholes: list[int | None], largest: int
) -> None:
    # Schools are rounded apart: who knows all the rounded running totals of one knows all that can be known of it.
    profiles = [
        steps
        for steps in product(range(largest + 1), repeat=len(wholes))
        if all(whole is None or steps[part] <= steps[whole] for part, whole in enumerate(wholes))
    ]
    cells = np.array(list(product(profiles, repeat=trades)))
    running = cells.cumsum(axis=1)
    rounded = nearest(pd.DataFrame(running.reshape(len(cells), -1))).to_numpy()
    _, looks = np.unique(rounded, axis=0, return_inverse=True)
    counts = np.concatenate([cells.reshape(len(cells), -1), running[:, -1]], axis=1)
    table = pd.DataFrame(counts).groupby(looks.ravel())
    alone = (table.transform("min") == table.transform("max")).to_numpy()
    # Beyond the largest count tried, other worlds would be missing.
    judged = (rounded[:, [-len(wholes)]] + BASE // 2 <= largest) & np.isin(counts, SMALL)
    assert judged.any() and not (alone & judged).any()


def test_totals_rounded_by_themselves_would_tell_of_four_schools_of_three() -> None:
    index = pd.MultiIndex.from_product([["month"], list("ABCD"), ["TSEM"]], names=INDEX)
    cells = pd.DataFrame(3, index, COLUMNS, dtype="Int64")
    rounded = added_up(by_running_totals(cells, INDEX[:2]), exact=False)
    assert rounded.schools["Agents"].tolist() == [5] * 4
    assert (rounded.totals["Agents"], nearest(cells[["Agents"]].sum().to_frame()).iloc[0, 0]) == (20, 10)


@settings(max_examples=25)
@given(st.data())
def test_rounded_counts_stay_close_and_do_not_tell_who_is_behind_them(data: st.DataObject) -> None:
    schools, trades = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    row = st.lists(st.integers(0, 12), min_size=len(WHOLE), max_size=len(WHOLE))
    rows = data.draw(st.lists(row, min_size=schools * trades, max_size=schools * trades))
    for counts in rows:
        for part, whole in enumerate(WHOLE):
            counts[part] = counts[part] if whole is None else min(counts[part], counts[whole])
    index = pd.MultiIndex.from_product([["month"], range(schools), range(trades)], names=INDEX)
    cells = pd.DataFrame(rows, index, COLUMNS, dtype="Int64")
    exact = added_up(cells, exact=True)
    rounded = added_up(by_running_totals(cells, INDEX[:2]), exact=False)
    assert (abs(rounded.schools - exact.schools) <= BASE // 2).all(axis=None)
    assert (abs(rounded.totals - exact.totals) <= schools * (BASE // 2)).all()
    # Other people in the first school, moved one at a time, leave all tables as they are.
    for world in walk(cells.iloc[:trades].to_numpy(dtype=float), 100, np.random.default_rng(0)):
        cells.iloc[:trades] = world
    other = added_up(by_running_totals(cells, INDEX[:2]), exact=False)
    assert other.schools.equals(rounded.schools) and other.trades.equals(rounded.trades)
    for table in (rounded.schools, rounded.trades, rounded.totals.to_frame().T):
        assert (table % BASE == 0).all(axis=None) and (table >= 0).all(axis=None)
        for part, whole in enumerate(WHOLE):
            assert whole is None or (table.iloc[:, part] <= table.iloc[:, whole]).all()


@pytest.mark.parametrize(
    ("answers", "known", "exact"), [(5, 4.2, True), (4, None, True), (7, None, False), (8, 4.2, False)]
)
def test_the_mark_is_told_only_where_five_answers_are_sure(
    store: Store, answers: int, known: float | None, exact: bool
) -> None:
    deposit(store, "ecole raccordement meteo", [("A", "faite", "soleil")])
    deposit(
        store, "ecole metier mois agents satisfaction reponses", [("A", "TSEM", date(2026, 5, 1), 9, "4,2", answers)]
    )
    assert mean_mark(store, date(2026, 5, 1), exact=exact) == known
