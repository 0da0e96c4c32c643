"""The journal is searched in the words people read, and taken away by those who may."""

from __future__ import annotations

import pytest

from data.deposit import edits
from data.deposit.undo import undo
from data.queries import journal
from data.queries.journal import JournalFilter
from data.store import Store
from ui.access import LOCAL_USER, User
from ui.journal.view import table, taken_away, words_of

SCHOOL = "École Alpha"


@pytest.fixture
def told(store: Store) -> Store:
    edits.record(store, "sites", [{"ecole": SCHOOL, "raccordement": "faite", "meteo": "soleil"}], "anne@v.fr", new=True)
    edits.record(store, "sites", [{"ecole": SCHOOL, "meteo": "nuage"}], "anne@v.fr")
    edits.record(store, "risks", [{"risque": "Amiante"}], "bob@v.fr", new=True)
    undo(store, int(edits.recent(store, 1)[0]["deposit_id"]), "anne@v.fr")
    return store


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        ("meteo ANNE nuage", ["deposit"]),
        ("risques", ["undo", "deposit"]),
        ("amiante 100%", []),
        ("raccordement", ["deposit"]),
        ("raccordement", ["deposit"]),
        ("câblage", ["deposit"]),
    ],
)
def test_a_column_is_searched_by_its_title_its_name_or_its_synonyms(told: Store, text: str, actions: list[str]) -> None:
    assert journal.journal(told, JournalFilter(words=words_of(text)))["action"].tolist() == actions


def test_the_table_taken_away_tells_every_change_and_marks_the_deposits_taken_back(told: Store) -> None:
    taken = table(journal.journal(told, JournalFilter()))
    assert taken["Action"].tolist() == ["Dépôt annulé", *["Saisie dans un formulaire"] * 3]
    assert taken["Annulé depuis"].fillna("").tolist() == ["", "oui", "", ""]
    assert taken["Changements"].iloc[1] == "Amiante, ligne ajoutée"
    assert "météo : soleil → nuage" in taken["Changements"].iloc[2].replace("\u00a0", " ")


def test_the_table_is_for_who_still_has_the_role_when_it_is_asked_for(told: Store) -> None:
    mission = User("anne@v.fr", "mission")

    def account(role: str, active: bool) -> None:
        with told.write("test", "user", {}) as cursor:
            cursor.execute("INSERT OR REPLACE INTO users VALUES ('anne@v.fr', $role, $active)",
                           {"role": role, "active": active})  # fmt: skip

    account("mission", active=True)
    assert len(taken_away(told, JournalFilter(), mission))
    for role, active in (("mission", False), ("comite", True)):
        account(role, active)
        with pytest.raises(PermissionError):
            taken_away(told, JournalFilter(), mission)
    assert len(taken_away(told, JournalFilter(), User(LOCAL_USER, "mission", local=True)))
