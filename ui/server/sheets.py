"""The door of the service sheets: a tablet asks for what a sheet shows, sends it, takes it back; all in JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope

from data.access.rights import Act, reach
from data.clock import PARIS
from data.deposit.undo import NotPossible
from data.faults import StoreFault
from data.sheets import past, read, save
from data.sheets.sheet import SheetRefused, mark_of, sheet_of
from data.typography import french
from ui import access, session
from ui.access import Refusal, User, Visit
from ui.kit.changes import actor_seen_by
from ui.server import sign_in

ROOT = "/antigaspi/sheet"
LARGEST = 64 * 1024
SECONDS = 30
STATUS = {"stored": 200, "already": 200, "conflict": 409, "refused": 422}
OTHER_CANTEEN = french("Cette cantine n’est pas une des vôtres : rien n’est enregistré.")
OTHER_PERSON = french("Cette saisie est celle de quelqu’un d’autre : elle attend son retour.")
UNREADABLE = french("Cette saisie est illisible : rechargez la page, puis recommencez-la.")
TOO_LARGE = french("Cette saisie est trop longue : raccourcissez les commentaires.")
# Sheets are stored one after the other, so that pages answer meanwhile, and so that one is examined once.
_turns = {"GET": CapacityLimiter(2), "POST": CapacityLimiter(1)}
Told = dict[str, Any]


class DoorRefusal(Exception):
    """Why nothing is answered: the status and a French sentence."""

    def __init__(self, status: int, message: str) -> None:
        """Take both."""
        self.status, self.message = status, message


async def answer(scope: Scope, receive: Receive, visit: Visit) -> Response:
    """Answer one request of a tablet."""
    request = Request(scope, receive)
    try:
        route = ROUTES.get((request.method, request.url.path))
        if route is None:
            raise DoorRefusal(404, french("Cette adresse n’existe pas."))
        told = await _body(request) if request.method == "POST" else dict(request.query_params)
        status, content = await to_thread.run_sync(
            lambda: _answered(route, visit, told), limiter=_turns[request.method]
        )
    except DoorRefusal as refusal:
        status, content = refusal.status, {"message": refusal.message}
    except StoreFault as fault:
        status, content = 503, {"message": str(fault)}
    return _json(content, status)


def refused(message: str, status: int) -> Response:
    """Return a refusal of the gate as a tablet reads it."""
    return _json({"message": message}, status)


def _json(content: Told, status: int) -> Response:
    return JSONResponse(content, status, {"cache-control": "no-store"})


async def _body(request: Request) -> Told:
    """Return the object that a request sends, in bounded memory and time."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise DoorRefusal(415, UNREADABLE)
    content = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for part in request.stream():
                content += part
                if len(content) > LARGEST:
                    raise DoorRefusal(413, TOO_LARGE)
        told = json.loads(content)
        json.dumps(told, ensure_ascii=False).encode()  # JSON may write half a character, which nothing can keep
    except (ValueError, RecursionError, TimeoutError, ClientDisconnect) as error:
        raise DoorRefusal(400, UNREADABLE) from error
    if not isinstance(told, dict):
        raise DoorRefusal(400, UNREADABLE)
    return told


def _answered(route: Callable[[User, Told], tuple[int, Told]], visit: Visit, told: Told) -> tuple[int, Told]:
    user = access.decide(visit, sign_in.claims(visit), session.opened())
    if isinstance(user, Refusal):
        raise DoorRefusal(403, user.message)
    try:
        return route(user, told)
    except save.NotYours as refusal:
        return 403, _as_refused(_not_yours(user, str(refusal)).message)
    except SheetRefused as refusal:
        return 422, _as_refused(str(refusal))


def _as_refused(reason: str) -> Told:
    """Tell a tablet that a sheet will never be stored as it is: it keeps it aside, and sends the next one."""
    return {"state": "refused", "refusals": [{"field": None, "reason": reason}]}


def _not_yours(user: User, message: str) -> DoorRefusal:
    access.note_refusal(session.opened(), user, "saisie d’un service d’une autre cantine")
    return DoorRefusal(403, message)


def _who(user: User, _: Told) -> tuple[int, Told]:
    return 200, {"person": mark_of(user.name)}


def _shown(user: User, told: Told) -> tuple[int, Told]:
    """Return what a sheet of a canteen and a day shows."""
    canteen = str(told.get("canteen", ""))
    if not reach(user, Act.DEPOSIT, "log").covers([canteen]):
        raise _not_yours(user, OTHER_CANTEEN)
    try:
        day = date.fromisoformat(told["day"]) if told.get("day") else None
    except ValueError as error:
        raise DoorRefusal(400, french("Ce jour n’existe pas.")) from error
    return 200, read.sheet(session.opened(), canteen, day, datetime.now(PARIS))


def _stored(user: User, told: Told) -> tuple[int, Told]:
    """Store a sheet, and tell what became of it."""
    if told.get("person") != mark_of(user.name):
        raise DoorRefusal(403, OTHER_PERSON)
    outcome = save.save(session.opened(), user, sheet_of(told))
    if outcome.state == "stored":
        session.request_refresh_soon()
    answer = asdict(outcome)
    for conflict in answer["conflicts"]:
        conflict["who"] = conflict["who"] and actor_seen_by(user, conflict["who"])
    return STATUS[outcome.state], answer


def _taken_back(user: User, told: Told) -> tuple[int, Told]:
    """Take a sheet back."""
    try:
        day = past.take_back(session.opened(), user, str(told.get("key", "")))
    except past.NotYours as refusal:
        raise _not_yours(user, str(refusal)) from refusal
    except NotPossible as refusal:
        raise DoorRefusal(409, str(refusal)) from refusal
    session.request_refresh_soon()
    return 200, {"state": "undone", "day": day.isoformat()}


ROUTES: dict[tuple[str, str], Callable[[User, Told], tuple[int, Told]]] = {
    ("GET", f"{ROOT}/who"): _who,
    ("GET", ROOT): _shown,
    ("POST", ROOT): _stored,
    ("POST", f"{ROOT}/undo"): _taken_back,
}
