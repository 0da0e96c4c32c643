"""A total that one table hides is hidden everywhere, and nothing shown gives it back."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from data.privacy import MASKED
from data.published import published, published_totals
from data.store import Store
from tests.data.test_programme import MONTH, add_counts

STEP = "Identité créée"


def step(store: Store, name: str) -> pd.Series:
    return published_totals(store).set_index("step").loc[name]


def test_ordinary_totals_are_shown(store: Store) -> None:
    add_counts(store, [("A", "TSEM", 8, 6), ("B", "TSEM", 9, 7)])
    assert step(store, STEP)[["people", "agents", "hidden"]].tolist() == [13, 17, False]
    assert published(store, MONTH).hidden_steps == set()


@pytest.mark.parametrize(
    "rows",
    [
        # A single school with a small group: only its total could hide it.
        [("A", "TSEM", 8, 3), ("A", "concierge", 7, 0)],
        # Schools can hide one another, but each trade stands alone.
        [("A", "TSEM", 8, 3), ("B", "TSEM", 9, 1), ("C", "TSEM", 9, 0)],
        [("A", "TSEM", 20, 9), ("A", "concierge", 20, 2)],
        [("A", "TSEM", 20, 9), ("B", "TSEM", 20, 2)],
    ],
)
def test_a_hidden_total_is_hidden_in_both_tables_and_in_the_figures(
    store: Store, rows: list[tuple[str, str, int | None, int | None]]
) -> None:
    add_counts(store, rows)
    shown = published(store, MONTH)
    assert shown.schools.hidden_totals.equals(shown.trades.hidden_totals)
    total_hidden = bool(shown.schools.hidden_totals[STEP])
    assert step(store, STEP)["hidden"] == total_hidden
    assert pd.isna(step(store, STEP)["people"]) == total_hidden
    for table in (shown.schools, shown.trades):
        column = table.as_text()[STEP].tolist()
        # Were every count of a column shown, their sum would be the total.
        assert set(column) <= {MASKED, "—", "0"} if total_hidden else MASKED not in column[-1]


def test_a_total_hidden_by_the_schools_cannot_be_added_up_from_the_trades(store: Store) -> None:
    add_counts(store, [("A", "TSEM", 20, 2), ("A", "concierge", 20, 9)])
    shown = published(store, MONTH)
    assert shown.trades.as_text()[STEP].tolist() == [MASKED] * 3
    assert step(store, STEP)["hidden"]


def test_agents_of_a_school_that_did_not_answer_are_not_found_by_difference(store: Store) -> None:
    add_counts(store, [("A", "TSEM", 3, None), ("B", "TSEM", 12, 9), ("C", "TSEM", 30, 20), ("D", "TSEM", 9, 9)])
    assert "A" in published(store, MONTH).schools.hidden.query("Agents").index
    assert step(store, STEP)["hidden"]
    assert not step(store, "Agents")["hidden"]


def test_an_empty_store_publishes_nothing(store: Store) -> None:
    assert published_totals(store).empty
    assert published(store, date(2026, 1, 1)).hidden_steps == set()
