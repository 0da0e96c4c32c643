"""Limits of the API, so that pages keep answering: size, memory, calls at once, calls per token."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

import anyio
from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from streamlit import config

from ui.api.call import ApiRefusal

MIB = 2**20
# Calls computed at once, and calls that wait for their turn: the others are asked to come back.
AT_ONCE, WAITING = 2, 16
# A token may make BURST calls at once, then PER_SECOND.
PER_SECOND, BURST = 10.0, 100.0
MOST_TOKENS = 1000
SECONDS_TO_SEND = 600
Answer = TypeVar("Answer")


class Room(Protocol):
    """The memory that files may take, shared with those that pages hold."""

    def expect(self, session_id: str, size: int) -> object | None:
        """Reserve room (bytes); None when there is none."""

    def received(self, ticket: object) -> None:
        """Free the room."""


class Rate:
    """The calls of each token, as a bucket that fills again with time."""

    def __init__(self) -> None:
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def count(self, name: str) -> None:
        """Count one call, or refuse it when there were too many."""
        now = time.monotonic()
        calls, since = self._left.pop(name, (BURST, now))
        calls = min(BURST, calls + (now - since) * PER_SECOND)
        self._left[name] = (calls - 1 if calls >= 1 else calls, now)
        while len(self._left) > MOST_TOKENS:
            self._left.popitem(last=False)
        if calls < 1:
            raise ApiRefusal(429, "Trop de demandes à la suite\u00a0: attendez une seconde.", {"retry-after": "1"})


class Turns:
    """Calls are computed in a few threads, each in its turn; the loop that serves the pages stays free."""

    def __init__(self) -> None:
        self._limiter: anyio.CapacityLimiter | None = None
        self._calls = 0

    async def run(self, compute: Callable[[], Answer]) -> Answer:
        """Return what a function returns, once its turn has come; refuse when too many wait."""
        if self._limiter is None:  # made in the loop that uses it
            self._limiter = anyio.CapacityLimiter(AT_ONCE)
        if self._calls >= AT_ONCE + WAITING:
            raise ApiRefusal(503, "Trop de demandes à la fois\u00a0: réessayez dans un instant.", {"retry-after": "2"})
        self._calls += 1
        try:
            return await to_thread.run_sync(compute, limiter=self._limiter)
        finally:
            self._calls -= 1


@asynccontextmanager
async def body_of(request: Request, room: Room, holder: str) -> AsyncIterator[bytes]:
    """Provide what a call sends; its room is reserved before it is received, and freed after the block."""
    size = request.headers.get("content-length", "")
    if not (size.isascii() and size.isdigit() and len(size) < 16):
        raise ApiRefusal(411, "La taille de ce qui est envoyé n’est pas annoncée (Content-Length).")
    if int(size) > config.get_option("server.maxUploadSize") * MIB:
        raise ApiRefusal(413, f"C’est trop gros\u00a0: {config.get_option('server.maxUploadSize')} Mo au plus.")
    ticket = room.expect(f"api {holder}", int(size))
    if ticket is None:
        raise ApiRefusal(503, "Trop de fichiers attendent déjà\u00a0: réessayez dans un instant.", {"retry-after": "5"})
    try:
        yield await _received(request, int(size))
    finally:
        room.received(ticket)


async def _received(request: Request, size: int) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            async for part in request.stream():
                body += part
                if len(body) > size:
                    raise ApiRefusal(400, "Il y a plus d’octets que la taille annoncée.")
    except (TimeoutError, ClientDisconnect):
        raise ApiRefusal(408, "L’envoi a pris trop de temps, ou s’est arrêté\u00a0: recommencez.") from None
    if len(body) < size:
        raise ApiRefusal(400, "Il y a moins d’octets que la taille annoncée\u00a0: recommencez.")
    return bytes(body)
