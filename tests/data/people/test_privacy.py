"""A reader who puts together all that is published of a month must not find the count of a small group."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.people.mask import MASKED, MaskedCounts, mask_month
from tests.conftest import EXAMPLES
from tests.data.people.attackers import bounds, possible, read, small_counts, true_counts

CELLS = 2  # the place of the counts by school × trade among those of `small_counts`
COUNT = st.one_of(st.none(), st.integers(0, 6), st.integers(0, 30))
SHAPES = [(2, 2, 2), (3, 1, 2), (2, 1, 3), (3, 2, 1), (1, 2, 3), (1, 3, 2)]
# Of the last columns, how many are parts of an earlier one rather than steps.
PARTED = [((2, 1, 3), 1), ((1, 2, 3), 1), ((2, 1, 3), 2), ((1, 2, 3), 2), ((3, 1, 3), 2), ((3, 1, 3), 1)]


@st.composite
def months(draw: st.DrawFn, shapes: Iterable[tuple[int, int, int]], largest: int) -> pd.DataFrame:
    """Counts by (school, trade) of nested steps: along a row they never rise; some are missing, so are some trades."""
    schools, trades, steps = draw(st.sampled_from(list(shapes)))
    rows = {}
    for school in range(schools):
        for trade in range(trades):
            if trade and draw(st.integers(0, 5)) == 0:
                continue
            alike = draw(st.integers(0, 2)) == 0
            row = sorted(draw(st.lists(st.integers(0, largest), min_size=steps, max_size=steps)), reverse=True)
            gaps = draw(st.lists(st.integers(0, 9), min_size=steps, max_size=steps))
            values = [row[0]] * steps if alike else row
            rows[f"s{school}", f"t{trade}"] = [None if gap == 0 else v for gap, v in zip(gaps, values, strict=True)]
    index = pd.MultiIndex.from_tuples(rows, names=["school", "trade"])
    return pd.DataFrame(list(rows.values()), index, [f"step {step}" for step in range(steps)]).astype("Int64")


@st.composite
def tables(draw: st.DrawFn, rows: int, columns: int, largest: int) -> pd.DataFrame:
    """Tables of nested steps: along a row counts never rise; some are missing."""
    table = []
    for _ in range(draw(st.integers(1, rows))):
        row = sorted(draw(st.lists(st.integers(0, largest), min_size=columns, max_size=columns)), reverse=True)
        gaps = draw(st.lists(st.sampled_from([False, False, False, True]), min_size=columns, max_size=columns))
        table.append([None if gap else value for value, gap in zip(row, gaps, strict=True)])
    return pd.DataFrame(table, columns=[f"step {index}" for index in range(columns)]).astype("Int64")


def by_school(counts: pd.DataFrame) -> MaskedCounts:
    """Mask a table of schools that have one trade each."""
    return mask_month(
        counts.set_axis(pd.MultiIndex.from_product([counts.index, ["TSEM"]], names=["school", "trade"]))
    ).schools


@st.composite
def parted(draw: st.DrawFn, shape: tuple[int, int, int], parts: int, largest: int) -> tuple[pd.DataFrame, dict]:
    """Counts whose last columns are each a part of one of the steps before, often the whole of it or nothing."""
    counts = draw(months([(*shape[:2], shape[2] - parts)], largest))
    steps, inside = list(counts.columns), {}
    for part in range(parts):
        step = draw(st.sampled_from(steps))
        whole = counts[step].fillna(counts[steps].min(axis=1)).fillna(largest)
        kept = [draw(st.one_of(st.just(int(count)), st.integers(0, int(count)))) for count in whole]
        gaps = [draw(st.integers(0, 9)) == 0 for _ in kept]
        counts[f"part {part}"] = pd.array([None if gap else n for gap, n in zip(gaps, kept, strict=True)], "Int64")
        inside[f"part {part}"] = step
    return counts, inside


def inside_of(counts: pd.DataFrame, parts: dict[str, str]) -> np.ndarray:
    """Return which columns are among which others, steps and parts."""
    steps = [name for name in counts if name not in parts]
    above = {name: steps[: steps.index(name)] for name in steps}
    above |= {part: steps[: steps.index(step) + 1] for part, step in parts.items()}
    return np.array([[whole in above[part] for part in counts] for whole in counts])


EVERY_KIND = st.one_of(
    months(SHAPES, largest=6).map(lambda counts: (counts, {})),
    st.sampled_from(PARTED).flatmap(lambda kind: parted(*kind, largest=5)),
)


@settings(max_examples=6 * EXAMPLES)
@given(EVERY_KIND)
def test_no_small_group_can_be_found_by_trying_every_month_that_could_be(
    drawn: tuple[pd.DataFrame, dict[str, str]],
) -> None:
    counts, parts = drawn
    published = mask_month(counts, parts=parts)
    truths, few = small_counts(counts), [values < 5 for values in true_counts(counts)]
    # Who only adds and takes away, and who also knows which “masqué” are less than 5 and which only protect them.
    bounds_of: list[list[tuple[np.ndarray, np.ndarray]]] = [[], []]
    for guess in possible(read(published, counts, inside_of(counts, parts)), most=7):
        sums = [guess.sum(axis=1), guess.sum(axis=0), guess, guess.sum(axis=(0, 1))]
        alike = all(((sums[place] < 5) == few[place]).all() for place in range(4) if place != CELLS)
        for reader in range(1 + alike):
            known = bounds_of[reader] or [(values, values) for values in sums]
            bounds_of[reader] = [
                (np.minimum(low, values), np.maximum(high, values))
                for (low, high), values in zip(known, sums, strict=True)
            ]
    assert all(bounds_of), "the truth itself must be among them"
    told = published.schools.as_text(), published.trades.as_text()
    for found in bounds_of:
        for truth, (low, high) in zip(truths, found, strict=True):
            assert not ((truth == low) & (truth == high)).any(), f"a small count can be recovered from {told}"
            assert (np.isnan(truth) | ((low <= truth) & (truth <= high))).all()


@settings(max_examples=25)
@given(
    st.one_of(
        months([(12, 3, 5), (8, 4, 7), (12, 2, 3)], largest=9).map(lambda counts: (counts, {})),
        parted((12, 3, 7), 2, largest=9),
    )
)
def test_no_small_group_of_the_programme_can_be_bounded_to_one_value(
    drawn: tuple[pd.DataFrame, dict[str, str]],
) -> None:
    counts, parts = drawn
    published = mask_month(counts, parts=parts)
    found = bounds(read(published, counts, inside_of(counts, parts)))
    for place, (truth, (low, high)) in enumerate(zip(small_counts(counts)[:3], found, strict=True)):
        # Who reads “masqué” expects less than 5 there; the counts of a school × trade have no mark.
        assert not ((truth == low) & (truth == (high if place == CELLS else np.minimum(high, 4)))).any()
    assert np.isnan(small_counts(counts)[3][published.schools.totals.notna()]).all()


@settings(max_examples=60)
@given(st.lists(st.lists(COUNT, min_size=3, max_size=3), min_size=1, max_size=12))
def test_no_count_from_1_to_4_is_ever_shown(rows: list[list[int | None]]) -> None:
    counts = pd.DataFrame(rows, columns=list("abc")).astype("Int64")
    published = by_school(counts)
    assert not published.counts.isin([1, 2, 3, 4]).any(axis=None)
    assert not published.totals.isin([1, 2, 3, 4]).any()
    shown = published.counts.notna()
    assert (published.counts[shown] == counts[shown]).fillna(True).all(axis=None)


@settings(max_examples=40)
@given(tables(rows=12, columns=5, largest=20))
def test_a_column_never_hides_one_count_alone_under_its_total(counts: pd.DataFrame) -> None:
    published = by_school(counts)
    alone = (published.hidden.sum() == 1) & ~published.hidden_totals
    assert not alone.any()


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ([12, 3, 9, 7], ["12", MASKED, "9", MASKED]),
        ([12, 3, 2, 7], ["12", MASKED, MASKED, "7"]),
        ([12, 0, 9, 7], ["12", "0", "9", "7"]),
        ([12, 0, 3, 7], ["12", "0", MASKED, MASKED]),
        ([12, None, 9, 7], ["12", "—", "9", "7"]),
    ],
)
def test_the_reader_sees_masqué_zero_and_missing_apart(column: list[int | None], expected: list[str]) -> None:
    counts = pd.DataFrame({"agents": [20, 20, 20, 20], "formés": column}).astype("Int64")
    assert by_school(counts).as_text()["formés"].tolist()[:-1] == expected


def test_nobody_trained_in_a_school_of_three_agents_is_not_told() -> None:
    counts = pd.DataFrame({"agents": [12, 3, 9], "formés": [8, 0, 7]}).astype("Int64")
    assert by_school(counts).as_text()["formés"].tolist() == ["8", MASKED, MASKED, "15"]


def test_a_small_total_is_hidden_with_its_counts() -> None:
    counts = pd.DataFrame({"agents": [12, 9], "formés": [3, 0]}).astype("Int64")
    assert by_school(counts).as_text()["formés"].tolist() == [MASKED, "0", MASKED]


def test_the_total_of_a_step_nobody_reported_is_missing_and_not_zero() -> None:
    counts = pd.DataFrame({"agents": [10, 12], "formés": pd.array([pd.NA, pd.NA], dtype="Int64")})
    assert by_school(counts).as_text().loc["Total"].tolist() == ["22", "—"]


def counts_of(rows: dict[tuple[str, str], list[int | None]]) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples(rows, names=["school", "trade"])
    return pd.DataFrame(list(rows.values()), index, ["agents", "formés"]).astype("Int64")


def test_a_trade_of_one_school_is_not_found_by_taking_away_a_school_that_has_one_trade() -> None:
    # 11 trained TSEM in all, 8 of them in school A which has no other trade: 3 are left for school B.
    counts = counts_of(
        {("A", "TSEM"): [9, 8], ("B", "TSEM"): [9, 3], ("B", "cuisine"): [10, 10], ("B", "loge"): [7, 7]}
    )
    published = mask_month(counts)
    _, _, (low, high) = bounds(read(published, counts))
    assert low[1, 0, 1] < high[1, 0, 1]


@pytest.mark.parametrize(("agents", "trained"), [([6, 17, 16], [4, 17, 16]), ([6, 17, 20], [4, 17, 18])])
def test_masked_so_less_than_5_tells_nothing_where_the_other_hidden_count_cannot_grow(
    agents: list[int], trained: list[int]
) -> None:
    # All of school B are trained: with A, whose mark means 1 to 4, they are 21 of 17 + 6; A would have 4.
    counts = counts_of({(name, "TSEM"): list(row) for name, *row in zip("ABC", agents, trained, strict=True)})
    (low, high), _, _ = bounds(read(mask_month(counts), counts))
    assert low[0, 1] < min(high[0, 1], 4)


def test_agents_of_a_silent_school_are_not_found_by_taking_away_those_of_the_others() -> None:
    counts = counts_of(
        {("A", "TSEM"): [3, None], ("B", "TSEM"): [12, 9], ("C", "TSEM"): [30, 20], ("D", "TSEM"): [9, 9]}
    )
    published = mask_month(counts)
    assert published.schools.totals.tolist() == [54, 38]
    assert published.hidden_steps == {"formés"}
    assert published.schools.hidden["agents"].tolist() == [True, False, False, True]


def test_what_the_month_before_tells_is_not_what_hides_a_small_count() -> None:
    now = counts_of({("A", "TSEM"): [20, 3], ("B", "TSEM"): [20, 8], ("C", "TSEM"): [20, 9]})
    before = counts_of({("A", "TSEM"): [20, 6], ("B", "TSEM"): [20, 8], ("C", "TSEM"): [20, 7]})
    hidden = mask_month(now, [before]).schools.hidden["formés"]
    assert hidden.tolist() == [True, False, True]
