"""The key of this machine: without a configured sign-in, only a browser that opened a one-time address gets in."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping

PARAMETER = "jeton"
# Made anew at each start: an address of yesterday opens nothing.
_KEY = secrets.token_urlsafe(32)
_one_time: set[str] = set()
_lock = threading.Lock()


def one_time_address(port: int) -> str:
    """Return a new address that lets one browser in, once."""
    token = secrets.token_urlsafe(24)
    with _lock:
        _one_time.add(token)
    return f"http://localhost:{port}/?{PARAMETER}={token}"


def redeem(token: str) -> bool:
    """Use up the token of a one-time address; False when it is unknown or was used before."""
    with _lock:
        known = next((kept for kept in _one_time if secrets.compare_digest(kept.encode(), token.encode())), None)
        if known is not None:
            _one_time.discard(known)
        return known is not None


def cookie(port: int) -> tuple[str, str]:
    """Return the name and value of the cookie of a browser that got in; cookies do not tell ports apart, names do."""
    return f"antigaspi_{port}", _KEY


def held_by(cookies: Mapping[str, str]) -> bool:
    """Tell whether a browser got in by a one-time address of this server."""
    return any(
        secrets.compare_digest(value.encode(), _KEY.encode())
        for name, value in cookies.items()
        if name.startswith("antigaspi_")
    )
