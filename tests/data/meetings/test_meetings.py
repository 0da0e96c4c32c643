"""What the comité was told on a day stays what it was told; only the mission keeps the record."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from data.access.rights import ROLES, Person
from data.clock import today_in_paris
from data.deposit import edits
from data.deposit.apply import apply
from data.meetings import meeting, read, weather
from data.meetings.figures import SURPLUS, Figure, figures_of
from data.meetings.meeting import MeetingRefused
from data.store import Store

MISSION = Person("Mission", "mission")
TUESDAY = date(2016, 9, 6)
LOG = "site_nom;site_type;date;prevision;reel\nA;M;05/09/2016;{};90\nA;M;06/09/2016;100;90\n"


def trail(store: Store) -> list[dict[str, Any]]:
    rows = store.read("SELECT action, actor, detail::VARCHAR AS detail FROM audit_log ORDER BY audit_id")
    return [row | {"detail": json.loads(row["detail"])} for row in rows.to_dict("records")]


def test_the_figures_of_a_meeting_stay_when_the_data_change(store: Store) -> None:
    apply(store, "a.csv", LOG.format(100).encode(), "agent")
    meeting.record(store, MISSION, TUESDAY, "  Salle\tdu Conseil ")
    apply(store, "b.csv", LOG.format(150).encode(), "agent")
    [kept] = read.meetings(store)
    assert (kept.held_on, kept.title, kept.data_until) == (TUESDAY, "Salle du Conseil", TUESDAY)
    assert kept.figures[SURPLUS] == Figure(20, 180)
    assert kept.figures[SURPLUS].percent == pytest.approx(100 * 20 / 180)
    assert figures_of(store, TUESDAY).figures[SURPLUS] != kept.figures[SURPLUS]
    assert trail(store)[1] == {
        "action": "meeting", "actor": "Mission",
        "detail": {"act": "recorded", "day": "2016-09-06", "title": "Salle du Conseil"},
    }  # fmt: skip


def test_a_meeting_without_any_data_has_no_figure(store: Store) -> None:
    meeting.record(store, MISSION, TUESDAY, "Salle")
    [kept] = read.meetings(store)
    assert (kept.figures, kept.data_until) == ({}, None)


def test_the_last_meeting_is_the_last_one_held(store: Store) -> None:
    assert read.last_meeting(store, TUESDAY) is None
    for held_on in (TUESDAY, TUESDAY - timedelta(days=30), TUESDAY + timedelta(days=30)):
        meeting.record(store, MISSION, held_on, "Salle")
    found = read.last_meeting(store, TUESDAY + timedelta(days=1))
    assert found and found.held_on == TUESDAY


def test_a_meeting_is_withdrawn_and_put_back_with_its_figures(store: Store) -> None:
    apply(store, "a.csv", LOG.format(100).encode(), "agent")
    meeting.record(store, MISSION, TUESDAY, "Salle")
    before = read.meetings(store)
    meeting.withdraw(store, MISSION, before[0].meeting_id)
    assert (read.meetings(store), read.meetings(store, withdrawn=True)) == ([], before)
    with pytest.raises(MeetingRefused):
        meeting.withdraw(store, MISSION, before[0].meeting_id)
    meeting.put_back(store, MISSION, before[0].meeting_id)
    assert read.meetings(store) == before
    assert [line["detail"].get("act") for line in trail(store)[1:]] == ["recorded", "withdrawn", "put_back"]


def test_two_meetings_never_share_a_day(store: Store) -> None:
    meeting.record(store, MISSION, TUESDAY, "Salle")
    with pytest.raises(MeetingRefused, match="déjà enregistrée"):
        meeting.record(store, MISSION, TUESDAY, "Ailleurs")
    [first] = read.meetings(store)
    meeting.withdraw(store, MISSION, first.meeting_id)
    meeting.record(store, MISSION, TUESDAY, "Ailleurs")
    with pytest.raises(MeetingRefused, match="déjà enregistrée"):
        meeting.put_back(store, MISSION, first.meeting_id)


@pytest.mark.parametrize("title", ["", " x ", "y" * 121])
def test_a_meeting_needs_a_place_and_a_day_that_has_come(store: Store, title: str) -> None:
    with pytest.raises(MeetingRefused, match="titre"):
        meeting.record(store, MISSION, TUESDAY, title)
    with pytest.raises(MeetingRefused, match="à venir"):
        meeting.record(store, MISSION, today_in_paris() + timedelta(days=1), "Salle")
    with pytest.raises(MeetingRefused, match="Choisissez le jour"):
        meeting.record(store, MISSION, None, "Salle")
    assert store.version() == 0


@pytest.mark.parametrize("role", [role for role in ROLES if role != "mission"])
def test_only_the_mission_keeps_the_record(store: Store, role: str) -> None:
    meeting.record(store, MISSION, TUESDAY, "Salle")
    weather.give(store, MISSION, "appuis nécessaires", "Le câblage")
    version, somebody = store.version(), Person("x", role)
    for act in (
        lambda: meeting.record(store, somebody, TUESDAY + timedelta(days=1), "Salle"),
        lambda: meeting.withdraw(store, somebody, 1),
        lambda: meeting.put_back(store, somebody, 1),
        lambda: weather.give(store, somebody, "objectifs compromis", "Non"),
        lambda: weather.take_back(store, somebody),
    ):
        with pytest.raises(MeetingRefused, match="Seule la mission"):
            act()
    assert store.version() == version


def test_the_weather_keeps_its_history_and_the_last_one_is_taken_back(store: Store) -> None:
    assert weather.current(store).weather == weather.UNKNOWN
    weather.give(store, MISSION, "appuis nécessaires", "Le câblage n’avance pas")
    weather.give(store, MISSION, "objectifs atteignables", "Le câblage avance")
    now = weather.current(store)
    assert (now.weather, now.reason, now.set_by) == ("objectifs atteignables", "Le câblage avance", "Mission")
    assert weather.on(store, today_in_paris()) == now
    assert weather.on(store, today_in_paris() - timedelta(days=1)).weather == weather.UNKNOWN
    assert weather.history(store)["weather"].tolist() == ["objectifs atteignables", "appuis nécessaires"]
    weather.take_back(store, MISSION)
    assert weather.current(store).weather == "appuis nécessaires"
    assert [line["detail"]["weather"] for line in trail(store)] == [
        "appuis nécessaires", "objectifs atteignables", "objectifs atteignables",
    ]  # fmt: skip


@pytest.mark.parametrize(("given", "reason"), [("grand soleil", "Oui"), ("appuis nécessaires", " ")])
def test_a_weather_is_of_the_list_and_has_its_reason(store: Store, given: str, reason: str) -> None:
    with pytest.raises(MeetingRefused):
        weather.give(store, MISSION, given, reason)
    assert weather.current(store).weather == weather.UNKNOWN


def test_decisions_are_one_list_from_expected_to_done(store: Store) -> None:
    assert edits.record(store, "decisions", [{"decision": "Peser", "attendue_le": "01/09/2016"}], MISSION).saved
    pilot = {"pilote": "Tablette", "a_decider": "Équiper", "attendue_le": "01/09/2017"}
    assert edits.record(store, "pilots", [pilot], MISSION).saved
    rows = read.decisions(store)
    assert rows["decision"].tolist() == ["Peser", "Équiper"]
    assert read.late(rows, TUESDAY).tolist() == [True, False]
    taken = {"decision": "Peser", "prise_le": "06/09/2016", "choix": "Oui", "porteur": "Restauration",
             "a_faire_pour": "30/09/2016", "etat": "en cours"}  # fmt: skip
    assert edits.record(store, "decisions", [taken], MISSION).saved
    rows = read.decisions(store).set_index("decision").loc[["Peser"]]
    assert (rows["owner"].item(), rows["state"].item()) == ("Restauration", "en cours")
    assert [read.late(rows, day).item() for day in (TUESDAY, date(2016, 9, 30), date(2016, 10, 1))] == [
        False,
        False,
        True,
    ]
    done = {"decision": "Peser", "etat": "fait", "fait_le": "10/10/2016"}
    assert edits.record(store, "decisions", [done], MISSION).saved
    rows = read.decisions(store).set_index("decision").loc[["Peser"]]
    # What was late on a day stays late on that day.
    assert [read.late(rows, day).item() for day in (date(2016, 10, 9), date(2016, 10, 10))] == [True, False]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ({"etat": "à faire"}, "etat"),
        ({"etat": "fait", "prise_le": "06/09/2016", "choix": "Oui"}, "fait_le"),
        ({"fait_le": "10/10/2016", "prise_le": "06/09/2016", "choix": "Oui"}, "etat"),
        ({"etat": "fait", "fait_le": "05/09/2016", "prise_le": "06/09/2016", "choix": "Oui"}, "fait_le"),
    ],
)
def test_a_state_that_cannot_be_is_refused_beside_its_field(store: Store, line: dict[str, str], column: str) -> None:
    outcome = edits.record(store, "decisions", [{"decision": "Peser"} | line], MISSION)
    assert not outcome.saved
    assert (0, column) in outcome.refusals
