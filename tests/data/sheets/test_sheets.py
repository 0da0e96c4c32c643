"""A service sheet: each is stored once, none is lost, and nobody's later figure is overwritten without a word."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from data.access.rights import Person
from data.calendar.school import service_days
from data.clock import PARIS
from data.deposit.apply import apply
from data.deposit.undo import NotPossible, undo
from data.sheets import past, read
from data.sheets.days import day_to_tell, last_days, missing_days
from data.sheets.save import NotYours, save
from data.sheets.sheet import COLUMNS, FIELDS, Outcome, Sheet, SheetRefused, mark_of, sheet_of
from data.store import Store
from tests.conftest import EXAMPLES, made_once

DAY = date(2025, 9, 4)  # a Thursday
KEY = "k" * 16
POINTS = [("ALPHA M", "M"), ("ALPHA E", "E")]
MAPPING = b"site_nom;site_type;cantine_nom\nALPHA M;M;Alpha\nALPHA E;E;Alpha\nBETA E;E;Beta\n"
ANA = Person("ana@ville.fr", "cantine", canteens=frozenset(["Alpha"]))
BOB = Person("bob@ville.fr", "cantine", canteens=frozenset(["Beta"]))


@pytest.fixture(scope="session")
def canteens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two canteens, one of two service points, with four weeks of meals."""
    return made_once(tmp_path_factory, "canteens", _canteens)


def _canteens(store: Store) -> None:
    apply(store, "mapping.csv", MAPPING, "mission")
    days = service_days(store, DAY - timedelta(days=90), DAY - timedelta(days=1), frozenset({1, 2, 4, 5}))
    lines = [f"{site};{kind};{day:%d/%m/%Y};100;95" for day in days for site, kind in [*POINTS, ("BETA E", "E")]]
    apply(store, "log.csv", "\n".join(["site_nom;site_type;date;prevision;reel", *lines]).encode(), "mission")


@pytest.fixture
def city(canteens: Path, tmp_path: Path) -> Iterator[Store]:
    opened = Store(Path(shutil.copy(canteens, tmp_path / "city.duckdb")))
    yield opened
    opened.close()


def shown(store: Store, day: date = DAY) -> dict[str, Any]:
    return read.sheet(store, "Alpha", day, datetime(2025, 9, 5, 14, tzinfo=PARIS))


def told(store: Store, key: str = "k", marks: dict[str, int] | None = None, **typed: str) -> Sheet:
    """Return a sheet begun now, with these values in its first point."""
    points = [
        {
            "site": point["site"],
            "kind": point["kind"],
            "typed": point["known"] | (typed if number == 0 else {}),
            "base": point["known"],
        }
        for number, point in enumerate(shown(store)["points"])
    ]
    sheet = sheet_of({"key": KEY, "canteen": "Alpha", "day": DAY.isoformat(), "points": points, "marks": marks or {}})
    return replace(sheet, key=key)


def known(store: Store) -> dict[str, Any]:
    return shown(store)["points"][0]["known"]


# ---------------------------------------------------------------- one sheet
def test_a_sheet_is_one_deposit_with_its_audit_line(city: Store) -> None:
    outcome = save(city, ANA, told(city, prevision="120", reel="118", restes_assiette_kg="3,5", commentaire="calme"))
    assert outcome.state == "stored"
    assert known(city) == {
        "prevision": 120, "reel": 118, "preparation_kg": None, "non_servi_kg": None, "restes_assiette_kg": 3.5,
        "commentaire": "calme",
    }  # fmt: skip
    last = city.read("SELECT actor, action, detail FROM audit_log ORDER BY audit_id DESC LIMIT 1").iloc[0]
    assert (last["actor"], last["action"]) == (ANA.name, "deposit")
    assert f'"deposit": {outcome.deposit_id}' in last["detail"]
    assert [each["value"] for each in outcome.stored] == ["120", "118", "3,5", "calme"]


def test_a_sheet_sent_again_is_answered_the_same_and_stored_once(city: Store) -> None:
    sheet = told(city, reel="118")
    first, version = save(city, ANA, sheet), city.version()
    again = save(city, ANA, sheet)
    assert (again.state, again.deposit_id, again.stored) == ("already", first.deposit_id, first.stored)
    assert city.version() == version


def test_an_empty_field_erases_nothing(city: Store) -> None:
    save(city, ANA, told(city, "a", prevision="120", reel="118"))
    save(city, ANA, told(city, "b", prevision="", reel="119"))
    assert known(city)["prevision"] == 120
    assert known(city)["reel"] == 119


