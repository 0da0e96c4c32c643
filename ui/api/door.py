"""The door of the API: routes, token, limits; every answer is JSON (or a CSV file), every refusal a French sentence."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from data.access.rights import Person
from data.access.tokens import person_of
from data.faults import StoreFault
from data.version import VERSION
from ui import access, session
from ui.api import command, deposits, figures
from ui.api.call import ApiRefusal, Call, File
from ui.api.document import document
from ui.api.limits import Rate, Room, Turns, body_of

ROOT = "/api/v1"
NOBODY = Person("personne", "")
LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Endpoint:
    """One question of the API: its function, the parameters it reads, whether anybody may ask it, with a body."""

    answer: Callable[[Call], Any]
    query: tuple[str, ...] = ()
    public: bool = False
    body: bool = False


def _health(call: Call) -> dict[str, Any]:
    call.store.read("SELECT 1")
    return {"status": "ok"}


ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    ("GET", "/health"): Endpoint(_health, public=True),
    ("GET", "/version"): Endpoint(lambda _: {"version": VERSION}, public=True),
    ("GET", "/openapi.json"): Endpoint(lambda _: document(), public=True),
    ("POST", "/deposits"): Endpoint(deposits.deposit, ("filename", "dry_run"), body=True),
    ("GET", "/deposits"): Endpoint(deposits.history, ("before", "limit")),
    ("GET", "/deposits/{deposit_id}"): Endpoint(deposits.one),
    ("POST", "/deposits/{deposit_id}/undo"): Endpoint(deposits.undo),
    ("POST", "/deposits/{deposit_id}/redo"): Endpoint(deposits.redo),
    ("GET", "/forecasts"): Endpoint(figures.forecasts, ("canteen", "from", "to")),
    ("GET", "/production"): Endpoint(figures.production, ("date",)),
    ("GET", "/exports/{kind}"): Endpoint(figures.export),
}


class Api:
    """ASGI application of the API."""

    def __init__(self, room: Room) -> None:
        """Take the memory that files may take."""
        self._room, self._rate, self._turns = room, Rate(), Turns()
        routes = [
            Route(ROOT + path, partial(self._serve, endpoint), methods=[method])
            for (method, path), endpoint in ENDPOINTS.items()
        ]
        routes.append(Route(ROOT + "/command", self._command, methods=["POST"]))
        self._app = Starlette(routes=routes, exception_handlers={HTTPException: _http_refusal, ApiRefusal: _refusal})
        self._app.router.redirect_slashes = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._app(scope, receive, send)

    async def _serve(self, endpoint: Endpoint, request: Request) -> Response:
        return await _answered(request, partial(self._answer, endpoint, request))

    async def _answer(self, endpoint: Endpoint, request: Request) -> Response:
        _only_from_here_without_sign_in(request)
        store = session.opened()
        person = NOBODY if endpoint.public else await to_thread.run_sync(_person, request)
        self._rate.count(person.name)
        call = partial(Call, store, person, request.path_params, _query(request, endpoint.query))
        if not endpoint.body:
            return _response(await self._turns.run(lambda: endpoint.answer(call())))
        async with body_of(request, self._room, person.name) as body:
            media = request.headers.get("content-type", "").split(";")[0].strip().lower()
            return _response(await self._turns.run(lambda: endpoint.answer(call(body, media))))

    async def _command(self, request: Request) -> Response:
        return await _answered(request, partial(command.answer, request))


async def _answered(request: Request, answer: Callable[[], Any]) -> Response:
    """Return the answer, or why there is none: whatever happens, in JSON and in French."""
    try:
        return await answer()
    except ApiRefusal as refusal:
        return await _refusal(request, refusal)
    except StoreFault as fault:
        return _error(503, str(fault))
    except Exception as error:  # no later code could answer in French
        reference = secrets.token_hex(3).upper()
        LOGGER.error("Call of the API stopped, reference %s", reference, exc_info=error)
        return _error(503, f"Donnez à la mission numérique la référence {reference}.")


def _person(request: Request) -> Person:
    """Return the application whose token the request bears; cookies are not read."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    person = person_of(session.opened(), secret.strip()) if scheme.lower() == "bearer" else None
    if person is None:
        if secret:
            access.note_refusal(session.opened(), Person("jeton inconnu", ""), "interface des programmes")
        message = "Il faut un jeton valable (Authorization: Bearer …)\u00a0: demandez-le à la mission numérique."
        raise ApiRefusal(401, message, {"www-authenticate": "Bearer"})
    return person


def _only_from_here_without_sign_in(request: Request) -> None:
    headers = {name.lower(): value for name, value in request.headers.items()}
    visit = access.Visit({"host": "", **headers}, {}, request.client.host if request.client else None)
    if not access.sign_in_configured() and not access.comes_from_here(visit):
        raise ApiRefusal(403, access.REFUSED_REMOTE)


def _query(request: Request, names: tuple[str, ...]) -> dict[str, str]:
    given = request.query_params.multi_items()
    query = dict(given)
    if len(query) < len(given) or not set(query) <= set(names):
        known = f"\u00a0: {', '.join(names)}" if names else "\u00a0: aucun"
        raise ApiRefusal(400, f"Paramètres admis, une fois chacun{known}.")
    return query


def _response(answer: object) -> Response:
    if isinstance(answer, File):
        headers = {"content-disposition": f'attachment; filename="{answer.name}"', "cache-control": "no-store"}
        return Response(answer.content, media_type="text/csv", headers=headers)
    return JSONResponse(answer, headers={"cache-control": "no-store"})


async def _refusal(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, ApiRefusal)
    return _error(refusal.status, str(refusal), refusal.headers)


async def _http_refusal(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, HTTPException)
    method = refusal.status_code == 405
    message = (
        "Cette adresse n’admet pas cette méthode." if method else "Cette adresse n’existe pas (voir openapi.json)."
    )
    return _error(refusal.status_code, message, refusal.headers)


def _error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": message}, status, headers={"cache-control": "no-store", **(headers or {})})
