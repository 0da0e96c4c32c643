"""HTTP responses of the server itself: Streamlit's page in French, and the pages that refuse access."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Scope
from streamlit import config, file_util

from ui import palette
from ui.access import Refusal
from ui.server import code, headers


def application(scope: Scope) -> Response:
    """Return the HTML page in which the application runs."""
    policy = headers.application_policy(Headers(scope=scope).get("host", ""))
    return _application().response(scope, code.ASK_AGAIN, headers.of_page(policy))


@cache
def _application() -> code.Content:
    """Return our page with the code that Streamlit's own page loads, and nothing else of it."""
    streamlit_page = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
    tags = re.findall(
        r'<script type="module"[^>]*></script>|<link rel="(?:modulepreload|stylesheet)"[^>]*>', streamlit_page
    )
    page = (code.FILES / "application.html").read_text(encoding="utf-8")
    font = escape(str(config.get_option("theme.font")))
    filled = page.replace("{streamlit}", "\n".join(tags).replace('"./', '"/')).replace("{font}", font)
    return code.Content(filled.encode(), "text/html")


def refused(refusal: Refusal, *, signed_in: bool) -> Response:
    """Return a page that says why access is refused, with a button to sign in or out where that helps."""
    button = ""
    if refusal.can_sign_in:
        button = _button("/connexion", "Se connecter")
    elif signed_in:
        button = _button("/auth/logout", "Se déconnecter")
    return _page("Antigaspi", refusal.message, button, 200 if refusal.can_sign_in else 403)


def not_found() -> Response:
    """Return a page that says that no page has this address."""
    return _page("Page introuvable", "Aucune page n’a cette adresse.", _button("/", "Aller à l’accueil"), 404)


def spent_address() -> Response:
    """Return a page that says that a one-time address was already used."""
    message = (
        "Cette adresse a déjà servi, ou date d’un démarrage précédent. Ouvrez la dernière adresse affichée dans la "
        "fenêtre où l’application a été démarrée."
    )
    return _page("Antigaspi", message, "", 403)


def stopped(reason: str) -> Response:
    """Return a page that says that the application could not answer, and what to do."""
    return _page("L’application ne peut pas répondre", reason, _button("/", "Réessayer"), 503)


def provider_away() -> Response:
    """Return a page that says that the identity provider did not answer."""
    message = (
        "Le service de connexion ne répond pas, ou n’accepte pas cette application. Réessayez dans quelques "
        "minutes\u00a0; si cela recommence, prévenez la mission numérique."
    )
    return _page("Connexion impossible", message, _button("/connexion", "Réessayer"), 503)


def refused_in_a_word(message: str, status: int) -> Response:
    """Return a refusal in plain text, for a program or for a part of a page."""
    return PlainTextResponse(message, status_code=status)


def _page(title: str, message: str, button: str, status: int) -> Response:
    page = (code.FILES / "refusal.html").read_text(encoding="utf-8").replace("{colours}", palette.variables())
    filled = page.replace("{title}", escape(title)).replace("{message}", escape(message)).replace("{button}", button)
    policy = headers.refusal_policy(page)
    return HTMLResponse(filled, status, headers={"cache-control": "no-store"} | headers.of_page(policy))


def _button(address: str, label: str) -> str:
    return f'<form action="{address}"><button>{escape(label)}</button></form>'
