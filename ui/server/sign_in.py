"""OpenID Connect sign-in and sign-out: Streamlit's, completed with an age limit and our session cookie."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.auth_util import encode_provider_token, get_origin_from_redirect_uri
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import (
    _get_signed_cookie_with_chunks,
    _parse_decoded_user_cookie,
    is_host_allowed,
)

from data.access.accounts import end_sessions
from data.faults import StoreFault
from ui import access, session, session_cookie
from ui.access import User, Visit
from ui.server.answers import provider_away, refused_in_a_word

LOGIN = "/connexion"
TO_PROVIDER = "/auth/login"
CALLBACK = "/oauth2callback"
LOGOUT = "/auth/logout"
LOGGER = logging.getLogger(__name__)


def public_origin() -> str:
    """Return the public address without its path: https://antigaspi.ville.fr."""
    return str(get_origin_from_redirect_uri())


def comes_from_public_address(visit: Visit) -> bool:
    """Tell whether a request has an allowed Host, and the Origin (if any) of our public address."""
    origin = visit.headers.get("origin", public_origin())
    return is_host_allowed(visit.headers.get("host")) and origin == public_origin()


def claims(visit: Visit) -> Mapping[str, Any]:
    """Return the claims of the identity provider in these cookies; empty without a sign-in."""
    if not access.sign_in_configured():
        return {}
    cookie = _get_signed_cookie_with_chunks(dict(visit.cookies), USER_COOKIE_NAME)
    return _parse_decoded_user_cookie(cookie, public_origin()) if cookie else {}


def to_provider() -> Response:
    """Redirect to the identity provider, as Streamlit's button does."""
    return RedirectResponse(f"{TO_PROVIDER}?provider={encode_provider_token('default')}", status_code=303)


def handles(path: str) -> bool:
    """Tell whether we must complete Streamlit's answer at this path."""
    return path in (TO_PROVIDER, CALLBACK, LOGOUT)


def own_answer(path: str, visit: Visit) -> Response | None:
    """Return a redirection to the provider, or the refusal of a cross-site request; None when Streamlit answers."""
    if path == LOGIN:
        return to_provider()
    if path == LOGOUT and _is_cross_site(visit):
        return refused_in_a_word("Pour vous déconnecter, utilisez le bouton de l’application.", 403)
    return None


def _is_cross_site(visit: Visit) -> bool:
    site = visit.headers.get("sec-fetch-site", "same-origin")
    referer = visit.headers.get("referer", public_origin())
    return site in ("cross-site", "same-site") or not referer.startswith(public_origin())


async def pass_on(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let Streamlit answer, and add what it lacks: the age limit, the session cookie, the end of all sessions."""
    connection = HTTPConnection(scope)
    visit = Visit({"host": "", **connection.headers}, connection.cookies)
    if scope["path"] == LOGOUT:
        await run_in_threadpool(_end_sessions_of, visit)
    provider_failed = False

    async def send_completed(message: Message) -> None:
        nonlocal provider_failed
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message["headers"]))
            if scope["path"] == TO_PROVIDER:
                provider_failed = message["status"] >= 400
                if provider_failed:
                    LOGGER.error("The sign-in service does not answer: see server_metadata_url in secrets.toml")
                    await provider_away()(scope, receive, send)
                _ask_for_a_recent_sign_in(headers, again=USER_COOKIE_NAME in visit.cookies)
            elif scope["path"] == CALLBACK:
                await run_in_threadpool(_open_session, headers)
            else:
                headers.append("set-cookie", f"{session_cookie.NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
            message = {**message, "headers": headers.raw}
        if not provider_failed:
            await send(message)

    await app(scope, receive, send_completed)


def _end_sessions_of(visit: Visit) -> None:
    """End all sessions of the user who signs out; a cookie that is no longer valid ends no session."""
    user = access.decide(visit, claims(visit), session.opened())
    if isinstance(user, User):
        with suppress(StoreFault):  # on a full disk, at least this browser loses its cookie
            end_sessions(session.opened(), user.name)


def _ask_for_a_recent_sign_in(headers: MutableHeaders, *, again: bool) -> None:
    """Ask the provider for a sign-in within the age limit; with `again`, for a new sign-in in any case."""
    parts = urlsplit(headers.get("location", ""))
    if not parts.query:
        return
    query = dict(parse_qsl(parts.query)) | {"max_age": str(access.SIGN_IN_HOURS * 3600)}
    if again:
        query["prompt"] = "login"
    headers["location"] = urlunsplit(parts._replace(query=urlencode(query)))


def _open_session(headers: MutableHeaders) -> None:
    """Add our session cookie to the one that Streamlit sets, when the user has an account."""
    new_cookies = _cookies_set(headers)
    given = claims(Visit(headers={"host": ""}, cookies=new_cookies))
    accounts = access.known_accounts(session.opened())
    identifier = access.identifier_of(given, accounts)
    account = accounts.get(identifier) if access.is_verified(given, identifier) else None
    if given.get("is_logged_in") and account is None:
        access.note_refusal(session.opened(), User(identifier, ""), "connexion sans compte, ou adresse non vérifiée")
    if account:
        value = session_cookie.cookie_value(identifier, account.generation)
        session.opened().note(identifier, "sign_in", {"role": account.role})
        headers.append("set-cookie", f"{session_cookie.NAME}={value}; Path=/; HttpOnly; SameSite=Lax")


def _cookies_set(headers: Headers) -> dict[str, str]:
    """Return the cookies that an answer sets, without those that it deletes."""
    lines = [line for line in headers.getlist("set-cookie") if "max-age=0" not in line.lower()]
    return {name: value for line in lines for name, value in cookie_parser(line.split(";")[0]).items() if value}


def public_address_has_tls() -> bool:
    """Tell whether a sign-in is configured, for a public address that has TLS."""
    return access.sign_in_configured() and public_origin().startswith("https:")


def secured(cookie: bytes) -> bytes:
    """Return a Set-Cookie header, with the flag Secure when the public address has TLS."""
    if public_address_has_tls() and b"; secure" not in cookie.lower():
        return cookie + b"; Secure"
    return cookie
