"""Does the pilot work? The figures of the page, counted again from the files that were deposited."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.deposit.apply import apply
from data.queries.pilot import FEW_PILOTS, NO_COMPARISON, NO_FIGURES, SHORTAGE, SURPLUS, WASTE, Study
from data.store import Store
from models.pilot.comparisons import Outcome, Pilot
from models.pilot.effect import estimate
from models.pilot.study import more_weeks, study
from tests.data.deposit.programme_files import deposit

PARTS = ["preparation_kg", "non_servi_kg", "restes_assiette_kg"]
# Canteen → the day its preparation begins, and its test.
PILOTS = {
    f"Cantine {letter}": (date(2024, 9, 2) + timedelta(weeks=late), date(2024, 9, 30) + timedelta(weeks=late))
    for letter, late in (("A", 0), ("B", 0), ("C", 3), ("D", 6))
}


def log() -> pd.DataFrame:
    """Return a log of two years: 16 canteens, E and M, of which nine weigh; the pilot takes a third of the surplus."""
    rng = np.random.default_rng(5)
    days = pd.bdate_range("2023-09-04", "2025-02-14", freq="C", weekmask="Mon Tue Thu Fri")
    parts = []
    for place in range(16):
        name = f"Cantine {chr(65 + place)}"
        served = np.round(rng.uniform(80, 250) * rng.uniform(0.9, 1.1, len(days)))
        surplus = rng.uniform(2, 20, len(days))
        if name in PILOTS:
            surplus *= np.where(days >= pd.Timestamp(PILOTS[name][1]), 0.67, 1)
        frame = pd.DataFrame({"site_nom": name.upper(), "site_type": "M" if place % 3 == 2 else "E", "date": days})
        frame["prevision"], frame["reel"] = np.round(served + surplus - 4), served
        weighed = (days >= pd.Timestamp(2024, 5, 1)) & (place < 9)
        for part in PARTS:
            frame[part] = np.where(weighed, np.round(served * rng.uniform(0.02, 0.05, len(days)), 1), np.nan)
        parts.append(frame[rng.random(len(days)) > 0.05])
    return pd.concat(parts).assign(date=lambda rows: rows["date"].dt.strftime("%Y-%m-%d"))


def mapping(rows: pd.DataFrame) -> pd.DataFrame:
    known = rows[["site_nom", "site_type"]].drop_duplicates()
    return known.assign(cantine_nom=known["site_nom"].str.capitalize(), cantine_type=known["site_type"]).assign(
        cantine_nom=lambda table: table["cantine_nom"].str[:-1] + table["site_nom"].str[-1]
    )


def csv(rows: pd.DataFrame) -> bytes:
    return rows.to_csv(index=False).encode()


def add_schools(store: Store, schools: Iterable[tuple[str, str, date | None, date | None]]) -> None:
    """Deposit schools (name, canteen, when each got ready, when its test began) and the stages they have begun."""
    sites, stages = [], []
    for school, canteen, ready, test in schools:
        sites.append((school, canteen, "faite", "soleil"))
        begun = [("cadrage", date(2024, 1, 8)), ("préparation", ready), ("installation", test), ("formation", test)]
        stages += [(school, stage, start, start, start) for stage, start in [*begun, ("test", test)] if start]
    deposit(store, "ecole cantine_nom raccordement meteo", sites)
    deposit(store, "ecole etape debut_prevu fin_prevue debut_reel", stages)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Study, pd.DataFrame]]:
    """Return the study of a store filled by files, and the log as its file says it."""
    rows = log()
    store = Store(tmp_path_factory.mktemp("study") / "study.duckdb")
    apply(store, "rattachements.csv", csv(mapping(rows)), "test")
    apply(store, "journal.csv", csv(rows), "test")
    add_schools(store, [(f"École {canteen}", canteen, *dates) for canteen, dates in PILOTS.items()])
    add_schools(store, [("École P", "Cantine P", date(2025, 1, 6), None)])
    found = study(store)
    store.close()
    yield found, pd.read_csv(io.BytesIO(csv(rows)), parse_dates=["date"])


def recomputed(rows: pd.DataFrame, measure: str) -> dict[str, tuple[float, list[str]]]:
    """Return, by pilot canteen, its effect and its comparison canteens, from the lines of the file alone."""
    rows = rows.assign(canteen="Cantine " + rows["site_nom"].str[-1])
    gap = rows["prevision"] - rows["reel"]
    rows["part"] = {SURPLUS: gap.clip(lower=0), SHORTAGE: (-gap).clip(lower=0), WASTE: rows[PARTS].sum(axis=1)}[measure]
    if measure == WASTE:
        rows = rows[rows[PARTS].notna().all(axis=1)]
    scale = 1000 if measure == WASTE else 100
    candidates = set(rows["canteen"]) - set(PILOTS) - {"Cantine P"}
    found = {}
    for pilot, (ready, test) in PILOTS.items():
        since, ready_on, test_on = pd.Timestamp(ready - timedelta(weeks=52)), pd.Timestamp(ready), pd.Timestamp(test)
        rows = rows.set_index("canteen") if rows.index.name is None else rows
        before = rows[(rows["date"] >= since) & (rows["date"] < ready_on)].sort_index()
        after = rows[(rows["date"] >= test_on) & (rows["date"] < test_on + timedelta(weeks=52))].sort_index()

        def rates(period: pd.DataFrame, other: str, pilot: str = pilot) -> tuple[float, float, int]:
            pair = [period.loc[name].set_index("date") for name in (pilot, other)]
            shared = pair[0].index.intersection(pair[1].index)
            own, them = (scale * one.loc[shared, "part"].sum() / one.loc[shared, "reel"].sum() for one in pair)
            return own, them, len(shared)

        size, kind = before.groupby("canteen")["reel"].mean(), rows.groupby("canteen")["site_type"].first()
        nearest = sorted(
            (name for name in candidates if rates(before, name)[2] >= 10),
            key=lambda name, own=pilot: (kind[name] != kind[own], abs(np.log(size[name] / size[own]))),
        )[:10]
        changes = []
        for other in nearest:
            (own_before, other_before, _), (own_after, other_after, _) = rates(before, other), rates(after, other)
            changes.append((own_after - other_after) - (own_before - other_before))
        found[pilot] = (float(np.mean(changes)), nearest)
    return found


@pytest.mark.parametrize("measure", [SURPLUS, SHORTAGE, WASTE])
def test_every_effect_of_the_page_is_the_one_counted_from_the_files(
    filled: tuple[Study, pd.DataFrame], measure: str
) -> None:
    found, rows = filled
    effect, expected = found.effects[measure], recomputed(rows, measure)
    assert effect.pairs.set_index("canteen")["change"].to_dict() == pytest.approx(
        {name: change for name, (change, _) in expected.items()}
    )
    assert dict(zip(effect.pairs["canteen"], effect.pairs["others"].map(set), strict=True)) == {
        name: set(others) for name, (_, others) in expected.items()
    }
    assert effect.change.value == pytest.approx(np.mean([change for change, _ in expected.values()]))
    moved = (effect.pilots_after - effect.pilots_before) - (effect.others_after - effect.others_before)
    assert effect.change.value == pytest.approx(moved)


def test_the_months_are_those_of_the_file(filled: tuple[Study, pd.DataFrame]) -> None:
    found, rows = filled
    rates = []
    for canteen, (_, test) in PILOTS.items():
        own = rows[rows["site_nom"] == canteen.upper()].set_index("date").sort_index()
        first = own[str(test) : str(test + timedelta(days=27))]
        rates.append(100 * (first["prevision"] - first["reel"]).clip(lower=0).sum() / first["reel"].sum())
    months = found.effects[SURPLUS].months.set_index("month")
    assert months.loc[1, "pilots"] == pytest.approx(np.mean(rates))
    assert months.loc[1, "count"] == len(PILOTS)


@pytest.mark.parametrize(("lasts", "least", "most"), [(0.0, 5, 40), (3.0, np.inf, np.inf)], ids=["days", "canteens"])
def test_more_weeks_are_promised_only_where_they_help(lasts: float, least: float, most: float) -> None:
    """Noise from day to day averages out (13 weeks after the 8 known); what a canteen changes for good does not."""
    rng, days = np.random.default_rng(8), pd.bdate_range("2024-01-01", periods=240)
    rates = 8 + rng.normal(0, 4, (240, 120)) + np.where(np.arange(240)[:, None] >= 200, rng.normal(0, lasts, 120), 0)
    outcome = Outcome(days, np.full(120, "E"), rates, np.full(rates.shape, 100.0), 100.0)
    pilots = [Pilot(column, days[0], days[200], days[200], days[-1] + timedelta(days=1)) for column in range(12)]
    found = estimate(outcome, pilots)
    assert found is not None
    reach = 1.96 * found.spread
    almost = replace(found, effect=-0.7 * reach, lower=-1.7 * reach, upper=0.3 * reach)
    weeks = more_weeks(outcome, pilots, almost)
    assert weeks is not None
    assert least <= weeks <= most


def test_a_school_that_only_gets_ready_is_in_no_comparison(filled: tuple[Study, pd.DataFrame]) -> None:
    found, _ = filled
    assert len(found.sites) == 5
    assert found.begun == 4
    assert found.schools_in(SURPLUS) == 4
    assert not found.effects[SURPLUS].pairs["others"].map(lambda others: "Cantine P" in others).any()


def test_a_cut_surplus_is_seen_and_unchanged_shortage_and_waste_are_not(filled: tuple[Study, pd.DataFrame]) -> None:
    effects = filled[0].effects
    assert effects[SURPLUS].change.upper < 0
    assert effects[SURPLUS].more_weeks == 0
    assert not effects[WASTE].change.conclusive
    weeks = effects[WASTE].more_weeks
    assert weeks is None or weeks > 0
    trend = effects[SURPLUS].trend
    assert trend is not None
    assert not trend.conclusive


@pytest.mark.parametrize(
    ("schools", "reason"),
    [
        ([], FEW_PILOTS),
        ([("Cantine A", date(2024, 9, 2), None)], FEW_PILOTS),
        ([("Cantine A", date(2024, 9, 2), date(2024, 9, 30))], FEW_PILOTS),
        ([("Ailleurs", date(2024, 9, 2), date(2024, 9, 30))], NO_FIGURES),
        ([(f"Cantine {chr(65 + place)}", date(2024, 9, 2), date(2024, 9, 30)) for place in range(16)], NO_COMPARISON),
    ],
    ids=["no school", "not begun", "one alone", "unknown canteen", "nobody to compare with"],
)
def test_what_cannot_be_told_is_said_with_its_reason(store: Store, schools: list[tuple], reason: str) -> None:
    rows = log()
    apply(store, "rattachements.csv", csv(mapping(rows)), "test")
    apply(store, "journal.csv", csv(rows.drop(columns=PARTS)), "test")
    if schools:
        add_schools(store, [(f"École {canteen}", canteen, *dates) for canteen, *dates in schools])
    found = study(store)
    assert not found.effects
    assert found.unknown_reasons[SURPLUS] == reason


def test_a_school_whose_canteen_only_the_file_of_schools_knows_is_in_the_effect_and_in_no_comparison(
    store: Store,
) -> None:
    rows = log()
    apply(store, "rattachements.csv", csv(mapping(rows)), "test")
    apply(store, "journal.csv", csv(rows.drop(columns=PARTS)), "test")
    told = [(f"École {canteen}", canteen if canteen == "Cantine A" else "", *PILOTS[canteen]) for canteen in PILOTS]
    add_schools(store, told)
    deposit(store, "ecole cantine_nom cantine_type", [(f"École {canteen}", canteen, "E") for canteen in PILOTS])
    found = study(store)
    assert found.schools_in(SURPLUS) == len(PILOTS)
    others = found.effects[SURPLUS].pairs["others"]
    assert not others.map(lambda names: bool(set(names) & set(PILOTS))).any()


def test_an_empty_store_has_no_study_and_no_error(tmp_path: Path) -> None:
    store = Store(tmp_path / "empty.duckdb")
    add_schools(store, [("École A", "Cantine A", date(2024, 9, 2), date(2024, 9, 30))])
    assert study(store).unknown_reasons == {SURPLUS: NO_FIGURES, SHORTAGE: NO_FIGURES, WASTE: NO_FIGURES}
    store.close()
