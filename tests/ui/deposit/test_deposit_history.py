"""The file of a deposit is for who may still read it when it is asked for."""

from __future__ import annotations

import pytest

from data.deposit import edits
from data.deposit.apply import apply
from data.queries import inventory
from data.store import Store
from ui.access import User
from ui.deposit.history import original

LOG = b"site_nom;site_type;date;prevision;reel\nALPHA;M;01/09/2025;100;95\n"


def test_the_file_of_a_deposit_is_refused_to_an_account_closed_or_changed_meanwhile(store: Store) -> None:
    apply(store, "journal.csv", LOG, "ana@v.fr")
    edits.record(store, "risks", [{"risque": "Amiante"}], "max@v.fr", new=True)
    log, risk = (
        next(row for row in inventory.deposits(store).to_dict("records") if row["kind"] == kind)
        for kind in ("log", "risks")
    )
    with store.write("test", "user", {}) as cursor:
        cursor.execute("INSERT INTO users VALUES ('ana@v.fr', 'cantine', true), ('max@v.fr', 'mission', true)")
        cursor.execute("INSERT INTO user_canteens VALUES ('ana@v.fr', 'Alpha')")
    ana, max_ = User("ana@v.fr", "cantine", canteens=frozenset(["Alpha"])), User("max@v.fr", "mission")
    assert original(store, log, ana) == original(store, log, max_) == LOG
    assert b"Amiante" in original(store, risk, max_)
    with pytest.raises(PermissionError):
        original(store, risk, ana)
    with store.write("test", "user", {}) as cursor:
        cursor.execute("UPDATE users SET active = false WHERE email = 'ana@v.fr'")
    with pytest.raises(PermissionError):
        original(store, log, ana)
