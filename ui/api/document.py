"""The OpenAPI 3.1 document of the API: what may be asked, with which values, and every answer."""

from __future__ import annotations

from functools import cache
from typing import Any

from data.export.files import EXPORTED
from data.kinds import kinds
from data.production.reserve import PLACES as RESERVES
from data.version import VERSION
from ui.api.figures import FORECAST, PRODUCTION

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": ["number", "null"]}
FLAG: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
DEPOSIT_ID: Schema = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}
REFUSALS = {
    "400": "La demande est mal écrite.",
    "401": "Il manque un jeton valable.",
    "403": "Le rôle ou les cantines du jeton ne le permettent pas, ou la demande ne vient pas de ce poste.",
    "404": "Ce qui est demandé n’existe pas.",
    "405": "L’adresse n’admet pas cette méthode.",
    "408": "L’envoi n’est pas arrivé au bout.",
    "409": "Le dépôt est déjà dans cet état.",
    "411": "La taille de l’envoi n’est pas annoncée.",
    "413": "L’envoi est trop gros.",
    "422": "Le fichier ou les lignes sont refusés.",
    "429": "Trop de demandes à la suite.",
    "503": "L’application ne peut pas répondre en ce moment.",
}
ALWAYS = ("400", "403", "405", "429", "503")
SENDING = ("408", "411", "413", "422")


def _object(required: Schema, **optional: Any) -> Schema:  # noqa: ANN401
    return {"type": "object", "properties": required | optional, "required": list(required)}


FINDING = _object({"line": {"type": ["integer", "null"]}, "column": MAYBE_TEXT, "reason": TEXT})
COUNTED = dict.fromkeys(("lines", "accepted", "without_measure", "changed", "unchanged"), COUNT)
REPORT = _object(
    {
        "file": TEXT,
        "kind": TEXT,
        **COUNTED,
        "rejected": {"type": "array", "items": FINDING},
        "warnings": {"type": "array", "items": FINDING},
        "rejected_lines": COUNT,
        "other_canteens": COUNT,
        "deposit": {"type": ["integer", "null"]},
        "dry_run": FLAG,
    }
)
DEPOSIT = _object(
    {
        "deposit": DEPOSIT_ID,
        "deposited_at": {"type": "string", "format": "date-time"},
        "actor": TEXT,
        "file": TEXT,
        "kind": TEXT,
        "active": FLAG,
        **COUNTED,
        "rejected": COUNT,
        "warnings": COUNT,
    }
)
SWITCHED = _object({"deposit": DEPOSIT_ID, "active": FLAG, "warning": MAYBE_TEXT})
RUN: Schema = {
    "oneOf": [
        {"type": "null"},
        _object(
            {
                "run_id": COUNT,
                "finished_at": {"type": "string", "format": "date-time"},
                "last_service_on": {"type": ["string", "null"], "format": "date"},
                "outdated": FLAG,
            }
        ),
    ]
}
PLACE = {"date": DAY, "canteen": TEXT, "label": TEXT}


# The page Production takes the reserve that the comité adopted into account; these quantities do not.
RESERVE: Schema = {
    "enum": [*RESERVES, None],
    "description": "La réserve partagée que le comité a adoptée. Les quantités données ici sont celles sans elle.",
}


def _rows(name: str, columns: tuple[str, ...], others: Schema | None = None) -> Schema:
    row = _object(PLACE | dict.fromkeys(columns, NUMBER))
    return _object({"run": RUN} | (others or {}) | {name: {"type": "array", "items": row}})


def _lines() -> Schema:
    value = {"type": ["string", "number", "boolean", "null"]}
    line = {"type": "object", "minProperties": 1, "additionalProperties": value}
    return _object({"kind": {"enum": list(kinds())}, "lines": {"type": "array", "items": line, "minItems": 1}}) | {
        "additionalProperties": False
    }


def _parameter(name: str, schema: Schema, text: str, place: str = "query", *, required: bool = False) -> Schema:
    return {"name": name, "in": place, "required": required, "schema": schema, "description": text}


