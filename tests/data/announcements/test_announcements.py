"""A canteen announces, the kitchen sees, accepts, answers: who may, what it changes, what stays in the trail."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.access.rights import ROLES, Person
from data.announcements import notes, read, thread
from data.announcements.announce import Announcement, announce
from data.announcements.cutoff import cutoff
from data.announcements.thread import AnnouncementRefused
from data.clock import PARIS
from data.deposit import undo
from data.deposit.apply import apply
from data.queries.forecasts.days import canteen_forecasts_of_day, daily_forecast
from data.queries.forecasts.runs import latest_run
from data.settings import save
from data.store import Store
from tests.conftest import EXAMPLES, made_once

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=PARIS)
DAY, NEXT = date(2026, 12, 3), date(2026, 12, 4)  # Thursday, Friday
ANA = Person("ana@ville.fr", "cantine", canteens=frozenset(["Alpha"]))
BOB = Person("bob@ville.fr", "cantine", canteens=frozenset(["Beta"]))
KITCHEN, MISSION = Person("cuisine@ville.fr", "cuisine"), Person("mission@ville.fr", "mission")
MAPPING = b"site_nom;site_type;cantine_nom\nALPHA M;M;Alpha\nBETA E;E;Beta\nGAMMA E;E;Gamma\n"
MEALS = {"Alpha": (172.3, 160, 183, 176, 174), "Beta": (90.5, 80, 99, 95, None), "Gamma": (50, 44, 60, 52, None)}
OUTING = Announcement("Alpha", DAY, "outing", -45, "Sortie des CM2")


@pytest.fixture(scope="session")
def three_canteens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a closed store with three canteens and the forecasts of two days; the city has 10 meals of no canteen."""
    return made_once(tmp_path_factory, "three_canteens", fill)


@pytest.fixture
def city(three_canteens: Path, tmp_path: Path) -> Iterator[Store]:
    opened = Store(Path(shutil.copy(three_canteens, tmp_path / "city.duckdb")))
    yield opened
    opened.close()


def fill(store: Store) -> None:
    apply(store, "mapping.csv", MAPPING, "mission")
    with store.write("test", "forecast", {}) as cursor:
        cursor.execute(
            "INSERT INTO forecast_runs (run_id, started_at, finished_at, data_version, last_service_on, specification)"
            " VALUES (1, now(), now(), 1, DATE '2026-11-27', '{}')"
        )
        for day in (DAY, NEXT):
            rows = [(day, name, *values) for name, values in MEALS.items()]
            total = sum(values[0] for values in MEALS.values()) + 10
            for row in [*rows, (day, None, total, 0.9 * total, 1.1 * total, None, None)]:
                cursor.execute("INSERT INTO forecasts BY NAME SELECT 1 AS run_id, $1 AS date, $2 AS canteen, "
                               "'meals_served' AS target, $3 AS point, $4 AS lower, $5 AS upper, $6 AS recommended, "
                               "$7 AS recommended_with_plan", list(row))  # fmt: skip


def of_day(store: Store, day: date) -> pd.DataFrame:
    return canteen_forecasts_of_day(store, 1, day).set_index("place")


def city_of(store: Store, day: date) -> pd.Series:
    return daily_forecast(store, 1, None).set_index("date").loc[pd.Timestamp(day)]


def state(store: Store, person: Person = MISSION) -> pd.Series:
    return read.threads(store, person, DAY).iloc[0]


def trail(store: Store) -> list[dict[str, Any]]:
    lines = store.read(
        "SELECT detail::VARCHAR AS detail FROM audit_log WHERE action = 'announcement' ORDER BY audit_id"
    )
    return [json.loads(detail) for detail in lines["detail"]]


def test_45_fewer_are_45_fewer_expected_and_to_prepare_there_and_in_the_city_and_nowhere_else(city: Store) -> None:
    before, total = {day: of_day(city, day) for day in (DAY, NEXT)}, city_of(city, DAY)
    assert before[DAY].loc["Alpha", "advised"] == 174
    assert announce(city, ANA, OUTING, NOW) is False
    after, now = {day: of_day(city, day) for day in (DAY, NEXT)}, city_of(city, DAY)
    for name in ("meals", "meals_lower", "meals_upper", "recommended", "advised"):
        assert after[DAY].loc["Alpha", name] == pytest.approx(before[DAY].loc["Alpha", name] - 45), name
    for name in ("meals", "recommended", "advised"):
        assert now[name] == pytest.approx(total[name] - 45), name
    pd.testing.assert_frame_equal(after[DAY].drop("Alpha"), before[DAY].drop("Alpha"))
    pd.testing.assert_frame_equal(after[NEXT], before[NEXT])
    run = latest_run(city)
    assert run and not run.outdated  # a new computation would say the same


