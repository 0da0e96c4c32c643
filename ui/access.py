"""Access control: who the user is and what they may open, decided for every request and on every run of a page."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

from data.access.accounts import Account, active_accounts
from data.access.rights import ROLES, Act, Person, reach
from data.queries import overview
from data.store import State, Store
from ui import local_key, session, session_cookie
from ui.session_cookie import Session

ROLE_TITLES = {
    "comite": "Comité de pilotage",
    "mission": "Mission numérique",
    "cantine": "Gestionnaire de cantine",
    "cuisine": "Cuisine centrale",
    "administration": "Administration de l’application",
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


User = Person
# Session keys, without sign-in: the role that the local user tries and its canteens, which the address keeps
# too; whether one of them has just been chosen; whether this run is the first since.
TRIED_ROLE, TRIED_CANTEENS = "role_essaye", "cantines_essayees"
ROLE_CHOSEN, ROLE_CHANGED = "role_choisi", "role_change"
# A refusal is written once in the trail, then not again for a while, so that a loop does not fill it.
REFUSALS_APART = 600.0
_last_refusals: dict[tuple[str, str], float] = {}
_decisions: WeakKeyDictionary[object, User | Refusal] = WeakKeyDictionary()


@dataclass(frozen=True)
class Refusal:
    """Why access is refused, in French; `can_sign_in` when signing in (again) would help."""

    message: str
    can_sign_in: bool = False


@dataclass(frozen=True)
class Visit:
    """What a request says about its sender: headers by lower-case name, cookies, address of the peer.

    A run without any header is a test run, without a browser.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    peer: str | None = None


def decide(visit: Visit, claims: Mapping[str, Any], store: Store) -> User | Refusal:
    """Decide who sends a request, from its connection and its sign-in."""
    if not sign_in_configured():
        return decide_local(visit)
    cookie_session = session_cookie.read(visit.cookies) if visit.headers else None
    return decide_signed_in(claims, known_accounts(store), time.time(), cookie_session, tested=not visit.headers)


def decide_local(visit: Visit) -> User | Refusal:
    """Decide without a configured sign-in: only a browser on this machine that opened a one-time address has access."""
    if not visit.headers:
        return User(LOCAL_USER, "mission", local=True)
    if not comes_from_here(visit):
        return Refusal(REFUSED_REMOTE)
    if not local_key.held_by(visit.cookies):
        has_old_cookie = f"antigaspi_{visit.headers['host'].rpartition(':')[2]}" in visit.cookies
        return Refusal(REFUSED_SINCE_RESTART if has_old_cookie else REFUSED_UNKNOWN_BROWSER)
    return User(LOCAL_USER, "mission", local=True)


def comes_from_here(visit: Visit) -> bool:
    """Tell whether a request comes from this machine: local peer and Host, Origin equal to the Host, no proxy."""
    proxied = any(name in PROXY_HEADERS or name.startswith("x-forwarded-") for name in visit.headers)
    host = visit.headers.get("host", "")
    origin = visit.headers.get("origin", f"http://{host}")
    local = visit.peer in LOOPBACK_PEERS and LOOPBACK_HOST.fullmatch(host)
    return bool(local) and not proxied and origin == f"http://{host}"


def is_verified(claims: Mapping[str, Any], identifier: str) -> bool:
    """Tell whether the provider says that the address is theirs; a subject needs no such word."""
    return "@" not in identifier or str(claims.get("email_verified", False)).lower() == "true"


def decide_signed_in(
    claims: Mapping[str, Any],
    accounts: Mapping[str, Account],
    now: float,
    cookie_session: Session | None = None,
    *,
    tested: bool = False,
) -> User | Refusal:
    """Decide with a configured sign-in: `accounts` by e-mail address (lower case), `cookie_session` from our cookie.

    `tested` ignores our cookie: a test run has no browser, so no cookie.
    """
    if not claims.get("is_logged_in"):
        return Refusal(SIGN_IN, can_sign_in=True)
    identifier = identifier_of(claims, accounts)
    account = accounts.get(identifier)
    if account is None or account.role not in ROLES:
        return Refusal(NO_ACCOUNT)
    if not is_verified(claims, identifier):
        return Refusal(NOT_VERIFIED)
    if not tested and (cookie_session is None or cookie_session.email != identifier):
        return Refusal(SIGN_IN, can_sign_in=True)
    if cookie_session and cookie_session.generation != account.generation:
        return Refusal(ENDED, can_sign_in=True)
    verified_at = _seconds(claims.get("auth_time") or claims.get("iat"))
    since = cookie_session.since if cookie_session else verified_at
    if now - min(since, verified_at) > SIGN_IN_HOURS * 3600:
        # A sign-in of less than a minute ago, whose proof of identity is old: the provider did not ask the user again.
        # Another sign-in would give the same result, without end.
        may_retry = tested or now - since > 60
        return Refusal(TOO_OLD, can_sign_in=True) if may_retry else Refusal(NOT_ASKED_AGAIN)
    return User(identifier, account.role, canteens=account.canteens)


