"""The journal gives every line of the audit trail, whatever is asked of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from data.clock import today_in_paris
from data.deposit import edits
from data.deposit.apply import apply
from data.deposit.undo import undo
from data.queries import inventory, journal
from data.queries.journal import COUNTS, JournalFilter
from data.store import Store
from tests.data.deposit.programme_files import SCHOOL
from ui.kit import changes


@pytest.fixture
def told(known: Store) -> Store:
    edits.record(known, "sites", [{"ecole": SCHOOL, "meteo": "nuage"}], "anne@ville.fr")
    edits.record(known, "risks", [{"risque": "Amiante, gros œuvre"}], "bob@ville.fr", new=True)
    undo(known, int(edits.recent(known, 1)[0]["deposit_id"]), "anne@ville.fr")
    with known.write("bob@ville.fr", "user", {"role": "comite", "active": True}):
        pass
    return known


TODAY = today_in_paris()


@pytest.mark.parametrize(
    ("asked", "actions"),
    [
        (JournalFilter(kind="risks"), ["undo", "deposit"]),
        (JournalFilter(action="undo"), ["undo"]),
        (JournalFilter(kind="risks", action="deposit", typed=True), ["deposit"]),
        (JournalFilter(kind="risks", action="deposit", typed=False), []),
        (JournalFilter(kind="log", typed=True), []),
        (JournalFilter(actor="bob@ville.fr"), ["user", "deposit"]),
        (JournalFilter(words=(("météo", '"column": "weather"'), ("ANNE",), ("nuage",))), ["deposit"]),
        (JournalFilter(words=(("amiante",), ("100%",))), []),
        (JournalFilter(words=(("GROS",), ("oeuvre",))), ["deposit"]),
        (JournalFilter(action="user", first=TODAY - timedelta(1), last=TODAY + timedelta(1)), ["user"]),
        (JournalFilter(action="user", first=TODAY + timedelta(2)), []),
        (JournalFilter(action="user", last=TODAY - timedelta(2)), []),
    ],
)
def test_what_is_asked_is_answered_the_newest_first(told: Store, asked: JournalFilter, actions: list[str]) -> None:
    assert journal.journal(told, asked, 50)["action"].tolist() == actions
    assert journal.journal_size(told, asked) == len(actions)


def test_every_line_is_in_one_part_of_the_list_and_in_the_whole(told: Store) -> None:
    size = journal.journal_size(told, JournalFilter())
    parts = [journal.journal(told, JournalFilter(), 3, start)["audit_id"].tolist() for start in range(0, size, 3)]
    whole = journal.journal(told, JournalFilter())["audit_id"].tolist()
    assert [line for part in parts for line in part] == whole
    assert len(whole) == size


def last_line(store: Store) -> dict[str, Any]:
    return journal.journal_line(journal.journal(store, JournalFilter(), 1).to_dict("records")[0])


def test_a_file_is_no_form_whatever_its_name(known: Store) -> None:
    name, content = "saisie_risques_2020-01-01.csv", b"risque;etat\nAmiante;ouvert\n"
    apply(known, name, content, "m")
    assert not last_line(known)["typed"]
    undo(known, int(last_line(known)["deposit_id"]), "m")
    assert not last_line(known)["typed"]
    edits.record(known, "risks", [{"risque": "Plomb"}], "m", new=True)
    assert last_line(known)["typed"]
    undo(known, int(last_line(known)["deposit_id"]), "m")
    assert last_line(known)["typed"]
    # Of a deposit made before its line said it, the name tells.
    with known.write("m", "demo_load", {}) as cursor:
        cursor.execute("UPDATE audit_log SET detail = json_merge_patch(detail, '{\"typed\": null}')")
    found = journal.journal(known, JournalFilter(kind="risks"))
    assert found["typed"].tolist() == [True] * 4


@pytest.mark.parametrize(
    ("counts", "added"),
    [
        ({"kind": "log", "accepted": 10, "changed": 10, "without_measure": 5}, 0),
        ({"kind": "risks", "accepted": 10, "changed": 10, "without_measure": 5}, 0),
        ({"kind": "log", "accepted": 0, "changed": 0, "without_measure": 5}, 0),
        ({"kind": "risks", "accepted": 0, "changed": 0, "without_measure": 5}, 5),
        ({"kind": "log", "accepted": 10, "changed": 4, "without_measure": 5}, 6),
        ({"kind": "risks", "accepted": 10, "changed": 4, "without_measure": 5, "detail": '{"added": 7}'}, 7),
        ({"kind": "log", "accepted": 10, "changed": 4, "without_measure": 5, "detail": '{"added": 11}'}, 6),
    ],
)
def test_the_lines_added_by_a_deposit_made_before_they_were_noted(counts: dict[str, Any], added: int) -> None:
    row = dict.fromkeys(COUNTS, 0) | {"detail": "{}"} | counts
    line = journal.journal_line(row)
    assert line["added"] == added
    if added:
        assert line["added"] + line["changed"] + line["without_measure"] == line["accepted"] + row["without_measure"]


def test_the_lines_added_are_those_accepted_wherever_they_are_counted(store: Store) -> None:
    lines = [f"A;M;{day:02d}/09/2025;{100 if day < 9 else ''};{90 if day < 9 else ''}" for day in range(1, 13)]
    report = apply(store, "log.csv", "\n".join(["site_nom;site_type;date;prevision;reel", *lines]).encode(), "A")
    (row,) = journal.journal(store, JournalFilter(kind="log")).to_dict("records")
    known = inventory.counts_by_kind(store).set_index("kind").loc["log"]
    assert (report.accepted, report.without_measure) == (8, 4)
    assert changes.line_counts(journal.journal_line(row)).replace("\u00a0", " ") == "8 lignes ajoutées, 4 sans mesure"
    assert (known["rows"], known["last_day"].day) == (8, 8)
