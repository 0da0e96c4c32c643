"""Blocks of the page Comptes et accès: the accounts, one account to change, accounts by file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import pandas as pd
import streamlit as st

from data.access import accounts as store_accounts
from data.access.accounts_file import AccountsFile, identifier_problem, read_accounts
from data.access.rights import ROLES
from data.queries import overview
from data.reading.decoding import DepositRefused
from ui.access import ROLE_TITLES, User, require
from ui.kit import blocks, tables
from ui.kit.formats import MISSING, as_text, enumeration, is_missing, moment, plural
from ui.session import ask, store

NEW = "Nouveau compte"
ROLE_HELP = (
    "Comité\u00a0: les chiffres de la ville et du pilote. Gestionnaire\u00a0: ses cantines seulement. Cuisine\u00a0: "
    "les prévisions. Mission\u00a0: tout. Administration\u00a0: les comptes, les réglages, les sauvegardes, le journal."
)
CHANGED_MEANWHILE = (
    "Ce compte vient d’être changé par quelqu’un d’autre\u00a0: relisez-le, puis enregistrez s’il le faut encore."
)
PROBLEMS_SHOWN = 8
ROUND, DONE = "comptes_tour", "compte_fait"  # session keys


def accounts(user: User) -> None:
    """Show who has an account, and the outcome of the last change."""
    with blocks.question("Qui a un compte\u00a0?", "Un changement compte au clic suivant de la personne."):
        if done := st.session_state.pop(DONE, None):
            st.success(as_text(done), icon=":material/check_circle:")
        if user.local:
            blocks.note(
                "Sans connexion configurée, seul ce poste entre, en mission numérique\u00a0: ces comptes serviront "
                "quand la connexion le sera (voir README.md)."
            )
        rows = known_accounts()
        if rows.empty:
            blocks.empty_state("Aucun compte n’existe encore\u00a0: créez le premier ci-dessous.")
            return
        active = int(rows["active"].sum())
        closed = f", {plural(len(rows) - active, 'désactivé')}" if active < len(rows) else ""
        blocks.takeaway(f"{plural(active, 'compte actif', 'comptes actifs')}{closed}.")
        tables.table(_table(rows), "comptes", height="content" if len(rows) <= tables.SHORT else 400)


def known_accounts() -> pd.DataFrame:
    """Return the accounts; not from the cache, since a sign-in does not change the version of the store."""
    return store_accounts.accounts(store())


def canteens_in_words(canteens: pd.Series) -> list[str]:
    """Return the labels of each list of keys of canteens."""
    labels = ask(overview.canteen_labels)
    return [", ".join(labels.get(name, name) for name in names) or MISSING for names in canteens]


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Compte": rows["email"],
            "Rôle": rows["role"].map(ROLE_TITLES),
            "Cantines": canteens_in_words(rows["canteens"]),
            "Actif": ["oui" if active else "non" for active in rows["active"]],
            "Dernière connexion": [MISSING if is_missing(seen) else moment(seen) for seen in rows["last_seen"]],
        }
    )


def account_form(user: User) -> None:
    """Create an account, or change one."""
    with blocks.question("Créer ou modifier un compte", ROLE_HELP):
        by_name = {str(row["email"]): row for row in known_accounts().to_dict("records")}
        turn = st.session_state.setdefault(ROUND, 0)
        chosen = str(st.selectbox("Compte", [NEW, *by_name], key=f"compte_{turn}"))
        known: dict[Any, Any] = by_name.get(chosen, {})
        key = f"{turn}_{hashlib.sha256(chosen.encode()).hexdigest()[:8]}"
        as_read = st.session_state.setdefault(f"lu_{key}", str(known))
        email = chosen
        if not known:
            label = "Adresse électronique, ou identifiant du service de connexion"
            email = st.text_input(label, key=f"adresse_{key}", max_chars=254)
        first = ROLES.index(known.get("role", "cantine"))
        role = str(st.selectbox("Rôle", ROLES, first, format_func=ROLE_TITLES.__getitem__, key=f"role_{key}"))
        canteens = canteens_field(known.get("canteens", ()), f"cantines_{key}") if role == "cantine" else ()
        active = st.checkbox("Actif", bool(known.get("active", True)), key=f"actif_{key}")
        if st.button("Enregistrer ce compte", type="primary", icon=":material/check:"):
            if as_read != str(known):
                del st.session_state[f"lu_{key}"]
                blocks.problem("Rien n’est enregistré.", CHANGED_MEANWHILE)
                return
            _save(user, email.strip().lower(), role, canteens, active=active, new=not known)


def canteens_field(known: Iterable[str], key: str) -> tuple[str, ...]:
    """Show the choice of a manager's canteens; return their keys."""
    labels = ask(overview.canteen_labels)
    own = [name for name in known if name in labels]
    names = list(labels)
    return tuple(
        st.multiselect("Ses cantines", names, own, format_func=labels.__getitem__, key=key, placeholder="Choisir")
    )