def test_a_field_left_as_it_was_does_not_bring_an_old_figure_back(city: Store) -> None:
    save(city, ANA, told(city, "a", prevision="120"))
    late = told(city, "b", reel="118")  # its tablet saw 120
    save(city, ANA, told(city, "c", prevision="90"))
    assert save(city, ANA, late).state == "stored"
    assert known(city)["prevision"] == 90


def test_somebody_elses_figure_is_told_and_not_overwritten(city: Store) -> None:
    late = told(city, "late", reel="118")
    save(city, Person("mission@ville.fr", "mission"), told(city, "first", reel="97"))
    version = city.version()
    outcome = save(city, ANA, late)
    assert outcome.state == "conflict"
    [conflict] = outcome.conflicts
    assert (conflict["field"], conflict["present"], conflict["typed"]) == ("reel", 97, "118")
    assert conflict["who"] == "mission@ville.fr"
    assert datetime.fromisoformat(conflict["when"])
    assert city.version() == version
    assert save(city, ANA, told(city, "late", reel="118")).state == "stored", "with what the tablet sees now"
    assert known(city)["reel"] == 118


def test_what_two_tablets_tell_alike_is_no_conflict_and_stands_when_one_is_taken_back(city: Store) -> None:
    late = told(city, "late", reel="118")
    save(city, ANA, told(city, "first", reel="118"))
    assert save(city, ANA, late).state == "stored"
    with pytest.raises(NotPossible, match="corrigée depuis"):
        past.take_back(city, ANA, "first")
    undo(city, int(past.recent(city, "Alpha")[1]["deposit_id"]), "mission")
    assert known(city)["reel"] == 118
    past.take_back(city, ANA, "late")
    assert known(city)["reel"] is None


def test_a_comment_alone_is_added_to_a_service_that_is_known(city: Store) -> None:
    save(city, ANA, told(city, "a", reel="118"))
    save(city, ANA, told(city, "b", commentaire="calme"))
    assert (known(city)["reel"], known(city)["commentaire"]) == (118, "calme")


def test_a_refused_field_says_why_and_stores_nothing(city: Store) -> None:
    outcome = save(city, ANA, told(city, reel="cent", restes_assiette_kg="3,5", marks={"Purée": 3}))
    assert outcome.state == "refused"
    assert [(each["site"], each["field"]) for each in outcome.refusals] == [("ALPHA M", "reel")]
    assert "n’est pas un nombre entier" in outcome.refusals[0]["reason"]
    assert city.read("SELECT count(*) AS n FROM sheets")["n"].item() == 0


def test_what_says_nothing_is_not_told_as_stored(city: Store) -> None:
    assert save(city, ANA, told(city, "a", reel="NA", commentaire=" n/a ")).stored == ()
    outcome = save(city, ANA, told(city, "b", reel="118", commentaire="-"))
    assert [each["field"] for each in outcome.stored] == ["reel"]


def test_what_is_doubtful_is_stored_and_told(city: Store) -> None:
    outcome = save(city, ANA, told(city, prevision="100", reel="300"))
    assert outcome.state == "stored"
    assert outcome.warnings[0]["site"] == "ALPHA M"
    assert outcome.warnings[0]["reason"].startswith("300 servis pour 100 prévus")


def test_marks_alone_are_kept_and_leave_the_figures_as_they_are(city: Store) -> None:
    outcome = save(city, ANA, told(city, "a", marks={"Purée": 1}))
    assert (outcome.state, outcome.deposit_id) == ("stored", None)
    save(city, ANA, told(city, "b", marks={"Purée": 3}))
    assert shown(city)["marks"] == {"Purée": 3}


def test_nobody_tells_for_another_canteen(city: Store) -> None:
    with pytest.raises(NotYours):
        save(city, BOB, told(city, reel="118"))
    disguised = Sheet("k", "Beta", DAY, told(city, reel="118").points)
    with pytest.raises(SheetRefused, match="ont changé"):
        save(city, BOB, disguised)
    save(city, ANA, told(city, "own", reel="118"))
    with pytest.raises(NotYours):
        save(city, Person("eve@ville.fr", "cantine", canteens=frozenset(["Alpha"])), told(city, "own", reel="1"))
    with pytest.raises(NotPossible, match="autre cantine"):
        past.take_back(city, BOB, "own")


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"key": 3}, {"day": "hier"}, {"points": []}, {"points": [3]}, {"points": [{"site": "A"}]},
        {"marks": {"A": 9}},
        {"canteen": None}, {"key": "x" * 65}, {"key": ""}, {"key": "x" * 15}, {"points": "abc"}, {"marks": [1]},
    ],
)  # fmt: skip
def test_what_is_not_a_sheet_is_refused_in_french(wrong: dict[str, Any]) -> None:
    base = {"site": "A", "kind": "M", "typed": {}, "base": {}}
    right = {"key": KEY, "canteen": "Alpha", "day": "2025-09-04", "points": [base], "marks": {}}
    assert sheet_of(right).day == DAY
    with pytest.raises(SheetRefused, match="illisible"):
        sheet_of(right | wrong if wrong else [])


