"""The command line, run in this process for whoever can read the file that it wrote beside the store."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import anyio
from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from data.cli import main as data
from data.cli.running import Running, announce, packed, unpacked, withdraw
from data.cli.terminal import Elsewhere, speaking
from data.queries.forecasts import runs
from data.typography import TITLE, cut
from ui import access, session
from ui.api.call import ApiRefusal

# The commands that need the store.
OF_DATA = ("import", "deposits", "undo", "redo", "export", "backup", "restore", "user", "demo", "empty")
AT_ONCE = 4
MOST_BYTES = 2**30
_limiter = anyio.CapacityLimiter(AT_ONCE)
_announced: list[Running] = []


def start(host: str, port: int) -> None:
    """Let the command line speak to this process."""
    loopback = "127.0.0.1" if host in ("", "None", "0.0.0.0", "::") else host
    with suppress(OSError):  # on a full disk, pages must still be served
        _announced[:] = [announce(session.opened().path, loopback, port)]


def stop() -> None:
    """Let it no more."""
    if _announced:
        _announced.clear()
        withdraw(session.opened().path)


async def answer(request: Request) -> Response:
    """Run one command, and return what it would write and its exit code."""
    _only_from_here(request)
    size = request.headers.get("content-length", "")
    if not (size.isascii() and size.isdigit() and len(size) < 16 and int(size) <= MOST_BYTES):
        raise ApiRefusal(413, "Ce fichier est trop gros pour l’application qui tourne\u00a0: arrêtez-la d’abord.")
    message = bytearray()
    try:
        async for part in request.stream():
            message += part
    except ClientDisconnect:
        raise ApiRefusal(400, "L’envoi s’est arrêté.") from None
    try:
        head, rest = unpacked(bytes(message))
        arguments, actor = [str(word) for word in head["arguments"]], cut(str(head["actor"]), 2 * TITLE)
        files: dict[str, bytes | None] = {}
        for name, length in head["files"]:
            files[str(name)] = None if length is None else bytes(rest[: int(length)])
            rest = rest[int(length or 0) :]
    except (ValueError, TypeError, KeyError):
        raise ApiRefusal(400, "Cette commande ne se lit pas.") from None
    return Response(await to_thread.run_sync(_run, arguments, actor, files, limiter=_limiter))


def _only_from_here(request: Request) -> None:
    """Refuse whoever has not read our file, comes by a proxy, or from another machine."""
    host, peer = (request.scope.get("server") or ("",))[0], request.client.host if request.client else None
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    known = [running.key for running in _announced if secrets.compare_digest(running.key.encode(), key.encode())]
    proxied = any(name in access.PROXY_HEADERS or name.startswith("x-forwarded-") for name in request.headers)
    if not known or proxied or (peer not in access.LOOPBACK_PEERS and peer != host):
        raise ApiRefusal(404, "Cette adresse n’existe pas (voir openapi.json).")


def _run(arguments: list[str], actor: str, files: Mapping[str, bytes | None]) -> bytes:
    store = session.opened()
    terminal = Elsewhere(store, actor, files)
    with speaking(terminal):
        code = _exit_code(arguments)
    if runs.forecasts_outdated(store):
        session.request_refresh()
    head: dict[str, Any] = {"code": code, "events": terminal.events}
    return packed(head, terminal.contents)


def _exit_code(arguments: list[str]) -> int:
    try:
        if arguments[:1] == ["refresh"]:
            from models.__main__ import main as models  # loads what only a computation needs

            while session.refresh_job().state().status == "running":  # that of the application goes first
                time.sleep(0.2)
            return models(arguments)
        if arguments[:1] and arguments[0] in OF_DATA:
            return data(arguments)
    except SystemExit as stop:
        return int(stop.code or 0) if not isinstance(stop.code, str) else 1
    raise ApiRefusal(404, "Cette commande ne passe pas par l’application qui tourne.")
