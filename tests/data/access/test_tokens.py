"""What an application holds: a secret that nobody can read again, with a role, canteens and an end."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from data.access.rights import Person
from data.access.tokens import TokenRefused, create_token, person_of, revoke_token, tokens
from data.backup.copy import back_up
from data.backup.restore import restore, restore_open
from data.store import Store


def test_a_secret_is_returned_once_and_only_its_hash_is_kept(store: Store) -> None:
    secret = create_token(store, "max", " Logiciel  de cuisine ", "cantine", ["Beta", "Alpha"])
    kept = store.read("SELECT * FROM tokens")
    assert secret.startswith("antigaspi_")
    assert secret not in kept.to_csv()
    assert kept["sha256"].tolist() == [hashlib.sha256(secret.encode()).hexdigest()]
    expected = Person("Logiciel de cuisine (application)", "cantine", canteens=frozenset(["Alpha", "Beta"]))
    assert person_of(store, secret) == expected
    assert all(person_of(store, wrong) is None for wrong in ("", secret[:-1], secret.upper(), "\ud800", "é" * 10_000))


def test_a_revoked_token_opens_nothing_at_once_and_stays_in_the_list(store: Store) -> None:
    secret = create_token(store, "max", "Cuisine", "cuisine", ["Alpha"])
    [token_id] = tokens(store)["token_id"]
    assert tokens(store)["canteens"][0].tolist() == []  # only a manager has canteens
    revoke_token(store, "eve", int(token_id))
    assert person_of(store, secret) is None
    assert tokens(store)["revoked_at"].notna().tolist() == [True]
    for unknown in (int(token_id), 99):
        with pytest.raises(TokenRefused, match="déjà révoqué"):
            revoke_token(store, "eve", unknown)
    trail = store.read(
        "SELECT actor, detail::VARCHAR AS detail FROM audit_log WHERE action = 'token' ORDER BY audit_id"
    )
    assert trail["actor"].tolist() == ["max", "eve"]
    assert '"active": false' in trail["detail"][1]
    assert secret not in trail.to_csv()
    create_token(store, "max", "Cuisine", "cuisine")  # the name is free again


@pytest.mark.parametrize(
    ("name", "role", "canteens"),
    [
        ("", "mission", ()),
        ("x" * 61, "mission", ()),
        ("a\u202eb", "mission", ()),
        ("a", "roi", ()),
        ("a", "cantine", ()),
    ],
)
def test_a_token_that_would_say_nothing_is_refused(
    store: Store, name: str, role: str, canteens: tuple[str, ...]
) -> None:
    with pytest.raises(TokenRefused):
        create_token(store, "max", name, role, canteens)
    assert tokens(store).empty


@pytest.mark.parametrize("people_work", [True, False])
def test_a_restored_store_does_not_bring_a_revoked_token_back(store: Store, tmp_path: Path, people_work: bool) -> None:
    kept, lost = create_token(store, "max", "Cuisine", "cuisine"), create_token(store, "max", "Perdu", "mission")
    back_up(store, tmp_path / "backup.duckdb")
    revoke_token(store, "max", 2)
    if people_work:
        restore_open(tmp_path / "backup.duckdb", store, "max", store.state())
    else:
        store.close()
        restore(tmp_path / "backup.duckdb", store.path, "max")
    again = store if people_work else Store(store.path)
    assert person_of(again, lost) is None
    assert person_of(again, kept) is not None
    if not people_work:
        again.close()


def test_two_applications_do_not_share_a_name(store: Store) -> None:
    create_token(store, "max", "Cuisine", "cuisine")
    with pytest.raises(TokenRefused, match="déjà un accès"):
        create_token(store, "max", "Cuisine", "mission")