# ---------------------------------------------------------------- what is taken back
def test_a_sheet_is_taken_back_while_nothing_later_tells_the_same_service(city: Store) -> None:
    save(city, ANA, told(city, "a", reel="118"))
    save(city, ANA, told(city, "b", reel="110"))
    with pytest.raises(NotPossible, match="corrigée depuis"):
        past.take_back(city, ANA, "a")
    assert past.take_back(city, ANA, "b") == DAY
    assert known(city)["reel"] == 118
    with pytest.raises(NotPossible, match="déjà annulée"):
        past.take_back(city, ANA, "b")
    assert [(sheet["sheet_key"], sheet["may_be_undone"]) for sheet in past.recent(city, "Alpha")] == [
        ("b", False),
        ("a", True),
    ]


# ---------------------------------------------------------------- which day
def test_the_days_not_told_are_those_that_the_canteen_usually_serves(city: Store) -> None:
    friday = date(2025, 9, 12)
    # School began on Monday 1 September; the meals of 1, 2 September are known, those of 4 September and later are not.
    assert missing_days(city, "Alpha", friday) == [date(2025, 9, day) for day in (4, 5, 8, 9, 11)]
    apply(city, "closed.csv", b"type;date_debut;cantine_nom\nfermeture;08/09/2025;Alpha\n", "mission")
    save(city, ANA, told(city, reel="118"))
    missing = [date(2025, 9, day) for day in (4, 5, 9, 11)]
    assert missing_days(city, "Alpha", friday) == missing, "one of the two service points is not told yet"
    days = last_days(city, "Alpha", friday)
    assert day_to_tell(days, datetime(2025, 9, 12, 9, tzinfo=PARIS)) == date(2025, 9, 11)
    assert day_to_tell(days, datetime(2025, 9, 12, 14, tzinfo=PARIS)) == friday


def test_a_sheet_shows_what_is_known_and_what_to_compare_with(city: Store) -> None:
    apply(city, "menu.csv", "date;ordre;composante;plat\n04/09/2025;1;entrée;Melon\n".encode(), "mission")
    sheet = shown(city)
    assert [point["title"] for point in sheet["points"]] == ["Maternelle", "Élémentaire"]
    assert (sheet["before"], sheet["week"]) == ("2025-09-02", "2025-08-28")
    assert sheet["points"][0]["before"]["reel"] == 95
    assert sheet["points"][0]["week"]["reel"] is None
    assert sheet["dishes"] == ["Melon"]
    assert sheet["weighs"] is False


@pytest.mark.parametrize("day", [date.min, date.max, date(1999, 12, 31), date(2101, 1, 1)], ids=str)
def test_a_day_that_no_file_may_have_gives_way_to_the_usual_one(city: Store, day: date) -> None:
    assert shown(city, day)["day"] == "2025-09-05"


def test_a_tablet_files_sheets_under_a_mark_that_does_not_name_anybody() -> None:
    assert mark_of("ana@ville.fr") != mark_of("bob@ville.fr")
    assert "ana" not in mark_of("ana@ville.fr")


# ---------------------------------------------------------------- any order of acts, against a slow oracle
@dataclass
class Told:
    """A deposit of the oracle: the values that it told, by point and field."""

    values: dict[tuple[int, str], int]
    active: bool = True


@dataclass
class Oracle:
    """What two tablets should see: every deposit in its order, read again from the first each time."""

    deposits: list[Told] = field(default_factory=list)
    answers: dict[str, tuple[str, int | None]] = field(default_factory=dict)

    def present(self, point: int, name: str) -> int | None:
        values = [each.values[point, name] for each in self.deposits if each.active and (point, name) in each.values]
        return values[-1] if values else None

    def save(self, key: str, base: dict[Any, int | None], typed: dict[Any, int]) -> str:
        if key in self.answers:
            return "already"
        changed = {place: value for place, value in typed.items() if value != base[place]}
        present = {place: self.present(*place) for place in changed}
        if any(present[place] not in (base[place], value) for place, value in changed.items()):
            return "conflict"
        if changed:
            self.deposits.append(Told(changed))
        self.answers[key] = ("stored", len(self.deposits) - 1 if changed else None)
        return "stored"

    def undo(self, key: str) -> bool:
        number = self.answers[key][1]
        if number is None or not self.deposits[number].active:
            return False
        points = {point for point, _ in self.deposits[number].values}
        later = [each for each in self.deposits[number + 1 :] if each.active]
        if any(point in points for each in later for point, _ in each.values):
            return False
        return self.undo_anyway(key)

    def undo_anyway(self, key: str) -> bool:
        number = self.answers[key][1]
        if number is None or not self.deposits[number].active:
            return False
        self.deposits[number].active = False
        return True


