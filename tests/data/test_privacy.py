"""An attacker who reads a published table must not find the count of a small group."""

from __future__ import annotations

from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.privacy import MASKED, MaskedCounts, mask_counts

COUNT = st.one_of(st.none(), st.integers(0, 6), st.integers(0, 30))


@st.composite
def tables(draw: st.DrawFn, rows: int, columns: int, largest: int) -> pd.DataFrame:
    """Tables of nested steps: along a row counts never rise; some are missing."""
    table = []
    for _ in range(draw(st.integers(1, rows))):
        row = sorted(draw(st.lists(st.integers(0, largest), min_size=columns, max_size=columns)), reverse=True)
        gaps = draw(st.lists(st.sampled_from([False, False, False, True]), min_size=columns, max_size=columns))
        table.append([None if gap else value for value, gap in zip(row, gaps, strict=True)])
    return pd.DataFrame(table, columns=[f"step {index}" for index in range(columns)]).astype("Int64")


def possible_tables(published: MaskedCounts) -> dict[tuple[int, int], set[int]]:
    """Enumerate every table a reader can imagine behind the published one; return the values of each hidden count."""
    places = [
        (row, column)
        for row, column in product(*map(range, published.hidden.shape))
        if published.hidden.iat[row, column]
    ]
    found: dict[tuple[int, int], set[int]] = {place: set() for place in places}
    left = published.totals - published.counts.sum()
    columns = [[place for place in places if place[1] == column] for column in range(published.hidden.shape[1])]
    choices = [_fills(len(cells), left.iloc[column]) for column, cells in enumerate(columns)]
    for fills in product(*choices):
        guess = {
            place: value
            for cells, fill in zip(columns, fills, strict=True)
            for place, value in zip(cells, fill, strict=True)
        }
        if _never_rises(published.counts, guess):
            for place, value in guess.items():
                found[place].add(value)
    return found


def _fills(cells: int, total: object) -> list[tuple[int, ...]]:
    most = 9 if pd.isna(total) else int(total)
    fills = product(range(most + 1), repeat=cells)
    return [fill for fill in fills if not cells or (sum(fill) <= most if pd.isna(total) else sum(fill) == total)]


def _never_rises(counts: pd.DataFrame, guess: dict[tuple[int, int], int]) -> bool:
    for row in range(len(counts)):
        cells = [guess.get((row, column), counts.iat[row, column]) for column in range(counts.shape[1])]
        known = [cell for cell in cells if not pd.isna(cell)]
        if known != sorted(known, reverse=True):
            return False
    return True


@settings(max_examples=80, deadline=None)
@given(tables(rows=3, columns=2, largest=9))
def test_no_small_group_can_be_found_by_trying_every_table(counts: pd.DataFrame) -> None:
    published = mask_counts(counts)
    for (row, column), values in possible_tables(published).items():
        truth = counts.iat[row, column]
        assert truth in values
        assert truth >= 5 or len(values) > 1, f"the count {truth} can be recovered from\n{published.as_text()}"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(COUNT, min_size=3, max_size=3), min_size=1, max_size=12))
def test_no_count_from_1_to_4_is_ever_shown(rows: list[list[int | None]]) -> None:
    counts = pd.DataFrame(rows, columns=list("abc")).astype("Int64")
    published = mask_counts(counts)
    assert not published.counts.isin([1, 2, 3, 4]).any(axis=None)
    assert not published.totals.isin([1, 2, 3, 4]).any()
    shown = published.counts.notna()
    assert (published.counts[shown] == counts[shown]).fillna(True).all(axis=None)


@settings(max_examples=150, deadline=None)
@given(tables(rows=12, columns=5, largest=20))
def test_a_column_never_hides_one_count_alone_under_its_total(counts: pd.DataFrame) -> None:
    published = mask_counts(counts)
    alone = (published.hidden.sum() == 1) & ~published.hidden_totals
    assert not alone.any()


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ([12, 3, 9, 7], ["12", MASKED, "9", MASKED]),
        ([12, 3, 2, 7], ["12", MASKED, MASKED, "7"]),
        ([12, 0, 9, 7], ["12", "0", "9", "7"]),
        ([12, 0, 3, 7], ["12", MASKED, MASKED, "7"]),
        ([12, None, 9, 7], ["12", "—", "9", "7"]),
    ],
)
def test_the_reader_sees_masqué_zero_and_missing_apart(column: list[int | None], expected: list[str]) -> None:
    counts = pd.DataFrame({"agents": [20, 20, 20, 20], "formés": column}).astype("Int64")
    assert mask_counts(counts).as_text()["formés"].tolist()[:-1] == expected


def test_nobody_trained_in_a_school_of_three_agents_is_not_told() -> None:
    counts = pd.DataFrame({"agents": [12, 3, 9], "formés": [8, 0, 7]}).astype("Int64")
    assert mask_counts(counts).as_text()["formés"].tolist() == ["8", MASKED, MASKED, "15"]


def test_a_small_total_is_hidden_with_its_counts() -> None:
    counts = pd.DataFrame({"agents": [12, 9], "formés": [3, 0]}).astype("Int64")
    assert mask_counts(counts).as_text()["formés"].tolist() == [MASKED, MASKED, MASKED]


def test_the_total_of_a_step_nobody_reported_is_missing_and_not_zero() -> None:
    counts = pd.DataFrame({"agents": [10, 12], "formés": pd.array([pd.NA, pd.NA], dtype="Int64")})
    assert mask_counts(counts).as_text().loc["Total"].tolist() == ["22", "—"]
