"""A total that one table hides is hidden everywhere, and nothing shown gives it back."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from data.people.agents import AGENTS, published, published_totals, shares_of_school, shares_of_trade
from data.people.marks_and_attendance import ORDINARY, attendance, marks
from data.people.mask import MASKED
from data.queries.rollout import ANSWERS, MAIL
from data.store import Store
from tests.data.deposit.programme_files import deposit
from tests.data.queries.test_programme import MONTH, add_counts

STEP = "Identité créée"


def step(store: Store, name: str) -> pd.Series:
    return published_totals(store).set_index("step").loc[name]


def test_ordinary_totals_are_shown(store: Store) -> None:
    add_counts(store, [("A", "TSEM", 8, 6), ("B", "TSEM", 9, 7)])
    assert step(store, STEP)[["people", "agents", "hidden"]].tolist() == [13, 17, False]
    assert published(store, MONTH).hidden_steps == {ANSWERS}


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
    add_counts(store, [("A", "TSEM", 20, 2), ("A", "concierge", 20, 2)])
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
    shown = published(store, MONTH).schools.of([AGENTS, MAIL, ANSWERS]).as_text()
    # 7 agents in A and B together, and 6 answers in B: A would have one, did C not hide its agents too.
    assert shown[AGENTS].tolist() == [MASKED, MASKED, MASKED, "25", "52"]
    assert shown[ANSWERS].tolist() == ["—", "6", "15", "11", "32"]
    assert shown[MAIL].tolist() == [MASKED, MASKED, "18", "20", "45"]


def test_a_mark_is_told_where_its_answers_are_by_school_by_trade_and_in_all(store: Store) -> None:
    columns = "ecole metier mois agents satisfaction reponses"
    rows = [
        ("A", "TSEM", 12, 4.0, 8), ("A", "restauration", 9, 3.0, 6),
        ("B", "TSEM", 11, 4.5, 7), ("B", "restauration", 9, None, None),
        ("C", "TSEM", 12, 2.0, 3), ("C", "restauration", 9, None, 4),
        ("D", "TSEM", 12, None, None), ("D", "restauration", 9, None, None),
    ]  # fmt: skip
    deposit(store, columns, [(school, trade, MONTH, *told) for school, trade, *told in rows])
    shown, facts = published(store, MONTH), marks(store, MONTH)
    # A mark without answers is none; nothing at all is not zero answers; C has 3, which B hides.
    assert shown.schools.as_text()[ANSWERS].tolist() == ["14", MASKED, MASKED, "—", "24"]
    assert shown.trades.as_text()[ANSWERS].to_dict() == {"TSEM": "18", "restauration": "6", "Total": "24"}
    whole = 8 * 4.0 + 6 * 3.0 + 7 * 4.5 + 3 * 2.0
    assert facts.schools.dropna().to_dict() == pytest.approx({"A": 50 / 14, "Total": whole / 24})
    assert facts.trades["restauration"] == pytest.approx(3.0)
    assert facts.trades["TSEM"] == pytest.approx((8 * 4.0 + 7 * 4.5 + 3 * 2.0) / 18)
    assert facts.mean == pytest.approx(whole / 24)


@pytest.mark.parametrize("told", [(30, 3), (30, 2)])
def test_addresses_do_not_give_hidden_identities_away(store: Store, told: tuple[int, int]) -> None:
    columns = "ecole metier mois agents identites_creees adresses_mel"
    rows = [("A", *told, told[1]), ("B", 20, 18, 18), ("C", 20, 19, 19), ("D", 20, 17, 17)]
    deposit(store, columns, [(school, "TSEM", MONTH, *counts) for school, *counts in rows])
    text = published(store, MONTH).schools.of([STEP, MAIL]).as_text()
    # All have an address who have an identity: what hides one hides the other.
    assert (text[STEP] == MASKED).sum() >= 2
    assert (text[STEP] == MASKED).equals(text[MAIL] == MASKED)


def test_what_hides_the_trained_of_a_school_hides_neither_its_addresses_nor_its_marks(store: Store) -> None:
    columns = "ecole metier mois agents identites_creees formes adresses_mel satisfaction reponses"
    rows = [("A", 20, 18, 3, 17, 4.0, 9), ("B", 20, 19, 9, 16, 3.0, 8), ("C", 20, 17, 12, 15, 4.5, 12)]
    deposit(store, columns, [(school, "TSEM", MONTH, *counts) for school, *counts in rows])
    assert published(store, MONTH).schools.hidden[["Formés", MAIL, ANSWERS]].sum().tolist() == [2, 0, 0]


def test_the_share_of_a_school_or_a_trade_stops_where_it_is_hidden_or_unknown(store: Store) -> None:
    before = MONTH.replace(month=MONTH.month - 1)
    columns = "ecole metier mois agents identites_creees"
    rows = [
        ("A", "TSEM", before, 20, 10), ("A", "restauration", before, 20, 15), ("B", "TSEM", before, 10, None),
        ("A", "TSEM", MONTH, 20, 12), ("A", "restauration", MONTH, 20, 16), ("B", "TSEM", MONTH, 10, 5),
    ]  # fmt: skip
    deposit(store, columns, rows)
    months = [pd.Timestamp(before), pd.Timestamp(MONTH)]
    school, trade = shares_of_school(store, "A")[STEP], shares_of_trade(store, "TSEM")[STEP]
    assert school.reindex(months).tolist() == [62.5, 70.0]
    # In the first month B said nothing of its TSEM: 10 of 30 would be a false share.
    assert pd.isna(trade[months[0]]) and trade[months[1]] == pytest.approx(100 * 17 / 30)
    assert shares_of_school(store, "B")[STEP].isna().tolist() == [True, False]


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


def test_a_total_of_zero_that_the_tables_show_is_told_by_the_figure_too_without_the_agents(store: Store) -> None:
    # 3 agents in all: their number is hidden, and so is that of the identities; “nobody yet” is not.
    columns = "ecole metier mois agents identites_creees identites_activees"
    deposit(store, columns, [("A", "TSEM", MONTH, 3, 2, 0), ("B", "TSEM", MONTH, 1, 1, 0)])
    shown = published(store, MONTH)
    assert shown.schools.as_text()["Identité activée"].tolist() == ["0", "0", "0"]
    assert step(store, "Identité activée")[["hidden", "agents_hidden", "people", "share"]].tolist() == [
        False,
        True,
        0,
        0,
    ]
    assert pd.isna(step(store, "Identité activée")["agents"])
    assert step(store, STEP)[["hidden", "agents_hidden"]].all()
    assert step(store, STEP)[["people", "agents", "share"]].isna().all()


def test_an_empty_store_publishes_nothing(store: Store) -> None:
    assert published_totals(store).empty
    assert published(store, date(2026, 1, 1)).schools.counts.empty


def test_the_marks_shown_do_not_give_the_mean_of_fewer_than_5_answers(store: Store) -> None:
    columns = "ecole metier mois agents satisfaction reponses"
    # 13 answers in all, 10 of them in A: three people of B and C would be left.
    rows = [("A", "TSEM", 4.0, 10), ("B", "TSEM", 3.0, 1), ("C", "TSEM", 2.0, 2)]
    deposit(store, columns, [(school, trade, MONTH, 20, *marked) for school, trade, *marked in rows])
    facts = marks(store, MONTH)
    assert facts.schools.notna().to_dict() == {"A": False, "B": False, "C": False, "Total": True}
    # The only concierges are in D: by its mark and theirs, so would be its two TSEM.
    rows = [("D", "concierge", 4.0, 6), ("D", "TSEM", 3.0, 2), ("E", "TSEM", 3.0, 9), ("F", "TSEM", 3.0, 9)]
    later = MONTH.replace(month=MONTH.month + 1)
    deposit(store, columns, [(school, trade, later, 20, *marked) for school, trade, *marked in rows])
    facts = marks(store, later)
    assert facts.schools.notna().all() and facts.trades.notna().to_dict() == {
        "TSEM": False, "concierge": False, "Total": True,
    }  # fmt: skip


def test_marks_by_trade_are_hidden_where_two_schools_would_be_left_with_a_few_answers(store: Store) -> None:
    rows = [("A", "TSEM", 3.0, 10), ("B", "TSEM", 2.5, 2), ("C", "TSEM", 3.0, 1), ("B", "concierge", 3.5, 10),
            ("C", "concierge", 3.0, 10), ("D", "concierge", 3.2, 10)]  # fmt: skip
    columns = "ecole metier mois agents satisfaction reponses"
    deposit(store, columns, [(school, trade, MONTH, 20, *marked) for school, trade, *marked in rows])
    # The TSEM but those of A, where all are, are the three of B and C.
    facts = marks(store, MONTH)
    assert facts.schools.notna().all() and facts.trades.notna().sum() == 1


def test_a_month_that_comes_later_shows_nothing_that_was_hidden(store: Store) -> None:
    """By one reading more, B would have been known, and A, then hidden by B, with it."""

    def seen(month: date, counts: tuple[int, ...]) -> list[str]:
        deposit(store, "ecole metier mois agents", [(s, "TSEM", month, n) for s, n in zip("ABCD", counts, strict=True)])
        return published(store, MONTH).schools.as_text()[AGENTS].tolist()

    first = seen(MONTH, (3, 7, 9, 15))
    assert first == [MASKED, MASKED, "9", "15", "34"]
    assert seen(MONTH.replace(month=MONTH.month + 1), (8, 7, 12, 16)) == first
    assert seen(MONTH.replace(month=MONTH.month - 1), (8, 7, 12, 16)) == first


@pytest.mark.parametrize(("best", "told"), [(4.4, True), (4.8, False)])
def test_marks_by_trade_are_hidden_where_one_is_extreme(store: Store, best: float, told: bool) -> None:
    """With marks of 5 in one trade and of 1 in the other, the points of a school tell who answered in it."""
    columns = "ecole metier mois agents satisfaction reponses"
    rows = [
        ("A", "TSEM", 4.2, 9),
        ("A", "restauration", best, 8),
        ("B", "TSEM", 3.0, 9),
        ("B", "restauration", best, 8),
    ]
    deposit(store, columns, [(school, trade, MONTH, 30, *marked) for school, trade, *marked in rows])
    facts = marks(store, MONTH)
    assert facts.schools.notna().all()
    assert facts.trades.notna().to_dict() == {"TSEM": told, "restauration": told, "Total": True}


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(1, 15), st.floats(1, 5)), min_size=4, max_size=4))
def test_ordinary_marks_leave_other_answers_possible(cells: list[tuple[int, float]]) -> None:
    """Two schools and two trades, marks known without rounding: no answers from 1 to 4 are the only ones possible."""
    answers = np.array([count for count, _ in cells]).reshape(2, 2)
    points = answers * np.array([mark for _, mark in cells]).reshape(2, 2)
    schools, trades = answers.sum(axis=1), answers.sum(axis=0)
    means = [*(points.sum(axis=1) / schools), *(points.sum(axis=0) / trades)]
    assume(min(*schools, *trades) >= 5 and ORDINARY[0] <= min(means) and max(means) <= ORDINARY[1])
    possible = []
    for first in range(min(schools[0], trades[0]) + 1):
        other = np.array([[first, schools[0] - first], [trades[0] - first, schools[1] - trades[0] + first]])
        # What the points of the first cell may be, by those of the rows and columns around it.
        own, rest = points.sum(axis=1)[0], points.sum(axis=1)[1] - points.sum(axis=0)[0]
        low = max(first, own - 5 * other[0, 1], points.sum(axis=0)[0] - 5 * other[1, 0], other[1, 1] - rest)
        high = min(5 * first, own - other[0, 1], points.sum(axis=0)[0] - other[1, 0], 5 * other[1, 1] - rest)
        if other.min() >= 0 and low <= high + 1e-9:
            possible.append(first)
    assert answers[0, 0] in possible
    assert len(possible) > 1 or not 0 < answers[0, 0] < 5


def test_a_school_that_does_not_say_its_agents_enters_no_share(store: Store) -> None:
    add_counts(store, [("A", "TSEM", 20, 15), ("B", "TSEM", None, 12), ("C", "TSEM", 20, 10)])
    assert step(store, STEP)[["people", "agents", "schools_known"]].tolist() == [25, 40, 2]
    assert published(store, MONTH).schools.as_text()[STEP].tolist() == ["15", "—", "10", "25"]
    assert shares_of_trade(store, "TSEM")[STEP].isna().all()