ACTS = st.tuples(
    st.sampled_from(["begin", "type", "type", "save", "save", "again", "undo", "mission undoes"]),
    st.integers(0, 1),  # the tablet
    st.integers(0, 1),  # the point
    st.sampled_from(["prevision", "reel"]),
    st.integers(50, 53),  # few values, so that tablets often agree
)


# A failure is told as it is: each act writes in a store, and shrinking would take minutes.
@settings(max_examples=EXAMPLES, phases=[Phase.reuse, Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(ACTS, min_size=8, max_size=25))
def test_whatever_two_tablets_do_each_sheet_is_stored_once_and_none_is_lost(
    canteens: Path, tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int, int, str, int]]
) -> None:
    store = Store(Path(shutil.copy(canteens, tmp_path_factory.mktemp("acts") / "acts.duckdb")))
    tablets, oracle, keys = [Tablet(store), Tablet(store)], Oracle(), []
    try:
        for act, tablet, point, name, value in acts:
            one = tablets[tablet]
            if act == "begin":
                one.begin()
            elif act == "type":
                one.typed[point, name] = value
            elif act == "save":
                key = f"k{len(keys)}"
                expected = oracle.save(key, one.base, one.typed)
                keys += [key] if expected == "stored" else []
                assert one.save(key).state == expected
            elif act == "again" and keys:
                assert one.resend(keys[value % len(keys)], oracle)
            elif act == "undo" and keys:
                key = keys[value % len(keys)]
                assert _taken_back(store, key) == oracle.undo(key)
            elif keys:
                key = keys[value % len(keys)]
                assert _undone_elsewhere(store, key) == oracle.undo_anyway(key)
            known_now = _known_now(store)
            assert known_now == {place: oracle.present(*place) for place in known_now}
        assert sorted(store.read("SELECT sheet_key FROM sheets")["sheet_key"]) == sorted(keys)
    finally:
        store.close()


class Tablet:
    """A tablet of ana: what it saw when its sheet was begun, what was typed since."""

    FIELDS = ("prevision", "reel")

    def __init__(self, store: Store) -> None:
        self.store, self.typed = store, {}
        self.sent: dict[str, Sheet] = {}
        self.begin()

    def begin(self) -> None:
        self.base = _known_now(self.store)
        self.typed = {place: value for place, value in self.base.items() if value is not None}

    def save(self, key: str) -> Outcome:
        points = [
            {
                "site": site,
                "kind": kind,
                "typed": {name: self.typed.get((point, name)) for name in self.FIELDS},
                "base": {name: self.base[point, name] for name in self.FIELDS},
            }
            for point, (site, kind) in enumerate(POINTS)
        ]
        sheet = sheet_of({"key": KEY, "canteen": "Alpha", "day": DAY.isoformat(), "points": points})
        return save(self.store, ANA, replace(sheet, key=key))

    def resend(self, key: str, oracle: Oracle) -> bool:
        """Send a key again, whatever is on the tablet now."""
        return self.save(key).state == oracle.save(key, self.base, self.typed) == "already"


def _known_now(store: Store) -> dict[tuple[int, str], int | None]:
    rows = store.read("SELECT site, meals_planned, meals_served FROM services WHERE date = $day", {"day": DAY})
    known = {row.site: (row.meals_planned, row.meals_served) for row in rows.itertuples()}
    values = {point: known.get(site, (None, None)) for point, (site, _) in enumerate(POINTS)}
    return {
        (point, name): None if pd.isna(value) else int(value)
        for point, both in values.items()
        for name, value in zip(Tablet.FIELDS, both, strict=True)
    }


def _taken_back(store: Store, key: str) -> bool:
    try:
        past.take_back(store, ANA, key)
    except NotPossible:
        return False
    return True


def _undone_elsewhere(store: Store, key: str) -> bool:
    """Undo the deposit of a sheet as the page of deposits does, whatever was told later."""
    query = "SELECT deposit_id FROM sheets JOIN deposits USING (deposit_id) WHERE sheet_key = $key AND deposits.active"
    numbers = store.read(query, {"key": key})["deposit_id"].tolist()
    for number in numbers:
        undo(store, int(number), "mission")
    return bool(numbers)


def test_the_fields_of_a_sheet_are_columns_of_the_log() -> None:
    assert list(COLUMNS) == list(FIELDS)
