"""A canteen's habits and its peers, against a plain computation on rows of many canteens."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.deposit.apply import apply
from data.queries.canteen.peers import comparison
from data.queries.canteen.recent import habits, last_day, recent_days, weekdays
from data.store import Store

LAST = date(2026, 3, 27)  # a Friday
CANTEENS = [f"Cantine {number:02}" for number in range(12)]


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Return one row per canteen × day of eleven weeks; the last canteen is five times larger than the others."""
    chance = np.random.default_rng(5)
    days = [day for day in pd.date_range("2026-01-05", LAST) if day.isoweekday() in (1, 2, 4, 5)]
    frame = pd.DataFrame([(canteen, day) for canteen in CANTEENS for day in days], columns=["canteen", "date"])
    frame["served"] = chance.integers(80, 120, len(frame))
    frame["planned"] = frame["served"] + chance.integers(-6, 12, len(frame))
    fridays = (frame["canteen"] == CANTEENS[0]) & (frame["date"].dt.weekday == 4)
    frame.loc[fridays, "planned"] = frame["served"] + chance.integers(9, 30, len(frame))
    frame.loc[frame["canteen"] == CANTEENS[-1], ["served", "planned"]] *= 5
    return frame


@pytest.fixture(scope="module")
def store(blank: Path, rows: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("canteens") / "store.duckdb"
    shutil.copy(blank, path)
    opened = Store(path)
    places = "\n".join(f"{name};Nord" for name in CANTEENS)
    apply(opened, "c.csv", f"cantine_nom;secteur\n{places}\n".encode(), "mission")
    lines = [
        f"{row['canteen']};M;{row['date']:%d/%m/%Y};{row['planned']};{row['served']}" for row in rows.to_dict("records")
    ]
    apply(opened, "j.csv", ("site_nom;site_type;date;prevision;reel\n" + "\n".join(lines)).encode(), "mission")
    yield opened
    opened.close()


def test_the_last_four_weeks_are_those_of_the_canteen(store: Store, rows: pd.DataFrame) -> None:
    assert last_day(store, CANTEENS[0]) == LAST
    known = recent_days(store, CANTEENS[0], LAST)
    own = rows[(rows["canteen"] == CANTEENS[0]) & (rows["date"] > "2026-02-27")]
    assert known["meals_planned"].tolist() == own["planned"].tolist()
    assert known["meals_served"].tolist() == own["served"].tolist()


@pytest.mark.parametrize("canteen", CANTEENS)
def test_a_habit_is_true_of_each_of_its_days(store: Store, rows: pd.DataFrame, canteen: str) -> None:
    own = rows[(rows["canteen"] == canteen) & (rows["date"] > "2026-01-16")]
    known = habits(store, canteen, LAST)
    assert bool(known) or canteen != CANTEENS[0]
    for habit in known:
        days = own[own["date"].dt.weekday == habit.weekday].tail(habit.count)
        gaps = days["planned"] - days["served"]
        assert len(gaps) == habit.count >= 5
        assert (gaps > 0).all() or (gaps < 0).all()
        assert habit.mean == pytest.approx(gaps.mean())
        assert abs(habit.least) == gaps.abs().min()
        assert abs(gaps.mean()) >= 0.05 * days["served"].mean()


def test_the_worst_weekday_is_the_one_that_leaves_most_meals(store: Store, rows: pd.DataFrame) -> None:
    own = rows[(rows["canteen"] == CANTEENS[0]) & (rows["date"] > "2026-01-16")]
    surplus = (own["planned"] - own["served"]).clip(lower=0).groupby(own["date"].dt.weekday).mean()
    known = weekdays(store, CANTEENS[0], LAST)
    assert known[0].weekday == surplus.idxmax() == 4
    assert known[0].surplus == pytest.approx(surplus.max())


def test_a_canteen_is_compared_with_those_of_its_size_and_kind(store: Store, rows: pd.DataFrame) -> None:
    gap = (rows["planned"] - rows["served"]).clip(lower=0).groupby(rows["canteen"]).sum()
    rates = 100 * gap / rows.groupby("canteen")["served"].sum()
    own = comparison(store, CANTEENS[0], LAST)
    assert own is not None
    assert own.surplus_pct == pytest.approx(rates[CANTEENS[0]])
    assert (own.peers, own.peers_surplus_pct) == (10, pytest.approx(rates[CANTEENS[1:-1]].median()))


def test_a_canteen_without_enough_peers_is_compared_with_nobody(store: Store) -> None:
    alone = comparison(store, CANTEENS[-1], LAST)
    assert alone is not None
    assert (alone.peers, alone.peers_surplus_pct) == (0, None)
    assert comparison(store, "inconnue", LAST) is None


def test_the_plan_of_one_level_alone_is_no_surplus(blank: Path, tmp_path: Path) -> None:
    known = Store(Path(shutil.copy(blank, tmp_path / "s.duckdb")))
    apply(known, "c.csv", b"cantine_nom;secteur\nBois;Nord\n", "mission")
    apply(known, "m.csv", b"site_nom;site_type;cantine_nom\nBois M;M;Bois\nBois E;E;Bois\n", "mission")
    log = b"site_nom;site_type;date;prevision;reel\nBois M;M;26/03/2026;100;\nBois E;E;26/03/2026;100;95\n"
    apply(known, "j.csv", log, "mission")
    [day] = recent_days(known, "Bois", LAST).to_dict("records")
    assert (day["surplus_meals"], day["shortage_meals"], day["meals_planned"]) == (5, 0, 200)
    assert pd.isna(day["meals_served"])
    known.close()
