"""Who is here and what they may open: decided again on every run."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import streamlit as st

from data.store import Store
from data.targets import PROGRAMME_KINDS
from ui import session

ROLES = ("comite", "mission", "cantine", "cuisine")
ROLE_TITLES = {
    "comite": "Comité de pilotage",
    "mission": "Mission numérique",
    "cantine": "Gestionnaire de cantine",
    "cuisine": "Cuisine centrale",
}
LOCAL_USER = "poste local"
SIGN_IN_HOURS = 12
LOOPBACK_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?", re.IGNORECASE)
LOOPBACK_ORIGIN = re.compile(rf"(https?://{LOOPBACK_HOST.pattern})?", re.IGNORECASE)
PROXY_HEADERS = frozenset({"forwarded", "via", "x-real-ip"})
REFUSED_REMOTE = (
    "Cette application n’a pas de connexion configurée\u00a0: elle ne répond qu’au poste où elle tourne. "
    "Ouvrez-la sur ce poste, à une adresse qui commence par http://localhost, "
    "ou demandez à la mission numérique de configurer la connexion."
)


@dataclass(frozen=True)
class User:
    """Who is here. `role` decides the pages; `local` says that no sign-in is configured."""

    name: str
    role: str
    local: bool = False

    def may(self, roles: tuple[str, ...]) -> bool:
        """Tell whether a page for these roles is open; the mission numérique sees every page."""
        return self.role == "mission" or self.role in roles


@dataclass(frozen=True)
class Refusal:
    """Why nobody gets in, in French; `can_sign_in` when signing in (again) would help."""

    message: str
    can_sign_in: bool = False


def decide_local(headers: Mapping[str, str], remote_ip: str | None) -> User | Refusal:
    """Decide without a configured sign-in: only a browser on this very machine gets in, and no proxy.

    No header at all means that no browser is there (the application runs inside a test).
    """
    names = {name.lower(): value for name, value in headers.items()}
    proxied = any(name in PROXY_HEADERS or name.startswith("x-forwarded-") for name in names)
    # A proxy may rewrite the Host header, but the browser's Origin still tells the address people typed.
    here = LOOPBACK_HOST.fullmatch(names.get("host", "")) and LOOPBACK_ORIGIN.fullmatch(names.get("origin", ""))
    if names and (proxied or remote_ip or not here):
        return Refusal(REFUSED_REMOTE)
    return User(LOCAL_USER, "mission", local=True)


def decide_signed_in(claims: Mapping[str, Any], accounts: Mapping[str, str], now: float) -> User | Refusal:
    """Decide with a configured sign-in: `accounts` maps active e-mail addresses (lower case) to roles."""
    if not claims.get("is_logged_in"):
        return Refusal("Connectez-vous avec votre compte de la Ville pour ouvrir l’application.", can_sign_in=True)
    signed_in_at = claims.get("auth_time") or claims.get("iat") or 0
    if now - float(signed_in_at) > SIGN_IN_HOURS * 3600:
        return Refusal(
            f"Votre connexion date de plus de {SIGN_IN_HOURS} heures\u00a0: reconnectez-vous.", can_sign_in=True
        )
    email = str(claims.get("email") or "").strip().lower()
    role = accounts.get(email)
    if role not in ROLES or str(claims.get("email_verified", True)).lower() != "true":
        return Refusal("Votre compte n’a pas encore accès à Antigaspi. Demandez-le à la mission numérique.")
    return User(email, role)


def current() -> User:
    """Return who is here, or show why nobody gets in and stop the run."""
    decision = _decide()
    if isinstance(decision, Refusal):
        _refuse(decision)
    return decision


def require(*roles: str) -> User:
    """Return the user when the page is open to one of these roles; stop the run with a sentence otherwise."""
    user = current()
    if not user.may(roles):
        _refuse(Refusal("Cette page n’est pas ouverte à votre rôle. Choisissez une page dans le menu."))
    return user


def still_may(user: User, opened: Store, *roles: str) -> bool:
    """Tell whether what was open to somebody still is: a file offered on a page is written later, out of any run."""
    return user.local or User(user.name, _accounts(opened).get(user.name, "")).may(roles)


def may_deposit(user: User, kind: str) -> bool:
    """Tell whether somebody may deposit, see and take back files of this kind: the programme is the mission's own."""
    return user.may((depositor(kind),))


def depositor(kind: str) -> str:
    """Return the role that deposits files of this kind."""
    return "mission" if kind in PROGRAMME_KINDS else "cantine"


def sign_in_configured() -> bool:
    """Tell whether secrets.toml has an [auth] section."""
    return bool(st.secrets.load_if_toml_exists() and "auth" in st.secrets)


def _decide() -> User | Refusal:
    if not sign_in_configured():
        return decide_local(st.context.headers.to_dict(), st.context.ip_address)
    return decide_signed_in(st.user.to_dict(), _accounts(session.store()), time.time())


def _refuse(refusal: Refusal) -> NoReturn:
    st.error(refusal.message, icon=":material/lock:")
    if refusal.can_sign_in:
        st.button("Se connecter", type="primary", on_click=st.login)
    elif sign_in_configured() and st.user.to_dict().get("is_logged_in"):
        st.button("Se déconnecter", on_click=st.logout)
    st.stop()


def _accounts(store: Store) -> dict[str, str]:
    users = store.read("SELECT lower(email) AS email, role FROM users WHERE active")
    return dict(zip(users["email"], users["role"], strict=True))
