"""Where the schools stand and how agents are equipped: unknown is never taken for zero."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from data.kinds import kinds
from data.people.agents import month_counts, month_totals
from data.queries import equipment, rollout
from data.store import Store
from tests.data.deposit.programme_files import deposit

TODAY = date(2026, 5, 20)
MONTH = date(2026, 5, 1)


def add_school(store: Store, school: str, stages: list[tuple], connection: str = "à faire") -> None:
    """Stages are (name, planned start, planned end, actual start, actual end), in order."""
    deposit(store, "ecole raccordement meteo", [(school, connection, "soleil")])
    if stages:
        columns = "ecole etape debut_prevu fin_prevue debut_reel fin_reelle"
        deposit(store, columns, [(school, *stage) for stage in stages])


def add_counts(store: Store, rows: list[tuple[str, str, int | None, int | None]]) -> None:
    columns = "ecole metier mois agents identites_creees identites_activees actifs_30_jours"
    deposit(store, columns, [(*row[:2], MONTH, row[2], *row[3:] * 3) for row in rows])


def may(day: int) -> date:
    return date(2026, 5, day)


DONE = ("cadrage", may(4), may(8), may(4), may(8))
OVERRUN = ("cadrage", may(4), may(8), may(4), None)


@pytest.mark.parametrize(
    ("stages", "stage", "delay"),
    [
        ([DONE, ("installation", may(11), may(29), may(13), None)], "installation", 2),
        ([OVERRUN, ("installation", may(11), may(29), None, None)], "cadrage", 12),
        ([DONE, ("installation", may(18), may(29), None, None)], "installation", 2),
        ([DONE, ("installation", may(25), may(29), None, None)], "installation", 0),
        ([("cadrage", may(25), may(29), may(18), None)], "cadrage", -7),
        ([("cadrage", may(4), may(8), may(4), may(11))], "cadrage", 3),
    ],
)
def test_the_stage_and_its_delay_are_those_of_today(store: Store, stages: list[tuple], stage: str, delay: int) -> None:
    add_school(store, "A", stages)
    school = rollout.progress(store, TODAY).iloc[0]
    assert (school["stage"], school["delay_days"]) == (stage, delay)


def test_a_school_without_stages_is_listed_with_its_delay_unknown(store: Store) -> None:
    add_school(store, "A", [])
    school = rollout.progress(store, TODAY).iloc[0]
    assert pd.isna(school["stage"]) and pd.isna(school["delay_days"])


def test_the_following_stage_without_a_planned_start_takes_the_date_of_no_other(store: Store) -> None:
    stages = [
        ("installation", None, None, may(4), None),
        ("formation", None, date(2027, 1, 15), None, None),
        ("test", date(2027, 3, 1), None, None, None),
    ]
    add_school(store, "A", stages)
    school = rollout.progress(store, TODAY).iloc[0]
    assert school["next_stage"] == "formation" and pd.isna(school["next_start"])


def test_equipped_schools_are_counted_out_of_the_target(store: Store) -> None:
    add_school(store, "A", [("installation", may(4), may(8), may(4), may(8))], "faite")
    add_school(store, "B", [("installation", may(4), may(8), may(4), None)], "bloquée")
    summary = rollout.rollout_summary(store, TODAY)
    assert summary == rollout.RolloutSummary(
        schools=2, goal=12, equipped=1, connected=1, late=1, late_done=0, blocked=("B",)
    )


def test_a_school_that_has_finished_late_is_told_apart_from_those_that_are_late(store: Store) -> None:
    add_school(store, "A", [("généralisation", may(4), may(8), may(4), may(11))])
    add_school(store, "B", [("généralisation", may(4), may(8), may(4), None)])
    add_school(store, "C", [("généralisation", may(4), may(8), may(4), may(8))])
    # The last stage recorded is not the last one.
    add_school(store, "D", [("préparation", may(4), may(8), may(4), may(11))])
    summary = rollout.rollout_summary(store, TODAY)
    assert (summary.late, summary.late_done) == (3, 1)


def test_the_last_stage_is_the_last_one_of_the_schema() -> None:
    stage = next(field for field in kinds()["stages"].fields if field.name == "etape")
    assert stage.enum[-1] == rollout.LAST_STAGE


def test_a_school_that_left_a_trade_blank_is_unknown_not_smaller(store: Store) -> None:
    rows = [("A", "TSEM", 18, 16), ("A", "concierge", 9, 0), ("B", "TSEM", 19, 17), ("B", "concierge", 8, None)]
    add_counts(store, rows)
    shown = month_counts(store, MONTH, exact=True)
    schools = shown.schools["Identité créée"]
    assert schools["A"] == 16 and pd.isna(schools["B"])
    assert shown.trades["Identité créée"].to_dict() == {"TSEM": 16, "concierge": 0}
    totals = month_totals(store, exact=True).set_index("step")
    created = totals.loc["Identité créée", ["people", "agents", "schools_known", "schools"]]
    assert created.tolist() == [16, 27, 1, 2]


def test_a_step_nobody_reported_is_missing_not_zero(store: Store) -> None:
    add_counts(store, [("A", "TSEM", 8, 6)])
    for exact in (True, False):
        assert month_totals(store, exact=exact).set_index("step")["people"].isna()["Formés"]
        assert month_counts(store, MONTH, exact=exact).schools["Formés"].isna().all()


def test_a_school_taken_out_of_the_pilot_no_longer_weighs_on_the_years_to_come(store: Store) -> None:
    add_school(store, "A", [DONE])
    add_school(store, "B", [DONE])
    deposit(store, "ecole effacer", [("B", "ligne")])
    assert rollout.stages(store)["school"].tolist() == ["A"]


def test_an_empty_programme_answers_every_question(store: Store) -> None:
    assert rollout.progress(store, TODAY).empty
    assert rollout.stages(store).empty
    assert rollout.rollout_summary(store, TODAY).schools == 0
    assert rollout.months(store) == []
    assert month_totals(store, exact=True).empty and month_totals(store, exact=False).empty
    assert rollout.devices(store).empty
    assert rollout.devices_in_service(store).empty


def test_workshops_and_devices_are_sorted_as_a_reader_looks_for_them(store: Store) -> None:
    names = ["École Zola", "École Éluard", "École eugénie"]
    deposit(store, "date ecole atelier places_prevues", [(may(4), name, "Prise en main", 8) for name in names])
    deposit(
        store,
        "identifiant ecole type_materiel etat",
        [(str(rank), name, "tablette", "en panne") for rank, name in enumerate(names)],
    )
    expected = ["École Éluard", "École eugénie", "École Zola"]
    assert equipment.workshops(store, TODAY)["school"].tolist() == expected
    assert equipment.devices_to_handle(store)["school"].tolist() == expected