def test_a_closed_canteen_has_no_meal_and_a_few_more_guests_are_added(city: Store) -> None:
    announce(city, ANA, Announcement("Alpha", DAY, "closure"), NOW)
    announce(city, BOB, Announcement("Beta", DAY, "other", 12, "12 stagiaires"), NOW)
    assert "Alpha" not in of_day(city, DAY).index
    assert of_day(city, DAY).loc["Beta", "advised"] == 95 + 12
    assert city_of(city, DAY)["meals"] == pytest.approx(90.5 + 50 + 10 + 12)
    assert city_of(city, DAY)["advised"] == 95 + 12 + 52


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["announce", "withdraw", "put back"]), st.sampled_from(sorted(MEALS)),
                          st.sampled_from([DAY, NEXT]), st.integers(-40, 60).filter(bool)), max_size=8))  # fmt: skip
def test_whatever_is_announced_and_withdrawn_the_figures_are_those_of_what_remains(
    three_canteens: Path, tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, str, date, int]]
) -> None:
    store = Store(Path(shutil.copy(three_canteens, tmp_path_factory.mktemp("oracle"))))
    try:
        known: list[tuple[str, date, int]] = []  # as the announcements are numbered
        active: list[bool] = []
        for act, canteen, day, meals in acts:
            if act == "announce":
                same = [
                    place for place, (name, on, _) in enumerate(known) if active[place] and (name, on) == (canteen, day)
                ]
                announce(store, MISSION, Announcement(canteen, day, "other", meals, f"n° {len(known)}"), NOW,
                         replaces=tuple(place + 1 for place in same))  # fmt: skip
                active = [stays and place not in same for place, stays in enumerate(active)]
                known.append((canteen, day, meals))
                active.append(True)
            elif known:
                place = meals % len(known)
                if act == "withdraw" and active[place]:
                    thread.withdraw(store, MISSION, place + 1)
                    active[place] = False
                elif act == "put back" and not active[place]:
                    undo.redo(store, place + 2, MISSION)
                    active[place] = True
        for day in (DAY, NEXT):
            for canteen, (point, *_, history, with_plan) in MEALS.items():
                moved = sum(meals for (name, on, meals), stays in zip(known, active, strict=True)
                            if stays and (name, on) == (canteen, day))  # fmt: skip
                expected = max(point + moved, 0.01 * point)
                row = of_day(store, day).loc[canteen]
                assert row["meals"] == pytest.approx(expected)
                assert row["advised"] == max(round((with_plan or history) + expected - point), 0)
            everything = sum(of_day(store, day)["meals"]) + 10
            assert city_of(store, day)["meals"] == pytest.approx(everything)
        shown = read.threads(store, MISSION, DAY).sort_values("announcement_id")
        assert shown["active"].tolist() == active
    finally:
        store.close()


def test_each_step_of_a_thread_is_shown_to_both_and_stands_in_the_trail(city: Store) -> None:
    announce(city, ANA, OUTING, NOW)
    assert state(city)[["place", "event", "meals", "sentence", "too_late", "active"]].tolist() == [
        "Alpha", "outing", -45, "Sortie des CM2", False, True,
    ]  # fmt: skip
    thread.see(city, MISSION, (1,))
    assert pd.isna(state(city)["seen_at"])  # only the kitchen's own eyes count
    thread.see(city, KITCHEN, (1,))
    thread.answer(city, KITCHEN, 1, " Entendu, merci\nbeaucoup ")
    thread.accept(city, KITCHEN, 1)
    one = state(city, ANA)
    assert not one[["seen_at", "accepted_at", "answered_at"]].isna().any()
    assert one["answer"] == "Entendu, merci beaucoup"
    with pytest.raises(AnnouncementRefused, match="déjà acceptée"):
        thread.accept(city, KITCHEN, 1)
    thread.withdraw(city, ANA, 1)
    assert not state(city)["active"]
    for act in (thread.accept, lambda *who: thread.answer(*who, "trop tard")):
        with pytest.raises(AnnouncementRefused, match="retiré"):
            act(city, KITCHEN, 1)
    with pytest.raises(AnnouncementRefused, match="déjà retirée"):
        thread.withdraw(city, ANA, 1)
    acts = trail(city)
    assert [line["act"] for line in acts] == ["announced", "seen", "answered", "accepted", "withdrawn"]
    assert all(line["canteen"] == "Alpha" and line["meals"] == -45 for line in acts if "canteen" in line)
    assert acts[1]["about"] == [{name: acts[0][name] for name in ("canteen", "date", "event", "meals", "sentence")}]


