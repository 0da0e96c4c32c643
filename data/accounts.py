"""User accounts: who may sign in, with which role, and session revocation by a generation number."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from data.store import Store

ROLES = ("comite", "mission", "cantine", "cuisine")
# The new generation is the present time in microseconds: no existing cookie has this generation.
END_SESSIONS = """
INSERT INTO sign_in_generations
SELECT DISTINCT lower(email), epoch_us(now()) FROM users WHERE $email IS NULL OR lower(email) = $email
ON CONFLICT (email) DO UPDATE SET generation = excluded.generation
"""


@dataclass(frozen=True)
class Account:
    """An active account; a session with another `generation` has been revoked."""

    role: str
    generation: int = 0


def active_accounts(store: Store) -> dict[str, Account]:
    """Return the active accounts by e-mail address in lower case."""
    users = store.read(
        "SELECT lower(users.email) AS email, role, coalesce(generation, 0) AS generation"
        " FROM users LEFT JOIN sign_in_generations AS ended ON ended.email = lower(users.email) WHERE active"
    )
    columns = zip(users["email"], users["role"], users["generation"], strict=True)
    return {str(email): Account(str(role), int(generation)) for email, role, generation in columns}


def save_account(store: Store, actor: str, email: str, role: str, *, active: bool) -> None:
    """Create an account, or change its role and whether it is active; an inactive account loses all its sessions."""
    account = {"email": email.strip().lower(), "role": role, "active": active}
    with store.write(actor, "user", account) as cursor:
        cursor.execute(
            "INSERT INTO users (email, role, active) VALUES ($email, $role, $active)"
            " ON CONFLICT (email) DO UPDATE SET role = excluded.role, active = excluded.active",
            account,
        )
        if not active:
            cursor.execute(END_SESSIONS, {"email": account["email"]})


def end_sessions(store: Store, email: str) -> None:
    """Revoke every session of an account, on all devices."""
    account = {"email": email.strip().lower()}
    with store.write(email, "sign_out", account) as cursor:
        cursor.execute(END_SESSIONS, account)


def end_all_sessions(cursor: duckdb.DuckDBPyConnection) -> None:
    """Revoke the sessions of every account: a restored store does not know who signed out after the backup."""
    cursor.execute(END_SESSIONS, {"email": None})