def identifier_of(claims: Mapping[str, Any], accounts: Mapping[str, Account]) -> str:
    """Return the identifier of the account: the e-mail address, or the subject of somebody who has no address.

    A subject that looks like an address is never one: another person's provider account could be named so. A name with
    an invisible mark is nobody's: on a page, it would look like another one.
    """
    email, subject = (str(claims.get(name) or "").strip().lower() for name in ("email", "sub"))
    email, subject = (name if name.isprintable() else "" for name in (email, subject))
    email = email if "@" in email else ""
    known_by_subject = email not in accounts and subject in accounts
    return subject if (known_by_subject or not email) and "@" not in subject else email


def _seconds(moment: object) -> float:
    """Return a time sent by the provider, in seconds since 1970; 0 when it is not a number."""
    try:
        return float(str(moment))
    except ValueError:
        return 0.0


def current() -> User:
    """Return the user, or show why access is refused and stop the run."""
    decision = _decided()
    if isinstance(decision, Refusal):
        _refuse(decision)
    return _as_tried(decision)


def _decided() -> User | Refusal:
    """Decide who the user is, once in a run: the blocks of a page ask again and again."""
    context = get_script_run_ctx(suppress_warning=True)
    run = context and context.parallel_coordinator  # Streamlit makes a new one for each run
    if run is None:
        return decide(_visit(), st.user.to_dict(), session.store())
    if run not in _decisions:
        _decisions[run] = decide(_visit(), st.user.to_dict(), session.store())
    return _decisions[run]


def _as_tried(user: User) -> User:
    """Return the local user in the role they try, chosen in the side bar; anybody else as they are."""
    if not user.local:
        return user
    if TRIED_ROLE in st.session_state:
        role, canteens = st.session_state[TRIED_ROLE], st.session_state.get(TRIED_CANTEENS, ())
    else:  # a page that was loaded anew: its address has them, in the words of their fields
        title, labels = st.query_params.get(TRIED_ROLE), st.query_params.get_all(TRIED_CANTEENS)
        role = next((name for name in ROLES if ROLE_TITLES[name] == title), user.role)
        known = session.ask(overview.canteen_labels) if labels else {}
        canteens = [name for name, label in known.items() if label in labels]
    return replace(user, role=role, canteens=frozenset(canteens)) if role in ROLES else user


def require(*roles: str) -> User:
    """Return the user if they have one of these roles; otherwise show a sentence and stop the run."""
    user = current()
    if not user.may(roles):
        note_refusal(session.store(), user, "une page d’un autre rôle")
        _refuse(Refusal("Cette page n’est pas ouverte à votre rôle. Choisissez une page dans le menu."))
    return user


def note_refusal(opened: Store, user: User, subject: str) -> None:
    """Write in the trail that a person was refused something, once in a while for the same thing."""
    now, key = time.monotonic(), (user.name, subject)
    if now - _last_refusals.get(key, -REFUSALS_APART) < REFUSALS_APART:
        return
    if len(_last_refusals) > 1000:
        _last_refusals.clear()
    _last_refusals[key] = now
    opened.note(user.name, "refused", {"role": user.role, "subject": subject})


def sees_exact_counts() -> bool:
    """Tell whether the user sees exact counts of people (disclosure control): only the mission, who types them."""
    return current().role == "mission"


def now(user: User, opened: Store) -> User:
    """Return a user with the rights of this instant: a file for download is written later, outside of any run."""
    account = known_accounts(opened).get(user.name, Account(""))
    return user if user.local else User(user.name, account.role, canteens=account.canteens)


def may_deposit(user: User, kind: str) -> bool:
    """Tell whether a user may deposit files of this kind, at least for some canteens."""
    return bool(reach(user, Act.DEPOSIT, kind))


def may_upload(user: User) -> bool:
    """Tell whether a user may upload a file: those who may deposit at least one kind, or set the logo of the city."""
    return user.may(("cantine", "administration"))


def only_visible(rows: pd.DataFrame, column: str = "place") -> pd.DataFrame:
    """Return the rows whose canteen (its label, in `column`) the user may see by its name."""
    within = reach(current(), Act.SEE)
    if within.canteens is None:
        return rows
    places = session.ask(overview.places)
    return rows[rows[column].isin(places.loc[places["name"].isin(within.canteens), "label"])]


def only_visible_events(events: pd.DataFrame) -> pd.DataFrame:
    """Return the events of the city, and those of the canteens (keys) that the user may see by name."""
    within = reach(current(), Act.SEE)
    seen = [pd.isna(canteen) or within.covers([canteen]) for canteen in events["canteen"]]
    return events[pd.Series(seen, events.index, dtype=bool)]


def sign_in_configured() -> bool:
    """Tell whether secrets.toml has an [auth] section."""
    return bool(st.secrets.load_if_toml_exists() and "auth" in st.secrets)


def known_accounts(opened: Store) -> dict[str, Account]:
    """Return the active accounts, and the first administrator of the configuration while no account has that address.

    So a first account with a typing error locks nobody out.
    """
    configured = st.secrets.get("accounts", {}) if st.secrets.load_if_toml_exists() else {}
    first = str(configured.get("first_administrator", "")).strip().lower()
    return _accounts(opened, opened.state(), first)


@lru_cache(maxsize=4)
def _accounts(store: Store, state: State, first: str) -> dict[str, Account]:  # noqa: ARG001  cached: called at each message
    return active_accounts(store, first)


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
