"""User accounts: who may sign in, with which role and canteens, and session revocation by a generation number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import pandas as pd

from data.store import Store

# The new generation is the present time in microseconds: no existing cookie has this generation.
END_SESSIONS = """
INSERT INTO sign_in_generations
SELECT DISTINCT email, epoch_us(now())
FROM (SELECT lower(email) AS email FROM users UNION ALL SELECT email FROM sign_in_generations UNION ALL SELECT $email)
WHERE email = coalesce($email, email)
ON CONFLICT (email) DO UPDATE SET generation = excluded.generation
"""
ACCOUNTS = """
SELECT
    lower(users.email) AS email, role, active, coalesce(any_value(generation), 0) AS generation,
    coalesce(list(canteen ORDER BY canteen) FILTER (canteen IS NOT NULL), []) AS canteens
FROM users
LEFT JOIN sign_in_generations AS ended ON ended.email = lower(users.email)
LEFT JOIN user_canteens AS own ON own.email = lower(users.email)
GROUP BY users.email, role, active
ORDER BY active DESC, users.email
"""
LAST_SEEN = "SELECT actor AS email, max(done_at) AS last_seen FROM audit_log WHERE action = 'sign_in' GROUP BY actor"


NOBODY_LEFT = "Plus personne ne pourrait gérer les comptes\u00a0: donnez d’abord ce rôle à quelqu’un d’autre."


class AccountsRefused(Exception):
    """The accounts cannot be saved so; the message is in French."""


@dataclass(frozen=True)
class Account:
    """An active account; a session with another `generation` has been revoked. `canteens`: of a manager, their keys."""

    role: str
    generation: int = 0
    canteens: frozenset[str] = frozenset()


def active_accounts(store: Store, first: str = "") -> dict[str, Account]:
    """Return the active accounts by identifier: an e-mail address in lower case, or the subject of the provider.

    `first` is the first administrator, who needs no account: one of that address, open or closed, comes before.
    """
    rows = store.read(ACCOUNTS)
    columns = zip(rows["email"], rows["role"], rows["generation"], rows["canteens"], rows["active"], strict=True)
    known = {
        str(email): Account(str(role), int(generation), frozenset(canteens)) if active else None
        for email, role, generation, canteens, active in columns
    }
    if first and first not in known:
        ended = store.read("SELECT generation FROM sign_in_generations WHERE email = $email", {"email": first})
        known[first] = Account("administration", int(ended["generation"].max()) if len(ended) else 0)
    return {email: account for email, account in known.items() if account}


def accounts(store: Store) -> pd.DataFrame:
    """Return one row per account: email, role, active, canteens (a list of keys), last_seen (UTC)."""
    rows = store.read(ACCOUNTS).drop(columns="generation")
    return rows.merge(store.read(LAST_SEEN), on="email", how="left")


def save_account(
    store: Store, actor: str, email: str, role: str, *, active: bool, canteens: Iterable[str] = ()
) -> None:
    """Create an account, or change its role, its canteens and whether it is active.

    An inactive account loses all its sessions. The audit line has the account before and after.
    """
    save_accounts(store, actor, [(email, role, active, tuple(canteens))])


def save_accounts(
    store: Store,
    actor: str,
    given: Iterable[tuple[str, str, bool, tuple[str, ...]]],
    *,
    keep_administrator: bool = False,
) -> None:
    """Create or change several accounts (email, role, active, canteens), all of them or none.

    With `keep_administrator`, raises AccountsRefused when nobody could keep accounts any more, though somebody could.
    """
    detail: dict[str, object] = {}
    changes: list[dict[str, object]] = []
    with store.write(actor, "user", detail) as cursor:
        administrators = _administrators(cursor)
        for email, role, active, canteens in given:
            changes.append(_save(cursor, email.strip().lower(), role, active, canteens))
        if keep_administrator and administrators and not _administrators(cursor):
            raise AccountsRefused(NOBODY_LEFT)
        detail |= changes[0] if len(changes) == 1 else {"accounts": changes}


def _administrators(cursor: duckdb.DuckDBPyConnection) -> int:
    query = "SELECT count(*) FROM users WHERE active AND role IN ('mission', 'administration')"
    [(count,)] = cursor.execute(query).fetchall()
    return int(count)


def _save(
    cursor: duckdb.DuckDBPyConnection, email: str, role: str, active: bool, canteens: tuple[str, ...]
) -> dict[str, object]:
    before = cursor.execute(f"SELECT role, active, canteens FROM ({ACCOUNTS}) WHERE email = $email",  # noqa: S608
                            {"email": email}).fetchone()  # fmt: skip
    account = {"email": email, "role": role, "active": active}
    cursor.execute(
        "INSERT INTO users (email, role, active) VALUES ($email, $role, $active)"
        " ON CONFLICT (email) DO UPDATE SET role = excluded.role, active = excluded.active",
        account,
    )
    own = sorted(set(canteens)) if role == "cantine" else []
    cursor.execute("DELETE FROM user_canteens WHERE email = $email", {"email": email})
    cursor.execute("INSERT INTO user_canteens SELECT $email, unnest($canteens)", {"email": email, "canteens": own})
    if not active:
        cursor.execute(END_SESSIONS, {"email": email})
    former = before and {"role": before[0], "active": before[1], "canteens": before[2]}
    return {**account, "canteens": own, "before": former}


def end_sessions(store: Store, email: str) -> None:
    """Revoke every session of an account, on all devices."""
    account = {"email": email.strip().lower()}
    with store.write(email, "sign_out", account) as cursor:
        cursor.execute(END_SESSIONS, account)


def end_all_sessions(cursor: duckdb.DuckDBPyConnection) -> None:
    """Revoke the sessions of every account: a restored store does not know who signed out after the backup."""
    cursor.execute(END_SESSIONS, {"email": None})
