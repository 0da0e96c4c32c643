"""A report of the comité is kept as it was made; the mission makes and withdraws it, the comité reads it."""

from __future__ import annotations

import pytest

from data.access.rights import ROLES, Person
from data.queries import journal
from data.queries.journal import JournalFilter
from data.report import kept
from data.report.kept import FORMATS, LONGEST_INTRODUCTION, ReportRefused
from data.store import Store
from ui.kit import changes

MISSION = Person("mission@ville.fr", "mission")
FILES = {name: bytes([0, 255, 10]) * 1000 + name.encode() for name in FORMATS}


def test_a_report_is_kept_whole_and_taken_back_without_being_lost(store: Store) -> None:
    number = kept.keep(store, MISSION, "2025-2026, toute l’année", "Bonjour.", FILES)
    [report] = kept.reports(store)
    assert (report.report_id, report.filters, report.introduction, report.made_by) == (
        number, "2025-2026, toute l’année", "Bonjour.", MISSION.name,
    )  # fmt: skip
    assert {name: kept.file_of(store, number, name) for name in FORMATS} == FILES
    kept.withdraw(store, MISSION, number)
    assert not kept.reports(store) and len(kept.reports(store, withdrawn=True)) == 1
    for act in (lambda: kept.file_of(store, number, "pdf"), lambda: kept.withdraw(store, MISSION, number)):
        with pytest.raises(ReportRefused):
            act()
    kept.put_back(store, MISSION, number)
    assert kept.file_of(store, number, "pdf") == FILES["pdf"]
    lines = journal.journal(store, JournalFilter()).to_dict("records")
    assert [changes.line(journal.journal_line(line)).replace("\u00a0", " ") for line in lines] == [
        "Rapport remis : 2025-2026, toute l’année",
        "Rapport retiré : 2025-2026, toute l’année",
        "Rapport fait : 2025-2026, toute l’année (Bonjour.)",
    ]


def test_a_double_click_makes_one_report(store: Store) -> None:
    first = kept.keep(store, MISSION, "2025-2026", None, FILES)
    assert kept.keep(store, MISSION, "2025-2026", None, FILES) == first
    kept.keep(store, MISSION, "2025-2026", "Bonjour.", FILES)
    kept.keep(store, Person("autre@ville.fr", "mission"), "2025-2026", None, FILES)
    assert len(kept.reports(store)) == 3
    assert len(journal.journal(store, JournalFilter())) == 3
    with store.write("test", "test", {}) as cursor:
        cursor.execute("UPDATE reports SET made_at = made_at - INTERVAL 2 MINUTE")
    assert kept.keep(store, MISSION, "2025-2026", None, FILES) != first


def test_only_the_mission_makes_a_report_and_the_comité_reads_it(store: Store) -> None:
    number = kept.keep(store, MISSION, "2025-2026", None, FILES)
    for role in ROLES:
        person = Person(f"{role}@ville.fr", role, canteens=frozenset({"Alpha"}))
        assert kept.may_read(person) == (role in ("comite", "mission"))
        assert kept.may_make(person) == (role == "mission")
        if role != "mission":
            with pytest.raises(ReportRefused):
                kept.keep(store, person, "2025-2026", None, FILES)
            with pytest.raises(ReportRefused):
                kept.withdraw(store, person, number)
    assert [report.introduction for report in kept.reports(store)] == [None]


def test_an_introduction_is_one_line_of_a_known_length() -> None:
    assert kept.introduction_of("  Un\nmot\u202e. ") == "Un mot ."
    assert kept.introduction_of(" \n ") is None
    with pytest.raises(ReportRefused):
        kept.introduction_of("x" * (LONGEST_INTRODUCTION + 1))