def _operation(
    name: str,
    summary: str,
    schema: Schema,
    refusals: tuple[str, ...] = (),
    *,
    parameters: tuple[Schema, ...] = (),
    media: str = "application/json",
    public: bool = False,
    body: Schema | None = None,
) -> Schema:
    statuses = sorted({*ALWAYS, *refusals, *(() if public else ("401",)), *(SENDING if body else ())})
    answers = {"200": {"description": "La réponse.", "content": {media: {"schema": schema}}}}
    answers |= {status: {"$ref": f"#/components/responses/{status}"} for status in statuses}
    operation = {"operationId": name, "summary": summary, "parameters": list(parameters), "responses": answers}
    if public:
        operation["security"] = []
    return operation | ({"requestBody": body} if body else {})


@cache
def document() -> Schema:
    """Return the document."""
    refusal = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Antigaspi",
            "version": VERSION,
            "description": "Déposer et lire les chiffres des cantines. Le jeton d’une application se fait sur la page "
            "«\u00a0Comptes et accès\u00a0»\u00a0; il a un rôle et, pour un gestionnaire, ses cantines.",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"jeton": []}],
        "paths": _opened() | _of_deposits() | _of_figures(),
        "components": {
            "securitySchemes": {"jeton": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": _object({"error": TEXT})},
            "responses": {status: {"description": text, "content": refusal} for status, text in REFUSALS.items()},
        },
    }


def _opened() -> Schema:
    health, version = _object({"status": {"const": "ok"}}), _object({"version": TEXT})
    return {
        "/health": {"get": _operation("health", "L’application répond-elle\u00a0?", health, public=True)},
        "/version": {"get": _operation("version", "La version de l’application.", version, public=True)},
        "/openapi.json": {"get": _operation("document", "Ce document.", {"type": "object"}, public=True)},
    }


def _of_deposits() -> Schema:
    sent = {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {"schema": _lines()},
        },
    }
    file_name = _parameter("filename", TEXT, "Le nom du fichier, pour l’historique.")
    dry_run = _parameter("dry_run", FLAG, "Vérifier sans rien écrire.")
    before = _parameter("before", DEPOSIT_ID, "Seulement les dépôts de numéro plus petit.")
    limit = _parameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}, "Combien de dépôts au plus.")
    number = (_parameter("deposit_id", DEPOSIT_ID, "Le numéro du dépôt.", "path", required=True),)
    listed = _object({"deposits": {"type": "array", "items": DEPOSIT}})
    send = "Déposer un fichier (ses octets), ou des lignes (JSON)."
    return {
        "/deposits": {
            "get": _operation("deposits", "Les dépôts, du plus récent.", listed, parameters=(before, limit)),
            "post": _operation("deposit", send, REPORT, parameters=(file_name, dry_run), body=sent),
        },
        "/deposits/{deposit_id}": {"get": _operation("one_deposit", "Un dépôt.", DEPOSIT, ("404",), parameters=number)},
        "/deposits/{deposit_id}/undo": {
            "post": _operation("undo", "Annuler un dépôt.", SWITCHED, ("404", "409"), parameters=number)
        },
        "/deposits/{deposit_id}/redo": {
            "post": _operation("redo", "Rétablir un dépôt annulé.", SWITCHED, ("404", "409"), parameters=number)
        },
    }


def _of_figures() -> Schema:
    canteen = _parameter("canteen", TEXT, "Une cantine, par son nom\u00a0; sinon toutes celles que le jeton voit.")
    first = _parameter("from", DAY, "Le premier jour (aujourd’hui).")
    last = _parameter("to", DAY, "Le dernier jour, compris (31 jours au plus).")
    day = _parameter("date", DAY, "Le jour.", required=True)
    kind = _parameter("kind", {"enum": list(EXPORTED)}, "Le type de fichier.", "path", required=True)
    return {
        "/forecasts": {
            "get": _operation(
                "forecasts",
                "Les prévisions, par jour et par cantine.",
                _rows("forecasts", FORECAST),
                ("404",),
                parameters=(canteen, first, last),
            )
        },
        "/production": {
            "get": _operation(
                "production",
                "La quantité conseillée à chaque cantine.",
                _rows("production", PRODUCTION, {"reserve": RESERVE}),
                parameters=(day,),
            )
        },
        "/exports/{kind}": {
            "get": _operation(
                "export", "Les données, en données ouvertes.", TEXT, ("404",), parameters=(kind,), media="text/csv"
            )
        },
    }
