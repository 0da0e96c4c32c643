"""Tokens of applications: a secret shown once, kept as its SHA-256 only, with a role, canteens and an end."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from functools import lru_cache

import duckdb
import pandas as pd

from data.access.rights import ROLES, Person
from data.store import State, Store

# People and scanners of leaked secrets recognise it by its beginning.
PREFIX = "antigaspi_"
LONGEST_NAME = 60
ACTIVE = "SELECT sha256, name, role, canteens FROM tokens WHERE revoked_at IS NULL"
TOKENS = """
SELECT token_id, name, role, canteens, created_at, created_by, revoked_at
FROM tokens
ORDER BY revoked_at IS NOT NULL, name, token_id
"""


class TokenRefused(Exception):
    """The token cannot be made or revoked; the message is in French."""


def create_token(store: Store, actor: str, name: str, role: str, canteens: Iterable[str] = ()) -> str:
    """Make a token and return its secret, which nobody can read again; raises TokenRefused."""
    own = sorted(set(canteens)) if role == "cantine" else []
    detail = {"name": " ".join(name.split()), "role": role, "canteens": own}
    if problem := _problem(str(detail["name"]), role, own):
        raise TokenRefused(problem)
    secret = PREFIX + secrets.token_urlsafe(32)
    with store.write(actor, "token", detail) as cursor:
        if cursor.execute("FROM tokens WHERE name = $name AND revoked_at IS NULL", {"name": detail["name"]}).fetchone():
            raise TokenRefused(f"«\u00a0{detail['name']}\u00a0» a déjà un accès\u00a0: révoquez-le, ou changez le nom.")
        cursor.execute(
            "INSERT INTO tokens (name, sha256, role, canteens, created_by)"
            " VALUES ($name, $sha256, $role, $canteens, $actor)",
            {**detail, "sha256": _sha256(secret), "actor": actor},
        )
    return secret


def revoke_token(store: Store, actor: str, token_id: int) -> None:
    """End a token at once, and keep its line; raises TokenRefused when it is unknown or already revoked."""
    detail: dict[str, object] = {}
    with store.write(actor, "token", detail) as cursor:
        row = cursor.execute(
            "UPDATE tokens SET revoked_at = now() AT TIME ZONE 'UTC' WHERE token_id = $id AND revoked_at IS NULL"
            " RETURNING name, role, canteens",
            {"id": token_id},
        ).fetchone()
        if row is None:
            raise TokenRefused("Cet accès n’existe pas, ou est déjà révoqué.")
        detail |= {"name": row[0], "role": row[1], "canteens": row[2], "active": False}


def tokens(store: Store) -> pd.DataFrame:
    """Return one row per token: token_id, name, role, canteens, created_at (UTC), created_by, revoked_at (UTC)."""
    return store.read(TOKENS)


def person_of(store: Store, secret: str) -> Person | None:
    """Return the application that holds this secret, as it is now; None when no active token has it.

    Looked up by its hash: how long that takes says nothing of the secret.
    """
    return _holders(store, store.state()).get(_sha256(secret))


@lru_cache(maxsize=4)
def _holders(store: Store, state: State) -> Mapping[str, Person]:  # noqa: ARG001  asked by every request
    rows = store.read(ACTIVE)
    columns = zip(rows["sha256"], rows["name"], rows["role"], rows["canteens"], strict=True)
    return {
        str(sha256): Person(f"{name} (application)", str(role), canteens=frozenset(canteens))
        for sha256, name, role, canteens in columns
        if role in ROLES
    }


def revoked_hashes(store: Store) -> list[str]:
    """Return what is kept of the secrets that are revoked."""
    return [str(sha256) for sha256 in store.read("SELECT sha256 FROM tokens WHERE revoked_at IS NOT NULL")["sha256"]]


def revoke_again(cursor: duckdb.DuckDBPyConnection, hashes: list[str]) -> None:
    """Revoke what a backup still has as active: a restored store does not know what was revoked after it."""
    cursor.execute(
        "UPDATE tokens SET revoked_at = now() AT TIME ZONE 'UTC'"
        " WHERE revoked_at IS NULL AND list_contains($hashes, sha256)",
        {"hashes": hashes},
    )


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _problem(name: str, role: str, canteens: list[str]) -> str | None:
    if not name:
        return "Donnez à cet accès le nom de l’application qui s’en servira."
    if len(name) > LONGEST_NAME or not name.isprintable():
        return f"Le nom d’un accès compte {LONGEST_NAME} caractères au plus, sans signe invisible."
    if role not in ROLES:
        return f"Ce rôle n’existe pas\u00a0: choisissez parmi {', '.join(ROLES)}."
    if role == "cantine" and not canteens:
        return "Un accès de gestionnaire a au moins une cantine\u00a0: choisissez-la."
    return None
