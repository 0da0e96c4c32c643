"""Every figure of the pages Déploiement and Équipement, computed again from the files by plain Python."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from data.people.agents import month_counts, month_totals, shares_of_school, shares_of_trade
from data.people.marks_and_attendance import attendance, mean_mark
from data.queries import equipment, rollout, steering
from data.store import Store
from tests.data.deposit.programme_by_chance import (
    MONTHS,
    SCHOOLS,
    STEPS,
    TODAY,
    TRADES,
    Files,
    day_of,
    deposited_by_chance,
    text_of,
)


@pytest.fixture(scope="module", params=[1])
def files(request: pytest.FixtureRequest, blank: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Files]:
    folder = tmp_path_factory.mktemp("oracle")
    store = Store(Path(shutil.copy(blank, folder / "oracle.duckdb")))
    return store, deposited_by_chance(store, folder, request.param)


def _same(found: object, expected: object) -> bool:
    return bool(pd.isna(found)) if expected is None else bool(found == expected)  # type: ignore[call-overload]


# ---------------------------------------------------------------- the rollout
def test_the_stage_the_delay_and_what_comes_next_of_each_school(files: tuple[Store, Files]) -> None:
    store, told = files
    found = rollout.progress(store, TODAY).set_index("school")
    assert sorted(found.index) == SCHOOLS
    for school in SCHOOLS:
        rows = [
            {**row, **{n: day_of(row[n]) for n in row if "_" in n}} for row in told["stages"] if row["ecole"] == school
        ]
        running = [row for row in rows if row["debut_reel"] and not row["fin_reelle"]]
        waiting = [row for row in rows if not row["debut_reel"]]
        now = running[-1] if running else waiting[0] if waiting else rows[-1]
        after = [row for row in waiting if rows.index(row) > rows.index(now)]
        assert found.loc[school, "stage"] == now["etape"]
        assert _same(found.loc[school, "next_stage"], after[0]["etape"] if after else None)
        assert _same(found.loc[school, "delay_days"], _delay(now)), (school, now)
        ended = rows[2]["fin_reelle"]
        assert _same(found.loc[school, "equipped_on"], None if ended is None else pd.Timestamp(ended))


def _delay(stage: dict) -> int | None:
    start, end = stage["debut_prevu"], stage["fin_prevue"]
    if start is None and end is None:
        return None
    if stage["fin_reelle"]:
        return (stage["fin_reelle"] - end).days
    begun = stage["debut_reel"] or (TODAY if start < TODAY else None)
    lost = [(begun - start).days] if begun else []
    return max([*lost, *([(TODAY - end).days] if end < TODAY else [])], default=0)


def test_schools_equipped_connected_late_and_blocked(files: tuple[Store, Files]) -> None:
    store, told = files
    facts = rollout.rollout_summary(store, TODAY)
    installed = [row for row in told["stages"] if row["etape"] == "installation" and row["fin_reelle"]]
    connections = {row["ecole"]: row["raccordement"] for row in told["sites"]}
    assert (facts.schools, facts.goal, facts.equipped) == (12, 12, len(installed))
    assert facts.connected == sum(value == "faite" for value in connections.values())
    assert sorted(facts.blocked) == [school for school, value in connections.items() if value == "bloquée"]
    # A connection nobody told of is missing, neither planned nor refused.
    silent = rollout.progress(store, TODAY).set_index("school")["connection"].isna()
    assert sorted(silent[silent].index) == [school for school, value in connections.items() if not value]


def test_milestones_risks_and_decisions(files: tuple[Store, Files]) -> None:
    store, told = files
    found = steering.milestones(store, TODAY).set_index("milestone")
    for row in told["milestones"]:
        planned, reached = day_of(row["prevu_le"]), day_of(row["atteint_le"])
        late = None
        if planned and (reached or planned < TODAY):
            late = ((reached or TODAY) - planned).days
        assert _same(found.loc[row["jalon"], "delay_days"], late)
        assert _same(found.loc[row["jalon"], "school"], row["ecole"] or None)
    risks = steering.risks(store).set_index("risk")
    ranks = {"faible": 1, "moyenne": 2, "moyen": 2, "forte": 3, "fort": 3}
    for row in told["risks"]:
        known = row["probabilite"] and row["impact"]
        assert _same(
            risks.loc[row["risque"], "score"], ranks[row["probabilite"]] * ranks[row["impact"]] if known else None
        )
        assert risks.loc[row["risque"], "state"] == (row["etat"] or "ouvert")
    decisions = steering.decisions(store, TODAY)
    waiting = [row for row in told["decisions"] if not row["prise_le"]]
    late = [row for row in waiting if (day_of(row["attendue_le"]) or TODAY) < TODAY]
    assert decisions["decided_on"].isna().sum() == len(waiting)
    assert decisions["delay_days"].notna().sum() == len(late)


# ---------------------------------------------------------------- the equipment
def test_the_funnel_by_month_where_a_blank_trade_leaves_the_school_unknown(files: tuple[Store, Files]) -> None:
    store, told = files
    found = month_totals(store, exact=True).set_index(["month", "step"])
    trade_shares = {trade: shares_of_trade(store, trade, exact=True) for trade in TRADES}
    for month in MONTHS:
        counts = month_counts(store, month, exact=True)
        rows = [row for row in told["equipment"] if row["mois"] == text_of(month)]
        for title, step in zip(rollout.COUNTED, [*STEPS, "adresses_mel"], strict=True):
            by_school = {school: [row[step] for row in rows if row["ecole"] == school] for school in SCHOOLS}
            known = {school: sum(map(int, cells)) for school, cells in by_school.items() if all(cells)}
            for school in SCHOOLS:
                assert _same(counts.schools.loc[school, title], known.get(school))
            agents = sum(int(row["agents"]) for row in rows if row["ecole"] in known)
            line = found.loc[(pd.Timestamp(month), title)]
            expected = [sum(known.values()), agents, len(known), len(SCHOOLS)]
            assert line[["people", "agents", "schools_known", "schools"]].tolist() == expected
            for trade in TRADES:
                counted = [int(row[step]) for row in rows if row["metier"] == trade and row["ecole"] in known]
                assert counts.trades.loc[trade, title] == sum(counted)
                if title != "Agents":
                    whole = sum(int(row["agents"]) for row in rows if row["metier"] == trade)
                    share = 100 * sum(counted) / whole if len(known) == len(SCHOOLS) else None
                    assert _same(trade_shares[trade].loc[pd.Timestamp(month), title], share)


def test_the_shares_of_a_school_month_by_month(files: tuple[Store, Files]) -> None:
    store, told = files
    for school in SCHOOLS:
        shares = shares_of_school(store, school, exact=True)
        for month in MONTHS:
            rows = [r for r in told["equipment"] if (r["mois"], r["ecole"]) == (text_of(month), school)]
            agents = sum(int(row["agents"]) for row in rows)
            for title, step in zip(rollout.COUNTED, [*STEPS, "adresses_mel"], strict=True):
                if title != "Agents":
                    share = 100 * sum(int(row[step]) for row in rows) / agents if all(r[step] for r in rows) else None
                    assert _same(shares.loc[pd.Timestamp(month), title], share)


def test_the_mark_is_the_mean_of_all_the_answers(files: tuple[Store, Files]) -> None:
    store, told = files
    for month in MONTHS:
        rows = [row for row in told["equipment"] if row["mois"] == text_of(month) and row["satisfaction"]]
        notes = [(int(row["reponses"]), float(row["satisfaction"].replace(",", "."))) for row in rows]
        answers = sum(count for count, _ in notes)
        assert month_counts(store, month, exact=True).totals["Réponses"] == answers
        mean = sum(count * note for count, note in notes) / answers if answers >= 5 else None
        assert mean_mark(store, month, exact=True) == (mean if mean is None else pytest.approx(mean, abs=0.051))


def test_devices_by_kind_state_and_age(files: tuple[Store, Files]) -> None:
    store, told = files
    kept = [row for row in told["devices"] if row["etat"] != "retiré"]
    unknown = "non renseigné"
    counts = rollout.devices(store)
    found = {(row["kind"], row["state"]): row["devices"] for row in counts.to_dict("records")}
    assert found == _count((row["type_materiel"] or unknown, row["etat"] or unknown) for row in kept)
    assert counts["unknown"].sum() == sum(not row["partage"] for row in kept)
    ages = equipment.device_ages(store, TODAY)
    found = {(row["kind"], row["age"]): row["devices"] for row in ages.to_dict("records")}
    assert found == _count((row["type_materiel"] or unknown, _age(row["installe_le"])) for row in kept)
    in_service = rollout.devices_in_service(store).set_index("school")
    for school in SCHOOLS:
        own = [row["partage"] for row in kept if (row["ecole"], row["etat"]) == (school, "en service")]
        assert in_service.loc[school].tolist() == [own.count("partagé"), own.count("personnel")]


def _age(text: str) -> str:
    day = day_of(text)
    if day is None:
        return "non renseigné"
    years = TODAY.year - day.year - ((TODAY.month, TODAY.day) < (day.month, day.day))
    return next(name for limit, name in zip((1, 3, 5, 99), equipment.AGES, strict=False) if years < limit)


def _count(keys: Iterator[tuple[str, str]]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for key in keys:
        found[key] = found.get(key, 0) + 1
    return found


def test_workshops_and_their_public(files: tuple[Store, Files]) -> None:
    store, told = files
    facts = attendance(store, TODAY, exact=True)
    held = [row for row in told["workshops"] if (day_of(row["date"]) or TODAY) < TODAY]
    known = [row for row in held if row["presents"] and row["places_prevues"]]
    assert (facts.held, facts.coming, facts.known) == (len(held), len(told["workshops"]) - len(held), len(known))
    assert facts.seats == sum(int(row["places_prevues"]) for row in known)
    assert facts.attended == sum(int(row["presents"]) for row in known)
    table = facts.table.set_index("title")
    for row in held:
        assert _same(table.loc[row["atelier"], "seats_attended"], int(row["presents"]) if row["presents"] else None)


def test_requests_for_help(files: tuple[Store, Files]) -> None:
    store, told = files
    topics = equipment.tickets_by_topic(store, TODAY).set_index("topic")
    for name in [None, *topics.index]:
        rows = [row for row in told["tickets"] if name is None or (row["objet"] or "non renseigné") == name]
        solved = [
            ((day_of(r["clos_le"]) or TODAY) - (day_of(r["ouvert_le"]) or TODAY)).days for r in rows if r["clos_le"]
        ]
        left = [row for row in rows if not row["clos_le"]]
        stale = [row for row in left if (TODAY - (day_of(row["ouvert_le"]) or TODAY)).days > 7]
        expected = [len(rows), len(left), len(stale), statistics.median(solved)]
        whole = equipment.tickets(store, TODAY)
        if name is None:
            assert [whole.requests, whole.open, whole.stale, whole.median_days] == expected
        else:
            assert topics.loc[name, ["requests", "open", "stale", "days"]].tolist() == expected