def test_what_is_seen_already_is_not_written_again(city: Store) -> None:
    announce(city, ANA, OUTING, NOW)
    thread.see(city, KITCHEN, (1,))
    version, lines = city.version(), trail(city)
    with pytest.raises(AnnouncementRefused, match="déjà marqué"):
        thread.see(city, KITCHEN, (1,))
    assert (city.version(), trail(city)) == (version, lines)
    announce(city, BOB, replace(OUTING, canteen="Beta"), NOW)
    thread.see(city, KITCHEN, (1, 2))  # the new one alone
    assert [one["canteen"] for one in trail(city)[-1]["about"]] == ["Beta"]


def test_an_announcement_undone_on_the_page_of_deposits_is_withdrawn_and_back_when_it_is_put_back(city: Store) -> None:
    announce(city, ANA, OUTING, NOW)
    undo.undo(city, 2, MISSION)
    assert not state(city)["active"]
    assert of_day(city, DAY).loc["Alpha", "advised"] == 174
    undo.redo(city, 2, MISSION)
    assert state(city)["active"]


def test_the_same_announcement_is_recorded_once_and_again_after_it_was_withdrawn(city: Store) -> None:
    announce(city, ANA, OUTING, NOW)
    version = city.version()
    with pytest.raises(AnnouncementRefused, match="déjà annoncé"):
        announce(city, ANA, OUTING, NOW)
    assert city.version() == version
    thread.withdraw(city, ANA, 1)
    announce(city, ANA, OUTING, NOW)
    assert read.threads(city, ANA, DAY)["active"].tolist() == [True, False]


def test_a_correction_takes_the_place_of_the_announcement_it_corrects(city: Store) -> None:
    announce(city, ANA, OUTING, NOW)
    version = city.version()
    for other in ((), (2,), (1, 2)):  # what the person does not know is not replaced
        with pytest.raises(AnnouncementRefused, match="viennent de changer"):
            announce(city, ANA, replace(OUTING, meals=-50, sentence="Musée"), NOW, replaces=other)
    assert city.version() == version
    announce(city, ANA, replace(OUTING, meals=-50), NOW, replaces=(1,))
    assert of_day(city, DAY).loc["Alpha", "advised"] == 174 - 50
    assert read.threads(city, ANA, DAY)[["meals", "active"]].to_numpy().tolist() == [[-50, True], [-45, False]]
    assert [(line["act"], line["meals"]) for line in trail(city)] == [
        ("announced", -45), ("withdrawn", -45), ("announced", -50),
    ]  # fmt: skip
    announce(city, ANA, Announcement("Alpha", DAY, "closure"), NOW, replaces=(2,))
    assert "Alpha" not in of_day(city, DAY).index
    announce(city, ANA, Announcement("Alpha", NEXT, "closure"), NOW)  # another day is left alone
    assert read.threads(city, ANA, DAY)["active"].sum() == 2


def test_nobody_announces_for_another_canteen_nor_withdraws_its_announcements(city: Store) -> None:
    announce(city, ANA, OUTING, NOW)
    version = city.version()
    for person in (BOB, KITCHEN, Person("x", "comite"), Person("x", "administration"), Person("x", "cantine")):
        with pytest.raises(AnnouncementRefused, match="vos cantines"):
            announce(city, person, Announcement("Alpha", NEXT, "closure"), NOW)
        with pytest.raises(AnnouncementRefused):
            thread.withdraw(city, person, 1)
    for role in set(ROLES) - {"mission", "cuisine"}:
        person = Person("x", role, canteens=frozenset(["Alpha"]))
        for act in (thread.accept, lambda *who: thread.answer(*who, "oui")):
            with pytest.raises(AnnouncementRefused, match="Seule la cuisine"):
                act(city, person, 1)
        with pytest.raises(AnnouncementRefused, match="Seule la cuisine"):
            notes.write(city, person, notes.Note("Bonjour", DAY, DAY))
        thread.see(city, person, (1,))
    assert city.version() == version
    assert read.threads(city, BOB, DAY).empty
    assert read.threads(city, BOB, DAY, "Alpha").empty
    assert read.threads(city, Person("x", "administration"), DAY).empty


