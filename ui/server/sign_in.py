"""Signing in and out by OpenID Connect: what Streamlit does, and what it leaves to us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

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

from data.accounts import active_accounts, end_sessions
from ui import access, session
from ui.access import Visit
from ui.server import session_cookie

LOGIN = "/connexion"
TO_PROVIDER = "/auth/login"
CALLBACK = "/oauth2callback"
LOGOUT = "/auth/logout"


def public_origin() -> str:
    """Return the address people type, as far as its port: https://antigaspi.ville.fr."""
    return str(get_origin_from_redirect_uri())


def comes_from_public_address(visit: Visit) -> bool:
    """Tell whether a request names a host of ours, and no page of another origin."""
    origin = visit.headers.get("origin", public_origin())
    return is_host_allowed(visit.headers.get("host")) and origin == public_origin()


def claims(visit: Visit) -> Mapping[str, Any]:
    """Return what the provider said of who holds these cookies; nothing without a sign-in."""
    if not access.sign_in_configured():
        return {}
    cookie = _get_signed_cookie_with_chunks(dict(visit.cookies), USER_COOKIE_NAME)
    return _parse_decoded_user_cookie(cookie, public_origin()) if cookie else {}


def to_provider() -> Response:
    """Lead to the provider, as the button of Streamlit would."""
    return RedirectResponse(f"{TO_PROVIDER}?provider={encode_provider_token('default')}", status_code=303)


def handles(path: str) -> bool:
    """Tell whether Streamlit's answer at this address needs something of ours."""
    return path in (TO_PROVIDER, CALLBACK, LOGOUT)


async def pass_on(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let Streamlit answer, and add what it leaves out: the age limit, the session cookie, the end of sessions."""
    cookies = HTTPConnection(scope).cookies
    if scope["path"] == LOGOUT:
        held = session_cookie.read(cookies)
        if held and held.email in active_accounts(session.opened()):
            end_sessions(session.opened(), held.email)

    async def completed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message["headers"]))
            if scope["path"] == TO_PROVIDER:
                _ask_for_a_recent_sign_in(headers, again=USER_COOKIE_NAME in cookies)
            elif scope["path"] == CALLBACK:
                _open_session(headers)
            else:
                headers.append("set-cookie", f"{session_cookie.NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
            message = {**message, "headers": headers.raw}
        await send(message)

    await app(scope, receive, completed)


def _ask_for_a_recent_sign_in(headers: MutableHeaders, *, again: bool) -> None:
    """Ask the provider for a sign-in within the age limit, and for a new one from whoever comes back."""
    parts = urlsplit(headers.get("location", ""))
    if not parts.query:
        return
    query = dict(parse_qsl(parts.query)) | {"max_age": str(access.SIGN_IN_HOURS * 3600)}
    if again:
        query["prompt"] = "login"
    headers["location"] = urlunsplit(parts._replace(query=urlencode(query)))


def _open_session(headers: MutableHeaders) -> None:
    """Add our own cookie to the one that Streamlit just set, when its holder has an account."""
    new = _cookies_set(headers)
    email = str(claims(Visit(headers={"host": ""}, cookies=new)).get("email") or "").strip().lower()
    account = active_accounts(session.opened()).get(email)
    if account:
        value = session_cookie.written(email, account.generation)
        headers.append("set-cookie", f"{session_cookie.NAME}={value}; Path=/; HttpOnly; SameSite=Lax")


def _cookies_set(headers: Headers) -> dict[str, str]:
    """Return the cookies that an answer sets, without those it takes away."""
    lines = [line for line in headers.getlist("set-cookie") if "max-age=0" not in line.lower()]
    return {name: value for line in lines for name, value in cookie_parser(line.split(";")[0]).items() if value}


def secured(cookie: bytes) -> bytes:
    """Return a Set-Cookie header kept to TLS, where the address people type has it."""
    if access.sign_in_configured() and public_origin().startswith("https") and b"secure" not in cookie.lower():
        return cookie + b"; Secure"
    return cookie
