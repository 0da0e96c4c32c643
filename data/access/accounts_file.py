"""Accounts by file: one line per account (adresse, role, cantines, actif), all of them saved or none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from data.access.rights import ROLES
from data.kinds import normalise
from data.reading.decoding import DepositRefused, as_utf8
from data.reading.records import Record, records
from data.reading.workbook import is_zip, open_workbook
from data.store import Store
from data.typography import quoted

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
SUBJECT = re.compile(r"[^@\s]{3,}")
LONGEST_IDENTIFIER = 254  # RFC 5321
MOST_ACCOUNTS = 5_000
COLUMNS = {
    "email": ("adresse", "email", "e_mail", "courriel", "mail", "adresse_electronique", "identifiant"),
    "role": ("role", "profil"),
    "canteens": ("cantines", "cantine", "cantine_nom"),
    "active": ("actif", "active"),
}
ROLE_WORDS = {
    "comite_de_pilotage": "comite",
    "mission_numerique": "mission",
    "gestionnaire": "cantine",
    "gestionnaire_de_cantine": "cantine",
    "cuisine_centrale": "cuisine",
    "administrateur": "administration",
    "administratrice": "administration",
} | {role: role for role in ROLES}
YES, NO = ("", "oui", "o", "1", "true", "vrai", "x", "actif"), ("non", "n", "0", "false", "faux", "inactif")


@dataclass(frozen=True)
class NewAccount:
    """An account to create or to change."""

    email: str
    role: str
    active: bool
    canteens: tuple[str, ...]


@dataclass(frozen=True)
class AccountsFile:
    """The accounts of a file, and its problems in French; with a problem, nothing is to be saved."""

    accounts: list[NewAccount]
    problems: list[str]


def identifier_problem(identifier: str) -> str | None:
    """Return why a text is no identifier of an account, in French, or None."""
    if len(identifier) > LONGEST_IDENTIFIER:
        return f"une adresse compte {LONGEST_IDENTIFIER} caractères au plus"
    if EMAIL.fullmatch(identifier) or SUBJECT.fullmatch(identifier):
        return None
    return f"{quoted(identifier)} n’est pas une adresse électronique, comme prenom.nom@ville.fr"


def read_accounts(store: Store, content: bytes) -> AccountsFile:
    """Read a file of accounts, text or .xlsx; raises DepositRefused when it has no column of addresses and roles."""
    header, rows = _table(content)
    places = {
        name: next((place for place, title in enumerate(header) if normalise(title) in titles), None)
        for name, titles in COLUMNS.items()
    }
    if places["email"] is None or places["role"] is None:
        raise DepositRefused(
            "Ce fichier n’a pas les colonnes attendues\u00a0: adresse, role, cantines (séparées par |), actif."
        )
    keys = _canteen_keys(store)
    accounts: list[NewAccount] = []
    problems: list[str] = []
    for line, cells in rows:
        texts = {
            name: cells[place].strip() if place is not None and place < len(cells) else ""
            for name, place in places.items()
        }
        account = _account(texts, keys)
        if isinstance(account, NewAccount):
            accounts.append(account)
        else:
            problems.append(f"ligne {line}\u00a0: {account}")
    twice = [email for email, count in Counter(each.email for each in accounts).items() if count > 1]
    problems += [f"{quoted(email)} a plusieurs lignes\u00a0: gardez-en une" for email in sorted(twice)]
    return AccountsFile(accounts, problems if accounts or problems else ["le fichier n’a aucun compte"])


Table = tuple[list[str], list[tuple[int, list[str]]]]


def _table(content: bytes) -> Table:
    """Return the titles of a file and its rows, with their line numbers."""
    if is_zip(content):
        with open_workbook(content) as workbook:
            name = next(iter(workbook.tops))
            return _header_and_rows(workbook.records(name))
    text, _ = as_utf8(content)
    tables = [_header_and_rows(records(text, separator)) for separator in (";", ",", "\t")]
    return max(tables, key=lambda table: len(table[0]))


def _header_and_rows(lines: Iterable[Record]) -> Table:
    rows = [(first, cells) for first, _, cells in islice(lines, MOST_ACCOUNTS + 2) if cells and any(cells)]
    if len(rows) > MOST_ACCOUNTS + 1:
        raise DepositRefused(f"Ce fichier a plus de {MOST_ACCOUNTS} lignes\u00a0: ce n’est pas une liste de comptes.")
    return (rows[0][1], rows[1:]) if rows else ([], [])


def _canteen_keys(store: Store) -> dict[str, list[str]]:
    keys: dict[str, list[str]] = {}
    names = store.read("SELECT name, label FROM canteens")
    for name, label in zip(names["name"], names["label"], strict=True):
        # A label tells apart two names that differ by spaces alone; their common form then stands for neither.
        for text in {str(label), normalise(str(name)), normalise(str(label))}:
            keys.setdefault(text, []).append(str(name))
    return keys


def _account(texts: Mapping[str, str], keys: Mapping[str, list[str]]) -> NewAccount | str:
    """Return the account of a line, or why it is none."""
    email, role = texts["email"].lower(), ROLE_WORDS.get(normalise(texts["role"]))
    if problem := identifier_problem(email):
        return problem
    if role is None:
        return f"le rôle {quoted(texts['role'])} n’existe pas\u00a0: écrivez {', '.join(ROLES)}"
    active = texts["active"].lower()
    if active not in (*YES, *NO):
        return f"actif\u00a0: {quoted(active)} n’est ni oui ni non"
    canteens: list[str] = []
    for name in filter(None, map(str.strip, texts["canteens"].split("|"))):
        known = keys.get(name) or keys.get(normalise(name), [])
        if len(known) != 1:
            which = "n’est pas une cantine connue" if not known else "désigne plusieurs cantines"
            return f"{quoted(name)} {which}"
        canteens.append(known[0])
    if role == "cantine" and not canteens and active in YES:
        return "un gestionnaire a au moins une cantine (colonne cantines)"
    return NewAccount(email, role, active in YES, tuple(canteens) if role == "cantine" else ())
