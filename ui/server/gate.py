"""ASGI gate: authentication and authorisation of every request, before Streamlit receives it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from data.faults import StoreFault
from ui import access, local_key, session
from ui.access import Refusal, User, Visit
from ui.api import door as api
from ui.server import answers, code, failures, sheets, sign_in
from ui.server.answers import refused_in_a_word
from ui.server.headers import HEADERS, TLS_ONLY
from ui.server.held import MIB, Uploads
from ui.server.protocol import Conversation

STREAM = "/_stcore/stream"
UPLOAD = "/_stcore/upload_file/"
PRESENCE = "/antigaspi/here"
HEALTH = "/_stcore/health"  # open to everybody, like the code of the pages: they contain nothing of the store
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")
# Addresses of before, that people kept: they lead to the view that is the former page.
MOVED = {"/previsions": ("/semaine", "vue=Jour+par+jour")}
NOT_PAGES = ("/_stcore/", "/media/", "/component/", "/auth/", "/antigaspi/", "/app/")
UPLOAD_SECONDS = 600
FOREIGN_REQUEST = "Demande refusée\u00a0: elle ne vient pas d’une page de cette application."


class Gate:
    """ASGI middleware around Streamlit: checks who sends a request, from where, and what they may do."""

    def __init__(self, app: ASGIApp, uploads: Uploads) -> None:
        """Take the application behind the gate, and its storage of uploaded files."""
        self._app = app
        self._uploads = uploads
        self._api = api.Api(uploads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"].startswith(api.ROOT + "/"):
            await self._api(scope, receive, _with_house_headers(send))
        elif scope["type"] == "http":
            await self._http(scope, receive, _with_house_headers(send))
        elif scope["type"] == "websocket":
            await self._stream(scope, receive, _with_house_headers(send))
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = self._own_answer(scope)
            if answer is None and scope["path"].startswith(UPLOAD) and scope["method"] == "PUT":
                await self._upload(scope, receive, send)
            elif answer is None and scope["path"].startswith(sheets.ROOT):
                await (await sheets.answer(scope, receive, visit_of(scope)))(scope, receive, send)
            elif answer is None and sign_in.handles(scope["path"]):
                await sign_in.pass_on(self._app, scope, receive, send)
            else:
                await (answer or _without_streamlit_page(self._app))(scope, receive, send)
        except StoreFault as fault:
            await _stopped(scope["path"], str(fault))(scope, receive, send)
        except Exception as error:  # no later code could answer in French
            reference = failures.reference_of(error, "Request stopped")
            reason = f"Donnez à la mission numérique la référence {reference}."
            await _stopped(scope["path"], reason)(scope, receive, send)

    def _own_answer(self, scope: Scope) -> ASGIApp | None:
        """Return the answer of the gate itself, or None when Streamlit may answer."""
        path, visit = scope["path"], visit_of(scope)
        if not from_our_pages(visit, safe=scope["method"] in ("GET", "HEAD")):
            return _refused(path, FOREIGN_REQUEST)
        if path.startswith(CLOSED):
            return refused_in_a_word("Cette adresse est fermée.", 404)
        if path == HEALTH:
            return None
        if code.exists(path):
            return code.send_file
        if sign_in.handles(path) or path == sign_in.LOGIN:
            return sign_in.own_answer(path, visit) if access.sign_in_configured() else answers.not_found()
        if path != _normalised(path):
            return RedirectResponse(_with_query(_normalised(path), scope), status_code=308)
        token = _query(scope).get(local_key.PARAMETER)
        if token is not None and scope["method"] == "GET" and not access.sign_in_configured():
            return _exchange_one_time_address(scope, token, visit)
        if path in MOVED:
            return RedirectResponse(_moved(path, scope), status_code=307)
        return self._for_users(scope, visit)

    def _for_users(self, scope: Scope, visit: Visit) -> Response | None:
        path, claims = scope["path"], sign_in.claims(visit)
        decision = access.decide(visit, claims, session.opened())
        is_page = not path.startswith(NOT_PAGES)
        if isinstance(decision, Refusal):
            if not is_page:
                return _refused(path, decision.message)
            return answers.refused(decision, signed_in=bool(claims.get("is_logged_in")))
        if path == PRESENCE:
            return Response(status_code=204)
        if not is_page:
            return None
        if "/" in path.strip("/") or "." in path or scope["method"] not in ("GET", "HEAD"):
            return answers.not_found()
        return answers.application(scope)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Accept a file when its sender may deposit and there is room; the room is reserved during the upload."""
        visit = visit_of(scope)
        user = access.decide(visit, sign_in.claims(visit), session.opened())
        size = visit.headers.get("content-length", "")
        if isinstance(user, Refusal) or not access.may_upload(user):
            answer = refused_in_a_word("Votre compte ne dépose pas de fichier.", 403)
        elif not (size.isascii() and size.isdigit()):
            answer = refused_in_a_word("La taille du fichier n’est pas annoncée.", 411)
        elif int(size) > (config.get_option("server.maxUploadSize") + 1) * MIB:
            answer = refused_in_a_word("Le fichier est trop gros.", 413)
        elif (ticket := self._uploads.expect(scope["path"].removeprefix(UPLOAD).split("/")[0], int(size))) is None:
            answer = refused_in_a_word("Trop de fichiers à la fois\u00a0: déposez-en moins ensemble.", 413)
        else:
            try:
                # After this time the upload is cancelled, and its reserved room is free again.
                async with asyncio.timeout(UPLOAD_SECONDS):
                    await self._app(scope, receive, send)
            finally:
                self._uploads.received(ticket)
            return
        await answer(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = visit_of(scope)
        claims = sign_in.claims(visit)

        def current_user() -> User | Refusal:
            try:
                return access.decide(visit, claims, session.opened())
            except StoreFault as fault:
                return Refusal(str(fault))

        if scope["path"] != STREAM or not from_our_pages(visit, safe=False) or isinstance(current_user(), Refusal):
            await refused_in_a_word(FOREIGN_REQUEST, 403)(scope, receive, send)
            return
        conversation = Conversation(current_user)

        async def filtered_receive() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                # A short pause, so that one browser with many messages does not block the others.
                await asyncio.sleep(0.005)
                frame = conversation.let_through(message.get("bytes") or b"")
                if frame is not None:
                    return {"type": "websocket.receive", "bytes": frame}

        await self._app(scope, filtered_receive, send)


def _refused(path: str, message: str) -> Response:
    """Refuse a program or a part of a page, each in what it reads."""
    return sheets.refused(message, 403) if path.startswith(sheets.ROOT) else refused_in_a_word(message, 403)


def _stopped(path: str, reason: str) -> Response:
    """Say why nothing could be answered: to a tablet that sends a sheet, or on a page."""
    return sheets.refused(reason, 503) if path.startswith(sheets.ROOT) else answers.stopped(reason)


def visit_of(scope: Scope) -> Visit:
    """Return the headers, the cookies and the peer address of a request."""
    connection = HTTPConnection(scope)
    headers: Mapping[str, str] = connection.headers
    client = connection.client
    # A visit without any header counts as a test run. A request must not: so it has at least the header “host”.
    return Visit({"host": "", **headers}, connection.cookies, client.host if client else "")


def from_our_pages(visit: Visit, *, safe: bool) -> bool:
    """Tell whether a request comes from a page of ours; a `safe` one (that changes nothing) may have no Origin."""
    if not safe and "origin" not in visit.headers:
        return False
    if not access.sign_in_configured():
        return access.comes_from_here(visit)
    return sign_in.comes_from_public_address(visit)


def _normalised(path: str) -> str:
    """Return a path without surplus slashes: with them, Streamlit's page would look for its code in a wrong folder."""
    return "/" + "/".join(filter(None, path.split("/")))


def _query(scope: Scope) -> dict[str, str]:
    return dict(parse_qsl(scope["query_string"].decode("latin-1")))


def _with_query(path: str, scope: Scope) -> str:
    other_parameters = {name: value for name, value in _query(scope).items() if name != local_key.PARAMETER}
    return quote(path) + (f"?{urlencode(other_parameters, encoding='utf-8')}" if other_parameters else "")


def _moved(path: str, scope: Scope) -> str:
    """Return the address that replaces one of before, with the same query."""
    address, view = MOVED[path]
    query = scope["query_string"].decode("latin-1")
    return f"{address}?{view}{f'&{query}' if query else ''}"


def _exchange_one_time_address(scope: Scope, token: str, visit: Visit) -> Response:
    """Exchange a one-time address for the cookie of this machine, and redirect to the page it names."""
    redeemed = local_key.redeem(token)
    if not redeemed and not local_key.held_by(visit.cookies):
        return answers.spent_address()
    answer = RedirectResponse(_with_query(scope["path"], scope), status_code=303)
    if redeemed:
        port = int(scope["server"][1])
        name, value = local_key.cookie(port)
        answer.set_cookie(name, value, httponly=True, samesite="lax")
        print(f"\n  Pour un autre navigateur\u00a0: {local_key.one_time_address(port)}", flush=True)
    return answer


def _without_streamlit_page(app: ASGIApp) -> ASGIApp:
    """Replace Streamlit's HTML page by “not found”: Streamlit sends it, blank, for every address it does not know."""

    async def without_page(scope: Scope, receive: Receive, send: Send) -> None:
        replaced = False

        async def send_unless_page(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                content_types = [value for name, value in message.get("headers", []) if name.lower() == b"content-type"]
                replaced = not scope["path"].startswith("/media/") and any(
                    b"text/html" in content_type for content_type in content_types
                )
                if replaced:
                    await answers.not_found()(scope, receive, send)
            if not replaced:
                await send(message)

        await app(scope, receive, send_unless_page)

    return without_page


def _with_house_headers(send: Send) -> Send:
    """Add our security headers to each answer, and the flag Secure to cookies when the public address has TLS."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            headers = MutableHeaders(raw=[(name, _secured(name, value)) for name, value in message.get("headers", [])])
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if sign_in.public_address_has_tls():
                headers.setdefault(*TLS_ONLY)
            message = {**message, "headers": headers.raw}
        await send(message)

    return send_with_headers


def _secured(name: bytes, value: bytes) -> bytes:
    return sign_in.secured(value) if name.lower() == b"set-cookie" else value
