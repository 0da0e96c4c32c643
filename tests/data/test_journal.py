"""The journal gives every line of the audit trail, whatever is asked of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from data import edits, queries
from data.queries import JournalFilter
from data.store import Store
from data.undo import undo
from tests.data.programme_files import SCHOOL
from ui.journal_view import table, words_of


@pytest.fixture
def told(known: Store) -> Store:
    edits.record(known, "sites", [{"ecole": SCHOOL, "meteo": "nuage"}], "anne@ville.fr")
    edits.record(known, "risks", [{"risque": "Amiante"}], "bob@ville.fr", new=True)
    undo(known, int(edits.recent(known, 1)[0]["deposit_id"]), "anne@ville.fr")
    with known.write("bob@ville.fr", "user", {"role": "comite", "active": True}):
        pass
    return known


TODAY = date.today()


@pytest.mark.parametrize(
    ("asked", "actions"),
    [
        (JournalFilter(kind="risks"), ["undo", "deposit"]),
        (JournalFilter(action="undo"), ["undo"]),
        (JournalFilter(actor="bob@ville.fr"), ["user", "deposit"]),
        (JournalFilter(words=words_of("meteo ANNE nuage")), ["deposit"]),
        (JournalFilter(words=words_of("risques")), ["undo", "deposit"]),
        (JournalFilter(words=words_of("amiante 100%")), []),
        (JournalFilter(action="user", first=TODAY - timedelta(1), last=TODAY + timedelta(1)), ["user"]),
        (JournalFilter(action="user", first=TODAY + timedelta(2)), []),
        (JournalFilter(action="user", last=TODAY - timedelta(2)), []),
    ],
)
def test_what_is_asked_is_answered_the_newest_first(told: Store, asked: JournalFilter, actions: list[str]) -> None:
    assert queries.journal(told, asked, 50)["action"].tolist() == actions
    assert queries.journal_size(told, asked) == len(actions)


def test_every_line_is_in_one_part_of_the_list_and_in_the_table_taken_away(told: Store) -> None:
    size = queries.journal_size(told, JournalFilter())
    parts = [queries.journal(told, JournalFilter(), 3, start)["audit_id"].tolist() for start in range(0, size, 3)]
    whole = queries.journal(told, JournalFilter(), 10**9)
    assert [line for part in parts for line in part] == whole["audit_id"].tolist()
    taken = table(whole)
    assert len(taken) == size
    risk = taken[(taken["Données"] == "Risques") & (taken["Action"] == "Saisie dans un formulaire")].iloc[0]
    assert (risk["Annulé depuis"], risk["Changements"]) == ("oui", "Amiante, ligne ajoutée")
    assert "météo : soleil → nuage" in " ".join(taken["Changements"]).replace("\u00a0", " ")
