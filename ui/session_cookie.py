"""Signed session cookie: e-mail address, generation of the account, time of the sign-in; read on every request.

Streamlit has its own cookie: it lasts 30 days, and a copy of it stays valid after sign-out. Ours does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from itsdangerous import BadSignature, URLSafeTimedSerializer

NAME = "antigaspi_session"


@dataclass(frozen=True)
class Session:
    """The sign-in recorded in our cookie; `since` in seconds since 1970, by the clock of this server."""

    email: str
    generation: int
    since: float


def cookie_value(email: str, generation: int) -> str:
    """Return the value of the cookie for a sign-in at this moment."""
    return str(_signer().dumps({"email": email, "generation": generation}))


def read(cookies: Mapping[str, str]) -> Session | None:
    """Return the session in the cookies of a browser; None without our cookie, or with a wrong signature."""
    try:
        content, since = _signer().loads(cookies.get(NAME, ""), return_timestamp=True)
        return Session(str(content["email"]), int(content["generation"]), since.timestamp())
    except (BadSignature, KeyError, TypeError, ValueError):
        return None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(st.secrets["auth"]["cookie_secret"]), salt=NAME)
