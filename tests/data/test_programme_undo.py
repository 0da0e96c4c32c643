"""No change of the programme is taken back, nor put back, when what was typed since then would make no sense."""

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

from data.store import Store
from data.undo import NotPossible, redo, undo
from tests.conftest import EXAMPLES
from tests.data.programme_files import deposit

STAGES = ("cadrage", "préparation", "installation")
COLUMNS = "ecole etape debut_reel fin_reelle effacer"


def day(number: int) -> date:
    return date(2025, 3, number)


def stage(store: Store, name: str, start: int | None = None, end: int | None = None, school: str = "A") -> None:
    cells = (day(start) if start else None, day(end) if end else None)
    deposit(store, COLUMNS, [(school, name, *cells, None)])


def refused(store: Store, action: Callable[[Store, int, str], None], number: int) -> str:
    """Return what is said to who asks for that, once sure that nothing has changed."""
    version, stages = store.version(), store.read("FROM pilot_stages ORDER BY ALL")
    with pytest.raises(NotPossible) as refusal:
        action(store, number, "agent")
    assert store.version() == version
    assert store.read("FROM pilot_stages ORDER BY ALL").equals(stages)
    return str(refusal.value).replace("\u00a0", " ")


def test_a_start_is_not_taken_back_while_a_later_line_gives_its_end(store: Store) -> None:
    stage(store, "cadrage", start=3)
    stage(store, "cadrage", end=7)
    assert refused(store, undo, 1) == (
        "Le dépôt n° 1 reste actif : sans lui, une ligne serait fausse (A · cadrage : étape finie sans début : "
        "indiquez le début réel). Annulez d’abord le dépôt n° 2, ou corrigez dans « Mettre à jour »."
    )
    undo(store, 2, "agent")
    undo(store, 1, "agent")
    assert store.read("FROM pilot_stages").empty


def test_an_end_is_not_put_back_before_its_start_is(store: Store) -> None:
    stage(store, "cadrage", start=3)
    stage(store, "cadrage", end=7)
    undo(store, 2, "agent")
    undo(store, 1, "agent")
    said = refused(store, redo, 2)
    assert said.startswith("Le dépôt n° 2 reste annulé : avec lui, une ligne serait fausse (A · cadrage : étape finie")
    assert "Rétablissez d’abord le dépôt n° 1, ou corrigez" in said
    redo(store, 1, "agent")
    redo(store, 2, "agent")


def test_a_correction_is_not_taken_back_when_the_end_typed_since_would_come_before_the_start(store: Store) -> None:
    stage(store, "cadrage", start=10)
    stage(store, "cadrage", start=3)
    stage(store, "cadrage", end=7)
    assert "avant le 10/03/2025). Annulez d’abord le dépôt n° 3" in refused(store, undo, 2)


def test_a_stage_is_not_taken_back_under_the_ones_that_followed_all_of_them_named(store: Store) -> None:
    stage(store, "cadrage", start=3, end=7)
    stage(store, "préparation", start=10)
    stage(store, "préparation", end=14)
    stage(store, "cadrage", start=4, school="B")
    assert "étape sautée" not in refused(store, undo, 2), "the first reason is the missing start of the same line"
    stage(store, "installation", start=17)
    said = refused(store, undo, 2)
    assert "2 lignes seraient fausses" in said
    assert "les dépôts n° 5 et 3" in said
    undo(store, 4, "agent")  # another school


def test_a_count_is_not_taken_back_while_a_later_one_is_a_part_of_it(store: Store) -> None:
    counts = "ecole metier mois agents identites_creees"
    deposit(store, counts, [("A", "restauration", day(1), 8, 2)])
    deposit(store, counts, [("A", "restauration", day(1), 20, None)])
    deposit(store, counts, [("A", "restauration", day(1), None, 15)])
    with pytest.raises(NotPossible, match="15 identités créées pour un nombre d’agents de 8"):
        undo(store, 2, "agent")


def test_a_line_that_was_wrong_already_hinders_no_other_change(store: Store) -> None:
    """A day was to come when the clock of the machine was wrong: its row is refused now, but known."""
    stage(store, "cadrage", start=3)
    stage(store, "cadrage", start=4, school="B")
    with store.write("test", "test", {}) as cursor:
        cursor.execute("UPDATE stage_rows SET actual_start = $day WHERE school = 'A'", {"day": date.today() + WEEK})
    undo(store, 2, "agent")
    redo(store, 2, "agent")


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


@settings(max_examples=EXAMPLES, deadline=None)
@given(switches=st.lists(SWITCHES, min_size=2, max_size=4))
def test_in_whatever_order_lines_are_taken_back_and_put_back_the_stages_make_sense(lived: Path, switches: list) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(shutil.copy(lived, Path(folder) / "lived.duckdb")))
        for action, number in switches:
            with suppress(NotPossible):
                action(store, number, "agent")
            assert makes_sense(known_stages(store)), (action, number)
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
