"""A reader who puts all that is published together must not find how many agents have an address, answered or came."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.people.marks_and_attendance import attendance
from data.store import Store
from tests.conftest import EXAMPLES
from tests.data.deposit.programme_files import deposit
from tests.data.people.attackers import small_counts
from tests.data.people.attackers_others import COLUMNS as PUBLISHED
from tests.data.people.attackers_others import Seen, found, look

SHAPES = [(2, 2), (3, 1), (2, 1), (1, 3), (4, 1), (4, 1)]
MONTHS = [date(2026, 4, 1), date(2026, 5, 1)]
TODAY = date(2026, 6, 10)
LARGEST = 6
COLUMNS = ["agents", "identities_created", "mail_addresses", "answers", "satisfaction"]
WORKSHOP = ["date", "school", "title", "seats_planned", "seats_attended"]


@pytest.fixture(scope="module")
def programme(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store(Path(shutil.copy(blank, tmp_path_factory.mktemp("others") / "programme.duckdb")))
    deposit(opened, "ecole metier mois agents", [("s0", "t0", MONTHS[0], 6)])
    yield opened
    opened.close()


@st.composite
def months(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return small programmes: counts by month, school and trade; workshops by school, whose people are its agents."""
    schools, trades = draw(st.sampled_from(SHAPES))
    kept = [(s, t) for s in range(schools) for t in range(trades) if not t or draw(st.integers(0, 5))]
    months = MONTHS[: draw(st.sampled_from([1, 1, 2]))]
    counts = [[month, f"s{s}", f"t{t}", *draw(cells())] for month in months for s, t in kept]
    table = pd.DataFrame(counts, columns=["month", "school", "trade", *COLUMNS])
    whole = table.groupby(["month", "school"])["agents"].agg(lambda told: told.sum(skipna=False)).fillna(9)
    workshops = []
    for number in range(draw(st.integers(0, 4))):
        month, school = draw(st.sampled_from(sorted(whole.index)))
        seats = draw(st.one_of(st.none(), st.integers(1, 2), st.integers(3, 12), st.just(12)))
        most = int(min(whole[month, school], 12 if seats is None else seats))
        came = draw(st.one_of(st.none(), st.just(most), st.just(most), st.integers(0, most)))
        workshops.append([month.replace(day=9), school, f"w{number}", seats, came])
    return table, pd.DataFrame(workshops, columns=WORKSHOP)


