"""The session cookie: whose sign-in this is, of which generation, since when; signed, and read on every request.

Streamlit's own cookie lasts 30 days and survives a sign-out where it was copied: this one, beside it, does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from itsdangerous import BadSignature, URLSafeTimedSerializer

NAME = "antigaspi_session"


@dataclass(frozen=True)
class Session:
    """A sign-in as our cookie tells it; `since` in seconds since 1970, by the clock of this server."""

    email: str
    generation: int
    since: float


def written(email: str, generation: int) -> str:
    """Return the value of the cookie of a sign-in made now."""
    return str(_signer().dumps({"email": email, "generation": generation}))


def read(cookies: Mapping[str, str]) -> Session | None:
    """Return the session that a browser holds; None without one, or when its signature is not ours."""
    try:
        content, since = _signer().loads(cookies.get(NAME, ""), return_timestamp=True)
        return Session(str(content["email"]), int(content["generation"]), since.timestamp())
    except (BadSignature, KeyError, TypeError, ValueError):
        return None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(st.secrets["auth"]["cookie_secret"]), salt=NAME)
