"""Security headers: what each kind of answer may do in a browser."""

from __future__ import annotations

import base64
import hashlib
import re

from ui.tiles import tiles_origin

POLICY = "content-security-policy"
# On every answer. The policy is for all that is no page (figures, files, code): it shows and runs nothing by itself.
HEADERS = {
    POLICY: "default-src 'none'; frame-ancestors 'none'; sandbox",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
FEATURES_NEVER_USED = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")
# Where the public address has TLS: browsers come back by TLS only, for a year.
TLS_ONLY = ("strict-transport-security", "max-age=31536000")


def of_page(policy: str) -> dict[str, str]:
    """Return the headers of a page, with its policy."""
    return {
        POLICY: policy,
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": ", ".join(f"{feature}=()" for feature in FEATURES_NEVER_USED),
    }


def application_policy(host: str) -> str:
    """Return the policy of the page in which the application runs: nothing from outside, and why each exception."""
    tiles = tiles_origin()
    return _written(
        {
            "default-src": "'none'",
            "script-src": "'self'",
            # Streamlit and plotly write styles in the page; a style runs nothing, and can fetch nothing from outside.
            "style-src": "'self' 'unsafe-inline'",
            # `data:` and `blob:` are images made by the page itself: a chart saved as an image, the arrow of a list.
            "img-src": f"'self' data: blob: {tiles}",
            # A small font stands as `data:` in Streamlit's own style sheet.
            "font-src": "'self' data:",
            # Not every browser counts a WebSocket of the same host as `self`.
            "connect-src": f"'self' {_web_socket(host)} {tiles}",
            "manifest-src": "'self'",
            # The map over tiles computes in a worker that it makes itself.
            "worker-src": "blob:" if tiles else "'none'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        }
    )


def refusal_policy(page: str) -> str:
    """Return the policy of a page without a script; its one style is known by its hash.

    No `form-action`: its button leads to the identity provider, an address that browsers would compare with it.
    """
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256((style[1] if style else "").encode()).digest()).decode()
    return _written(
        {
            "default-src": "'none'",
            "style-src": f"'sha256-{digest}'",
            "img-src": "'self'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
        }
    )


def _web_socket(host: str) -> str:
    """Return the WebSocket origins of a Host header; "" when it has anything else in it."""
    return f"ws://{host} wss://{host}" if re.fullmatch(r"[\w.\-:\[\]]+", host) else ""


def _written(policy: dict[str, str]) -> str:
    return "; ".join(f"{directive} {' '.join(sources.split())}" for directive, sources in policy.items())
