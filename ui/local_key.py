"""One-time addresses: without a configured sign-in, only a browser that opened one gets a cookie and has access."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping

PARAMETER = "jeton"
# New at each start: addresses and cookies of an earlier start are no longer valid.
_KEY = secrets.token_urlsafe(32)
_one_time: set[str] = set()
_lock = threading.Lock()


def one_time_address(port: int) -> str:
    """Return a new address that gives access to one browser, once."""
    token = secrets.token_urlsafe(24)
    with _lock:
        _one_time.add(token)
    return f"http://localhost:{port}/?{PARAMETER}={token}"


def redeem(token: str) -> bool:
    """Consume the token of a one-time address; return False when it is unknown or already used."""
    with _lock:
        matching = next(
            (unused for unused in _one_time if secrets.compare_digest(unused.encode(), token.encode())), None
        )
        if matching is not None:
            _one_time.discard(matching)
        return matching is not None


def cookie(port: int) -> tuple[str, str]:
    """Return the name and value of the access cookie; the port is in the name, because cookies ignore ports."""
    return f"antigaspi_{port}", _KEY


def held_by(cookies: Mapping[str, str]) -> bool:
    """Tell whether these cookies contain the key of this server: their browser opened a one-time address."""
    return any(
        secrets.compare_digest(value.encode(), _KEY.encode())
        for name, value in cookies.items()
        if name.startswith("antigaspi_")
    )
