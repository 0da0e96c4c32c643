"""Who is here and what they may open: one decision, for every request and again on every run."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NoReturn

import streamlit as st

from data.accounts import ROLES, Account, active_accounts
from data.kinds.records import PROGRAMME_KINDS
from data.store import Store
from ui import local_key, session, session_cookie
from ui.session_cookie import Session

ROLE_TITLES = {
    "comite": "Comité de pilotage",
    "mission": "Mission numérique",
    "cantine": "Gestionnaire de cantine",
    "cuisine": "Cuisine centrale",
}
LOCAL_USER = "poste local"
SIGN_IN_HOURS = 12
LOOPBACK_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?", re.IGNORECASE)
LOOPBACK_PEERS = (None, "127.0.0.1", "::1")
PROXY_HEADERS = frozenset({"forwarded", "via", "x-real-ip"})
REFUSED_REMOTE = (
    "Cette application n’a pas de connexion configurée\u00a0: elle ne répond qu’au poste où elle tourne. "
    "Ouvrez-la sur ce poste, à une adresse qui commence par http://localhost, "
    "ou demandez à la mission numérique de configurer la connexion."
)
REFUSED_UNKNOWN_BROWSER = (
    "Ce navigateur n’est pas encore entré\u00a0: ouvrez l’adresse affichée dans la fenêtre où l’application a été "
    "démarrée (make run). Chaque adresse ne sert qu’une fois\u00a0; une nouvelle y apparaît dès qu’elle a servi."
)
REFUSED_SINCE_RESTART = (
    "L’application a redémarré\u00a0: ouvrez la nouvelle adresse, affichée dans la fenêtre où elle a été démarrée "
    "(make run)."
)
SIGN_IN = "Connectez-vous avec votre compte de la Ville pour ouvrir l’application."
TOO_OLD = f"Votre connexion date de plus de {SIGN_IN_HOURS} heures\u00a0: reconnectez-vous."
ENDED = "Vous vous êtes déconnecté, ici ou sur un autre appareil\u00a0: reconnectez-vous pour continuer."
NOT_ASKED_AGAIN = (
    f"Votre identité a été vérifiée il y a plus de {SIGN_IN_HOURS} heures, et le service de connexion ne vous l’a pas "
    "redemandée. Déconnectez-vous, puis reconnectez-vous."
)
NO_ACCOUNT = "Votre compte n’a pas encore accès à Antigaspi. Demandez-le à la mission numérique."
NOT_VERIFIED = (
    "Le service de connexion ne confirme pas que cette adresse est la vôtre. "
    "Confirmez-la dans votre compte, ou demandez à la mission numérique."
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


@dataclass(frozen=True)
class Visit:
    """What a request tells of who makes it: headers by lower-case name, cookies, the peer's address.

    A run without any header is one of a test: no browser is there.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    peer: str | None = None


def decide(visit: Visit, claims: Mapping[str, Any], store: Store) -> User | Refusal:
    """Decide who makes a request, from what its connection and its sign-in tell."""
    if not sign_in_configured():
        return decide_local(visit)
    held = session_cookie.read(visit.cookies) if visit.headers else None
    return decide_signed_in(claims, _accounts(store, store.version()), time.time(), held, tested=not visit.headers)


def decide_local(visit: Visit) -> User | Refusal:
    """Decide without a configured sign-in: only a browser on this very machine, let in by a one-time address."""
    if not visit.headers:
        return User(LOCAL_USER, "mission", local=True)
    if not comes_from_here(visit):
        return Refusal(REFUSED_REMOTE)
    if not local_key.held_by(visit.cookies):
        known = f"antigaspi_{visit.headers['host'].rpartition(':')[2]}" in visit.cookies
        return Refusal(REFUSED_SINCE_RESTART if known else REFUSED_UNKNOWN_BROWSER)
    return User(LOCAL_USER, "mission", local=True)


def comes_from_here(visit: Visit) -> bool:
    """Tell whether every sign says this machine: the peer, the Host, an Origin equal to it, and no proxy."""
    proxied = any(name in PROXY_HEADERS or name.startswith("x-forwarded-") for name in visit.headers)
    host = visit.headers.get("host", "")
    origin = visit.headers.get("origin", f"http://{host}")
    here = visit.peer in LOOPBACK_PEERS and LOOPBACK_HOST.fullmatch(host)
    return bool(here) and not proxied and origin == f"http://{host}"


