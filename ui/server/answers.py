"""HTTP responses of the server itself: Streamlit's page in French, and the pages that refuse access."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from streamlit import file_util

from ui.access import Refusal

HERE = Path(__file__).parent
SCRIPT = "/antigaspi/page.js"


def application() -> Response:
    """Return the HTML page in which the application runs."""
    return HTMLResponse(_index(), headers={"cache-control": "no-cache"})


@cache
def _index() -> str:
    """Return Streamlit's page with our language and our title instead of its own."""
    page = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
    return (
        page.replace('<html lang="en">', '<html lang="fr">')
        .replace("<title>Streamlit</title>", "<title>Antigaspi</title>")
        .replace('<link rel="service-desc" href="./_stcore/agent/openapi.json" />', "")
        .replace("</head>", f'<script src="{SCRIPT}" defer></script></head>')
    )


def script() -> Response:
    """Return the script that translates the remaining words of Streamlit into French."""
    content = (HERE / "page.js").read_text(encoding="utf-8")
    return Response(content, media_type="text/javascript", headers={"cache-control": "no-cache"})


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
    page = (HERE / "page.html").read_text(encoding="utf-8")
    filled = page.replace("{title}", escape(title)).replace("{message}", escape(message)).replace("{button}", button)
    return HTMLResponse(filled, status_code=status, headers={"cache-control": "no-store"})


def _button(address: str, label: str) -> str:
    return f'<form action="{address}"><button>{escape(label)}</button></form>'
