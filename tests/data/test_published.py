"""A total that one table hides is hidden everywhere, and nothing shown gives it back."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from data.privacy import MASKED
from data.published import AGENTS, published, published_totals
from data.published_others import attendance, mail, marks
from data.store import Store
from tests.data.programme_files import deposit
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


def test_answers_and_addresses_do_not_tell_that_a_school_has_one_agent(store: Store) -> None:
    columns = "ecole metier mois agents adresses_mel satisfaction reponses"
    people = {"A": (1, 1, None, None), "B": (6, 6, 4.5, 6), "C": (20, 18, 4.0, 15), "D": (25, 20, 3.5, 11)}
    deposit(store, columns, [(school, "TSEM", MONTH, *told) for school, told in people.items()])
    hidden = published(store, MONTH).schools.hidden[AGENTS]
    # 7 agents in A and B together: were 6 of them known to be in B, A would have one.
    assert hidden[hidden].index.tolist() == ["A", "B"]
    facts, addresses = marks(store, MONTH), mail(store, MONTH)
    table = facts.table.set_index("school")
    assert table.loc["B", ["answers", "mark"]].isna().all()
    assert table["hidden"].to_dict() == {"A": False, "B": True, "C": False, "D": False}
    assert (facts.answers, facts.schools) == (26, 2)
    assert facts.mean == pytest.approx((15 * 4.0 + 11 * 3.5) / 26)
    hidden = addresses.table.set_index("school")["hidden"]
    assert hidden[hidden].index.tolist() == ["A", "B"]
    assert (addresses.people, addresses.agents, addresses.schools, addresses.of) == (38, 45, 2, 4)


@pytest.mark.parametrize("told", [(30, 3), (30, 2)])
def test_a_school_with_its_identities_hidden_tells_no_address_either(store: Store, told: tuple[int, int]) -> None:
    columns = "ecole metier mois agents identites_creees adresses_mel"
    rows = [("A", *told, told[1]), ("B", 20, 18, 18), ("C", 20, 19, 19), ("D", 20, 17, 17)]
    deposit(store, columns, [(school, "TSEM", MONTH, *counts) for school, *counts in rows])
    hidden = published(store, MONTH).schools.hidden.any(axis=1)
    assert hidden.sum() == 2
    table = mail(store, MONTH).table.set_index("school")
    assert table["hidden"].to_dict() == hidden.to_dict()
    assert table.loc[hidden, "addresses"].isna().all()


def test_what_hides_the_trained_of_a_school_hides_neither_its_addresses_nor_its_marks(store: Store) -> None:
    columns = "ecole metier mois agents identites_creees formes adresses_mel satisfaction reponses"
    rows = [("A", 20, 18, 3, 17, 4.0, 9), ("B", 20, 19, 9, 16, 3.0, 8), ("C", 20, 17, 12, 3, 4.5, 2)]
    deposit(store, columns, [(school, "TSEM", MONTH, *counts) for school, *counts in rows])
    assert published(store, MONTH).schools.hidden["Formés"].sum() == 2
    assert mail(store, MONTH).table["hidden"].tolist() == [False, False, True]
    assert marks(store, MONTH).table["hidden"].tolist() == [False, False, True]


def test_a_workshop_of_a_few_seats_or_of_a_hidden_school_does_not_tell_who_came(store: Store) -> None:
    people = {"A": 1, "B": 6, "C": 20, "D": 25}
    deposit(store, "ecole metier mois agents", [(school, "TSEM", MONTH, count) for school, count in people.items()])
    columns = "date ecole atelier places_prevues presents"
    told = [("A", 9, 0), ("B", 9, 6), ("C", 9, 0), ("C", 9, 8), ("C", 9, 4), ("C", 9, None), ("C", 1, 1), ("C", 3, 0)]
    rows = [(MONTH, school, f"Atelier {rank}", *counts) for rank, (school, *counts) in enumerate(told)]
    deposit(store, columns, rows)
    facts = attendance(store, date(2026, 6, 1))
    # 7 agents in A and B together: were 6 of them known to come in B, A would have one. One seat, one person at most.
    assert facts.table.sort_values("title")["hidden"].tolist() == [True, True, False, False, True, False, True, True]
    assert (facts.held, facts.known, facts.seats, facts.attended) == (8, 2, 18, 8)


def test_an_empty_store_publishes_nothing(store: Store) -> None:
    assert published_totals(store).empty
    assert published(store, date(2026, 1, 1)).hidden_steps == set()