def decide_signed_in(
    claims: Mapping[str, Any],
    accounts: Mapping[str, Account],
    now: float,
    held: Session | None = None,
    *,
    tested: bool = False,
) -> User | Refusal:
    """Decide with a configured sign-in: `accounts` by e-mail address (lower case), `held` as our cookie tells it.

    `tested` leaves our cookie aside: a run without a browser has none.
    """
    if not claims.get("is_logged_in"):
        return Refusal(SIGN_IN, can_sign_in=True)
    email = str(claims.get("email") or "").strip().lower()
    account = accounts.get(email)
    if account is None or account.role not in ROLES:
        return Refusal(NO_ACCOUNT)
    if str(claims.get("email_verified", False)).lower() != "true":
        return Refusal(NOT_VERIFIED)
    if not tested and (held is None or held.email != email):
        return Refusal(SIGN_IN, can_sign_in=True)
    if held and held.generation != account.generation:
        return Refusal(ENDED, can_sign_in=True)
    verified_at = _seconds(claims.get("auth_time") or claims.get("iat"))
    since = held.since if held else verified_at
    if now - min(since, verified_at) > SIGN_IN_HOURS * 3600:
        # A provider that was just asked, and gave an old answer, would give it again: asking on would never end.
        again = tested or now - since > 60
        return Refusal(TOO_OLD, can_sign_in=True) if again else Refusal(NOT_ASKED_AGAIN)
    return User(email, account.role)


def _seconds(moment: object) -> float:
    """Return a moment as the provider tells it, in seconds since 1970; 0 when it is none."""
    try:
        return float(str(moment))
    except ValueError:
        return 0.0


def current() -> User:
    """Return who is here, or show why nobody gets in and stop the run."""
    decision = decide(_visit(), st.user.to_dict(), session.store())
    if isinstance(decision, Refusal):
        _refuse(decision)
    return decision


def require(*roles: str) -> User:
    """Return the user when the page is open to one of these roles; stop the run with a sentence otherwise."""
    user = current()
    if not user.may(roles):
        _refuse(Refusal("Cette page n’est pas ouverte à votre rôle. Choisissez une page dans le menu."))
    return user


def sees_exact_counts() -> bool:
    """Tell whether who is here sees counts of people as they were typed: the mission alone, who types them."""
    return current().role == "mission"


def still_may(user: User, opened: Store, *roles: str) -> bool:
    """Tell whether what was open to somebody still is: a file offered on a page is written later, out of any run."""
    account = _accounts(opened, opened.version()).get(user.name, Account(""))
    return user.local or User(user.name, account.role).may(roles)


def may_deposit(user: User, kind: str) -> bool:
    """Tell whether somebody may deposit, see and take back files of this kind: the programme is the mission's own."""
    return user.may((depositor(kind),))


def may_upload(user: User) -> bool:
    """Tell whether somebody may send a file at all: whoever may deposit some kind."""
    return user.may(("cantine",))


def depositor(kind: str) -> str:
    """Return the role that deposits files of this kind."""
    return "mission" if kind in PROGRAMME_KINDS else "cantine"


def sign_in_configured() -> bool:
    """Tell whether secrets.toml has an [auth] section."""
    return bool(st.secrets.load_if_toml_exists() and "auth" in st.secrets)


@lru_cache(maxsize=4)
def _accounts(store: Store, version: int) -> dict[str, Account]:  # noqa: ARG001  asked at each message of each page
    return active_accounts(store)


def _visit() -> Visit:
    headers = {name.lower(): value for name, value in st.context.headers.to_dict().items()}
    return Visit(headers, st.context.cookies.to_dict(), st.context.ip_address)


def _refuse(refusal: Refusal) -> NoReturn:
    st.error(refusal.message, icon=":material/lock:")
    if refusal.can_sign_in:
        st.button("Se connecter", type="primary", on_click=st.login)
    elif sign_in_configured() and st.user.to_dict().get("is_logged_in"):
        st.button("Se déconnecter", on_click=st.logout)
    st.stop()
