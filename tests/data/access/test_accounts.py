"""Which sign-ins still count: none from before a sign-out, a closed account or a restored store."""

from __future__ import annotations

from pathlib import Path

from data.access.accounts import active_accounts, end_sessions, save_account
from data.backup.copy import back_up
from data.backup.restore import restore
from data.store import Store


def generation(store: Store) -> int:
    return active_accounts(store)["ana@ville.fr"].generation


def test_signing_out_or_closing_the_account_ends_its_sessions_for_good(store: Store) -> None:
    save_account(store, "max", "Ana@ville.fr ", "cantine", active=True)
    held = {generation(store)}
    end_sessions(store, "ana@ville.fr")
    assert generation(store) not in held
    held.add(generation(store))
    save_account(store, "max", "ana@ville.fr", "cantine", active=False)
    assert "ana@ville.fr" not in active_accounts(store)
    save_account(store, "max", "ana@ville.fr", "cantine", active=True)
    assert generation(store) not in held


def test_a_restored_store_does_not_bring_ended_sessions_back(store: Store, tmp_path: Path) -> None:
    save_account(store, "max", "ana@ville.fr", "cantine", active=True)
    held = generation(store)
    back_up(store, tmp_path / "backup.duckdb")
    end_sessions(store, "ana@ville.fr")
    store.close()
    restore(tmp_path / "backup.duckdb", store.path, "max")
    again = Store(store.path)
    assert generation(again) != held
    again.close()