def _save(user: User, email: str, role: str, canteens: tuple[str, ...], *, active: bool, new: bool) -> None:
    require("administration")
    if problem := _problem(email, role, canteens, active=active, new=new):
        blocks.problem("Rien n’est enregistré.", problem)
        return
    if not _recorded(user, [(email, role, active, canteens)]):
        return
    state = "actif" if active else "désactivé\u00a0: ses sessions sont fermées"
    _done(f"{email}\u00a0: {ROLE_TITLES[role]}, {state}.")


def _problem(email: str, role: str, canteens: tuple[str, ...], *, active: bool, new: bool) -> str | None:
    """Return why an account cannot be saved so, in French, or None."""
    if problem := identifier_problem(email):
        return f"{problem[0].upper()}{problem[1:]}."
    if new and email in set(known_accounts()["email"]):
        return f"{email} a déjà un compte\u00a0: choisissez-le dans la liste pour le modifier."
    if active and role == "cantine" and not canteens:
        return "Un gestionnaire a au moins une cantine\u00a0: choisissez-la."
    return None


def _recorded(user: User, rows: list[tuple[str, str, bool, tuple[str, ...]]]) -> bool:
    """Save accounts; say why when they are refused, and return whether they were saved."""
    try:
        store_accounts.save_accounts(store(), user.name, rows, keep_administrator=not user.local)
    except store_accounts.AccountsRefused as refusal:
        blocks.problem("Rien n’est enregistré.", str(refusal))
        return False
    return True


def accounts_file(user: User) -> None:
    """Take a file of accounts, show what it has, and save all of it when confirmed."""
    with blocks.question(
        "Beaucoup de comptes\u00a0? Un fichier",
        "Colonnes\u00a0: adresse, role, cantines (séparées par |), actif (oui ou non). CSV ou Excel (.xlsx).",
    ):
        turn = st.session_state.setdefault(ROUND, 0)
        file = st.file_uploader("Votre fichier de comptes", key=f"fichier_comptes_{turn}")
        if file is None:
            return
        try:
            given = read_accounts(store(), file.getvalue())
        except DepositRefused as refusal:
            blocks.problem("Ce fichier est refusé\u00a0: rien n’est enregistré.", str(refusal))
            return
        _confirm_file(user, given)


def _confirm_file(user: User, given: AccountsFile) -> None:
    if given.problems:
        left = len(given.problems) - PROBLEMS_SHOWN
        blocks.problem("À corriger\u00a0: rien n’est enregistré.", given.problems[0])
        blocks.sentences([*given.problems[1:PROBLEMS_SHOWN], *([f"et {plural(left, 'autre')}."] if left > 0 else [])])
        return
    roles = pd.Series([each.role for each in given.accounts]).value_counts()
    counted = enumeration([f"{ROLE_TITLES[str(role)]} ({count})" for role, count in roles.items()])
    blocks.takeaway(f"{plural(len(given.accounts), 'compte')}\u00a0: {counted}. Les comptes absents ne changent pas.")
    if not st.button("Enregistrer ces comptes", type="primary", icon=":material/check:"):
        return
    require("administration")
    rows = [(each.email, each.role, each.active, each.canteens) for each in given.accounts]
    if _recorded(user, rows):
        _done(f"{plural(len(rows), 'compte enregistré', 'comptes enregistrés')}.")


def _done(message: str) -> None:
    """Keep the message for the next run, with an empty form."""
    st.session_state[DONE] = message
    st.session_state[ROUND] += 1
    st.rerun()
