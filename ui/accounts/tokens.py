"""Block of the page Comptes et accès: the applications that read or send data by the API, and their tokens."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data.access.rights import ROLES
from data.access.tokens import LONGEST_NAME, TokenRefused, create_token, revoke_token, tokens
from ui.access import ROLE_TITLES, User, require
from ui.accounts.view import ROLE_HELP, canteens_field, canteens_in_words
from ui.kit import blocks, tables
from ui.kit.formats import as_text, is_missing, moment
from ui.session import store

# Session keys: the turn of the form, the secret to show once, the outcome of the last change.
ROUND, SECRET, DONE = "jetons_tour", "jeton_secret", "jeton_fait"


def applications(user: User) -> None:
    """Show which applications have a token; make one, revoke one."""
    with blocks.question(
        "Accès des applications",
        "Un logiciel de cuisine, par exemple, dépose et lit par l’interface /api/v1 avec le jeton de son accès.",
    ):
        _outcome()
        rows = tokens(store())
        if rows.empty:
            blocks.note("Aucune application n’a d’accès.")
        else:
            tables.table(_table(rows), "acces_applications", height="content" if len(rows) <= tables.SHORT else 400)
        _form(user)
        _revocation(user, rows[rows["revoked_at"].isna()])


def _outcome() -> None:
    """Show the outcome of the last change, and a new secret: this once only."""
    if done := st.session_state.pop(DONE, None):
        st.success(as_text(done), icon=":material/check_circle:")
    if secret := st.session_state.pop(SECRET, None):
        blocks.takeaway("Copiez ce jeton maintenant\u00a0: il ne sera plus montré, et personne ne peut le relire.")
        st.code(secret, language=None)


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Application": rows["name"],
            "Rôle": rows["role"].map(ROLE_TITLES),
            "Cantines": canteens_in_words(rows["canteens"]),
            "Créé": [
                f"le {moment(made)}, par {actor}"
                for made, actor in zip(rows["created_at"], rows["created_by"], strict=True)
            ],
            "État": ["actif" if is_missing(end) else f"révoqué le {moment(end)}" for end in rows["revoked_at"]],
        }
    )


def _form(user: User) -> None:
    with st.expander("Donner un accès"):
        turn = st.session_state.setdefault(ROUND, 0)
        name = st.text_input("Nom de l’application", key=f"jeton_nom_{turn}", max_chars=LONGEST_NAME)
        role = str(
            st.selectbox(
                "Rôle de l’application",
                ROLES,
                ROLES.index("cantine"),
                format_func=ROLE_TITLES.__getitem__,
                key=f"jeton_role_{turn}",
                help=ROLE_HELP,
            )
        )
        canteens = canteens_field((), f"jeton_cantines_{turn}") if role == "cantine" else ()
        if st.button("Créer le jeton", icon=":material/key:"):
            _create(user, name, role, canteens)


def _create(user: User, name: str, role: str, canteens: tuple[str, ...]) -> None:
    require("administration")
    try:
        st.session_state[SECRET] = create_token(store(), user.name, name, role, canteens)
    except TokenRefused as refusal:
        blocks.problem("Rien n’est enregistré.", str(refusal))
        return
    st.session_state[DONE] = f"L’accès «\u00a0{' '.join(name.split())}\u00a0» est ouvert."
    st.session_state[ROUND] += 1
    st.rerun()


def _revocation(user: User, active: pd.DataFrame) -> None:
    if active.empty:
        return
    with st.expander("Révoquer un accès"):
        names = dict(zip(active["token_id"].astype(int), active["name"], strict=True))
        chosen = st.selectbox("Accès à révoquer", list(names), format_func=names.__getitem__, key="jeton_a_revoquer")
        if st.button("Révoquer cet accès", icon=":material/block:"):
            require("administration")
            try:
                revoke_token(store(), user.name, int(chosen))
            except TokenRefused as refusal:
                blocks.problem("Rien n’a changé.", str(refusal))
                return
            st.session_state[DONE] = f"L’accès «\u00a0{names[chosen]}\u00a0» est révoqué\u00a0: son jeton ne sert plus."
            st.rerun()
