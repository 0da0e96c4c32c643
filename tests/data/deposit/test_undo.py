"""Whatever is deposited, taken back and put back, the store equals the active deposits alone, in their order."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.deposit.apply import DepositRefused, apply
from data.deposit.undo import NotPossible, redo, undo
from data.store import Store
from tests.conftest import EXAMPLES

VIEWS = ("services", "service_points", "canteens", "menus", "events", "enrolments", "schools")


def snapshot(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.scratch() as cursor:
        return {view: sorted(cursor.execute(f"SELECT * FROM {view}").fetchall(), key=repr) for view in VIEWS}


LOG_LINE = st.builds(
    "{};M;{:02d}/09/2016;{};{}".format,
    st.sampled_from("ABC"),
    st.integers(1, 3),
    st.sampled_from(["", "10", "20", "NA"]),
    st.sampled_from(["", "9", "19", "0"]),
)
MENU_LINE = st.builds("{:02d}/09/2016;2;{}".format, st.integers(1, 3), st.sampled_from(["Riz", "Gratin", "Soupe"]))
MAPPING_LINE = st.builds("{};M;{}".format, st.sampled_from("ABC"), st.sampled_from(["", "NORD", "SUD"]))
FILES = st.one_of(
    st.tuples(st.just("site_nom;site_type;date;prevision;reel"), st.lists(LOG_LINE, min_size=1, max_size=4)),
    st.tuples(st.just("date;rang;plat"), st.lists(MENU_LINE, min_size=1, max_size=4)),
    st.tuples(st.just("site_nom;site_type;cantine_nom"), st.lists(MAPPING_LINE, min_size=1, max_size=3)),
)
STEPS = st.lists(st.one_of(FILES, st.tuples(st.sampled_from(["undo", "redo"]), st.integers(0, 5))), max_size=10)


@settings(max_examples=EXAMPLES)
@given(steps=STEPS)
def test_any_sequence_of_deposits_undos_and_redos_equals_the_active_deposits_alone(blank: Path, steps: list) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(shutil.copy(blank, Path(folder) / "lived.duckdb")))
        contents: dict[int, bytes] = {}
        for first, second in steps:
            if first in ("undo", "redo"):
                _try(store, first, sorted(contents)[second % len(contents)] if contents else 1)
            else:
                content = "\n".join([first, *second]).encode() + b"\n"
                _deposit(store, content)
                for known in store.read("SELECT deposit_id FROM deposits")["deposit_id"]:
                    contents.setdefault(int(known), content)
        active = store.read("SELECT deposit_id FROM deposits WHERE active ORDER BY deposit_id")["deposit_id"].tolist()
        lived = snapshot(store)
        assert store.read("FROM services_told(NULL) ORDER BY ALL").equals(store.read("FROM services ORDER BY ALL"))
        store.close()
        fresh = Store(Path(shutil.copy(blank, Path(folder) / "fresh.duckdb")))
        for deposit_id in active:
            _deposit(fresh, contents[deposit_id])
        assert snapshot(fresh) == lived
        fresh.close()


def _deposit(store: Store, content: bytes) -> None:
    with suppress(DepositRefused):
        apply(store, "f.csv", content, "agent")


def _try(store: Store, action: str, deposit_id: int) -> None:
    with suppress(NotPossible):
        (undo if action == "undo" else redo)(store, deposit_id, "agent")


def test_undo_gives_back_the_value_that_was_replaced_and_redo_the_new_one(store: Store) -> None:
    header = b"site_nom;site_type;date;reel\n"
    apply(store, "a.csv", header + b"A;M;01/09/2016;9\n", "agent")
    apply(store, "b.csv", header + b"A;M;01/09/2016;11\n", "agent")
    served = "SELECT meals_served AS n FROM services"
    undo(store, 2, "agent")
    assert store.read(served)["n"].tolist() == [9]
    redo(store, 2, "agent")
    assert store.read(served)["n"].tolist() == [11]
    assert store.read("SELECT action FROM audit_log ORDER BY audit_id")["action"].tolist()[2:] == ["undo", "redo"]


@pytest.mark.parametrize(("action", "number", "said"), [(undo, 9, "n’existe pas"), (redo, 1, "déjà actif")])
def test_what_cannot_be_undone_is_said_and_changes_nothing(store: Store, action, number: int, said: str) -> None:  # noqa: ANN001
    apply(store, "a.csv", b"site_nom;site_type;date;reel\nA;M;01/09/2016;9\n", "agent")
    version = store.version()
    with pytest.raises(NotPossible, match=said):
        action(store, number, "agent")
    assert store.version() == version
