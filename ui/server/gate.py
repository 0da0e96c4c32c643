"""The gate: every request is judged here, before Streamlit hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui import access, session
from ui.access import Refusal, User, Visit
from ui.server import answers, local_key, sign_in
from ui.server.answers import refused_in_a_word
from ui.server.held import Uploads
from ui.server.protocol import Conversation

STREAM = "/_stcore/stream"
UPLOAD = "/_stcore/upload_file/"
HERE = "/antigaspi/here"
# Nothing of the store is in these: the code of the pages, the way to sign in, “is it running?”.
PUBLIC = ("/static/", "/auth/login", "/oauth2callback", "/_stcore/health", "/favicon.png")
CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")
PARTS = ("/_stcore/", "/media/", "/component/", "/auth/", "/antigaspi/", "/app/")
ELSEWHERE = "Demande refusée : elle ne vient pas d’une page de cette application."
HEADERS = {
    "content-security-policy": "frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


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
        answer = self._own_answer(scope)
        if answer is not None:
            await answer(scope, receive, send)
        elif scope["path"].startswith(UPLOAD) and scope["method"] == "PUT":
            await self._upload(scope, receive, send)
        elif sign_in.handles(scope["path"]):
            await sign_in.pass_on(self._app, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _own_answer(self, scope: Scope) -> Response | None:
        """Return what the gate answers by itself, or None for what Streamlit may answer."""
        path, visit = scope["path"], visit_of(scope)
        if not from_our_pages(visit, safe=scope["method"] in ("GET", "HEAD")):
            return refused_in_a_word(ELSEWHERE, 403)
        if path.startswith(CLOSED):
            return refused_in_a_word("Cette adresse est fermée.", 404)
        if path == answers.SCRIPT:
            return answers.script()
        if path.startswith(PUBLIC):
            return None
        token = dict(parse_qsl(scope["query_string"].decode("latin-1"))).get(local_key.PARAMETER)
        if token is not None and scope["method"] == "GET" and not access.sign_in_configured():
            return _let_in(scope, token, visit)
        return self._for_users(scope, visit)

    def _for_users(self, scope: Scope, visit: Visit) -> Response | None:
        path, claims = scope["path"], sign_in.claims(visit)
        if path == sign_in.LOGIN:
            return sign_in.to_provider()
        decision = access.decide(visit, claims, session.opened())
        document = not path.startswith(PARTS)
        if isinstance(decision, Refusal) and path != sign_in.LOGOUT:
            signed_in = bool(claims.get("is_logged_in"))
            return (
                answers.refused(decision, signed_in=signed_in) if document else refused_in_a_word(decision.message, 403)
            )
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
        elif not size.isdigit():
            answer = refused_in_a_word("La taille du fichier n’est pas annoncée.", 411)
        elif (ticket := self._uploads.expect(scope["path"].removeprefix(UPLOAD).split("/")[0], int(size))) is None:
            answer = refused_in_a_word("Trop de fichiers attendent déjà d’être enregistrés.", 413)
        else:
            try:
                await self._app(scope, receive, send)
            finally:
                self._uploads.received(ticket)
            return
        await answer(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = visit_of(scope)
        claims = sign_in.claims(visit)

        def who() -> User | Refusal:
            return access.decide(visit, claims, session.opened())

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


def _let_in(scope: Scope, token: str, visit: Visit) -> Response:
    """Exchange a one-time address for the cookie of this machine, and lead to the page it names."""
    new = local_key.redeem(token)
    if not new and not local_key.held_by(visit.cookies):
        return answers.spent_address()
    rest = [(name, value) for name, value in parse_qsl(scope["query_string"].decode()) if name != local_key.PARAMETER]
    answer = RedirectResponse(scope["path"] + (f"?{urlencode(rest)}" if rest else ""), status_code=303)
    if new:
        port = int(scope["server"][1])
        name, value = local_key.cookie(port)
        answer.set_cookie(name, value, httponly=True, samesite="strict")
        print(f"\n  Pour un autre navigateur\u00a0: {local_key.one_time_address(port)}", flush=True)
    return answer


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
