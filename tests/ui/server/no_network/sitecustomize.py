"""Loaded by the server of a test before anything else: no address outside this machine answers, each try is noted."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

HERE = ("127.0.0.1", "::1", "localhost", None, "", "0.0.0.0", "::")
_connect, _getaddrinfo = socket.socket.connect, socket.getaddrinfo


def _note(host: object) -> None:
    with Path(os.environ["ANTIGASPI_CALLS_OUT"]).open("a", encoding="utf-8") as notes:
        notes.write(f"{host}\n")
    raise OSError("network cut")


def connect(self: socket.socket, address: Any) -> None:  # noqa: ANN401
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in HERE:
        _note(address[0])
    _connect(self, address)


def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
    if host not in HERE:
        _note(host)
    return _getaddrinfo(host, *args, **kwargs)


socket.socket.connect = connect  # type: ignore[method-assign,assignment]
socket.getaddrinfo = getaddrinfo
