"""A network that drops: a relay between browser and server that can be cut, or lose the answers only."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

UP, CUT, DEAF = "up", "cut", "deaf"  # deaf: requests arrive, answers are lost


class Network:
    """Relays connections to the server; `address` is the server's, by way of this network."""

    def __init__(self, server: str) -> None:
        self._target = int(urlsplit(server).port or 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://localhost:{self._listener.getsockname()[1]}"
        self._open: set[socket.socket] = set()
        self.state = UP
        threading.Thread(target=self._accept, daemon=True).start()

    def put(self, state: str) -> None:
        """Change the state of the network; what was open is closed when it is cut."""
        self.state = state
        if state == CUT:
            for one in list(self._open):
                _close(one)

    def close(self) -> None:
        """Stop for good."""
        self.put(CUT)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                visitor, _ = self._listener.accept()
            except OSError:
                return
            if self.state == CUT:
                _close(visitor)
                continue
            server = socket.create_connection(("127.0.0.1", self._target))
            self._open |= {visitor, server}
            threading.Thread(target=self._relay, args=(visitor, server, False), daemon=True).start()
            threading.Thread(target=self._relay, args=(server, visitor, True), daemon=True).start()

    def _relay(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while part := source.recv(65536):
                if answers and self.state == DEAF:
                    break
                target.sendall(part)
        for one in (source, target):
            _close(one)
            self._open.discard(one)


def _close(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