@st.composite
def cells(draw: st.DrawFn) -> list[float | None]:
    """Agents, identities, addresses, answers and mark of a trade: a part never passes the whole; some are missing."""
    # Lone agents beside schools where everybody counts: where a part tells most of the whole.
    agents = draw(st.one_of(st.integers(0, LARGEST), st.sampled_from([1, 5, LARGEST])))
    created, answers = (draw(st.one_of(st.just(agents), st.integers(0, agents))) for _ in range(2))
    told = [agents, created, draw(st.sampled_from([created, created, created // 2])), answers]
    kept = [None if draw(st.integers(0, 11)) == 0 else count for count in told]
    return [*kept, draw(st.sampled_from([4.2, 4.2, None])) if kept[3] else None]


def write(store: Store, counts: pd.DataFrame, workshops: pd.DataFrame) -> None:
    """Replace what the store holds of the agents and of the workshops."""
    with store.write("mission@ville.fr", "deposit", {}) as cursor:
        for table, rows in (("equipment_rows", counts), ("workshop_rows", workshops)):
            cursor.execute(f"DELETE FROM {table}")
            names, marks = ", ".join(rows.columns), ", ".join("?" * len(rows.columns))
            for line, row in enumerate(rows.astype(object).where(rows.notna(), None).to_numpy().tolist()):
                cursor.execute(f"INSERT INTO {table} (deposit_id, line, {names}) VALUES (1, {line}, {marks})", row)


def counted(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what counts of one month, under the names of the page: an answer counts with its mark."""
    marked = rows["satisfaction"].notna()
    one_is = marked.groupby(rows["school"]).transform("any")
    answers = rows["answers"].astype("Float64").where(marked, 0).where(one_is)
    silent = rows["agents"].isna().groupby(rows["school"]).transform("any")
    steps = rows[COLUMNS[:3]].astype("Float64").mask(silent)
    told = rows.assign(answers=answers, **{name: steps[name] for name in COLUMNS[:3]}).set_index(["school", "trade"])[
        COLUMNS[:4]
    ]
    return told.astype("Float64").set_axis(PUBLISHED, axis="columns")


def secrets(rows: pd.DataFrame, workshops: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the true counts from 1 to 4 of one month (NaN elsewhere), under the names of what an attacker finds."""
    sums = dict(zip((" by school", " by trade", "", " in all"), small_counts(counted(rows)), strict=True))
    truth = {name + at: sums[at][..., rank] for at in sums for rank, name in enumerate(PUBLISHED)}
    return truth | {"workshops": workshops.sort_values("title")["seats_attended"].to_numpy(float)}


def seen_in(store: Store, rows: pd.DataFrame, month: date) -> Seen:
    """Return what the page tells of a month, to a reader who knows which trades each school has."""
    return look(store, month, counted(rows), TODAY)


@settings(max_examples=3 * EXAMPLES)
@given(months())
def test_no_small_count_of_addresses_answers_or_people_who_came_can_be_found(
    programme: Store, drawn: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    counts, workshops = drawn
    write(programme, counts, workshops)
    for month, rows in counts.groupby("month"):
        seen = seen_in(programme, rows, month)
        held = workshops[workshops["date"] == month.replace(day=9)]
        assert not found(seen, secrets(rows, held), LARGEST + 1)


@pytest.mark.parametrize("told", ["Messagerie", "Réponses", "workshops"])
def test_the_attacker_finds_a_lone_agent_as_soon_as_the_school_that_hides_it_tells_a_part(
    programme: Store, told: str
) -> None:
    people = {"A": [1, None, None, None, None]} | {
        school: [count, None, part, part, 4.2] for school, count, part in (("B", 6, 4), ("C", 7, 4), ("D", 7, 5))
    }
    counts = pd.DataFrame(
        [[MONTHS[0], school, "t0", *row] for school, row in people.items()],
        columns=["month", "school", "trade", *COLUMNS],
    ).convert_dtypes()
    came = pd.DataFrame([[MONTHS[0], "B", "w0", 9, 6]], columns=WORKSHOP)
    write(programme, counts, came)
    seen, truth = seen_in(programme, counts, MONTHS[0]), secrets(counts, came)
    # 7 agents in A and B together: were 6 of them known to be in B, A would have one.
    assert seen.counts.hidden_schools[:, 0].tolist() == [True, True, False, False]
    assert not found(seen, truth, LARGEST + 2)
    if told == "workshops":
        leaking = replace(seen, workshops=[(1, 9, 6, False)])
    else:
        schools = seen.counts.schools.copy()
        schools[1, PUBLISHED.index(told)] = 6
        leaking = replace(seen, counts=replace(seen.counts, schools=schools))
    assert found(leaking, truth, LARGEST + 2)["Agents by school"].tolist() == [True, False, False, False]


def test_who_came_to_a_workshop_stays_hidden_until_the_counts_of_its_month_are_known(programme: Store) -> None:
    """Seven agents in A and B in April: were six of them seen in B in May, A would have had one."""
    rows = [[MONTHS[0], school, "t0", count, *[None] * 4] for school, count in zip("ABCD", (1, 6, 7, 7), strict=True)]
    counts = pd.DataFrame(rows, columns=["month", "school", "trade", *COLUMNS]).convert_dtypes()
    later = pd.DataFrame([[MONTHS[0] + timedelta(days=31), school, "w", 9, 6] for school in "BC"], columns=WORKSHOP)
    write(programme, counts, later)
    came = attendance(programme, TODAY + timedelta(days=62)).table.set_index("school")
    assert came["hidden"].to_dict() == {"B": True, "C": False}
    # A month in which the schools do not say their agents counts none.
    silent = [[MONTHS[1], school, "t0", None, 1, *[None] * 3] for school in "ABCD"]
    write(programme, pd.concat([counts, pd.DataFrame(silent, columns=counts.columns)]).convert_dtypes(), later)
    came = attendance(programme, TODAY + timedelta(days=62)).table.set_index("school")
    assert came["hidden"].to_dict() == {"B": True, "C": False}
