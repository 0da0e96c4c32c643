"""Code and icons of the pages, the same for everybody: Streamlit's and our own, compressed once and kept in memory."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import brotli
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from streamlit import file_util

from ui.kit.frame import ICON

FILES = Path(__file__).with_name("files")
STREAMLIT = "/static/"
OWN = {
    "/antigaspi/page.js": FILES / "page.js",
    "/antigaspi/outbox.js": FILES / "outbox.js",
    "/manifest.webmanifest": FILES / "manifest.webmanifest",
    "/favicon.png": FILES / "icon-192.png",
    "/icon-192.png": FILES / "icon-192.png",
    "/icon-maskable-512.png": FILES / "icon-maskable-512.png",
    "/apple-touch-icon.png": FILES / "apple-touch-icon.png",
    "/icon.svg": ICON,
}
# The name of a file of Streamlit has a hash of its content. Ours do not: browsers ask whether they changed.
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
# What the machine may not know.
TYPES = {
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
COMPRESSED_ALREADY = ("font/", "image/png", "image/gif")
# Streamlit's lists look for letters as they are typed: “vez” would not find “Vézère”. Where they compare texts in small
# letters, ours compare them without accents too.
SEARCH, SMALL = b"FILTER_MODE_FUZZY", re.compile(rb"(?<=[=:])([a-z])\.toLowerCase\(\)(?=[,;])")
PLAIN = (
    rb'\1.toLowerCase().normalize("NFD").replace(/[\\u0300-\\u036f]/g,"")'
    rb'.replace(/\\u0153/g,"oe").replace(/\\u00e6/g,"ae")'
)
# In the order of preference. At this quality, brotli takes the time of gzip and gains 14 %.
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda data: brotli.compress(data, quality=6),
    "gzip": lambda data: gzip.compress(data, 6, mtime=0),
}


class Content:
    """A content for everybody, with its compressed copies, made when a browser first asks for them."""

    def __init__(self, data: bytes, media_type: str) -> None:
        """Take the plain content and its type."""
        self._copies = {"": data}
        self._media_type = media_type
        self._tag = f'W/"{hashlib.sha256(data).hexdigest()[:20]}"'

    def response(self, scope: Scope, cache_control: str, headers: dict[str, str] | None = None) -> Response:
        """Return the answer to a request; without a body when its browser has this content."""
        asked = Headers(scope=scope)
        told = {"cache-control": cache_control, "etag": self._tag, "vary": "accept-encoding"} | (headers or {})
        if self._tag in asked.get("if-none-match", ""):
            return Response(status_code=304, headers=told)
        encoding = self._encoding(asked.get("accept-encoding", ""))
        if encoding:
            told["content-encoding"] = encoding
        return Response(self._copy(encoding), headers=told, media_type=self._media_type)

    def _encoding(self, accepted: str) -> str:
        if self._media_type.startswith(COMPRESSED_ALREADY):
            return ""
        offers = [offer.replace(" ", "").partition(";") for offer in accepted.split(",")]
        names = {name for name, _, weight in offers if weight not in ("q=0", "q=0.0")}
        return next((encoding for encoding in ENCODINGS if encoding in names), "")

    def _copy(self, encoding: str) -> bytes:
        if encoding not in self._copies:
            self._copies[encoding] = ENCODINGS[encoding](self._copies[""])
        return self._copies[encoding]


def exists(path: str) -> bool:
    """Tell whether there is a file at this address."""
    return path in _files()


async def send_file(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request with the file at its address, which exists."""
    response = await run_in_threadpool(_response, scope)
    await response(scope, receive, send)


def _response(scope: Scope) -> Response:
    if scope["method"] not in ("GET", "HEAD"):
        return Response(status_code=405, headers={"allow": "GET, HEAD"})
    path = scope["path"]
    return _content(path).response(scope, FOREVER if path.startswith(STREAMLIT) else ASK_AGAIN)


@cache
def _files() -> dict[str, Path]:
    """Return every file that may be sent, by its address: no address leads to another file of this machine."""
    folder = Path(file_util.get_static_dir(), "static")
    return {STREAMLIT + path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()} | OWN


@cache
def _content(path: str) -> Content:
    file = _files()[path]
    media_type = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Content(_without_accents(file.read_bytes()), media_type)


def _without_accents(code: bytes) -> bytes:
    """Return the code of Streamlit's search in lists, for which accents no longer count; any other content as it is."""
    return SMALL.sub(PLAIN, code) if SEARCH in code else code