def test_days_and_numbers_that_make_no_sense_are_refused_in_a_sentence(city: Store) -> None:
    wrong = {
        "passé": Announcement("Alpha", date(2026, 11, 27), "outing", -5),
        "jour d’école": Announcement("Alpha", date(2026, 12, 25), "outing", -5),
        "nombre de repas": Announcement("Alpha", DAY, "outing", 5),
        "de 1 à": Announcement("Alpha", DAY, "other"),
        "pas connue": Announcement("Omega", DAY, "closure"),
    }
    for words, one in wrong.items():
        with pytest.raises(AnnouncementRefused, match=words):
            announce(city, MISSION, one, NOW)
    assert read.threads(city, MISSION, DAY).empty


def test_after_the_cutoff_of_the_mission_it_is_too_late_and_said_all_the_same(city: Store) -> None:
    # Two days of service before Thursday 3: Tuesday 1 December (no service on Wednesday), then Monday.
    assert cutoff(city, DAY) == datetime(2026, 11, 30, 10, tzinfo=PARIS)
    assert announce(city, ANA, OUTING, NOW.replace(hour=10)) is True
    assert state(city)["too_late"]
    assert of_day(city, DAY).loc["Alpha", "advised"] == 174 - 45
    save(city, "mission", "announcement_days", 0)
    save(city, "mission", "announcement_hour", 7)
    assert cutoff(city, DAY) == datetime(2026, 12, 3, 7, tzinfo=PARIS)
    assert cutoff(city, date(2027, 1, 4)) == datetime(2027, 1, 4, 7, tzinfo=PARIS)
    save(city, "mission", "announcement_days", 1)
    assert cutoff(city, date(2027, 1, 4)) == datetime(2026, 12, 18, 7, tzinfo=PARIS)  # before the holidays


def test_a_note_is_read_by_those_it_is_for_on_its_days_until_it_is_withdrawn(city: Store) -> None:
    apply(city, "c.csv", b"cantine_nom;type;secteur\nAlpha;M;Nord\nBeta;E;Sud\nGamma;E;Nord\n", "mission")
    until = DAY + timedelta(days=1)
    notes.write(city, KITCHEN, notes.Note("Livraison à 11 h 30", DAY, until))
    notes.write(city, KITCHEN, notes.Note("Riz au lieu de pâtes", DAY, DAY, district="Nord"))
    notes.write(city, MISSION, notes.Note("Rappelez-nous", DAY, DAY, canteen="Beta"))
    read_on = {name: notes.for_canteen(city, name, DAY) for name in MEALS}
    assert read_on["Alpha"] == read_on["Gamma"] == ["Livraison à 11 h 30", "Riz au lieu de pâtes"]
    assert read_on["Beta"] == ["Livraison à 11 h 30", "Rappelez-nous"]
    assert notes.for_canteen(city, "Alpha", until) == ["Livraison à 11 h 30"]
    assert notes.for_canteen(city, "Alpha", DAY - timedelta(days=1)) == []
    notes.withdraw(city, KITCHEN, 1)
    assert notes.for_canteen(city, "Alpha", until) == []
    with pytest.raises(AnnouncementRefused, match="déjà retiré"):
        notes.withdraw(city, KITCHEN, 1)
    for text, last in (("", DAY), ("a" * 301, DAY), ("Bonjour", DAY - timedelta(days=1))):
        with pytest.raises(AnnouncementRefused):
            notes.write(city, KITCHEN, notes.Note(text, DAY, last))


def test_what_changes_the_threads_is_told_by_one_small_question(city: Store) -> None:
    found = [read.latest(city)]
    announce(city, ANA, OUTING, NOW)
    found.append(read.latest(city))
    for act in (
        lambda: thread.see(city, KITCHEN, (1,)),
        lambda: thread.accept(city, KITCHEN, 1),
        lambda: undo.undo(city, 2, MISSION),
        lambda: notes.write(city, KITCHEN, notes.Note("Bonjour", DAY, DAY)),
        lambda: notes.withdraw(city, KITCHEN, 1),
    ):
        act()
        found.append(read.latest(city))
    assert len(set(found)) == len(found)
    save(city, "mission", "announcement_days", 3)
    assert read.latest(city) == found[-1]
