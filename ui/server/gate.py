"""The gate: every request is judged here, before Streamlit hears of it."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from data.faults import StoreFault
from ui import access, local_key, session
from ui.access import Refusal, User, Visit
from ui.server import answers, sign_in
from ui.server.answers import refused_in_a_word
from ui.server.held import MIB, Uploads
from ui.server.protocol import Conversation

STREAM = "/_stcore/stream"
UPLOAD = "/_stcore/upload_file/"
HERE = "/antigaspi/here"
# Nothing of the store is in these: the code of the pages, “is it running?”.
PUBLIC = ("/_stcore/health", "/favicon.png")
CODE = "/static/"
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")
PARTS = ("/_stcore/", "/media/", "/component/", "/auth/", "/antigaspi/", "/app/")
UPLOAD_SECONDS = 600
ELSEWHERE = "Demande refusée\u00a0: elle ne vient pas d’une page de cette application."
HEADERS = {
    "content-security-policy": "frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
LOGGER = logging.getLogger(__name__)


class Gate:
    """ASGI middleware around Streamlit: who speaks, from where, and what they may say."""

    def __init__(self, app: ASGIApp, uploads: Uploads) -> None:
        """Take the application behind the gate, and the files it holds."""
        self._app = app
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            await self._http(scope, receive, _dressed(send))
        elif scope["type"] == "websocket":
            await self._stream(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = self._own_answer(scope)
            if answer is None and scope["path"].startswith(UPLOAD) and scope["method"] == "PUT":
                await self._upload(scope, receive, send)
            elif answer is None and sign_in.handles(scope["path"]):
                await sign_in.pass_on(self._app, scope, receive, send)
            else:
                await (answer or _but_its_own_page(self._app))(scope, receive, send)
        except StoreFault as fault:
            await answers.stopped(str(fault))(scope, receive, send)
        except Exception as error:  # the last place where an answer can still be in French
            reference = secrets.token_hex(3).upper()
            LOGGER.error("Request stopped, reference %s", reference, exc_info=error)
            await answers.stopped(f"Donnez à la mission numérique la référence {reference}.")(scope, receive, send)

    def _own_answer(self, scope: Scope) -> Response | None:
        """Return what the gate answers by itself, or None for what Streamlit may answer."""
        path, visit = scope["path"], visit_of(scope)
        if not from_our_pages(visit, safe=scope["method"] in ("GET", "HEAD")):
            return refused_in_a_word(ELSEWHERE, 403)
        if path.startswith(CLOSED):
            return refused_in_a_word("Cette adresse est fermée.", 404)
        if path == answers.SCRIPT:
            return answers.script()
        if path in PUBLIC or path.startswith(CODE):
            return None
        if sign_in.handles(path) or path == sign_in.LOGIN:
            return sign_in.own_answer(path, visit) if access.sign_in_configured() else answers.not_found()
        if path != _plain(path):
            return RedirectResponse(_with_query(_plain(path), scope), status_code=308)
        token = _query(scope).get(local_key.PARAMETER)
        if token is not None and scope["method"] == "GET" and not access.sign_in_configured():
            return _let_in(scope, token, visit)
        return self._for_users(scope, visit)

    def _for_users(self, scope: Scope, visit: Visit) -> Response | None:
        path, claims = scope["path"], sign_in.claims(visit)
        decision = access.decide(visit, claims, session.opened())
        document = not path.startswith(PARTS)
        if isinstance(decision, Refusal):
            if not document:
                return refused_in_a_word(decision.message, 403)
            return answers.refused(decision, signed_in=bool(claims.get("is_logged_in")))
        if path == HERE:
            return Response(status_code=204)
        if not document:
            return None
        if "/" in path.strip("/") or "." in path or scope["method"] not in ("GET", "HEAD"):
            return answers.not_found()
        return answers.application()

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a file in when its sender may deposit and there is room for it, which is kept while it comes in."""
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
            answer = refused_in_a_word("Trop de fichiers attendent déjà d’être enregistrés.", 413)
        else:
            try:
                # Who stops in the middle gives back the room that was kept.
                async with asyncio.timeout(UPLOAD_SECONDS):
                    await self._app(scope, receive, send)
            finally:
                self._uploads.received(ticket)
            return
        await answer(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = visit_of(scope)
        claims = sign_in.claims(visit)

        def who() -> User | Refusal:
            try:
                return access.decide(visit, claims, session.opened())
            except StoreFault as fault:
                return Refusal(str(fault))

        if scope["path"] != STREAM or not from_our_pages(visit, safe=False) or isinstance(who(), Refusal):
            await send({"type": "websocket.close", "code": 1008})
            return
        conversation = Conversation(who)

        async def heard() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive":
                    return message
                # Whoever speaks without a pause leaves the others their turn.
                await asyncio.sleep(0.005)
                frame = conversation.let_through(message.get("bytes") or b"")
                if frame is not None:
                    return {"type": "websocket.receive", "bytes": frame}

        await self._app(scope, heard, send)


def visit_of(scope: Scope) -> Visit:
    """Return what the connection of a request tells of who makes it."""
    connection = HTTPConnection(scope)
    headers: Mapping[str, str] = connection.headers
    client = connection.client
    # A request without any header is no browser's; it must not pass for a run of a test.
    return Visit({"host": "", **headers}, connection.cookies, client.host if client else "")


def from_our_pages(visit: Visit, *, safe: bool) -> bool:
    """Tell whether a request comes from a page of ours; a `safe` one, that changes nothing, may name no Origin."""
    if not safe and "origin" not in visit.headers:
        return False
    if not access.sign_in_configured():
        return access.comes_from_here(visit)
    return sign_in.comes_from_public_address(visit)


def _plain(path: str) -> str:
    """Return an address without surplus slashes: from another depth, Streamlit's page would not find its code."""
    return "/" + "/".join(filter(None, path.split("/")))


def _query(scope: Scope) -> dict[str, str]:
    return dict(parse_qsl(scope["query_string"].decode("latin-1")))


def _with_query(path: str, scope: Scope) -> str:
    rest = {name: value for name, value in _query(scope).items() if name != local_key.PARAMETER}
    return quote(path) + (f"?{urlencode(rest, encoding='utf-8')}" if rest else "")


def _let_in(scope: Scope, token: str, visit: Visit) -> Response:
    """Exchange a one-time address for the cookie of this machine, and lead to the page it names."""
    new = local_key.redeem(token)
    if not new and not local_key.held_by(visit.cookies):
        return answers.spent_address()
    answer = RedirectResponse(_with_query(scope["path"], scope), status_code=303)
    if new:
        port = int(scope["server"][1])
        name, value = local_key.cookie(port)
        answer.set_cookie(name, value, httponly=True, samesite="lax")
        print(f"\n  Pour un autre navigateur\u00a0: {local_key.one_time_address(port)}", flush=True)
    return answer


def _but_its_own_page(app: ASGIApp) -> ASGIApp:
    """Return Streamlit's answers, but its page: it gives it, blank, at every address that it does not know."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        replaced = False

        async def unless_a_page(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                kinds = [value for name, value in message.get("headers", []) if name.lower() == b"content-type"]
                replaced = not scope["path"].startswith("/media/") and any(b"text/html" in kind for kind in kinds)
                if replaced:
                    await answers.not_found()(scope, receive, send)
            if not replaced:
                await send(message)

        await app(scope, receive, unless_a_page)

    return answering


def _dressed(send: Send) -> Send:
    """Add to each answer the headers of the house, and keep cookies to TLS where the public address is."""

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers: list[tuple[bytes, Any]] = [
                (name, sign_in.secured(value) if name.lower() == b"set-cookie" else value)
                for name, value in message.get("headers", [])
            ]
            headers += [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": headers}
        await send(message)

    return dressed
