"""Any change of the programme is taken back or put back; what then makes no sense is said, with what to undo too."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.clock import today_in_paris
from data.deposit.undo import NotPossible, redo, still_wrong, undo
from data.store import Store
from tests.conftest import EXAMPLES
from tests.data.deposit.programme_files import deposit

STAGES = ("cadrage", "préparation", "installation")
COLUMNS = "ecole etape debut_reel fin_reelle effacer"


def day(number: int) -> date:
    return date(2025, 3, number)


def stage(store: Store, name: str, start: int | None = None, end: int | None = None, school: str = "A") -> None:
    cells = (day(start) if start else None, day(end) if end else None)
    deposit(store, COLUMNS, [(school, name, *cells, None)])


def warned(store: Store, action: Callable[[Store, int, str], str | None], number: int) -> str:
    """Return what is said to who does that."""
    said = action(store, number, "agent")
    assert said
    return said.replace("\u00a0", " ")


def test_a_start_taken_back_under_the_end_a_later_line_gave_is_told(store: Store) -> None:
    stage(store, "cadrage", start=3)
    stage(store, "cadrage", end=7)
    assert warned(store, undo, 1) == (
        "Le dépôt n° 1 est annulé : sans lui, une ligne est fausse (A · cadrage : étape finie sans début : "
        "indiquez le début réel). Annulez aussi le dépôt n° 2, ou corrigez dans « Mettre à jour »."
    )
    assert known_stages(store) == [(None, day(7))]
    [wrong] = still_wrong(store, ("sites", "stages"))
    assert "étape finie sans début" in wrong and still_wrong(store, ("sites", "risks")) == []
    assert undo(store, 2, "agent") is None
    assert store.read("FROM pilot_stages").empty
    assert still_wrong(store, ("stages",)) == []
    # What was admitted is not found wrong because something else was taken back.
    stage(store, "préparation", start=10)
    stage(store, "cadrage")
    stage(store, "cadrage", start=13, school="B")
    assert undo(store, 5, "agent") is None and redo(store, 5, "agent") is None
    assert still_wrong(store, ("stages",)) == []


def test_an_end_put_back_before_its_start_is_told(store: Store) -> None:
    stage(store, "cadrage", start=3)
    stage(store, "cadrage", end=7)
    assert undo(store, 2, "agent") is None
    assert undo(store, 1, "agent") is None
    said = warned(store, redo, 2)
    assert said.startswith("Le dépôt n° 2 est rétabli : avec lui, une ligne est fausse (A · cadrage : étape finie")
    assert "Rétablissez aussi le dépôt n° 1, ou corrigez" in said
    assert redo(store, 1, "agent") is None


def test_a_correction_taken_back_that_leaves_the_end_before_the_start_is_told(store: Store) -> None:
    stage(store, "cadrage", start=10)
    stage(store, "cadrage", start=3)
    stage(store, "cadrage", end=7)
    assert "avant le 10/03/2025). Annulez aussi le dépôt n° 3" in warned(store, undo, 2)


def test_a_stage_taken_back_under_the_ones_that_followed_names_them_all(store: Store) -> None:
    stage(store, "cadrage", start=3, end=7)
    stage(store, "préparation", start=10)
    stage(store, "préparation", end=14)
    stage(store, "cadrage", start=4, school="B")
    assert "étape sautée" not in warned(store, undo, 2), "the first reason is the missing start of the same line"
    assert redo(store, 2, "agent") is None
    stage(store, "installation", start=17)
    said = warned(store, undo, 2)
    assert "2 lignes sont fausses" in said
    assert "les dépôts n° 5 et 3" in said
    assert undo(store, 4, "agent") is None  # another school


def test_a_start_taken_back_of_a_planned_stage_that_a_later_one_followed_is_told(store: Store) -> None:
    stage(store, "cadrage", start=3, end=7)
    deposit(store, "ecole etape debut_prevu", [("A", "préparation", day(10))])
    stage(store, "préparation", start=10)
    stage(store, "installation", start=17)
    stage(store, "installation", start=18)
    said = warned(store, undo, 3)
    assert "A · installation : étape sautée : « préparation » n’a pas commencé" in said
    assert "Annulez aussi les dépôts n° 5 et 4" in said


def test_a_count_taken_back_while_a_later_one_is_a_part_of_it_is_told(store: Store) -> None:
    counts = "ecole metier mois agents identites_creees"
    deposit(store, counts, [("A", "restauration", day(1), 8, 2)])
    deposit(store, counts, [("A", "restauration", day(1), 20, None)])
    deposit(store, counts, [("A", "restauration", day(1), None, 15)])
    assert "15 identités créées pour un nombre d’agents de 8" in warned(store, undo, 2)


def test_a_line_that_was_wrong_already_is_not_told_again(store: Store) -> None:
    """A day was to come when the clock of the machine was wrong: its row is refused now, but known."""
    stage(store, "cadrage", start=3)
    stage(store, "cadrage", start=4, school="B")
    with store.write("test", "test", {}) as cursor:
        cursor.execute("UPDATE stage_rows SET actual_start = $day WHERE school = 'A'", {"day": today_in_paris() + WEEK})
    assert undo(store, 2, "agent") is None
    assert redo(store, 2, "agent") is None


WEEK = timedelta(days=7)
# A school as it was typed: each line makes sense after those before it.
TYPED = [
    ("cadrage", day(4), None, None),
    ("cadrage", day(3), None, None),
    ("cadrage", None, day(3), None),
    ("préparation", day(10), day(14), None),
    ("préparation", None, None, "fin_reelle"),
    ("préparation", day(12), None, None),
    ("préparation", None, day(13), None),
    ("installation", day(12), None, None),
]


@pytest.fixture(scope="module")
def lived(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(Path(shutil.copy(blank, tmp_path_factory.mktemp("typed") / "lived.duckdb")))
    for line in TYPED:
        deposit(store, COLUMNS, [("A", *line)])
    store.close()
    return store.path


SWITCHES = st.tuples(st.sampled_from([undo, undo, redo]), st.integers(1, len(TYPED)))


@settings(max_examples=EXAMPLES)
@given(switches=st.lists(SWITCHES, min_size=2, max_size=4))
def test_in_whatever_order_lines_are_taken_back_what_stops_making_sense_is_told(lived: Path, switches: list) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(shutil.copy(lived, Path(folder) / "lived.duckdb")))
        before = True
        for action, number in switches:
            with suppress(NotPossible):
                told = action(store, number, "agent")
                after = makes_sense(known_stages(store))
                # Other lines may become wrong under one that is wrong already: that is told too.
                assert told or after or not before, (action, number)
                assert not (told and after), (action, number)
                before = after
        store.close()


def test_all_that_was_typed_can_be_taken_back_last_line_first_and_put_back(lived: Path, tmp_path: Path) -> None:
    store = Store(Path(shutil.copy(lived, tmp_path / "lived.duckdb")))
    whole = known_stages(store)
    for number in range(len(TYPED), 0, -1):
        undo(store, number, "agent")
    assert known_stages(store) == []
    for number in range(1, len(TYPED) + 1):
        redo(store, number, "agent")
    assert known_stages(store) == whole
    store.close()


def known_stages(store: Store) -> list[tuple[date | None, date | None]]:
    """Return (start, end) of each stage in their order, missing where unknown."""
    with store.scratch() as cursor:
        rows = cursor.execute("SELECT stage, actual_start, actual_end FROM pilot_stages").fetchall()
    known = {name: (start, end) for name, start, end in rows}
    return [known[name] for name in STAGES if name in known]


def makes_sense(stages: list[tuple[date | None, date | None]]) -> bool:
    """Tell whether every stage known has begun before it ended, and after those before it."""
    ends = all(end is None or (start is not None and start <= end) for start, end in stages)
    starts = [start for start, _ in stages]
    begun = [start for start in starts if start]
    return ends and starts[: len(begun)] == begun == sorted(begun)
